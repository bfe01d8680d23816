import { RecordId, RevisionConflict } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { HandoffStore } from "../src/store/HandoffStore.ts"
import { agent } from "./fixtures.ts"
import { ask, later, managerOver, refusal, start, test } from "./managing.ts"

const unknown = RecordId.make("no-such-one1")

describe("every verb", () => {
  test("accepts, starts and completes, and records the history", function* () {
    const manager = yield* HandoffManager
    const pending = yield* manager.create({ ...ask, priority: 8, context: { quarter: "Q3" } })
    assert.deepInclude(pending, { status: "pending", revision: 1, createdAt: start, updatedAt: start })
    assert.deepInclude(pending.request, {
      taskDescription: ask.taskDescription,
      priority: 8,
      context: { quarter: "Q3" }
    })
    yield* TestClock.adjust("1 second")
    const accepted = yield* manager.accept(pending.recordId, { reason: "Sure.", estimatedCompletion: later(60) })
    assert.deepStrictEqual(
      [accepted.status, accepted.revision, accepted.updatedAt, accepted.response],
      ["accepted", 2, later(1), { accepted: true, reason: "Sure.", estimatedCompletion: later(60) }]
    )
    const started = yield* manager.start(pending.recordId, { by: agent("executor") })
    assert.deepStrictEqual([started.status, started.response], ["in_progress", accepted.response])
    const completed = yield* manager.complete(pending.recordId, { result: { output: "report.pdf" } })
    assert.deepStrictEqual(
      [completed.status, completed.revision, completed.result],
      ["completed", 4, { output: "report.pdf" }]
    )
    assert.deepStrictEqual(yield* manager.get(pending.recordId), completed)
    const history = yield* manager.history(pending.recordId)
    assert.deepStrictEqual(
      history.map(({ event, revision }) => [revision, event._tag, event.by]),
      [
        [1, "Created", "planner"],
        [2, "Accepted", "executor"],
        [3, "Started", "executor"],
        [4, "Completed", "executor"]
      ]
    )
  })

  test("rejects, fails and cancels with a reason", function* () {
    const manager = yield* HandoffManager
    const create = manager.create(ask)
    const rejected = yield* manager.reject((yield* create).recordId, { reason: "No Klingon translation capability." })
    assert.deepStrictEqual("response" in rejected && rejected.response, {
      accepted: false,
      reason: "No Klingon translation capability."
    })
    const { recordId } = yield* create
    yield* manager.accept(recordId)
    const failed = yield* manager.fail(recordId, { reason: "Out of paper" })
    assert.deepStrictEqual(
      [failed.status, "response" in failed && failed.response],
      ["failed", { accepted: false, reason: "Out of paper" }]
    )
    const withdrawn = yield* manager.cancel((yield* create).recordId)
    assert.deepStrictEqual([withdrawn.status, withdrawn.reason], ["cancelled", "Cancelled by the sender."])
    const explained = yield* manager.cancel((yield* create).recordId, {
      reason: "Done elsewhere",
      by: agent("planner")
    })
    assert.strictEqual(explained.reason, "Done elsewhere")
  })

  test("completes without a result, and accepts with the Python library's default reason", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    assert.strictEqual((yield* manager.accept(recordId)).response.reason, "Accepted by receiving agent.")
    assert.deepStrictEqual((yield* manager.complete(recordId)).result, {})
  })

  test("refuses a verb without a row in the table, and names the needed status", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    const sentence = yield* refusal(manager.start(recordId), "InvalidTransition")
    assert.strictEqual(sentence, `Handoff ${recordId} is pending; \`start\` needs an accepted handoff`)
    yield* refusal(manager.complete(recordId), "InvalidTransition")
    yield* refusal(manager.fail(recordId, { reason: "" }), "InvalidTransition")
    yield* manager.reject(recordId, { reason: "" })
    yield* refusal(manager.accept(recordId), "InvalidTransition")
    yield* refusal(manager.start(recordId), "InvalidTransition")
    yield* refusal(manager.complete(recordId), "InvalidTransition")
    yield* refusal(manager.cancel(recordId), "InvalidTransition")
    assert.strictEqual((yield* manager.history(recordId)).length, 2)
  })

  test("refuses an unknown handoff", function* () {
    const manager = yield* HandoffManager
    assert.strictEqual(yield* refusal(manager.get(unknown), "HandoffNotFound"), "No handoff no-such-one1")
    yield* refusal(manager.history(unknown), "HandoffNotFound")
    yield* refusal(manager.accept(unknown), "HandoffNotFound")
    yield* refusal(manager.reject(unknown, { reason: "no" }), "HandoffNotFound")
  })

  test("refuses an agent that is not the party", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    const sentence = yield* refusal(manager.accept(recordId, { by: agent("planner") }), "NotYourHandoff")
    assert.strictEqual(sentence, `planner is not the receiver of handoff ${recordId}; \`accept\` is for executor`)
    yield* refusal(manager.cancel(recordId, { by: agent("executor") }), "NotYourHandoff")
    yield* refusal(manager.reject(recordId, { reason: "no", by: agent("somebody") }), "NotYourHandoff")
    assert.strictEqual((yield* manager.get(recordId)).revision, 1)
  })

  test("refuses invalid input, names every fault in wire names, and changes nothing", function* () {
    const manager = yield* HandoffManager
    const store = yield* HandoffStore
    const { recordId } = yield* manager.create(ask)
    yield* manager.accept(recordId)
    const before = yield* store.log({ limit: 100 })
    // The casts make arguments that a program without types could pass.
    const bad = (value: unknown) => value as never
    const sentences = [
      yield* refusal(manager.complete(recordId, bad({ result: [1] })), "InvalidInput"),
      yield* refusal(manager.complete(recordId, { result: { n: Number.NaN } }), "InvalidInput"),
      yield* refusal(manager.complete(recordId, { result: { text: "\0" } }), "InvalidInput"),
      yield* refusal(manager.fail(recordId, bad({ reason: 7 })), "InvalidInput"),
      yield* refusal(manager.fail(recordId, { reason: "x".repeat(65_537) }), "InvalidInput"),
      yield* refusal(manager.accept(recordId, bad({ estimatedCompletion: "tomorrow", by: "" })), "InvalidInput"),
      yield* refusal(manager.start(recordId, bad({ surprise: true })), "InvalidInput"),
      yield* refusal(manager.start(recordId, bad({ reason: "of another verb" })), "InvalidInput"),
      yield* refusal(manager.fail(recordId, bad({})), "InvalidInput"),
      yield* refusal(manager.cancel(recordId, bad({ reason: null })), "InvalidInput")
    ]
    assert.match(sentences[0] ?? "", /^Invalid complete: result: Expected/)
    assert.match(sentences[5] ?? "", /estimated_completion: Expected .*by: |by: .*estimated_completion: Expected/)
    assert.match(sentences[6] ?? "", /surprise/)
    assert.match(sentences[8] ?? "", /reason/)
    for (const sentence of sentences) assert.notInclude(sentence, "tomorrow")
    assert.deepStrictEqual(yield* store.log({ limit: 100 }), before)
  })

  test("checks again after a conflict, and then reports the current state", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    const verbs = [
      Effect.asVoid(manager.accept(recordId)),
      Effect.asVoid(manager.reject(recordId, { reason: "no" })),
      Effect.asVoid(manager.cancel(recordId))
    ]
    const results = yield* Effect.forEach([...verbs, ...verbs, ...verbs], (verb) => Effect.result(verb), {
      concurrency: "unbounded"
    })
    assert.isAtLeast(results.filter(({ _tag }) => _tag === "Success").length, 1)
    for (const result of results) {
      if (result._tag === "Failure") assert.strictEqual(result.failure._tag, "InvalidTransition")
    }
    const { revision } = yield* manager.get(recordId)
    assert.strictEqual((yield* manager.history(recordId)).length, revision)
  })
})

