import { LogName, RecordId, StoreError } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { DocumentStore } from "../src/store/DocumentStore.ts"
import type { Entry, HandoffStore } from "../src/store/HandoffStore.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"
import { positionOf } from "../src/store/Positions.ts"
import * as HandoffConsumer from "../src/worker/HandoffConsumer.ts"
import { ask } from "./managing.ts"

const layer = HandoffManager.layer.pipe(Layer.provideMerge(MemoryStore.layer))

const test = (
  name: string,
  body: () => Generator<
    Effect.Effect<unknown, Error, HandoffManager | HandoffStore | DocumentStore | Scope.Scope>,
    void,
    never
  >
) => it.effect(name, () => Effect.provide(Effect.gen(body), layer))

const create = (id: string) => HandoffManager.use((manager) => manager.create(ask, { id: RecordId.make(id) }))

/** Lets everything run that can run now, the first loads of modules included. */
const settled = Effect.andThen(
  Effect.promise(() =>
    Promise.all([import("../src/engine/ChangesWhere.ts"), import("../src/store/MemoryDocuments.ts")])
  ),
  Effect.repeat(TestClock.adjust("1 millis"), { times: 20 })
)

/** Starts a process of the consumer `mail` that remembers what it has handled. */
const start = (
  seen: Array<string>,
  handler: (entry: Entry) => Effect.Effect<unknown, string> = () => Effect.void,
  options: Partial<HandoffConsumer.ConsumerOptions> = {}
) =>
  Effect.forkChild(
    HandoffConsumer.run(
      ["Created"],
      (entry) => Effect.tap(handler(entry), () => Effect.sync(() => seen.push(entry.recordId))),
      { consumer: "mail", ...options }
    ),
    { startImmediately: true }
  ).pipe(Effect.tap(() => settled))

describe("a consumer", () => {
  test("continues after the last entry that any process of its name has handled", function* () {
    const [first, second]: [Array<string>, Array<string>] = [[], []]
    yield* create("a")
    const one = yield* start(first)
    yield* create("b")
    yield* settled
    assert.deepStrictEqual(first, ["a", "b"])
    yield* Fiber.interrupt(one)
    yield* create("c")
    yield* start(second)
    assert.deepStrictEqual(second, ["c"])
    const other: Array<string> = []
    yield* start(other, undefined, { consumer: "from now on", from: "now" })
    yield* create("d")
    yield* settled
    assert.deepStrictEqual(other, ["d"])
    assert.deepStrictEqual(second, ["c", "d"])
  })

  test("has one owner at a time, and another takes over when the lease of a paused one ends", function* () {
    const [first, second]: [Array<string>, Array<string>] = [[], []]
    const manager = yield* HandoffManager
    let isPaused = false
    // A paused process neither saves nor renews.
    const documents = yield* DocumentStore
    const pausing = DocumentStore.of({
      ...documents,
      put: (document) => Effect.suspend(() => (isPaused ? Effect.never : documents.put(document)))
    })
    const one = yield* Effect.provideService(start(first), DocumentStore, pausing)
    yield* start(second)
    yield* manager.create(ask)
    yield* settled
    assert.deepStrictEqual([first.length, second.length], [1, 0])
    isPaused = true
    yield* create("b")
    yield* settled
    // It has handled the entry but not saved the position.
    assert.deepStrictEqual([first.length, second.length], [2, 0])
    yield* TestClock.adjust("29 seconds")
    assert.strictEqual(second.length, 0)
    yield* TestClock.adjust("3 seconds")
    yield* settled
    assert.deepStrictEqual(second, ["b"])
    isPaused = false
    yield* Fiber.interrupt(one)
  })

  test("that lost its name notices before it saves, and does not turn the position back", function* () {
    const seen: Array<string> = []
    const documents = yield* DocumentStore
    yield* create("a")
    const stolen = { position: null, owner: "thief", until: Number.MAX_SAFE_INTEGER }
    const steal = Effect.gen(function* () {
      const found = Option.getOrThrow(yield* documents.get(HandoffConsumer.kind, "mail"))
      yield* documents.put({ kind: HandoffConsumer.kind, ...found, body: stolen })
    })
    yield* start(seen, () => Effect.orDie(steal))
    yield* create("b")
    yield* settled
    yield* TestClock.adjust("1 minute")
    assert.deepStrictEqual(seen, ["a"])
    const left = Option.getOrThrow(yield* documents.get(HandoffConsumer.kind, "mail"))
    assert.deepStrictEqual(left.body, stolen)
  })

  test("calls a handler that fails again, and skips no entry", function* () {
    const [tried, seen, warnings]: [Array<string>, Array<string>, Array<string>] = [[], [], []]
    yield* create("a")
    yield* create("b")
    const handler = ({ recordId }: Entry) =>
      Effect.suspend(() => {
        tried.push(recordId)
        if (tried.length === 1) throw new Error("No connection")
        return tried.length === 2 ? Effect.fail("still none") : Effect.void
      })
    const console = { ...(yield* Console.Console), warn: (text: string) => void warnings.push(text) }
    yield* Effect.provideService(start(seen, handler), Console.Console, console)
    yield* TestClock.adjust("3 seconds")
    yield* settled
    assert.deepStrictEqual(tried, ["a", "a", "a", "b"])
    assert.deepStrictEqual(seen, ["a", "b"])
    assert.match(
      warnings[0] ?? "",
      /^The consumer mail failed at Created of handoff a and tries again in 1 s: No connection$/
    )
  })

  test("warns once of each outage of the store", function* () {
    const [seen, warnings]: [Array<string>, Array<string>] = [[], []]
    let isAway = true
    const documents = yield* DocumentStore
    const away = new StoreError({ operation: "read document", reason: "unavailable", detail: "The disk is away" })
    const get: typeof documents.get = (kind, key) => (isAway ? Effect.fail(away) : documents.get(kind, key))
    const put: typeof documents.put = (document) => (isAway ? Effect.fail(away) : documents.put(document))
    const console = { ...(yield* Console.Console), warn: (text: string) => void warnings.push(text) }
    yield* start(seen).pipe(
      Effect.provideService(DocumentStore, DocumentStore.of({ ...documents, get, put })),
      Effect.provideService(Console.Console, console)
    )
    yield* TestClock.adjust("5 seconds")
    assert.strictEqual(warnings.length, 1)
    isAway = false
    yield* TestClock.adjust("2 seconds")
    yield* create("a")
    yield* settled
    assert.deepStrictEqual(seen, ["a"])
    isAway = true
    yield* create("b")
    yield* TestClock.adjust("15 seconds")
    assert.strictEqual(warnings.length, 2)
  })

  test("fails with InvalidPosition if its position is of another log", function* () {
    const documents = yield* DocumentStore
    const position = positionOf({ log: LogName.make("z".repeat(26)), epoch: 1 }, 7)
    const body = { position, owner: "", until: 0 }
    yield* documents.put({ kind: HandoffConsumer.kind, key: "mail", version: 0, body })
    const consuming = yield* start([])
    const error = yield* Effect.orDie(Effect.flip(Fiber.join(consuming)))
    assert(error._tag === "InvalidPosition" && error.reason === "another_log")
    assert.include(error.message, "is a position of another log; follow the log from its beginning")
  })
})
