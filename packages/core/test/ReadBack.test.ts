import { AgentId, Briefing } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { ask, later, refusal, test } from "./managing.ts"

const executor = AgentId.make("executor")

const briefing = Briefing.make({
  severity: "watcher",
  summary: "Two invoices of Q3 are missing.",
  actions: [{ id: "invoices", task: "Ask for them", due: later(3600) }],
  contingencies: [{ id: "late", if: "they do not come", then: "report without them" }],
  readBack: {}
})
const confirmed = Briefing.make({ ...briefing, readBack: { confirm: true } })
const understood = [
  { id: "invoices", answer: "understood" },
  { id: "late", answer: "understood" }
] as const

describe("a briefing with a required read-back", () => {
  test("blocks the start until every item was restated, and names the missing ones", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, briefing })
    yield* manager.accept(recordId)
    assert.strictEqual(
      yield* refusal(manager.start(recordId), "ReadBackIncomplete"),
      `Handoff ${recordId}: \`start\` needs a read-back of the briefing; the receiver must \`restate\` invoices, late`
    )
    yield* manager.restate(recordId, { readBack: { summary: "Two invoices.", items: [understood[0]] } })
    assert.include(yield* refusal(manager.start(recordId), "ReadBackIncomplete"), "must `restate` late")
    const whole = yield* manager.restate(recordId, { readBack: { summary: "Two, or none.", items: [understood[1]] } })
    assert.deepStrictEqual(whole.readBack, { summary: "Two, or none.", items: understood })
    assert.strictEqual((yield* manager.start(recordId)).status, "in_progress")
  })

  test("can be restated with the acceptance", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, briefing })
    yield* manager.accept(recordId, { readBack: { summary: "Two invoices.", items: understood } })
    assert.strictEqual((yield* manager.start(recordId)).status, "in_progress")
  })

  test("refuses unknown items in a read-back", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, briefing })
    const readBack = { summary: "", items: [{ id: "invoice", answer: "understood" } as const] }
    assert.strictEqual(
      yield* refusal(manager.accept(recordId, { readBack }), "UnknownItem"),
      `The briefing of handoff ${recordId} has no item invoice; it has invoices, late`
    )
  })

  test("waits for the sender's confirmation if it requires one, and pauses the lease", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, briefing: confirmed })
    yield* refusal(manager.confirm(recordId), "InvalidTransition")
    yield* manager.accept(recordId, { lease: 60_000 })
    yield* refusal(manager.confirm(recordId), "ReadBackIncomplete")
    assert.deepInclude(yield* manager.where(recordId), { turn: executor })
    const restated = yield* manager.restate(recordId, { readBack: { summary: "Two invoices.", items: understood } })
    assert.deepStrictEqual(restated.lease, { milliseconds: 60_000 })
    assert.deepInclude(yield* manager.where(recordId), { turn: AgentId.make("planner") })
    assert.include(yield* refusal(manager.start(recordId), "ReadBackIncomplete"), "the sender must `confirm` it")
    yield* TestClock.adjust("2 minutes")
    yield* refusal(manager.confirm(recordId, { by: executor }), "NotYourHandoff")
    const answered = yield* manager.confirm(recordId, { correction: "Three." })
    assert.deepStrictEqual(answered.lease, { milliseconds: 60_000, until: later(180) })
    assert.deepInclude(answered.readBack, { confirmed: later(120), correction: "Three." })
    assert.deepInclude(yield* manager.where(recordId), { turn: executor })
    yield* manager.start(recordId)
  })

  test("waits for the sender after a question in the read-back", function* () {
    const manager = yield* HandoffManager
    for (const answer of ["question", "refused"] as const) {
      const { recordId } = yield* manager.create({ ...ask, briefing })
      const items = [understood[0], { id: "late", answer, note: "Without them?" }]
      yield* manager.accept(recordId, { readBack: { summary: "Two invoices.", items } })
      yield* refusal(manager.start(recordId), "ReadBackIncomplete")
      yield* manager.confirm(recordId)
      // A new read-back needs a new confirmation.
      yield* manager.restate(recordId, { readBack: { summary: "Two.", items } })
      yield* refusal(manager.start(recordId), "ReadBackIncomplete")
      yield* manager.confirm(recordId)
      assert.strictEqual((yield* manager.start(recordId)).status, "in_progress")
    }
  })

  test("must be restated again by the next attempt", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, briefing })
    yield* manager.accept(recordId, { readBack: { summary: "Two invoices.", items: understood } })
    yield* manager.release(recordId)
    yield* manager.accept(recordId)
    yield* refusal(manager.start(recordId), "ReadBackIncomplete")
  })

  test("is skipped by a claimer without a read-back", function* () {
    const manager = yield* HandoffManager
    const briefed = yield* manager.create({ ...ask, briefing, priority: 10 })
    const plain = yield* manager.create(ask)
    const taken = Effect.map(
      manager.claim(executor, { readsBack: false }),
      Option.map(({ recordId }) => recordId)
    )
    assert.deepStrictEqual(yield* taken, Option.some(plain.recordId))
    assert.deepStrictEqual(yield* taken, Option.none())
    const any = yield* manager.claim(executor)
    assert.strictEqual(Option.getOrThrow(any).recordId, briefed.recordId)
  })
})