describe("a race for a revision", () => {
  /** A store where another writer always wins: every read returns the state before the last. */
  const losing = (store: HandoffStore["Service"], times: number) => {
    let losses = 0
    let tries = 0
    return {
      tries: () => tries,
      store: HandoffStore.of({
        ...store,
        commit: (changes) =>
          Effect.suspend(() => {
            tries += 1
            if (losses === times) return store.commit(changes)
            losses += 1
            const [{ record }] = changes
            return Effect.fail(new RevisionConflict({ recordId: record.recordId, revision: record.revision }))
          })
      })
    }
  }

  test("is repeated after a pause, for ten seconds", function* () {
    const { store, tries } = losing(yield* HandoffStore, 20)
    const { recordId } = yield* (yield* HandoffManager).create(ask)
    const accepting = yield* Effect.forkChild((yield* managerOver(store)).accept(recordId))
    yield* TestClock.adjust("10 seconds")
    assert.deepStrictEqual([(yield* Fiber.join(accepting)).status, tries()], ["accepted", 21])
  })

  test("is then given up, and the verb fails", function* () {
    const { store } = losing(yield* HandoffStore, Infinity)
    const { recordId } = yield* (yield* HandoffManager).create(ask)
    const accepting = yield* Effect.forkChild((yield* managerOver(store)).accept(recordId))
    yield* TestClock.adjust("9 seconds")
    assert.isUndefined(accepting.pollUnsafe())
    yield* TestClock.adjust("2 seconds")
    yield* refusal(Fiber.join(accepting), "RevisionConflict")
    assert.strictEqual((yield* (yield* HandoffManager).get(recordId)).status, "pending")
  })

  test("is won by each of a hundred verbs of one process", function* () {
    const store = yield* HandoffStore
    // Slow, so that all of them read the same revision.
    const manager = yield* managerOver({
      ...store,
      commit: (changes) => Effect.andThen(Effect.yieldNow, store.commit(changes))
    })
    const { recordId } = yield* manager.create(ask)
    yield* manager.accept(recordId)
    yield* manager.start(recordId)
    const note = (index: number) => manager.progress(recordId, { note: `step ${index}` })
    const reports = yield* Effect.forkChild(
      Effect.all(
        Array.from({ length: 100 }, (_, index) => note(index)),
        { concurrency: "unbounded" }
      )
    )
    yield* TestClock.adjust("1 second")
    yield* Fiber.join(reports)
    assert.strictEqual((yield* manager.get(recordId)).revision, 103)
  })
})

