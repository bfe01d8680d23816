/**
 * Keeps the reservations of claimers in a file beside the records, written under the lock and never flushed. They are hints
 * that hold for a second, so a file that is missing, torn or foreign counts as empty.
 */
import { type HandoffStore, Reservations, type StoreImage } from "@aumai/handoff-core"
import type { RecordId, StoreError } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import * as Failure from "./Failure.ts"
import type { JournalFile } from "./JournalFs.ts"
import { appendAll, privateMode } from "./JournalWrite.ts"
import { warmed } from "./Reading.ts"
import { refreshInTurn } from "./Refresh.ts"
import { type Session, turn } from "./Session.ts"

/** The reservations of a session, and how they end with it. */
export interface Reserving {
  readonly methods: Pick<HandoffStore["Service"], "reserve" | "unreserve">
  /** Removes the file, unless it has reservations of other processes. */
  readonly close: Effect.Effect<void, StoreError>
}

// Written again from this length on. Parsing it takes less time than a flush.
const mostBytes = 8 * 1024

/** One line. A newline before it separates it from one that a crash has cut. */
const encode = (held: Reservations.Reservations): Buffer =>
  Buffer.from(`\n${JSON.stringify([...held].map(([id, { revision, until }]) => [id, revision, until]))}`)

const decode = (bytes: Buffer): Reservations.Reservations => {
  const held: Reservations.Reservations = new Map()
  for (const line of bytes.toString("utf8").split("\n")) {
    try {
      const rows: unknown = JSON.parse(line)
      for (const row of Array.isArray(rows) ? rows : []) {
        const [id, revision, until] = Array.isArray(row) ? row : []
        // The cast: it is only compared with the ids of records.
        held.set(id as RecordId, { revision: Number(revision), until: Number(until) })
      }
    } catch {
      // A line that a crash has cut, or of another program.
    }
  }
  return held
}

/** The reservations that differ. One that was given back has ended. */
const changesOf = (before: Reservations.Reservations, held: Reservations.Reservations): Reservations.Reservations => {
  const changed: Reservations.Reservations = new Map()
  for (const [id, one] of before) if (!held.has(id)) changed.set(id, { ...one, until: 0 })
  for (const [id, one] of held) if (before.get(id) !== one) changed.set(id, one)
  return changed
}

/** Makes the reservations of a session. */
export const make = (session: Session): Reserving => {
  const { fs, paths } = session
  let isUsed = false

  const openFile = Effect.suspend(() =>
    Effect.catchTag(fs.open(paths.reserved), "FsError", () =>
      fs.create(paths.reserved, session.rest?.stat?.mode ?? privateMode)
    )
  )

  /** Edits the reservations. Call it in a turn. */
  const edit = <A>(
    operation: string,
    image: StoreImage.StoreImage,
    change: (held: Reservations.Reservations, now: number) => A
  ): Effect.Effect<A, StoreError> => {
    const editFile = (file: JournalFile) =>
      Effect.gen(function* () {
        const bytes = yield* file.readFrom(0)
        const held = decode(bytes)
        const now = yield* Clock.currentTimeMillis
        Reservations.prune(held, image, now)
        const before = new Map(held)
        const value = change(held, now)
        const isLong = bytes.length > mostBytes
        if (isLong) yield* file.truncate(0)
        yield* appendAll(file, encode(isLong ? held : changesOf(before, held)))
        return value
      })
    return Effect.mapError(
      Effect.acquireUseRelease(openFile, editFile, (file) => file.close),
      Failure.ofDisk(operation)
    )
  }

  const inTurn = <A>(
    operation: string,
    body: (image: StoreImage.StoreImage) => Effect.Effect<A, StoreError>
  ): Effect.Effect<A, StoreError> =>
    turn(session, operation, refreshInTurn(session, operation), Effect.flatMap(warmed(session, operation), body))

  return {
    methods: {
      reserve: (inbox, page, milliseconds) =>
        inTurn("reserve", (image) => {
          // Claimers of an empty inbox write nothing, and a store that is only read keeps no reservations.
          const listed = image.list(inbox, session.lock === undefined ? page : { ...page, limit: 1 })
          if (listed.length === 0 || session.lock === undefined) return Effect.succeed(listed)
          isUsed = true
          return edit("reserve", image, (held, now) =>
            Reservations.reserve(held, image, inbox, page, now, milliseconds)
          )
        }),
      unreserve: (records) =>
        session.lock === undefined
          ? Effect.void
          : inTurn("unreserve", (image) => edit("unreserve", image, (held) => Reservations.unreserve(held, records)))
    },
    close: Effect.suspend(() =>
      isUsed
        ? inTurn("close", (image) =>
            Effect.flatMap(
              edit("close", image, (held) => held.size),
              (left) => (left === 0 ? Effect.mapError(fs.unlink(paths.reserved), Failure.ofDisk("close")) : Effect.void)
            )
          )
        : Effect.void
    )
  }
}
