/** Answers reads from current contents. */
import type { StoreImage } from "@aumai/handoff-core"
import type { RecordId, StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import * as Failure from "./Failure.ts"
import { refresh } from "./Refresh.ts"
import type { Session } from "./Session.ts"

// Decoding this many records takes about ten milliseconds. Yielding in between keeps the event loop free.
const decodedAtOnce = 512

/** All records, indexed, after decoding the rest in steps. */
export const warmed = (session: Session, operation: string): Effect.Effect<StoreImage.StoreImage, StoreError> =>
  Effect.gen(function* () {
    while (true) {
      const warm = session.contents.warm(decodedAtOnce)
      if (Result.isFailure(warm)) return yield* Failure.corrupt(operation, session.paths.rest, warm.failure)
      if (warm.success) break
      yield* Effect.yieldNow
    }
    const image = session.contents.image()
    if (Result.isFailure(image)) return yield* Failure.corrupt(operation, session.paths.rest, image.failure)
    return image.success
  })

/** The same after a refresh. */
export const current = (session: Session, operation: string) =>
  Effect.andThen(refresh(session, operation), warmed(session, operation))

/** Answers a read of one record, which may be odd. */
export const answerOf = <A, B>(
  session: Session,
  operation: string,
  id: RecordId,
  read: Result.Result<A, string>,
  give: (value: A) => B
) => {
  const odd = session.contents.odd.get(id)
  return odd === undefined
    ? answer(session, operation, read, give)
    : Effect.fail(Failure.odd(operation, session.paths.rest, odd))
}

/** Answers a read. */
export const answer = <A, B>(
  session: Session,
  operation: string,
  read: Result.Result<A, string>,
  give: (value: A) => B
) =>
  Result.isSuccess(read)
    ? Effect.succeed(give(read.success))
    : Effect.fail(Failure.corrupt(operation, session.paths.rest, read.failure))
