import { StoreError } from "@aumai/handoff-protocol"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

import type { Entry, HandoffStore, Position } from "./HandoffStore.ts"

type Page<A> = NonEmptyReadonlyArray<A>

/**
 * Maps a stream page by page, in order. In the bundle that a browser loads, `Stream.mapArrayEffect` would add a kilobyte, and
 * `Stream.mapEffect` with concurrency would add four for its queue.
 */
export const eachPage =
  <A, B, E2>(f: (page: Page<A>) => Effect.Effect<Page<B>, E2>) =>
  <E, R>(pages: Stream.Stream<A, E, R>): Stream.Stream<B, E | E2, R> =>
    Stream.transformPull(pages, (pull) => Effect.succeed(Effect.flatMap(pull, f)))

/** Reads a page of the log after a position that it has just given. */
export const logPage = (
  store: HandoffStore["Service"],
  limit: number,
  after: Position | undefined
): Effect.Effect<ReadonlyArray<Entry>, StoreError> =>
  Effect.catchTag(store.log({ limit, ...(after === undefined ? {} : { after }) }), "InvalidPosition", (cause) => {
    const detail = "The log was replaced while it was read; read it again"
    return Effect.fail(new StoreError({ operation: "log", reason: "unavailable", detail, cause }))
  })
