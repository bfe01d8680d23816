import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { HandoffStore } from "@aumai/handoff-core"
import { type HandoffStatus, RecordId } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import { advance, createOne } from "../../testing/src/handoffs.ts"
import { FileStore } from "../src/index.ts"
import { temporaryDirectory } from "./processes.ts"

interface PythonRecord {
  readonly [key: string]: unknown
  readonly record_id: string
  readonly status: string
}

/** Rewrites the file like the Python library: reads all records, drops unknown keys, changes some, and writes in place. */
const rewrite = (path: string, change: (records: ReadonlyArray<PythonRecord>) => ReadonlyArray<PythonRecord>) =>
  Effect.sync(() => {
    // The cast is safe because the test wrote this file.
    const records = JSON.parse(readFileSync(path, "utf8")) as ReadonlyArray<PythonRecord>
    const known = records.map((record) => ({ ...record, revision: undefined, history: undefined, reason: undefined }))
    writeFileSync(path, JSON.stringify(change(known), undefined, 2))
  })

const inStore = <A, E, R>(
  body: (at: { readonly path: string; readonly names: () => ReadonlyArray<string> }) => Effect.Effect<A, E, R>
) =>
  Effect.suspend(() => {
    const directory = temporaryDirectory()
    const path = join(directory.path, "handoffs.json")
    return Effect.ensuring(
      body({ path, names: () => readdirSync(directory.path).toSorted() }),
      Effect.sync(() => directory[Symbol.dispose]())
    )
  })

const store = <A, E>(ask: (store: HandoffStore["Service"]) => Effect.Effect<A, E>) => Effect.flatMap(HandoffStore, ask)
const get = (id: string) => store((handoffs) => Effect.map(handoffs.get(RecordId.make(id)), Option.getOrThrow))
const statusOf = (id: string) => Effect.map(get(id), ({ status }) => status)
const tagsOf = (id: string) =>
  store((handoffs) =>
    Effect.map(handoffs.history(RecordId.make(id)), (entries) => entries.map(({ event }) => event._tag))
  )

/** A file with `a`, `b` and `c`, opened again with a journal in which `b` was accepted. */
const withJournal = <A, E>(path: string, body: Effect.Effect<A, E, HandoffStore>) =>
  Effect.gen(function* () {
    const layer = FileStore.layer({ path })
    yield* Effect.provide(
      Effect.forEach(["a", "b", "c"], (id) => createOne(id)),
      layer
    )
    return yield* Effect.provide(
      Effect.gen(function* () {
        yield* advance(yield* get("b"))
        return yield* body
      }),
      FileStore.layer({ path })
    )
  })

const response = { accepted: true, reason: "Accepted by receiving agent.", estimated_completion: null }

describe("a file rewritten by another program while there is a journal", () => {
  it.live("has its progress and new records merged, and deletes nothing", () =>
    inStore(({ path, names }) =>
      withJournal(
        path,
        Effect.gen(function* () {
          yield* rewrite(path, (records) => {
            const [a, b] = records
            if (a === undefined || b === undefined) return []
            const updated_at = "2030-01-01T00:00:00.000000Z"
            // `a` is accepted, `b` has its old state, `c` is missing, `d` is new.
            return [{ ...a, status: "accepted", response, updated_at }, b, { ...a, record_id: "d" }]
          })
          assert.strictEqual(yield* statusOf("a"), "accepted")
          assert.deepStrictEqual(yield* tagsOf("a"), ["Created", "Accepted"])
          assert.strictEqual(yield* statusOf("b"), "accepted")
          assert.strictEqual(yield* statusOf("c"), "pending")
          assert.strictEqual(yield* statusOf("d"), "pending")
          assert.deepStrictEqual(yield* tagsOf("d"), ["Imported"])
          assert.deepStrictEqual(
            names().filter((name) => name.includes("conflict")),
            []
          )
          yield* advance(yield* get("d"))
        })
      ).pipe(
        Effect.andThen(
          Effect.provide(
            Effect.gen(function* () {
              const statuses: Array<HandoffStatus> = []
              for (const id of ["a", "b", "c", "d"]) statuses.push(yield* statusOf(id))
              assert.deepStrictEqual(statuses, ["accepted", "accepted", "pending", "accepted"])
            }),
            FileStore.layer({ path })
          )
        )
      )
    )
  )

  it.live("has contradicting records saved beside the file", () =>
    inStore(({ path, names }) =>
      withJournal(
        path,
        Effect.gen(function* () {
          yield* rewrite(path, (records) =>
            records.map((record) =>
              record.record_id === "b"
                ? { ...record, status: "rejected", response: { ...response, accepted: false, reason: "Not mine" } }
                : record
            )
          )
          assert.strictEqual(yield* statusOf("b"), "accepted")
          const beside = names().filter((name) => name.startsWith("handoffs.json.conflict-"))
          assert.strictEqual(beside.length, 1)
          assert.include(readFileSync(join(path, "..", beside[0] ?? ""), "utf8"), "Not mine")
          yield* advance(yield* get("b"))
        })
      )
    )
  )

  it.live("is written again if it is unreadable or empty, and the unreadable bytes are saved", () =>
    inStore(({ path, names }) =>
      withJournal(
        path,
        Effect.gen(function* () {
          writeFileSync(path, `[{"record_id": "a", `)
          assert.strictEqual(yield* statusOf("b"), "accepted")
          assert.strictEqual(names().filter((name) => name.startsWith("handoffs.json.unreadable-")).length, 1)
          assert.strictEqual(JSON.parse(readFileSync(path, "utf8")).length, 3)
          rmSync(path)
          assert.strictEqual(yield* statusOf("b"), "accepted")
          assert.strictEqual(JSON.parse(readFileSync(path, "utf8")).length, 3)
          yield* advance(yield* get("b"))
        })
      )
    )
  )

  it.live("continues its histories if there is no journal", () =>
    inStore(({ path }) =>
      Effect.gen(function* () {
        const layer = FileStore.layer({ path })
        yield* Effect.provide(Effect.andThen(createOne("a"), createOne("b")), layer)
        yield* Effect.provide(
          Effect.gen(function* () {
            assert.strictEqual(yield* statusOf("a"), "pending")
            yield* rewrite(path, (records) => records.map((record) => ({ ...record, status: "accepted", response })))
            assert.strictEqual(yield* statusOf("a"), "accepted")
            assert.deepStrictEqual(yield* tagsOf("a"), ["Created", "Accepted"])
            yield* advance(yield* get("a"))
          }),
          FileStore.layer({ path })
        )
        assert.include(readFileSync(path, "utf8"), `"status": "in_progress"`)
      })
    )
  )
})

