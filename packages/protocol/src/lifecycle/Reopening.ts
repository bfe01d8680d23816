/** The new life of a handoff that ended without being completed. */
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import { HandoffStatus } from "../model/HandoffStatus.ts"
import { digestOf } from "../values/Digest.ts"
import { RecordId } from "../values/Fields.ts"
import { isOpen, transitions } from "./Transitions.ts"

/** The statuses in which a handoff can be reopened, and the party that may. It is not a transition: the handoff itself never changes again. */
export const reopening = {
  from: /*#__PURE__*/ HandoffStatus.literals.filter((status) => !isOpen(status) && status !== transitions.Completed.to),
  by: "sender"
} as const

/** Tests that a handoff can be reopened: it ended without being completed. */
export const isReopenable = ({ status }: Pick<HandoffRecord, "status">): boolean => reopening.from.includes(status)

// Crockford's base 32, the alphabet of drawn ids.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

/**
 * Computes the id of the handoff that reopens another one, unless its sender chooses an id: 60 bits of a SHA-256, in the
 * form of a drawn id. Anybody can find that handoff from the old one, and the old one is reopened once.
 *
 * @example
 * ```ts
 * import { RecordId, successorId } from "@aumai/handoff-protocol"
 *
 * console.log(successorId(RecordId.make("7k2m9q4xw3pz"))) // 3bfber97y3ct
 * ```
 */
export const successorId = (recordId: RecordId): RecordId => {
  const digest = digestOf(`reopen ${recordId}`)
  const digits = Array.from({ length: 12 }, (_, index) => parseInt(digest.slice(2 * index, 2 * index + 2), 16) % 32)
  return RecordId.make(digits.map((digit) => alphabet.charAt(digit)).join(""))
}

/** Tests that a handoff is the one that reopens another: the sender of both says so. */
export const isSuccessor = (record: HandoffRecord, of: HandoffRecord): boolean =>
  record.request.retryOf === of.recordId && record.request.fromAgent === of.request.fromAgent
