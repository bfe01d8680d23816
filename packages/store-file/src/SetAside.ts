/** Moves the odd elements of the readable file to a file beside it, when a person asks for it. */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as Failure from "./Failure.ts"
import * as JournalWrite from "./JournalWrite.ts"
import * as Publish from "./Publish.ts"
import type { Session } from "./Session.ts"

const operation = "set aside"

/**
 * Moves the odd elements, and returns the path of the new file; `None` without odd elements. Call it in a turn, after all
 * elements were decoded.
 */
export const setAside = (session: Session): Effect.Effect<Option.Option<string>, StoreError> =>
  Effect.suspend(() => {
    const { contents, lock, paths, rest } = session
    if (contents.odd.count() === 0) return Effect.succeedNone
    if (lock === undefined || rest === undefined) return Effect.fail(JournalWrite.readOnly(session, operation))
    const dropped = contents.odd.drop()
    const bytes = Publish.fileOf([...dropped.values()].map(({ slice }) => slice))
    const modified = rest.stat?.modified ?? 0
    return Effect.gen(function* () {
      // On the disk before the other file, so that a crash between the two leaves them in both.
      const target = yield* Effect.mapError(
        Publish.setAside(session, "odd", bytes, modified),
        Failure.ofDisk(operation)
      )
      const options = { afterwards: "new journal", announce: true } as const
      if (yield* Publish.publish(session, rest, operation, options)) return Option.some(target)
      return yield* Failure.unavailable(operation, `${paths.rest} is being written by another program; try again`)
    }).pipe(
      Effect.tapError(() =>
        Effect.sync(() => {
          for (const [key, { reason, slice }] of dropped) contents.odd.keep(key, slice, reason)
        })
      )
    )
  })
