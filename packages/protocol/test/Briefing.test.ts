import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"

import type { ReadBackItem } from "../src/index.ts"
import {
  Briefing,
  coverageOf,
  dueAt,
  type HandoffRecord,
  limits,
  movesOf,
  overdueEvent,
  type ReadBack,
  startAwaits,
  type Transition,
  turnOf,
  waitingOf,
  whereabouts
} from "../src/index.ts"
import { asked, at, follow, receiver, refused, sender, stranger, successor } from "./samples.ts"

const briefing = Briefing.make({
  severity: "watcher",
  summary: "要約",
  actions: [
    { id: "a", task: "A" },
    { id: "b", task: "B" }
  ],
  contingencies: [{ id: "c", if: "if", then: "then" }],
  readBack: {}
})
const confirmed = { ...briefing, readBack: { confirm: true } }
type Answers = Readonly<Record<string, ReadBackItem["answer"]>>
const said = (answers: Answers): ReadBack => ({
  summary: "復唱",
  items: Object.entries(answers).map(([id, answer]) => ({ id, answer }))
})
const whole: Answers = { a: "understood", b: "understood", c: "understood" }

const accept = (minute: number, answers?: Answers, lease?: number): Transition => ({
  _tag: "Accepted",
  at: at(minute),
  by: receiver,
  ...(answers === undefined ? {} : { readBack: said(answers) }),
  ...(lease === undefined ? {} : { lease: lease * 60_000 })
})
const restate = (minute: number, answers: Answers): Transition => ({
  _tag: "Restated",
  at: at(minute),
  by: receiver,
  readBack: said(answers)
})
const confirm = (minute: number, correction?: string): Transition => ({
  _tag: "Confirmed",
  at: at(minute),
  by: sender,
  ...(correction === undefined ? {} : { correction })
})
const start: Transition = { _tag: "Started", at: at(9), by: receiver }
const complete: Transition = { _tag: "Completed", at: at(9), by: receiver, result: {} }

const missingOf = (record: HandoffRecord, event: Transition) => {
  const error = refused(record, event)
  assert(error._tag === "ReadBackIncomplete")
  return { awaits: error.awaits, missing: error.missing }
}
const readBackOf = (record: HandoffRecord) => ("readBack" in record ? record.readBack : undefined)
const untilOf = (record: HandoffRecord) => ("lease" in record ? record.lease?.until : undefined)

describe("a briefing with a required read-back", () => {
  it("blocks the start until all items were restated, in one or several steps", () => {
    const silent = follow(asked({ briefing }), accept(1))
    assert.deepStrictEqual(missingOf(silent, start), { awaits: "receiver", missing: ["a", "b", "c"] })
    const half = follow(silent, restate(2, { c: "understood", a: "understood" }))
    assert.deepStrictEqual(missingOf(half, start), { awaits: "receiver", missing: ["b"] })
    assert.strictEqual(follow(half, restate(3, { b: "understood" }), start).status, "in_progress")
    assert.strictEqual(follow(asked({ briefing }), accept(1, whole), start).status, "in_progress")
  })

  it("blocks a completion without a start", () => {
    const silent = follow(asked({ briefing }), accept(1))
    assert.deepStrictEqual(missingOf(silent, complete), { awaits: "receiver", missing: ["a", "b", "c"] })
    assert.strictEqual(follow(silent, restate(2, whole), complete).status, "completed")
    assert.strictEqual(follow(silent, { ...complete, via: "foreign" }).status, "completed")
  })

  it("requires only its required items", () => {
    const one = follow(asked({ briefing: { ...briefing, readBack: { required: ["c"] } } }), accept(1, { a: "refused" }))
    assert.deepStrictEqual(missingOf(one, start).missing, ["c"])
    assert.strictEqual(follow(one, restate(2, { c: "understood" }), start).status, "in_progress")
  })

  it("requires the summary without items, and nothing without a read-back", () => {
    const bare = follow(asked({ briefing: { severity: "stable", summary: "s", readBack: {} } }), accept(1))
    assert.deepStrictEqual(missingOf(bare, start), { awaits: "receiver", missing: [] })
    assert.include(refused(bare, start).message, "must `restate` its summary")
    assert.strictEqual(follow(bare, restate(2, {}), start).status, "in_progress")
    const { readBack: _, ...told } = briefing
    assert.strictEqual(follow(asked({ briefing: told }), accept(1), start).status, "in_progress")
    assert.strictEqual(follow(asked(), accept(1, {}), start).status, "in_progress")
  })

  it("does not offer the start before", () => {
    const offered = (record: HandoffRecord) => movesOf(record).map(({ event }) => event)
    const silent = follow(asked({ briefing: confirmed }), accept(1))
    for (const event of ["Started", "Completed", "Confirmed"]) assert.notInclude(offered(silent), event)
    const restated = follow(silent, restate(2, whole))
    assert.notInclude(offered(restated), "Started")
    assert.include(offered(restated), "Confirmed")
    assert.include(offered(follow(restated, confirm(3))), "Started")
  })

  it.each([{ unknown: "understood" }, { a: "understood", A: "understood" }] as const)(
    "refuses unknown items: %o",
    (answers: Answers) => {
      for (const error of [
        refused(asked({ briefing }), accept(1, answers)),
        refused(follow(asked({ briefing }), accept(1)), restate(2, answers))
      ]) {
        assert(error._tag === "UnknownItem")
        assert.deepStrictEqual(error.known, ["a", "b", "c"])
        assert.deepStrictEqual(error.items, Object.keys(answers).slice(-1))
      }
    }
  )

  it("has no items if there is no briefing", () => {
    const error = refused(asked(), accept(1, { a: "understood" }))
    assert.include(error.message, "has no item a; it has none")
  })
})