describe("impossible times", () => {
  it.effect("in a file leave later changes in log order, before and after reopening", () =>
    inStore(({ path }) =>
      Effect.gen(function* () {
        const far = ["2300-01-01T00:00:00Z", "9999-12-31T23:59:59Z"].flatMap((at) =>
          [1, 2].map((n) => ({
            record_id: `${at.slice(0, 4)}-${n}`,
            request: { from_agent: "a", to_agent: "b", task_description: "t" },
            status: "pending",
            created_at: at,
            updated_at: at
          }))
        )
        yield* Effect.sync(() => writeFileSync(path, JSON.stringify(far, undefined, 2)))
        const layer = FileStore.layer({ path })
        const ids = ["one", "two", "three"]
        const all = store((handoffs) => handoffs.log({ limit: 100 }))
        const total = store((handoffs) => Effect.map(handoffs.tally, ({ pending }) => pending))
        yield* Effect.provide(
          Effect.gen(function* () {
            for (const id of ids) yield* createOne(id)
            assert.strictEqual(yield* total, 7)
          }),
          layer
        )
        const entries = yield* Effect.provide(all, layer)
        assert.deepStrictEqual(
          entries.slice(-3).map(({ recordId }) => String(recordId)),
          ids
        )
        assert.strictEqual(new Set(entries.map(({ position }) => position)).size, 7)
      })
    )
  )

  it.effect("are not accepted as positions from a file", () =>
    inStore(({ path }) =>
      Effect.gen(function* () {
        const layer = FileStore.layer({ path })
        yield* Effect.provide(createOne("a"), layer)
        const largest = /"position": \d+/
        yield* Effect.sync(() =>
          writeFileSync(path, readFileSync(path, "utf8").replace(largest, `"position": ${Number.MAX_SAFE_INTEGER}`))
        )
        yield* Effect.provide(
          Effect.gen(function* () {
            yield* createOne("b")
            yield* createOne("c")
            const entries = yield* store((handoffs) => handoffs.log({ limit: 10 }))
            assert.deepStrictEqual(
              entries.map(({ recordId }) => String(recordId)),
              ["a", "b", "c"]
            )
          }),
          layer
        )
      })
    )
  )
})

describe("a one-shot beside an open reader", () => {
  // Needs real time, because a closing store waits a few milliseconds to find out whether it is the last.
  it.live("leaves a journal, so that another program's rewrite undoes nothing", () =>
    inStore(({ path, names }) =>
      Effect.gen(function* () {
        const layer = FileStore.layer({ path })
        yield* Effect.provide(
          Effect.forEach(["a", "b"], (id) => createOne(id)),
          layer
        )
        const stale = readFileSync(path, "utf8")
        yield* Effect.provide(
          Effect.gen(function* () {
            yield* get("a")
            const accepting = Effect.flatMap(get("a"), (record) => advance(record))
            yield* Effect.provide(accepting, FileStore.layer({ path, oneShot: true }), { local: true })
            assert.include(names(), "handoffs.json-journal")
            yield* Effect.sync(() => writeFileSync(path, stale))
            assert.strictEqual(yield* statusOf("a"), "accepted")
          }),
          layer
        )
        assert.strictEqual(yield* Effect.provide(statusOf("a"), layer), "accepted")
      })
    )
  )
})