describe("a deadline", () => {
  test("expires a handoff when a verb comes too late, and refuses the verb", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, deadline: later(60) })
    yield* TestClock.adjust("59 seconds")
    yield* manager.accept(recordId)
    yield* TestClock.adjust("1 second")
    const sentence = yield* refusal(manager.start(recordId), "InvalidTransition")
    assert.strictEqual(sentence, `Handoff ${recordId} is expired; \`start\` needs an accepted handoff`)
    const expired = yield* manager.get(recordId)
    assert.deepStrictEqual([expired.status, expired.revision, expired.updatedAt], ["expired", 3, later(60)])
    const trail = yield* manager.history(recordId)
    assert.deepStrictEqual([trail[2]?.event._tag, trail[2]?.event.by], ["Expired", "clock"])
    yield* refusal(manager.cancel(recordId), "InvalidTransition")
    assert.strictEqual((yield* manager.history(recordId)).length, 3)
  })

  test("expires every overdue handoff in a sweep, and no other", function* () {
    const manager = yield* HandoffManager
    const store = yield* HandoffStore
    for (let n = 0; n < 600; n++) yield* manager.create({ ...ask, deadline: later(10 + (n % 5)) }, { id: `due-${n}` })
    yield* manager.create({ ...ask, deadline: later(100) }, { id: "later" })
    yield* manager.create(ask, { id: "never" })
    yield* manager.accept(RecordId.make("due-0"))
    yield* manager.reject(RecordId.make("due-1"), { reason: "no" })
    assert.deepStrictEqual(yield* manager.sweep, [])
    yield* TestClock.adjust("12 seconds")
    const first = yield* manager.sweep
    assert.strictEqual(first.length, 359)
    assert.isTrue(first.every(({ status }) => status === "expired"))
    yield* TestClock.adjust("2 seconds")
    const sweeps = yield* Effect.all([manager.sweep, manager.sweep], { concurrency: 2 })
    assert.strictEqual(sweeps.flat().length, 240)
    assert.deepStrictEqual(yield* manager.sweep, [])
    assert.deepInclude(yield* store.tally, { expired: 599, rejected: 1, pending: 2 })
  })
})