describe("a confirmation", () => {
  it("is awaited if it is required, or after a question or a refusal", () => {
    for (const record of [
      follow(asked({ briefing: confirmed }), accept(1, whole)),
      follow(asked({ briefing }), accept(1, { ...whole, b: "question" })),
      follow(asked({ briefing }), accept(1, whole), restate(2, { c: "refused" }))
    ]) {
      assert.strictEqual(startAwaits(record), "sender")
      assert.deepStrictEqual([turnOf(record), whereabouts(record).turn], [sender, sender])
      assert.deepStrictEqual(missingOf(record, start), { awaits: "sender", missing: [] })
      const waiting = waitingOf(record)
      assert.deepInclude(waiting, { awaits: "confirmation", verb: "confirm" })
      assert.include(waiting?.words, `read back: ${readBackOf(record)?.summary}`)
      const told = follow(record, confirm(3, "訂正"))
      assert.deepInclude(waitingOf(told), { awaits: "work", verb: "start" })
      assert.deepStrictEqual([startAwaits(told), turnOf(told)], [undefined, receiver])
      assert.deepInclude(readBackOf(told), { confirmed: at(3), correction: "訂正" })
      assert.strictEqual(follow(told, start).status, "in_progress")
    }
  })

  it("is no longer awaited once the receiver has understood", () => {
    const record = follow(asked({ briefing }), accept(1, { ...whole, b: "question" }), restate(2, { b: "understood" }))
    assert.isUndefined(startAwaits(record))
    assert.strictEqual(turnOf(record), receiver)
  })

  it("is undone by a later restate", () => {
    const told = follow(asked({ briefing: confirmed }), accept(1, whole), confirm(2, "訂正"))
    const again = follow(told, restate(3, { a: "question" }))
    assert.deepStrictEqual(readBackOf(again), {
      summary: "復唱",
      items: [
        { id: "b", answer: "understood" },
        { id: "c", answer: "understood" },
        { id: "a", answer: "question" }
      ]
    })
    assert.strictEqual(startAwaits(again), "sender")
  })

  it("is refused before a restate", () => {
    const silent = follow(asked({ briefing: confirmed }), accept(1, { a: "understood" }))
    assert.deepStrictEqual(missingOf(silent, confirm(2)), { awaits: "receiver", missing: ["b", "c"] })
    assert.strictEqual(refused(follow(asked(), accept(1)), confirm(2))._tag, "ReadBackIncomplete")
    const whole_ = follow(asked({ briefing: confirmed }), accept(1, whole))
    for (const by of [receiver, stranger]) {
      assert.strictEqual(refused(whole_, { ...confirm(2), by })._tag, "NotYourHandoff")
    }
  })
})

describe("a lease", () => {
  it("pauses while it waits for the sender, and restarts in full", () => {
    const waiting = follow(asked({ briefing: confirmed }), accept(1, whole, 10))
    assert.deepInclude(waiting, { lease: { milliseconds: 600_000 } })
    assert.isUndefined(dueAt(waiting))
    assert.isUndefined(overdueEvent(waiting, at(100_000)))
    assert.deepStrictEqual(untilOf(follow(waiting, confirm(500))), at(510))
  })

  it("runs while it waits for the receiver, and a restate does not renew it", () => {
    const silent = follow(asked({ briefing: confirmed }), accept(1, undefined, 10))
    assert.deepStrictEqual(untilOf(silent), at(11))
    const half = follow(silent, restate(5, { a: "understood" }))
    assert.deepStrictEqual(untilOf(half), at(11))
    assert.isUndefined(untilOf(follow(half, restate(6, whole))))
    assert.deepInclude(overdueEvent(half, at(11)), { _tag: "Released" })
  })

  it("is not renewed by a second confirmation, and gets an end if another program starts", () => {
    const waiting = follow(asked({ briefing: confirmed }), accept(1, whole, 10))
    const first: Transition = { _tag: "Confirmed", at: at(5), by: sender }
    const renewed = follow(waiting, first)
    assert.deepStrictEqual(untilOf(renewed), at(15))
    assert.deepStrictEqual(untilOf(follow(renewed, { ...first, at: at(7), correction: "二" })), at(15))
    const started = follow(waiting, { _tag: "Started", at: at(6), by: receiver, via: "foreign" })
    assert.deepStrictEqual(untilOf(started), at(16))
  })

  it("that is paused takes a new length from progress, and stays paused", () => {
    const waiting = follow(asked({ briefing: confirmed }), accept(1, whole, 10), {
      _tag: "Progressed",
      at: at(2),
      by: receiver,
      lease: 1000
    })
    assert.deepInclude(waiting, { lease: { milliseconds: 1000 } })
  })
})