describe("a briefing that asks for answers", () => {
  const asking = Briefing.make({
    ...briefing,
    readBack: { asks: ["first_action", "most_likely_wrong", "least_confident_item"], confirm: true }
  })
  const readBack = {
    summary: "Two invoices.",
    items: understood,
    firstAction: "Phone Smith & Sons and find out who handles billing",
    mostLikelyWrong: "A bill is paid twice",
    leastConfidentItem: "late"
  }

  test("takes a read-back with all of them, and keeps what the sender checked", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, briefing: asking })
    const kept = yield* manager.accept(recordId, { readBack })
    assert.deepStrictEqual(kept.readBack, readBack)
    const confirmed = yield* manager.confirm(recordId, { checked: ["first_action", "late"] })
    assert.deepStrictEqual(confirmed.readBack?.checked, ["first_action", "late"])
    assert.strictEqual((yield* manager.start(recordId)).status, "in_progress")
  })

  test("refuses one that lacks some, and changes nothing", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, briefing: asking })
    const { firstAction: _, ...some } = readBack
    assert.strictEqual(
      yield* refusal(manager.accept(recordId, { readBack: { ...some, mostLikelyWrong: "…" } }), "ReadBackRefused"),
      `Handoff ${recordId}: \`accept\` needs a read-back with the answers that the briefing asks for; answer first_action, most_likely_wrong`
    )
    assert.strictEqual((yield* manager.get(recordId)).revision, 1)
    yield* manager.accept(recordId)
    assert.include(
      yield* refusal(manager.start(recordId), "ReadBackIncomplete"),
      "must `restate` invoices, late, first_action, most_likely_wrong, least_confident_item"
    )
    yield* refusal(manager.restate(recordId, { readBack: some }), "ReadBackRefused")
    yield* manager.restate(recordId, { readBack })
    // Earlier answers count.
    const again = yield* manager.restate(recordId, { readBack: { summary: "Two.", firstAction: "Look up the number" } })
    assert.deepInclude(again.readBack, { firstAction: "Look up the number", leastConfidentItem: "late" })
  })

  test("refuses answers in the words of the task, of the briefing, or of another answer", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, briefing: asking })
    const refused = (given: object) =>
      refusal(manager.accept(recordId, { readBack: { ...readBack, ...given } }), "ReadBackRefused")
    assert.strictEqual(
      yield* refused({ firstAction: "I generate the Q3 report!", mostLikelyWrong: "they do not come" }),
      `Handoff ${recordId}: \`accept\` needs a read-back with the answers that the briefing asks for; say in other words than the task, the briefing and the other answers: first_action (92 % quoted), most_likely_wrong (100 % quoted)`
    )
    const { firstAction } = readBack
    assert.include(yield* refused({ mostLikelyWrong: firstAction }), "first_action (100 % quoted), most_likely_wrong")
  })

  test("needs a confirmation that names what was checked", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, briefing: asking })
    yield* manager.accept(recordId, { readBack })
    const expected =
      "Invalid confirm: checked: Expected parts of the read-back that you have checked, of first_action, most_likely_wrong, least_confident_item, invoices, late"
    assert.strictEqual(yield* refusal(manager.confirm(recordId), "InvalidInput"), expected)
    assert.strictEqual(yield* refusal(manager.confirm(recordId, { checked: ["invoice"] }), "InvalidInput"), expected)
  })

  test("changes nothing for a briefing without questions, except that checked parts must be its own", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, briefing: confirmed })
    yield* manager.accept(recordId, { readBack: { summary: briefing.summary, items: understood, firstAction: "" } })
    yield* refusal(manager.confirm(recordId, { checked: ["first_action"] }), "InvalidInput")
    assert.strictEqual((yield* manager.confirm(recordId)).readBack?.checked, undefined)
    assert.deepStrictEqual((yield* manager.confirm(recordId, { checked: ["late"] })).readBack?.checked, ["late"])
  })
})
