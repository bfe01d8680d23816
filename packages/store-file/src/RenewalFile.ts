/**
 * Keeps the renewals of leases in a small file beside the records, rewritten as a whole under the same lock. It is not flushed:
 * a power cut may lose renewals, and a file that it has damaged counts as none.
 */
import { isUtf8 } from "node:buffer"

import {
  type HandoffStore,
  type Keys,
  keysOf,
  keysWith,
  type Renewal,
  type Renewed,
  renewedIn,
  renewedKeys,
  shownWith,
  type StoreImage
} from "@aumai/handoff-core"
import { type HandoffRecord, parseJson, RecordId, type StoreError } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import * as Failure from "./Failure.ts"
import * as JournalWrite from "./JournalWrite.ts"
import { refreshInTurn } from "./Refresh.ts"
import { isSame, type Renewals, type Session, tick, turn } from "./Session.ts"

const File = Schema.Array(
  Schema.Struct({ record_id: RecordId, attempt: Schema.Int, until: Schema.DateTimeUtcFromString })
)
const decodeFile = Schema.decodeUnknownResult(File)

const decode = (bytes: Buffer): Renewals["of"] => {
  const json = isUtf8(bytes) ? parseJson(bytes.toString("utf8")) : Result.fail("Expected UTF-8")
  const renewals = Result.getOrElse(Result.flatMap(json, decodeFile), () => [])
  return new Map(
    renewals.map(({ attempt, record_id, until }) => [record_id, { attempt, until: until.epochMilliseconds }])
  )
}

const encode = (renewals: Renewals["of"]): Buffer => {
  const lines = [...renewals].map(([record_id, { attempt, until }]) =>
    JSON.stringify({ record_id, attempt, until: DateTime.formatIso(DateTime.makeUnsafe(until)) })
  )
  return Buffer.from(`[\n${lines.join(",\n")}\n]\n`)
}

/** Reads the file again if it has changed. Takes one stat call if it has not. */
export const read = (session: Session, operation: string): Effect.Effect<Renewals["of"], StoreError> =>
  Effect.gen(function* () {
    const { fs, paths, renewals: known } = session
    const stat = yield* fs.stat(paths.renewals)
    if (known !== undefined && known.stable && isSame(known.stat, stat)) return known.of
    const now = yield* Clock.currentTimeMillis
    // Between the two looks, the last process to close may have removed it.
    const found = stat === undefined ? undefined : yield* Effect.option(fs.read(paths.renewals))
    const bytes = found?._tag === "Some" ? found.value : undefined
    session.renewals = {
      stat: bytes?.stat,
      stable: bytes === undefined || now - bytes.stat.modified > tick,
      of: bytes === undefined ? new Map() : decode(bytes.bytes)
    }
    return session.renewals.of
  }).pipe(Effect.catchTag("FsError", (cause) => Effect.fail(Failure.ofDisk(operation)(cause))))

/** A record as readers see it. */
export const shown = (
  session: Session,
  operation: string,
  record: HandoffRecord
): Effect.Effect<HandoffRecord, StoreError> =>
  // Fast path: a record without a lease needs no look at the file.
  !("lease" in record) || record.lease?.until === undefined
    ? Effect.succeed(record)
    : Effect.map(read(session, operation), (renewals) => {
        const renewed = renewals.get(record.recordId)
        return renewed?.attempt === record.attempt ? shownWith(record, renewed.until) : record
      })

const beginning = DateTime.makeUnsafe(0)

const renewalOf = ([id, { attempt, until }]: readonly [string, Renewed]): Renewal => ({
  recordId: RecordId.make(id),
  attempt,
  until: DateTime.makeUnsafe(until)
})

// The renewals that an image has. Those of another read are applied to it once.
const applied = new WeakMap<StoreImage.StoreImage, Renewals["of"]>()

/** Brings the renewals of an image up to date with the file. */
export const taken = (
  session: Session,
  operation: string,
  image: StoreImage.StoreImage
): Effect.Effect<StoreImage.StoreImage, StoreError> =>
  Effect.map(read(session, operation), (renewals) => {
    if (applied.get(image) !== renewals) {
      // Nothing is due at this moment, so that only the attempt and the lease decide.
      image.renew([...renewals].map(renewalOf), beginning)
      applied.set(image, renewals)
    }
    return image
  })

/** The keys of a record with the renewal of its lease. */
const keysIn = (session: Session, id: string, renewals: Renewals["of"]): Keys | undefined => {
  // The cast: an id that is not one is not found.
  const record = Result.getOrUndefined(session.contents.get(id as RecordId))
  return record && keysWith(keysOf(record), renewals.get(id))
}

/** The renewals of attempts that have not ended. */
const lasting = (session: Session, renewals: Renewals["of"]): Map<string, Renewed> => {
  const kept = new Map<string, Renewed>()
  for (const id of renewals.keys()) {
    const keys = keysIn(session, id, renewals)
    const renewed = keys && renewedIn(keys)
    if (renewed !== undefined) kept.set(id, renewed)
  }
  return kept
}

/** Removes the file at the end of the last process, unless it has a renewal that lasts. */
export const tidy = (session: Session): Effect.Effect<void> =>
  Effect.ignore(
    Effect.flatMap(read(session, "close"), (renewals) =>
      session.renewals?.stat === undefined || lasting(session, renewals).size > 0
        ? Effect.void
        : session.fs.unlink(session.paths.renewals)
    )
  )

/** Makes the method of the store. */
export const make = (session: Session): HandoffStore["Service"]["renew"] => {
  const operation = "renew"
  const write = (renewals: Renewals["of"]) =>
    Effect.gen(function* () {
      const { fs, paths, rest } = session
      const mode = session.renewals?.stat?.mode ?? rest?.stat?.mode ?? JournalWrite.privateMode
      yield* JournalWrite.replaceFile(session, paths.renewals, mode, encode(renewals), false)
      session.renewals = { stat: yield* fs.stat(paths.renewals), stable: false, of: renewals }
    })
  const renew = (renewals: ReadonlyArray<Renewal>, at: DateTime.Utc) =>
    Effect.gen(function* () {
      if (session.lock === undefined) return yield* JournalWrite.readOnly(session, operation)
      const kept = lasting(session, yield* read(session, operation))
      const refused = renewals.filter((renewal) => {
        const keys = keysIn(session, renewal.recordId, kept)
        const next = keys && renewedKeys(keys, renewal, at)
        const renewed = next && renewedIn(next)
        if (renewed !== undefined) kept.set(renewal.recordId, renewed)
        return renewed === undefined
      })
      if (refused.length < renewals.length) {
        yield* Effect.mapError(write(kept), Failure.ofDisk(operation, "in doubt"))
      }
      return refused
    })
  return (renewals, at) =>
    renewals.length === 0
      ? Effect.succeed([])
      : turn(session, operation, refreshInTurn(session, operation), renew(renewals, at))
}
