import type * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

type Page<A> = Arr.NonEmptyReadonlyArray<A>

/**
 * Page by page, in order. `Stream.mapArrayEffect` does more, for a kilobyte of what a browser loads; and `Stream.mapEffect`
 * with many at once for two, even where only what is loaded later calls it.
 */
export const eachPage =
  <A, B, E2, R2>(f: (page: Page<A>) => Effect.Effect<Page<B>, E2, R2>) =>
  <E, R>(pages: Stream.Stream<A, E, R>): Stream.Stream<B, E | E2, R | R2> =>
    Stream.transformPull(pages, (pull) => Effect.succeed(Effect.flatMap(pull, f)))
