/** Reads the readable file, even while another program is writing it. */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import * as Failure from "./Failure.ts"
import type { FileStat } from "./JournalFs.ts"
import * as RestFile from "./RestFile.ts"
import { type Rest, type Session, tick } from "./Session.ts"
import { sha256 } from "./Sha256.ts"

/** The readable file and its records. */
export interface RestRead {
  readonly rest: Rest
  /** The records, or the reason why they cannot be read. */
  readonly slices: Result.Result<Map<string, RestFile.Slice>, string>
}

// Other programs empty the file before they rewrite it. Two seconds are a hundred times as long as a megabyte takes.
const patience = 2000
const between = 50

/** Reads the file, and again for up to two seconds if a program may still be writing it. */
export const readRest = (
  session: Session,
  stat: FileStat | undefined,
  operation: string
): Effect.Effect<RestRead, StoreError> =>
  stat === undefined
    ? Effect.sync(absent)
    : Effect.gen(function* () {
        const start = yield* Clock.currentTimeMillis
        while (true) {
          const read = yield* Effect.catchIf(
            session.fs.read(session.paths.rest),
            (cause) => cause.code === "ENOENT",
            () => Effect.undefined
          ).pipe(Effect.mapError(Failure.ofDisk(operation)))
          if (read === undefined) return absent()
          const { stat, bytes } = read
          const slices = RestFile.split(bytes)
          const now = yield* Clock.currentTimeMillis
          const isOld = now - start > patience || now - stat.modified > patience
          if (Result.isSuccess(slices) || isOld) {
            return { rest: { stat, bytes, hash: undefined, stable: now - stat.modified > tick }, slices }
          }
          yield* Effect.sleep(between)
        }
      })

// A new map each time, because the contents take it over.
const absent = (): RestRead => ({
  rest: { stat: undefined, bytes: undefined, hash: null, stable: true },
  slices: Result.succeed(new Map())
})

// Hashing four mebibytes takes about four milliseconds. Yielding in between keeps the event loop free.
const hashedAtOnce = 4 * 1024 * 1024

/** The SHA-256 of the file, computed on first use; `null` if there is no file. */
export const hashOf = (rest: Rest): Effect.Effect<string | null> =>
  Effect.gen(function* () {
    if (rest.hash !== undefined) return rest.hash
    const bytes = rest.bytes ?? Buffer.alloc(0)
    const hash = sha256()
    for (let at = 0; at < bytes.length; at += hashedAtOnce) {
      hash.update(bytes.subarray(at, at + hashedAtOnce))
      if (at + hashedAtOnce < bytes.length) yield* Effect.yieldNow
    }
    rest.hash = hash.digest("hex")
    return rest.hash
  })
