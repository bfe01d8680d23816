import type { AgentId, PublicKey, Signature } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"

/** Signs with the secret key of one agent. */
export interface Signer {
  /** Signs a text. */
  readonly sign: (text: string) => Signature
  /** The public key, with which others verify the signatures. */
  readonly publicKey: PublicKey
}

/**
 * The signers of this process by agent: events of these agents are signed before they are recorded, with the key that is in
 * force. Several keys of one agent let it rotate its key without a pause. Empty by default; `@aumai/handoff-core/Signing`
 * makes signers from keys.
 */
export const Signers: Context.Reference<ReadonlyMap<AgentId, ReadonlyArray<Signer>>> = Context.Reference(
  "@aumai/handoff-core/Signers",
  { defaultValue: (): ReadonlyMap<AgentId, ReadonlyArray<Signer>> => new Map() }
)

/**
 * The operator's key, if this process has it. The first key event of a store pins it; from then on, it allows the first key
 * of each agent, and recovers agents whose key was lost or revoked.
 */
export const OperatorKey: Context.Reference<Signer | undefined> = Context.Reference("@aumai/handoff-core/OperatorKey", {
  defaultValue: (): Signer | undefined => undefined
})

type IsSigned = (text: string, signature: Signature, publicKey: PublicKey) => boolean

/**
 * Checks that a signature of a text was made with the secret key that belongs to a public key. `Signing.layer` provides it
 * together with the signers. The default accepts no signature.
 */
export const IsSignedBy: Context.Reference<IsSigned> = Context.Reference("@aumai/handoff-core/IsSignedBy", {
  defaultValue: (): IsSigned => () => false
})
