import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"

import { type Archived, archivedCodec } from "../encoding/Codecs.ts"
import type { WireArchived } from "../encoding/WireTypes.ts"
import { isSameState, portable } from "../foreign/Portable.ts"
import { entryDigest } from "../lifecycle/Chain.ts"
import { receiverOf } from "../lifecycle/Clocks.ts"
import { create, fold } from "../lifecycle/Lifecycle.ts"
import { InvalidInput } from "../model/HandoffError.ts"
import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import type { HandoffRequest } from "../model/HandoffRequest.ts"
import { type RecordId, unrouted } from "../values/Fields.ts"
import { decoder } from "./Wire.ts"

// ---- archives: a record with its whole history, in a form that the Python library reads too ----

/** The `format` of a full archive: an object with the keys `format`, `origin`, `agents` and `records`, in this order. */
export const archiveFormat = "aumai-handoff/archive/2"

/** A record with its whole history, oldest event first. */
export interface ArchivedHandoff {
  /** The state that the history leads to. */
  readonly record: HandoffRecord
  readonly history: ReadonlyArray<HandoffEvent>
  /** The state in the archive if it differs: a program that keeps no history has changed the record. */
  readonly edited?: HandoffRecord
  /** The position of each entry in the log that the archive was made of, if the archive has them. */
  readonly positions?: ReadonlyArray<string>
}

/**
 * Writes a record with its history, oldest first. A reader that ignores `history` sees the statuses of the
 * Python library: `cancelled` and `expired` look `rejected` or `failed`, and `input_required` looks `in_progress`.
 */
export const encodeArchived = ({ record, history }: ArchivedHandoff): WireArchived => {
  // The last event says that another program ended it. Without `via`, the record has the form of earlier versions.
  const { via: _, ...state }: HandoffRecord & { readonly via?: unknown } = portable(record)
  return archivedCodec.write({ ...state, history: history.map((event) => unnamed(event, record.recordId)) })
}

/**
 * Shows the present receiver of a forwarded handoff in `to_agent`, as the file of a store does, because the Python library
 * knows no hops. `first_receiver` then keeps the one that the request names.
 */
export const showReceiver = (archived: WireArchived, record: HandoffRecord): WireArchived => {
  const receiver = receiverOf(record)
  const { history, request, ...rest } = archived
  return receiver === request.to_agent
    ? archived
    : // The history stays last: the file store finds the last position at the end of a record.
      {
        ...rest,
        request: { ...request, to_agent: receiver },
        first_receiver: request.to_agent,
        history: history ?? null
      }
}

/** Drops the id of an imported state if it is that of its record. */
const unnamed = (event: HandoffEvent, recordId: RecordId): HandoffEvent =>
  event._tag === "Imported" && event.record.recordId === recordId
    ? // The cast: in an archive the id may be missing.
      { ...event, record: { ...event.record, recordId: undefined } as unknown as HandoffRecord }
    : event

/** Restores the fields of an archived event that only its record holds. */
const whole = (event: HandoffEvent, recordId: RecordId, request: HandoffRequest): HandoffEvent =>
  event._tag === "Created"
    ? { ...event, request }
    : event._tag === "Imported"
      ? { ...event, record: Object.assign({ recordId, revision: 1, request }, event.record) }
      : event

const toArchived = ({ firstReceiver, history, head, ...read }: Archived): Result.Result<ArchivedHandoff, string> => {
  const { recordId } = read
  const request = firstReceiver === undefined ? read.request : { ...read.request, toAgent: firstReceiver }
  // Another receiver than the present one is an edit of the request.
  const isShown = receiverOf(read) === read.request.toAgent
  const outside: HandoffRecord = { ...read, revision: 1, ...(isShown ? { request } : {}) }
  if (history === undefined || history.length === 0) {
    const { updatedAt: at } = outside
    const imported: HandoffEvent = { _tag: "Imported", at, by: request.fromAgent, via: "foreign", record: outside }
    return Result.succeed({ record: create(recordId, imported), history: [imported] })
  }
  const events = history.map((event) => whole(event, recordId, request))
  const replayed = fold(recordId, events)
  if (Result.isFailure(replayed)) return Result.fail(replayed.failure.message)
  const { success: folded } = replayed
  const last = events[events.length - 1]
  // A program that does not know `head` drops it.
  const record: HandoffRecord =
    last === undefined ? folded : { ...folded, head: head ?? entryDigest(recordId, folded.revision, last) }
  return Result.succeed(
    isSameState(record, outside)
      ? { record, history: events }
      : { record, history: events, edited: { ...outside, revision: record.revision } }
  )
}

const decodeShape = decoder(archivedCodec)

/** Reads a request of the Python library without a receiver, which has an empty `to_agent`, as one for `unrouted`. */
const addressed = (json: unknown): unknown =>
  Predicate.hasProperty(json, "request") &&
  Predicate.hasProperty(json.request, "to_agent") &&
  json.request.to_agent === ""
    ? { ...json, request: { ...json.request, to_agent: unrouted } }
    : json

/**
 * Reads a record with its history, as this library writes it, or without one, as the Python library does. A record without
 * a history gets one that begins with `Imported`. A history that breaks the lifecycle is refused. A request with an empty
 * `to_agent` is one for `unrouted`, and `forward` in that name lets the router choose its receiver.
 */
export const decodeArchived = (input: string, json: unknown): Result.Result<ArchivedHandoff, InvalidInput> =>
  Result.flatMap(decodeShape(input, addressed(json)), (archived) =>
    Result.mapBoth(toArchived(archived), {
      onFailure: (expected) => new InvalidInput({ input, issues: [{ path: "history", expected }] }),
      onSuccess: (read) => {
        const positions = positionsIn(json)
        return positions.length > 0 && positions.length === read.history.length ? { ...read, positions } : read
      }
    })
  )

/** The positions of the entries; empty for the file of a store, whose positions are numbers. */
const positionsIn = (json: unknown): ReadonlyArray<string> =>
  Predicate.hasProperty(json, "history") && Array.isArray(json.history)
    ? json.history.flatMap((entry: unknown) =>
        Predicate.hasProperty(entry, "position") && typeof entry.position === "string" ? [entry.position] : []
      )
    : []
