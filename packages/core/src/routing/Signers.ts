import type { AgentId, Signature } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"

/** Signs a text with the secret key of one agent. */
export type Signer = (text: string) => Signature

/**
 * The signers of this process by agent: events of these agents are signed before they are recorded. Empty by default;
 * `@aumai/handoff-core/Signing` makes signers from keys.
 */
export const Signers: Context.Reference<ReadonlyMap<AgentId, Signer>> = Context.Reference(
  "@aumai/handoff-core/Signers",
  { defaultValue: (): ReadonlyMap<AgentId, Signer> => new Map() }
)
