import { AgentId, RecordId } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"

import type { ChangesOptions } from "../src/engine/Changes.ts"
import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { type Entry, HandoffStore, Position } from "../src/store/HandoffStore.ts"
import { ask, managerOver, refusal, test } from "./managing.ts"

const told = (entries: ReadonlyArray<Entry>) => entries.map(({ event, recordId }) => `${recordId} ${event._tag}`)

/** The entries that the log has now. */
const present = (options: ChangesOptions) =>
  HandoffManager.use(({ changes }) => Effect.map(Stream.runCollect(changes({ ...options, until: "now" })), told))

/** A whole with one part, which was forwarded, and a handoff of a stranger that names the whole as its parent. */
const scene = Effect.gen(function* () {
  const manager = yield* HandoffManager
  const whole = RecordId.make("whole")
  yield* manager.create(ask, { id: whole })
  yield* manager.accept(whole)
  const part = yield* manager.delegate(
    whole,
    { toAgent: "clerk", taskDescription: "A part" },
    { id: RecordId.make("part") }
  )
  yield* manager.forward(part.recordId, { to: AgentId.make("scribe") })
  const noise = { fromAgent: "stranger", toAgent: "other", taskDescription: "Noise", parent: whole }
  yield* manager.create(noise, { id: RecordId.make("noise") })
})

const chain = ["whole Created", "whole Accepted", "part Created", "whole Delegated", "part Forwarded"]
const all = [...chain, "noise Created"]

describe("changes", () => {
  test("begin at the start, now or after a position, and end with the last entry of the call", function* () {
    assert.deepStrictEqual(yield* present({ from: "now" }), [])
    assert.deepStrictEqual(yield* present({}), [])
    yield* scene
    const manager = yield* HandoffManager
    assert.deepStrictEqual(yield* present({}), all)
    assert.deepStrictEqual(yield* present({ from: "now" }), [])
    const third = (yield* Stream.runCollect(Stream.take(manager.changes(), 3)))[2]
    assert(third !== undefined)
    assert.deepStrictEqual(yield* present({ from: third.position }), all.slice(3))
    // More than one page, and an entry that is committed while the first is read.
    for (let index = 0; index < 300; index++) yield* manager.create(ask)
    const loop = Stream.tap(manager.changes({ until: "now" }), () => manager.create(ask))
    assert.strictEqual((yield* Stream.runCollect(loop)).length, 306)
    const later = yield* Effect.forkChild(Stream.runHead(manager.changes({ from: "now" })), { startImmediately: true })
    yield* TestClock.adjust("1 millis")
    const { recordId } = yield* manager.create(ask)
    const first = yield* Fiber.join(later)
    assert.deepStrictEqual(told(first._tag === "Some" ? [first.value] : []), [`${recordId} Created`])
  })

  test("are chosen by handoff, chain, agent and event, and every condition must hold", function* () {
    yield* scene
    const [whole, part, noise] = [RecordId.make("whole"), RecordId.make("part"), RecordId.make("noise")]
    const [clerk, scribe, planner] = [AgentId.make("clerk"), AgentId.make("scribe"), AgentId.make("planner")]
    for (const [where, expected] of [
      [{ handoff: part }, ["part Created", "part Forwarded"]],
      [{ handoff: RecordId.make("none") }, []],
      [{ chain: whole }, chain],
      [{ chain: part }, chain],
      [{ chain: noise }, ["noise Created"]],
      [{ agent: clerk }, ["part Created", "part Forwarded"]],
      [{ agent: scribe }, ["part Created", "part Forwarded"]],
      [{ agent: planner }, ["whole Created", "whole Accepted", "whole Delegated"]],
      [{ events: ["Created"] }, ["whole Created", "part Created", "noise Created"]],
      [{ chain: part, agent: scribe, events: ["Forwarded", "Accepted"] }, ["part Forwarded"]],
      [{ handoff: whole, events: ["Delegated"] }, ["whole Delegated"]]
    ] as const satisfies ReadonlyArray<readonly [ChangesOptions["where"], ReadonlyArray<string>]>) {
      assert.deepStrictEqual(yield* present({ where }), expected, JSON.stringify(where))
    }
    const created = yield* HandoffManager.use(({ changes }) => Stream.runHead(changes({ where: { handoff: part } })))
    assert(created._tag === "Some")
    const { position } = created.value
    assert.deepStrictEqual(yield* present({ from: position, where: { handoff: part } }), ["part Forwarded"])
    for (const where of [{ handoff: part }, { chain: part }]) {
      yield* refusal(present({ from: Position.make("42"), where }), "InvalidPosition")
    }
  })

  test("of a chain include parts that are delegated meanwhile, but no others that name it", function* () {
    yield* scene
    const manager = yield* HandoffManager
    const following = yield* Effect.forkChild(
      Stream.runCollect(Stream.take(manager.changes({ from: "now", where: { chain: RecordId.make("part") } }), 3)),
      { startImmediately: true }
    )
    yield* TestClock.adjust("1 millis")
    const part = RecordId.make("part")
    yield* manager.create({ ...ask, parent: part }, { id: RecordId.make("more noise") })
    yield* manager.accept(part)
    const deeper = { toAgent: "artist", taskDescription: "A part of it" }
    yield* manager.delegate(part, deeper, { id: RecordId.make("deeper") })
    assert.deepStrictEqual(told(yield* Fiber.join(following)), ["part Accepted", "deeper Created", "part Delegated"])
  })

  test("of one handoff never read the log, and its history only after a change of it", function* () {
    yield* scene
    const store = yield* HandoffStore
    let reads = 0
    const manager = yield* managerOver({
      ...store,
      log: () => Effect.die(new Error("The log was read")),
      history: (id) => Effect.tap(store.history(id), () => Effect.sync(() => (reads += 1)))
    })
    const part = RecordId.make("part")
    const following = yield* Effect.forkChild(
      Stream.runCollect(Stream.take(manager.changes({ where: { handoff: part } }), 3)),
      { startImmediately: true }
    )
    yield* TestClock.adjust("1 millis")
    for (let index = 0; index < 3; index++) {
      yield* manager.create(ask)
      yield* TestClock.adjust("1 millis")
    }
    assert.strictEqual(reads, 1)
    yield* manager.accept(part)
    assert.deepStrictEqual(told(yield* Fiber.join(following)), ["part Created", "part Forwarded", "part Accepted"])
    assert.strictEqual(reads, 2)
  })
})
