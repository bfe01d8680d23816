import * as Result from "effect/Result"

import { entryDigest } from "./Chain.ts"
import { InvalidInput } from "./HandoffError.ts"
import type { HandoffEvent } from "./HandoffEvent.ts"
import type { HandoffRecord } from "./HandoffRecord.ts"
import { create, fold } from "./Lifecycle.ts"
import { isSameState, portable } from "./Portable.ts"
import { fromArchivedEvent, fromRecord } from "./ToWire.ts"
import { decoder } from "./Wire.ts"
import { isWireArchived } from "./WireGuard.ts"
import { toArchivedEvent, toRequest, toState } from "./WireNames.ts"
import { WireArchived } from "./WireSchema.ts"

// ---- archives: a record with its whole history, in a form that the Python library reads too ----

/** A record with its whole history, oldest event first. */
export interface ArchivedHandoff {
  /** The state that the history leads to. */
  readonly record: HandoffRecord
  readonly history: ReadonlyArray<HandoffEvent>
  /** The state in the text if it is another one: a program that keeps no history has changed the record. */
  readonly edited?: HandoffRecord
}

/**
 * Writes a record with its history, oldest first. A reader that ignores `history` sees the statuses of the
 * Python library: `cancelled` and `expired` look `rejected` or `failed`, and `input_required` looks `in_progress`.
 *
 * @example
 * ```ts
 * import { type ArchivedHandoff, encodeArchived } from "@aumai/handoff-protocol"
 *
 * const toFile = (handoffs: ReadonlyArray<ArchivedHandoff>) =>
 *   JSON.stringify(handoffs.map(encodeArchived), undefined, 2)
 * ```
 */
export const encodeArchived = ({ record, history }: ArchivedHandoff): WireArchived => ({
  ...fromRecord(portable(record)),
  history: history.map((event) => fromArchivedEvent(event, record.recordId))
})

const toArchived = (wire: WireArchived): Result.Result<ArchivedHandoff, string> => {
  const request = toRequest(wire.request)
  const { head, ...outside } = toState(wire.record_id, 1, request, wire)
  const { history } = wire
  if (history == null || history.length === 0) {
    const { updatedAt: at } = outside
    const imported: HandoffEvent = {
      _tag: "Imported",
      at,
      by: request.fromAgent,
      via: "foreign",
      record: outside
    }
    return Result.succeed({ record: create(wire.record_id, imported), history: [imported] })
  }
  const events = history.map((event) => toArchivedEvent(event, wire.record_id, request))
  const replayed = fold(wire.record_id, events)
  if (Result.isFailure(replayed)) return Result.fail(replayed.failure.message)
  const { success: folded } = replayed
  const last = events[events.length - 1]
  // A program that does not know of it drops it.
  const record: HandoffRecord =
    last === undefined ? folded : { ...folded, head: head ?? entryDigest(wire.record_id, folded.revision, last) }
  return Result.succeed(
    isSameState(record, outside)
      ? { record, history: events }
      : { record, history: events, edited: { ...outside, revision: record.revision } }
  )
}

const decodeArchivedShape = decoder(isWireArchived, WireArchived, toArchived)

/**
 * Reads a record with its history, as this library writes it, or without one, as the Python library does: its trail
 * then begins with an `Imported` event. A history that breaks the lifecycle is refused.
 *
 * @example
 * ```ts
 * import { decodeArchived } from "@aumai/handoff-protocol"
 *
 * const read = (json: unknown) => decodeArchived("handoffs.json", json)
 * ```
 */
export const decodeArchived = (input: string, json: unknown): Result.Result<ArchivedHandoff, InvalidInput> =>
  Result.flatMap(decodeArchivedShape(input, json), (archived) =>
    Result.mapError(archived, (expected) => new InvalidInput({ input, issues: [{ path: "history", expected }] }))
  )