describe("claim", () => {
  test("takes the most urgent handoff, then the oldest, then by id, until the inbox is empty", function* () {
    const manager = yield* HandoffManager
    const create = (id: string, priority: number) => manager.create({ ...ask, priority }, { id })
    yield* create("low", 1)
    yield* create("b", 9)
    yield* create("a", 9)
    yield* TestClock.adjust("1 second")
    yield* create("A-young", 9)
    yield* manager.create({ ...ask, toAgent: "other", priority: 10 }, { id: "of-another" })
    const order: Array<string> = []
    for (let n = 0; n < 5; n++) {
      const claimed = yield* manager.claim(agent("executor"))
      if (Option.isNone(claimed)) break
      assert.strictEqual(claimed.value.status, "accepted")
      order.push(claimed.value.recordId)
    }
    assert.deepStrictEqual(order, ["a", "b", "A-young", "low"])
    assert.deepStrictEqual(yield* manager.claim(agent("executor")), Option.none())
    assert.deepStrictEqual(yield* manager.claim(agent("nobody")), Option.none())
  })

  test("gives each of 10 handoffs to one of 20 claimers", function* () {
    const manager = yield* HandoffManager
    for (let n = 0; n < 10; n++) yield* manager.create(ask)
    const claims = yield* Effect.forEach(Array.from({ length: 20 }), () => manager.claim(agent("executor")), {
      concurrency: "unbounded"
    })
    const taken = claims.filter(Option.isSome).map(({ value }) => value.recordId)
    assert.deepStrictEqual([taken.length, new Set(taken).size], [10, 10])
    assert.deepStrictEqual(yield* manager.inbox(agent("executor"), { awaits: "acceptance" }), [])
    assert.strictEqual((yield* manager.inbox(agent("executor"), { awaits: "work" })).length, 10)
  })

  test("skips expired handoffs at the head", function* () {
    const manager = yield* HandoffManager
    for (let n = 0; n < 20; n++) yield* manager.create({ ...ask, priority: 10, deadline: later(5) })
    const { recordId } = yield* manager.create(ask)
    yield* TestClock.adjust("5 seconds")
    const claimed = yield* manager.claim(agent("executor"))
    assert.strictEqual(Option.getOrThrow(claimed).recordId, recordId)
    assert.strictEqual((yield* manager.metrics).byStatus.expired, 20)
  })
})

describe("listing", () => {
  test("shows what waits for an agent, with the verb that answers and the words that matter", function* () {
    const manager = yield* HandoffManager
    const waiting = (name: string, options?: Parameters<typeof manager.inbox>[1]) =>
      Effect.map(manager.inbox(agent(name), options), (all) =>
        all.map(({ awaits, record, verb, words }) => [awaits, verb, words, record.status])
      )
    const { recordId } = yield* manager.create(ask)
    const task = ask.taskDescription
    assert.deepStrictEqual(yield* waiting("executor"), [["acceptance", "accept", task, "pending"]])
    yield* manager.accept(recordId)
    assert.deepStrictEqual(yield* waiting("executor"), [["work", "start", task, "accepted"]])
    yield* manager.start(recordId)
    yield* manager.ask(recordId, { question: "Which quarter?" })
    assert.deepStrictEqual(yield* waiting("executor"), [])
    assert.deepStrictEqual(yield* waiting("planner"), [["answer", "answer", "Which quarter?", "input_required"]])
    // More than one page of others is read to find the question.
    for (let n = 0; n < 260; n++) {
      yield* manager.create({ ...ask, fromAgent: agent("boss"), toAgent: agent("planner"), priority: 10 })
    }
    assert.deepStrictEqual(yield* waiting("planner", { awaits: "answer", limit: 2 }), [
      ["answer", "answer", "Which quarter?", "input_required"]
    ])
    yield* manager.answer(recordId, { answer: "Q3" })
    assert.deepStrictEqual(yield* waiting("executor"), [["work", "complete", task, "in_progress"]])
    yield* manager.complete(recordId, { result: {} })
    assert.deepStrictEqual(yield* waiting("executor"), [])
  })

  test("returns an inbox of at most a hundred by default, and whole views in pages", function* () {
    const manager = yield* HandoffManager
    for (let n = 0; n < 520; n++) yield* manager.create(ask)
    assert.strictEqual((yield* manager.inbox(agent("executor"))).length, 100)
    assert.strictEqual((yield* manager.inbox(agent("executor"), { limit: 3 })).length, 3)
    const all = yield* Stream.runCollect(manager.listAll({ _tag: "All" }))
    assert.strictEqual(new Set(all.map(({ recordId }) => recordId)).size, 520)
    assert.deepStrictEqual(yield* manager.list({ _tag: "All" }, { limit: 2 }), all.slice(0, 2))
    for (const size of [256, 512]) {
      const page = yield* manager.list({ _tag: "All" }, { limit: size })
      assert.deepStrictEqual(page, all.slice(0, size))
    }
  })

  test("reads a whole view of exactly one page", function* () {
    const manager = yield* HandoffManager
    for (let n = 0; n < 256; n++) yield* manager.create(ask)
    assert.strictEqual((yield* Stream.runCollect(manager.listAll({ _tag: "All" }))).length, 256)
  })
})

