/** Archives, in the JSON of the command and the Python library. Apart from the rest, so that it is loaded only where handoffs move. */
import { HandoffManager } from "@aumai/handoff-core"
import { type ArchivedHandoff as Archived, decodeArchived, encodeArchived } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

import type { ArchivedHandoff } from "../types/Json.ts"

/** Every handoff of the store as JSON, oldest first. */
export const exported: Stream.Stream<ArchivedHandoff, unknown, HandoffManager> = Stream.map(
  Stream.unwrap(HandoffManager.useSync((manager) => manager.export)),
  encodeArchived
)

const read = (given: unknown): Archived => Result.getOrThrowWith(decodeArchived("handoff", given), (error) => error)

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
export const stream = (given: AsyncIterable<unknown> | Iterable<unknown>): Stream.Stream<Archived, unknown> =>
  Stream.map(
    Stream.fromAsyncIterable(sourceOf(given), (error) => error),
    read
  )
