import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { HandoffManager, HandoffStore } from "@aumai/handoff-core"
import { AgentId, eventText, flawIn, RecordId, receiverOf } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { histories } from "../../testing/src/histories.ts"
import { openBox } from "../../testing/src/openBox.ts"
import { newRecord, type PythonRecord, readAsPython, rewrite } from "../../testing/src/python.ts"
import { FileStore } from "../src/index.ts"
import { start, startRewriter, temporaryDirectory } from "./processes.ts"

const inStore = <A, E, R>(body: (path: string) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const directory = temporaryDirectory()
    return Effect.ensuring(
      body(join(directory.path, "handoffs.json")),
      Effect.sync(() => directory[Symbol.dispose]())
    )
  })

const storeAt = (path: string, oneShot = false) => Layer.fresh(FileStore.layer({ path, oneShot }))

/** Every history of a store, which must have no flaw. */
const trailsIn = (path: string) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const found = new Map<string, ReadonlyArray<string>>()
    for (const record of yield* store.list({ _tag: "All" }, { limit: 100_000 })) {
      const events = (yield* store.history(record.recordId)).map(({ event }) => event)
      assert.isUndefined(flawIn(record.recordId, events, record), record.recordId)
      found.set(
        record.recordId,
        events.map((event) => eventText(event))
      )
    }
    return found
  }).pipe(Effect.provide(storeAt(path), { local: true }))

/** Fills a store with every kind of handoff and event. */
const fill = (path: string, oneShot: boolean) =>
  Effect.gen(function* () {
    const { commits } = yield* histories(2)
    const write = Effect.flatMap(HandoffStore, (store) => Effect.forEach(commits, (changes) => store.commit(changes)))
    yield* Effect.provide(write, storeAt(path, oneShot), { local: true })
  })

const manager = <A, E>(path: string, use: (manager: HandoffManager["Service"]) => Effect.Effect<A, E>) =>
  Effect.provide(
    Effect.flatMap(HandoffManager, use),
    HandoffManager.layer.pipe(Layer.provide(openBox), Layer.provideMerge(storeAt(path, true)), Layer.fresh),
    { local: true }
  )

const one = RecordId.make("one")
const [planner, executor, analyst] = ["planner", "executor", "analyst"].map((name) => AgentId.make(name))
assert(planner !== undefined && executor !== undefined && analyst !== undefined)
const request = { fromAgent: planner, toAgent: executor, taskDescription: "t" }

