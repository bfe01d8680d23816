/** The options and the results of verifying a whole store, and of checkpoints. */
import type { CallOptions } from "./Options.ts"
import type { Flaw, Proven, Verified } from "./Reports.ts"
import type { ArchiveFile } from "./Retention.ts"

/** The options of `verify` for a whole store. */
export interface VerifyOptions extends CallOptions {
  /** Called after each handoff with the number of handoffs verified so far and the result of the latest one. */
  readonly onProgress?: ((handoffs: number, latest: Verified) => void) | undefined
  /**
   * A checkpoint to compare the log with: its `note`, and the `verifierKey` or the public key of the key that signed it.
   * A difference is one of the `faults`. Rejects with `InvalidInput` if the note is malformed or not signed by that key.
   */
  readonly checkpoint?: { readonly note: string; readonly key: string } | undefined
  /**
   * Archives of this store. Proves that they were not changed, and that every entry that was removed is in one of them.
   * A difference is one of the `faults`.
   */
  readonly with?: ReadonlyArray<ArchiveFile> | undefined
}

/** The options of `checkpoint`. */
export interface CheckpointOptions extends CallOptions {
  /**
   * The secret key that signs the checkpoint: 32 bytes of Ed25519 as base64url, from `generateKeys`. Use one that no agent
   * has.
   */
  readonly key: string
}

/**
 * A signed checkpoint of the log of a store.
 *
 * @example
 * ```ts
 * import { generateKeys } from "@aumai/handoff"
 * import { openHandoffs } from "@aumai/handoff/node"
 *
 * const { publicKey, secretKey } = await generateKeys()
 * await using handoffs = await openHandoffs("memory:")
 * const { note } = await handoffs.checkpoint({ key: secretKey })
 * const { faults } = await handoffs.verify({ checkpoint: { note, key: publicKey } })
 * console.log(faults.length) // 0
 * ```
 */
export interface Checkpoint {
  /** The name of the log. */
  readonly log: string
  /** The number of entries that the checkpoint covers. */
  readonly size: number
  /** The root of the Merkle tree over these entries (RFC 9162), in hexadecimal digits. */
  readonly root: string
  /** The line that names the log in the note, and the key in its signature. */
  readonly origin: string
  /** The checkpoint as a signed note (c2sp.org/tlog-checkpoint). Keep it away from the store. */
  readonly note: string
  /** The public key as a verifier key (c2sp.org/signed-note): name, id and bytes. */
  readonly verifierKey: string
}

/**
 * The result of verifying a whole store.
 *
 * @example
 * ```ts
 * import { openHandoffs } from "@aumai/handoff/node"
 *
 * await using handoffs = await openHandoffs("memory:")
 * const { faults, flaws } = await handoffs.verify()
 * console.log(faults.length + flaws.length) // 0
 * ```
 */
export interface Verification extends Proven {
  /** The number of handoffs. */
  readonly handoffs: number
  /** The number of entries. */
  readonly entries: number
  /** The number of handoffs whose history begins with the state of another program. */
  readonly imported: number
  /** The number of handoffs that the log notes as archived. */
  readonly archived: number
  /** The number of handoffs that the log notes as purged. */
  readonly purged: number
  /** The parts without which less is proven, such as keys or histories, each in one sentence. */
  readonly missing: ReadonlyArray<string>
  /** The flaw of each handoff whose history does not verify. */
  readonly flaws: ReadonlyArray<Flaw & { readonly recordId: string }>
  /** The handoffs that hold, but with an artifact that was not judged by its JSON Schema; the reason in one sentence. */
  readonly unproven: ReadonlyArray<{ readonly recordId: string; readonly reason: string }>
  /** Each difference between the counters of the store and its records, or the log and a checkpoint, in one sentence. */
  readonly faults: ReadonlyArray<string>
  /** Each part that was not verified, such as counters that another process keeps changing, in one sentence. */
  readonly notes: ReadonlyArray<string>
}
