import { type ArchivedHandoff, decodeArchived, encodeArchived, HandoffEvent } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import { checked, record } from "./Checked.ts"
import { fromPlain } from "./Plain.ts"

const archived = checked<ArchivedHandoff>(
  "handoff",
  Schema.Struct({ record, history: Schema.Array(Schema.toType(HandoffEvent)), edited: Schema.optionalKey(record) })
)

/** One handoff of an archive: its history must be one, and lead to its record; else the record counts as edited. */
const read = (given: unknown): ArchivedHandoff => {
  const { record, history, edited = record } = archived(fromPlain(given))
  const written = encodeArchived({ record: edited, history })
  return Result.getOrThrowWith(decodeArchived("handoff", written), (error) => error)
}

const left: IteratorResult<never> = { done: true, value: undefined }

// Not an async generator: one that waits for its source cannot be left.
const sourceOf = (given: AsyncIterable<unknown> | Iterable<unknown>): AsyncIterable<unknown> => {
  if (Symbol.asyncIterator in given) return given
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = given[Symbol.iterator]()
      return { next: async () => iterator.next(), return: async () => iterator.return?.() ?? left }
    }
  }
}

/** The handoffs of an archive, each judged when its turn comes. Fails with what the source throws. */
export const stream = (given: AsyncIterable<unknown> | Iterable<unknown>): Stream.Stream<ArchivedHandoff, unknown> =>
  Stream.map(
    Stream.fromAsyncIterable(sourceOf(given), (error) => error),
    read
  )
