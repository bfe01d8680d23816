import type { AgentId, Signature } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"

/** Signs for one agent, with the key that only it has. */
export type Signer = (text: string) => Signature

/**
 * Who signs in this process: what one of these agents does is signed before it is put on record. Nobody, unless it is
 * provided; `@aumai/handoff-core/Signing` makes signers of keys.
 *
 * @example
 * ```ts
 * import { Signers } from "@aumai/handoff-core"
 * import * as Effect from "effect/Effect"
 *
 * console.log((await Effect.runPromise(Signers)).size) // 0
 * ```
 */
export const Signers: Context.Reference<ReadonlyMap<AgentId, Signer>> = Context.Reference(
  "@aumai/handoff-core/Signers",
  { defaultValue: (): ReadonlyMap<AgentId, Signer> => new Map() }
)
