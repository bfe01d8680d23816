import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

type Page<A> = NonEmptyReadonlyArray<A>

/**
 * Page by page, in order. `Stream.mapArrayEffect` does more, for a kilobyte of what a browser loads, and `Stream.mapEffect`
 * with a concurrency brings a queue, for four of them.
 */
export const eachPage =
  <A, B, E2>(f: (page: Page<A>) => Effect.Effect<Page<B>, E2>) =>
  <E, R>(pages: Stream.Stream<A, E, R>): Stream.Stream<B, E | E2, R> =>
    Stream.transformPull(pages, (pull) => Effect.succeed(Effect.flatMap(pull, f)))