describe("a program that keeps no history", () => {
  for (const oneShot of [false, true]) {
    it.live(`leaves every trail as it was when it creates a handoff at rest, ${oneShot ? "one-shot" : "open"}`, () =>
      inStore((path) =>
        Effect.gen(function* () {
          yield* fill(path, oneShot)
          const before = yield* trailsIn(path)
          assert.isAbove(before.size, 30)
          const rewriter = startRewriter(path, "py", 1)
          assert.strictEqual(yield* Effect.promise(() => rewriter.nextLine()), "create py-0")
          yield* Effect.promise(() => rewriter.exit)
          assert.notInclude(readFileSync(path, "utf8"), "history")
          const bytes = readFileSync(path)
          // Read twice, because a reader writes nothing.
          for (let read = 0; read < 2; read += 1) {
            const after = yield* trailsIn(path)
            assert.strictEqual(after.get("py-0")?.length, 1)
            for (const [id, trail] of before) assert.deepStrictEqual(after.get(id), trail, id)
          }
          assert.deepStrictEqual(readFileSync(path), bytes)
          yield* manager(path, ({ accept }) => accept(RecordId.make("py-0")))
          const written = yield* trailsIn(path)
          assert.strictEqual(written.get("py-0")?.length, 2)
          for (const [id, trail] of before) assert.deepStrictEqual(written.get(id), trail, id)
          assert.deepStrictEqual(
            readdirSync(join(path, "..")).filter((name) => name.includes("conflict") || name.includes("unreadable")),
            []
          )
        })
      )
    )
  }

  it.live("sees the present receiver, and does not move the handoff back", () =>
    inStore((path) =>
      Effect.gen(function* () {
        yield* manager(path, ({ create }) => create(request, { id: one }))
        yield* manager(path, ({ accept }) => accept(one))
        yield* manager(path, ({ forward }) => forward(one, { to: analyst }))
        const [seen] = readAsPython(path)
        assert.strictEqual(seen?.request["to_agent"], "analyst")
        const trails = yield* trailsIn(path)
        rewrite(path, (records) => [...records, newRecord("two")])
        assert.deepStrictEqual((yield* trailsIn(path)).get("one"), trails.get("one"))
        const accepted = yield* manager(path, ({ accept }) => accept(one, { by: analyst }))
        assert.deepStrictEqual(
          [receiverOf(accepted), accepted.request.toAgent, accepted.attempt],
          [analyst, executor, 2]
        )
        yield* trailsIn(path)
      })
    )
  )

  it.live("does not let a worker back in whose attempt has ended", () =>
    inStore((path) =>
      Effect.gen(function* () {
        yield* manager(path, ({ create }) => create(request, { id: one }))
        yield* manager(path, ({ accept }) => accept(one, { lease: 60_000 }))
        yield* manager(path, ({ release }) => release(one, { attempt: 1 }))
        yield* manager(path, ({ accept }) => accept(one, { lease: 60_000 }))
        rewrite(path, (records) => [...records, newRecord("two")])
        const refused = yield* Effect.flip(manager(path, ({ complete }) => complete(one, { attempt: 1 })))
        assert.strictEqual(refused._tag, "StaleAttempt")
        const completed = yield* manager(path, ({ complete }) => complete(one, { attempt: 2 }))
        assert.strictEqual(completed.status, "completed")
      })
    )
  )

  it.live("completes a handoff that waits for an answer, and no answer is invented", () =>
    inStore((path) =>
      Effect.gen(function* () {
        yield* manager(path, ({ create }) => create(request, { id: one }))
        yield* manager(path, ({ accept }) => accept(one))
        yield* manager(path, ({ start }) => start(one))
        yield* manager(path, ({ ask }) => ask(one, { question: "Which?" }))
        rewrite(path, (records) => records.map((record) => completed(record)))
        const trail = (yield* trailsIn(path)).get("one") ?? []
        assert.deepStrictEqual(
          trail.map((event) => JSON.parse(event)["_tag"]),
          ["Created", "Accepted", "Started", "Asked", "Completed"]
        )
      })
    )
  )

  it.live("sees delivered work in progress, and delivers it again instead of approving it", () =>
    inStore((path) =>
      Effect.gen(function* () {
        yield* manager(path, ({ create }) => create({ ...request, review: {} }, { id: one }))
        yield* manager(path, ({ accept }) => accept(one))
        yield* manager(path, ({ complete }) => complete(one, { result: { rows: 1 } }))
        rewrite(path, (records) =>
          records.map((record) => {
            assert.deepStrictEqual([record.status, record["result"]], ["in_progress", {}])
            return completed(record)
          })
        )
        const trail = (yield* trailsIn(path)).get("one") ?? []
        assert.deepStrictEqual(
          trail.map((event) => JSON.parse(event)["_tag"]),
          ["Created", "Accepted", "Delivered", "Delivered"]
        )
        assert.strictEqual((yield* manager(path, ({ get }) => get(one))).status, "delivered")
        assert.strictEqual((yield* manager(path, ({ approve }) => approve(one))).status, "completed")
      })
    )
  )

  it.live("has a state that contradicts the history saved beside the file, before the file is written", () =>
    inStore((path) =>
      Effect.gen(function* () {
        yield* manager(path, ({ create }) => create(request, { id: one }))
        yield* manager(path, ({ accept }) => accept(one))
        const beside = () => readdirSync(join(path, "..")).filter((name) => name.includes(".conflict-"))
        rewrite(path, (records) =>
          records.map((record) => ({
            ...record,
            status: "rejected",
            response: { accepted: false, reason: "Not mine", estimated_completion: null }
          }))
        )
        assert.deepStrictEqual((yield* trailsIn(path)).get("one")?.length, 2)
        assert.deepStrictEqual(beside(), [])
        yield* manager(path, ({ start }) => start(one))
        const [name = "", ...more] = beside()
        assert.deepStrictEqual(more, [])
        assert.include(readFileSync(join(path, "..", name), "utf8"), "Not mine")
        assert.strictEqual((yield* trailsIn(path)).get("one")?.length, 3)
      })
    )
  )
})

const completed = (record: PythonRecord): PythonRecord => ({
  ...record,
  status: "completed",
  result: { by: "python" },
  updated_at: new Date().toISOString()
})

describe("two processes of this library and one that keeps no history, on 4,000 records", () => {
  it.live(
    "lose no acknowledged handoff",
    () =>
      inStore((path) =>
        Effect.gen(function* () {
          const many = Array.from({ length: 4000 }, (_, index) => newRecord(`old-${index}`))
          writeFileSync(path, JSON.stringify(many, undefined, 2))
          const ids = (name: string) => Array.from({ length: 15 }, (_, index) => `${name}-${index}`)
          const creators = ["a", "b"].map((name) => start("create.ts", path, ...ids(name)))
          const rewriter = startRewriter(path, "py", 40)
          const linesOf = async ({ nextLine }: typeof rewriter) => {
            const lines: Array<string> = []
            for (let line = await nextLine(); line !== undefined; line = await nextLine()) lines.push(line)
            return lines
          }
          const said = yield* Effect.promise(() => Promise.all([...creators, rewriter].map(linesOf)))
          const ours = said
            .flat()
            .filter((line) => line.startsWith("done "))
            .map((line) => line.slice("done ".length))
          assert.isAbove(ours.length, 5, "too few commits for a meaningful result")
          assert.isAbove(said[2]?.length ?? 0, 5, "too few rewrites for a meaningful result")
          const found = yield* trailsIn(path)
          assert.deepStrictEqual(
            ours.filter((id) => !found.has(RecordId.make(id))),
            []
          )
          assert.isAtLeast(found.size, 4000 + ours.length)
        })
      ),
    180_000
  )
})
