/** Archives in the JSON of the command and the Python library. Its own module, loaded by programs that export or import. */
import { HandoffManager } from "@aumai/handoff-core"
import {
  type ArchivedHandoff as Archived,
  decodeArchived,
  encodeArchived,
  ofArchive,
  takeOver
} from "@aumai/handoff-protocol"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

import type { ArchivedHandoff } from "../types/Json.ts"

/** Exports every handoff of the store as JSON, oldest first. */
export const exported: Stream.Stream<ArchivedHandoff, unknown, HandoffManager> = Stream.map(
  Stream.unwrap(HandoffManager.useSync((manager) => manager.export)),
  encodeArchived
)

const decode = (json: unknown): Archived =>
  Result.getOrThrowWith(
    // Taken over first, so that what was checked is what is imported.
    Result.flatMap(takeOver("handoff", json, ofArchive), (taken) => decodeArchived("handoff", taken)),
    (error) => error
  )

const done: IteratorResult<never> = { done: true, value: undefined }

// Not an async generator, because its `return` would wait for a pending `next` of the source.
const sourceOf = (handoffs: AsyncIterable<unknown> | Iterable<unknown>): AsyncIterable<unknown> => {
  if (Symbol.asyncIterator in handoffs) return handoffs
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = handoffs[Symbol.iterator]()
      return { next: async () => iterator.next(), return: async () => iterator.return?.() ?? done }
    }
  }
}

/** Decodes the handoffs of an archive one by one. Fails with any error that the source throws. */
export const stream = (handoffs: AsyncIterable<unknown> | Iterable<unknown>): Stream.Stream<Archived, unknown> =>
  Stream.map(
    Stream.fromAsyncIterable(sourceOf(handoffs), (error) => error),
    decode
  )
