/** Archives in the JSON of the command and the Python library. Its own module, loaded by programs that export or import. */
import {
  addMissingAgents,
  decodeAgent,
  encodePositioned,
  fullArchiveHead,
  HandoffManager,
  type ImportOptions,
  type ImportReport,
  learnKeys,
  type HandoffStore
} from "@aumai/handoff-core"
import {
  type ArchivedHandoff as Archived,
  archiveFormat,
  decodeArchived,
  decodeKeyEvent,
  encodeArchived,
  InvalidInput,
  ofArchive,
  RecordId,
  takeOver
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import type { ArchivedHandoff, FullArchive } from "../types/Json.ts"

/** Exports every handoff of the store as JSON, oldest first; for a full archive, with the positions of its entries. */
export const exported = (full: boolean): Stream.Stream<ArchivedHandoff, unknown, HandoffManager | HandoffStore> => {
  const handoffs = Stream.unwrap(HandoffManager.useSync((manager) => manager.export))
  return full ? encodePositioned(handoffs) : Stream.map(handoffs, encodeArchived)
}

/** Puts the agents of the store around its records. */
export const around = (records: AsyncIterable<ArchivedHandoff>) =>
  Effect.map(fullArchiveHead(), (head): FullArchive => ({ ...head, records }))

// Taken over first, so that what was checked is what is imported.
const decode = (json: unknown): Result.Result<Archived, InvalidInput> =>
  Result.flatMap(takeOver("handoff", json, ofArchive), (taken) => decodeArchived("handoff", taken))

/** The report on a handoff that cannot be read; its place stands for a missing id. */
const unreadable = (json: unknown, index: number, { issues }: InvalidInput): ImportReport => {
  const faults = issues.map(({ expected, path }) => (path === "" ? expected : `${path}: ${expected}`))
  const problem = `It cannot be read: ${faults.join("; ")}`
  // The value was refused, so that a look at it may throw.
  const id = Result.getOrUndefined(
    Result.try(() => (Predicate.hasProperty(json, "record_id") ? json.record_id : undefined))
  )
  return { recordId: isRecordId(id) ? id : RecordId.make(`[${index}]`), outcome: "broken", problem }
}

const isRecordId = Schema.is(RecordId)

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

/**
 * Decodes the handoffs of an archive one by one, and reports to `odd` those that cannot be read. Fails with any error that
 * the source throws.
 */
const stream = (
  handoffs: AsyncIterable<unknown> | Iterable<unknown>,
  odd: Array<ImportReport>
): Stream.Stream<Archived, unknown> => {
  let index = 0
  return Stream.fromAsyncIterable(sourceOf(handoffs), (error) => error).pipe(
    Stream.map((json) => {
      const read = decode(json)
      if (Result.isFailure(read)) odd.push(unreadable(json, index, read.failure))
      index += 1
      return Result.getOrUndefined(read)
    }),
    Stream.filter((archived) => archived !== undefined)
  )
}

const isFull = (archive: object): archive is FullArchive =>
  !(Symbol.asyncIterator in archive || Symbol.iterator in archive)

const invalid = (path: string, expected: string) => new InvalidInput({ input: "archive", issues: [{ path, expected }] })

/** The agents and the key logs of a full archive. */
const headOf = Effect.fnUntraced(function* (archive: FullArchive) {
  const format: string = archive.format
  if (format !== archiveFormat) return yield* invalid("format", `Expected ${archiveFormat}`)
  for (const key of Object.keys(archive)) {
    if (key === "records") break
    if (key !== "format" && key !== "origin" && key !== "agents" && key !== "keys" && key !== "checkpoint") {
      return yield* invalid(key, "This version does not know the key; upgrade @aumai/handoff to read the archive")
    }
  }
  const agents = yield* Effect.forEach(archive.agents, (agent, index) =>
    Effect.fromResult(decodeAgent(`archive agents[${index}]`, agent))
  )
  const keys = yield* Effect.forEach(archive.keys ?? [], (event, index) =>
    Effect.fromResult(decodeKeyEvent(`archive keys[${index}]`, event))
  )
  return { agents, keys }
})

/**
 * Imports handoffs. Of a full archive, it first learns the key logs, and at last registers the agents that the store does not
 * know: from then on, only their keys prove what is in their names.
 */
export const imported = Effect.fnUntraced(function* (
  archive: AsyncIterable<unknown> | Iterable<unknown> | FullArchive,
  options: ImportOptions
) {
  const manager = yield* HandoffManager
  const odd: Array<ImportReport> = []
  if (!isFull(archive)) return [...(yield* Stream.runCollect(manager.import(stream(archive, odd), options))), ...odd]
  const { agents, keys } = yield* headOf(archive)
  yield* learnKeys(keys)
  const reports = yield* Stream.runCollect(manager.import(stream(archive.records, odd), options))
  yield* addMissingAgents(agents)
  return [...reports, ...odd]
})
