import type { InputOf, InvalidPosition, readVerbs, StoreError } from "@aumai/handoff-protocol"
import { isReadonlyArrayNonEmpty } from "effect/Array"
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import type { Entry, HandoffStore, Position } from "../store/HandoffStore.ts"
import { isBefore } from "../store/Positions.ts"

// One page is one read of the store; 256 entries are a few hundred kilobytes at most in practice.
const pageSize = 256

type Input = InputOf<typeof readVerbs.changes>

/** The entries that `changes` chooses from the log. All conditions must hold. */
export type Where = NonNullable<Input["where"]>

/** The part of the log that `changes` reads. */
export interface ChangesOptions extends Pick<Input, "until" | "where"> {
  /** The beginning of the log (default), its present end, or the position to resume after. */
  readonly from?: "start" | "now" | Position
}

/** Entries of one read; `isLast` if no later ones are wanted. */
export interface Read {
  readonly entries: ReadonlyArray<Entry>
  readonly isLast: boolean
}

/** Reads the entries after those of the last read. */
type Next = Effect.Effect<Read, InvalidPosition | StoreError>

/** The part of the log that was asked for, as positions: after `after`, up to `last` if it has an end. */
export interface Range {
  readonly after: Position | undefined
  readonly until: { readonly last: Position | undefined } | undefined
}

const rangeOf = (
  store: HandoffStore["Service"],
  { from = "start", until }: ChangesOptions
): Effect.Effect<Range, StoreError> =>
  Effect.map(from === "now" || until === "now" ? store.end : Effect.succeedNone, (end) => {
    const last = Option.getOrUndefined(end)
    return {
      after: from === "start" ? undefined : from === "now" ? last : from,
      until: until === "now" ? { last } : undefined
    }
  })

/** Cuts entries after the end of a range. */
export const within = (entries: ReadonlyArray<Entry>, { until }: Range): ReadonlyArray<Entry> =>
  until === undefined
    ? entries
    : entries.filter(({ position }) => until.last !== undefined && !isBefore(until.last, position))

const readLog = (store: HandoffStore["Service"], range: Range): Next => {
  let { after } = range
  return Effect.suspend(() =>
    Effect.map(store.log({ limit: pageSize, ...(after === undefined ? {} : { after }) }), (page) => {
      after = page.at(-1)?.position ?? after
      const entries = within(page, range)
      const isAtEnd = entries.length < page.length || page.length === 0 || after === range.until?.last
      return { entries, isLast: range.until !== undefined && isAtEnd }
    })
  )
}

/**
 * Streams every entry of a part of the log, then every new one, indefinitely unless it has an end. Reads to the end of the
 * log, waits for a hint or at most `patience`, and reads again. A hint that arrives during a read counts for the next wait.
 * A lost hint delays an entry by `patience`; each idle `patience` costs one read.
 */
export const follow = (
  store: HandoffStore["Service"],
  options: ChangesOptions = {},
  patience: Duration.Input = "2 seconds",
  reader: (store: HandoffStore["Service"], range: Range) => Next = readLog
): Stream.Stream<Entry, InvalidPosition | StoreError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const hinted = yield* Latch.make()
      yield* Effect.forkScoped(
        Stream.runForEach(store.changed, () => hinted.open),
        { startImmediately: true }
      )
      const read = reader(store, yield* rangeOf(store, options))
      let isOver = false
      const next: Effect.Effect<readonly [Entry, ...Array<Entry>], InvalidPosition | StoreError | Cause.Done> =
        Effect.gen(function* () {
          while (!isOver) {
            // Reset before the read, so that a commit during the read hints again.
            hinted.closeUnsafe()
            const { entries, isLast } = yield* read
            isOver = isLast
            if (isReadonlyArrayNonEmpty(entries)) return [...entries]
            if (!isOver) yield* Effect.timeoutOption(hinted.await, patience)
          }
          return yield* Cause.done()
        })
      return Stream.fromPull(Effect.succeed(next))
    })
  )