describe("a read-back", () => {
  it("ends with the attempt, and with the receiver", () => {
    const held = follow(asked({ briefing }), accept(1, whole))
    const released = follow(held, { _tag: "Released", at: at(2), by: receiver })
    const forwarded = follow(held, { _tag: "Forwarded", at: at(2), by: receiver, to: successor })
    for (const [record, by] of [
      [released, receiver],
      [forwarded, successor]
    ] as const) {
      assert.isFalse("readBack" in record)
      const again = follow(record, { ...accept(3), by })
      assert.strictEqual(missingOf(again, { ...start, by }).awaits, "receiver")
    }
  })

  it("keeps the last answer to each item", () => {
    const many = (id: string): ReadBack => ({
      summary: "s",
      items: Array.from({ length: 2 * limits.parts }, (_, index) => ({ id, answer: "question", note: String(index) }))
    })
    const say = (readBack: ReadBack): Transition => ({ _tag: "Restated", at: at(2), by: receiver, readBack })
    const record = follow(asked({ briefing }), accept(1), say(many("a")), say(many("b")))
    assert.deepStrictEqual(readBackOf(record)?.items, [
      { id: "a", answer: "question", note: "255" },
      { id: "b", answer: "question", note: "255" }
    ])
  })

  it("does not exceed the limit of a record", () => {
    const items = Array.from({ length: limits.parts }, (_, index) => ({ id: `${index}`, task: "t" }))
    const large: Briefing = { severity: "stable", summary: "s", actions: items, readBack: {} }
    const say = (first: number): Transition => ({
      _tag: "Restated",
      at: at(2),
      by: receiver,
      readBack: {
        summary: "s",
        items: items.slice(first, first + 15).map(({ id }) => ({ id, answer: "question", note: "x".repeat(65_000) }))
      }
    })
    const record = follow(asked({ briefing: large }), accept(1), say(0))
    const error = refused(record, say(15))
    assert(error._tag === "NoRoomLeft")
    assert.deepStrictEqual([error.of, error.event], ["read_back", "Restated"])
    assert.strictEqual(refused(record, { ...say(15), via: "foreign" })._tag, "NoRoomLeft")
  })
})

describe("coverage", () => {
  it("lists the items understood, questioned, refused and missing", () => {
    assert.deepStrictEqual(coverageOf(briefing, said({ a: "question", b: "refused" })), {
      understood: [],
      question: ["a"],
      refused: ["b"],
      missing: ["c"]
    })
    assert.deepStrictEqual(coverageOf(briefing, said(whole)).understood, ["a", "b", "c"])
    assert.deepStrictEqual(coverageOf(briefing, undefined).missing, ["a", "b", "c"])
    const { readBack: _, ...told } = briefing
    assert.deepStrictEqual(coverageOf(told, undefined), { understood: [], question: [], refused: [], missing: [] })
  })
})

describe("a briefing", () => {
  const is: (value: unknown) => boolean = Schema.is(Briefing)

  it.each([
    { name: "two actions of one id", more: { actions: [briefing.actions?.[0], briefing.actions?.[0]] } },
    { name: "an action and a contingency of one id", more: { contingencies: [{ id: "a", if: "i", then: "t" }] } },
    { name: "a read-back of what it has not", more: { readBack: { required: ["d"] } } },
    { name: "no severity", more: { severity: "ill" } },
    { name: "an empty id", more: { actions: [{ id: "", task: "t" }] } },
    {
      name: "too many actions",
      more: { actions: Array.from({ length: limits.parts + 1 }, (_, index) => ({ id: `${index}`, task: "t" })) }
    }
  ])("is refused with $name", ({ more }) => {
    assert.isTrue(is(briefing))
    assert.isFalse(is({ ...briefing, ...more }))
  })
})