describe("changes", () => {
  test("give past events, then new ones, and can be resumed after any of them", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    yield* manager.accept(recordId)
    const following = yield* Effect.forkChild(Stream.runCollect(Stream.take(manager.changes(), 4)), {
      startImmediately: true
    })
    yield* Effect.yieldNow
    yield* manager.start(recordId)
    yield* manager.complete(recordId)
    const entries = yield* Fiber.join(following)
    assert.deepStrictEqual(
      entries.map(({ event }) => event._tag),
      ["Created", "Accepted", "Started", "Completed"]
    )
    for (const [index, { position: after }] of entries.slice(0, -1).entries()) {
      const rest = yield* Stream.runCollect(Stream.take(manager.changes({ from: after }), 3 - index))
      assert.deepStrictEqual(rest, entries.slice(index + 1))
    }
  })

  test("give thousands of entries in order", function* () {
    const manager = yield* HandoffManager
    for (let n = 0; n < 1500; n++) yield* manager.create(ask, { id: `n${n}` })
    const entries = yield* Stream.runCollect(Stream.take(manager.changes(), 1500))
    assert.deepStrictEqual(
      entries.map((entry) => entry.recordId as string),
      Array.from({ length: 1500 }, (_, n) => `n${n}`)
    )
  })

  test("block no writer when the reader goes away", function* () {
    const manager = yield* HandoffManager
    const following = yield* Effect.forkChild(Stream.runDrain(manager.changes()), { startImmediately: true })
    yield* Effect.yieldNow
    yield* Fiber.interrupt(following)
    assert.strictEqual((yield* manager.create(ask)).status, "pending")
  })

  test("get an entry at once that was written during a read", function* () {
    const store = yield* HandoffStore
    const writer = yield* HandoffManager
    let isWritten = false
    const written = Effect.suspend(() => {
      if (isWritten) return Effect.void
      isWritten = true
      // The clock advances so that the hint arrives before the page.
      return Effect.andThen(Effect.orDie(writer.create(ask)), TestClock.adjust("1 second"))
    })
    const manager = yield* managerOver(
      HandoffStore.of({ ...store, log: (page) => Effect.tap(store.log(page), written) })
    )
    const following = yield* Effect.forkChild(Stream.runHead(manager.changes()), { startImmediately: true })
    yield* TestClock.adjust("1999 millis")
    assert.isDefined(following.pollUnsafe())
    yield* Fiber.interrupt(following)
  })

  test("are polled after two seconds without a hint", function* () {
    const store = yield* HandoffStore
    const silent = HandoffStore.of({ ...store, changed: Stream.never })
    const manager = yield* managerOver(silent)
    const seen: Array<string> = []
    const following = yield* Effect.forkChild(
      Stream.runForEach(manager.changes(), ({ event }) => Effect.sync(() => seen.push(event._tag))),
      { startImmediately: true }
    )
    yield* TestClock.adjust("1 second")
    const { recordId } = yield* manager.create(ask)
    yield* TestClock.adjust("999 millis")
    assert.deepStrictEqual(seen, [])
    yield* TestClock.adjust("1 millis")
    assert.deepStrictEqual(seen, ["Created"])
    yield* manager.accept(recordId)
    yield* TestClock.adjust("2 seconds")
    assert.deepStrictEqual(seen, ["Created", "Accepted"])
    yield* Fiber.interrupt(following)
  })
})

describe("time", () => {
  test("comes from the clock of the environment", function* () {
    const manager = yield* HandoffManager
    yield* TestClock.adjust("90 minutes")
    const record = yield* manager.create(ask)
    assert.strictEqual(DateTime.formatIso(record.createdAt), "2026-11-22T10:30:00.000Z")
  })
})
