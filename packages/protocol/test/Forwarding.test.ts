import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"

import {
  AgentId,
  clock,
  dueAt,
  type HandoffRecord,
  HandoffRecord as HandoffRecordSchema,
  holdersOf,
  isLastAttempt,
  limits,
  maxHopsOf,
  movesOf,
  overdueEvent,
  receiverOf,
  RecordId,
  rerouteCause,
  type RerouteCause,
  type Transition,
  turnOf
} from "../src/index.ts"
import { asked, at, follow, moves, receiver, refused, sender, stranger, successor } from "./samples.ts"

const third = AgentId.make("third")
const forward = (by: AgentId, to: AgentId, minute = 5): Transition => ({ _tag: "Forwarded", at: at(minute), by, to })
const accept = (by: AgentId, minute: number, lease?: number): Transition => ({
  _tag: "Accepted",
  at: at(minute),
  by,
  ...(lease === undefined ? {} : { lease: lease * 60_000 })
})
const release = (by: AgentId, minute = 2): Transition => ({ _tag: "Released", at: at(minute), by })
const reroute = (minute: number, because: RerouteCause, to = successor): Transition => ({
  _tag: "Forwarded",
  at: at(minute),
  by: clock,
  to,
  because
})

describe("forwarding", () => {
  it.each([
    ["pending", []],
    ["accepted", [moves.Accepted]],
    ["in_progress", [moves.Accepted, moves.Started]],
    ["input_required", [moves.Accepted, moves.Started, moves.Asked]]
  ] as const)("leads from %s to the next receiver, for whom it is pending", (_, events) => {
    const before = follow(asked(), ...events)
    const record = follow(before, forward(receiver, successor))
    assert.deepStrictEqual([record.status, record.attempt], ["pending", 2])
    assert.deepStrictEqual(record.hops, [{ receiver: successor, attempt: 2, at: at(5) }])
    assert.deepStrictEqual([receiverOf(record), turnOf(record)], [successor, successor])
    assert.deepStrictEqual(holdersOf(record), [sender, receiver, successor])
    // The request is unchanged.
    assert.deepStrictEqual(record.request, before.request)
  })

  it("is allowed for the receiver only, and then for the next receiver", () => {
    for (const by of [sender, stranger, clock]) {
      assert.isTrue(["NotYourHandoff", "NotDue"].includes(refused(asked(), forward(by, third))._tag))
    }
    const record = follow(asked(), forward(receiver, successor))
    for (const event of [accept(receiver, 6), forward(receiver, third), { ...moves.Rejected, by: receiver }]) {
      assert.strictEqual(refused(record, event)._tag, "NotYourHandoff")
    }
    assert.strictEqual(follow(record, accept(successor, 6)).status, "accepted")
    assert.deepStrictEqual(follow(record, forward(successor, third, 6)).hops?.at(-1)?.receiver, third)
  })

  it("fences off the previous holder", () => {
    const record = follow(asked(), accept(receiver, 1), forward(receiver, successor), accept(successor, 6))
    const late: Transition = { _tag: "Completed", at: at(7), by: receiver, result: {}, attempt: 1 }
    assert.strictEqual(refused(record, late)._tag, "StaleAttempt")
    assert.strictEqual(follow(record, { ...late, by: successor, attempt: 2 }).status, "completed")
  })

  it("keeps the hand-back, and drops the lease, the progress and the evidence", () => {
    const record = follow(asked(), accept(receiver, 1, 10), moves.Progressed, moves.Attested, {
      ...forward(receiver, successor),
      handBack: { done: ["一"] }
    } as Transition)
    assert.deepInclude(record, { handBack: { done: ["一"] } })
    for (const key of ["lease", "progress", "evidence", "response", "notBefore"]) assert.isFalse(key in record, key)
    // Without a new hand-back, the last one stays.
    assert.deepInclude(follow(record, forward(successor, third, 6)), { handBack: { done: ["一"] } })
  })

  it("never goes to a former receiver", () => {
    const record = follow(asked(), forward(receiver, successor))
    for (const to of [sender, receiver, successor]) {
      const error = refused(record, forward(successor, to, 6))
      assert(error._tag === "AlreadyHeld")
      assert.deepStrictEqual([error.agent, error.holders], [to, [sender, receiver, successor]])
    }
  })

  it.each([undefined, 0, 1, 2, limits.hops])("ends after %s hops", (maxHops) => {
    let record = asked(maxHops === undefined ? {} : { maxHops })
    const allowed = maxHops ?? limits.defaultHops
    assert.strictEqual(maxHopsOf(record), allowed)
    for (let hop = 1; hop <= allowed; hop += 1) {
      assert.include(
        movesOf(record).map(({ event }) => event),
        "Forwarded"
      )
      record = follow(record, forward(receiverOf(record), AgentId.make(`agent ${hop}`)))
    }
    const error = refused(record, forward(receiverOf(record), third))
    assert(error._tag === "NoHopLeft")
    assert.strictEqual(error.maxHops, allowed)
    assert.notInclude(
      movesOf(record).map(({ event }) => event),
      "Forwarded"
    )
    assert.isTrue(Schema.is(HandoffRecordSchema)(record))
  })

  it("by another program is accepted, up to the limit of hops in a record", () => {
    const elsewhere = { ...forward(receiver, successor), via: "foreign" } as const
    assert.strictEqual(follow(asked({ maxHops: 0 }), elsewhere).hops?.length, 1)
    let record = asked()
    for (let hop = 1; hop <= limits.hops; hop += 1) record = follow(record, { ...elsewhere, by: receiverOf(record) })
    const error = refused(record, { ...elsewhere, by: successor })
    assert(error._tag === "NoRoomLeft")
    assert.strictEqual(error.of, "hops")
  })
})

describe("each receiver", () => {
  it("has the same number of attempts", () => {
    let record = follow(asked({ maxAttempts: 2 }), accept(receiver, 1), release(receiver), accept(receiver, 3))
    assert.isTrue(isLastAttempt(record))
    record = follow(record, forward(receiver, successor))
    assert.strictEqual(record.attempt, 3)
    assert.isFalse(isLastAttempt(record))
    record = follow(record, accept(successor, 6), release(successor, 7), accept(successor, 8))
    assert.deepStrictEqual([record.attempt, isLastAttempt(record)], [4, true])
    assert.strictEqual(refused(record, release(successor, 9))._tag, "NoAttemptLeft")
  })

  it("has the same time to accept, from the forward on", () => {
    const record = follow(asked({ acceptBy: at(10) }), forward(receiver, successor, 7))
    assert.deepStrictEqual(dueAt(record), at(17))
    assert.isUndefined(overdueEvent(record, DateTime.subtract(at(17), { milliseconds: 1 })))
    assert.deepInclude(overdueEvent(record, at(17)), { _tag: "Expired", missed: "accept_by" })
    // The acceptance ends it, and the next receiver gets a new time.
    const taken = follow(record, accept(successor, 8), release(successor, 9))
    assert.isUndefined(dueAt(taken))
    assert.deepStrictEqual(dueAt(follow(taken, forward(successor, third, 20))), at(30))
  })

  it("is reminded of acceptBy, but not again of the deadline", () => {
    const remind = (minute: number, of: "accept_by" | "deadline"): Transition => ({
      _tag: "Reminded",
      at: at(minute),
      by: clock,
      of
    })
    const record = follow(
      asked({ acceptBy: at(10), deadline: at(100), remindBefore: 95 * 60_000 }),
      remind(0, "accept_by"),
      remind(5, "deadline"),
      forward(receiver, successor, 6)
    )
    assert.deepInclude(record, { reminded: ["deadline"] })
    assert.deepInclude(overdueEvent(record, at(6)), { _tag: "Reminded", of: "accept_by" })
    const only = follow(asked({ acceptBy: at(10), remindBefore: 60_000 }), remind(9, "accept_by"))
    assert.isFalse("reminded" in follow(only, forward(receiver, successor, 9)))
  })

  it("has the same deadline", () => {
    const record = follow(asked({ acceptBy: at(10), deadline: at(15) }), forward(receiver, successor, 9))
    assert.deepInclude(overdueEvent(record, at(15)), { missed: "deadline" })
  })
})

describe("re-routing", () => {
  const late = asked({ acceptBy: at(10), reroute: true })
  const last = follow(asked({ maxAttempts: 1, reroute: true }), accept(receiver, 1, 10))

  it.each([
    { name: "when nobody accepted in time", record: late, due: 10, because: "accept_by" },
    { name: "when the last attempt ran out", record: last, due: 11, because: "attempts_exhausted" }
  ] as const)("$name, not before, and for no other cause", ({ record, due, because }) => {
    assert.strictEqual(refused(record, { ...reroute(due, because), at: at(due - 1) })._tag, "NotDue")
    for (const other of ["accept_by", "attempts_exhausted", "rejected"] as const) {
      if (other !== because) assert.strictEqual(refused(record, reroute(due, other))._tag, "NotDue")
    }
    const { because: _, ...unexplained } = { because: undefined, ...reroute(due, because) }
    assert.strictEqual(refused(record, unexplained as Transition)._tag, "NotDue")
    const next = follow(record, reroute(due, because))
    assert.deepStrictEqual([next.status, turnOf(next)], ["pending", successor])
    // The event that would have ended it can still be recorded.
    const ending = overdueEvent(record, at(due))
    assert(ending !== undefined)
    assert.isFalse(follow(record, ending).status === "pending")
  })

  it("does not follow a deadline, or a lease with attempts left", () => {
    const record = follow(asked({ deadline: at(10), reroute: true }), accept(receiver, 1, 5))
    assert.strictEqual(refused(record, reroute(6, "attempts_exhausted"))._tag, "NotDue")
    for (const because of ["accept_by", "attempts_exhausted", "rejected"] as const) {
      assert.strictEqual(refused(record, reroute(10, because))._tag, "NotDue")
    }
  })

  it("needs `reroute` in the request, hops left, and an agent that has not had it", () => {
    for (const more of [{ reroute: false }, {}, { reroute: true, maxHops: 0 }]) {
      assert.strictEqual(refused(asked({ acceptBy: at(10), ...more }), reroute(10, "accept_by"))._tag, "NotDue")
    }
    assert.strictEqual(refused(late, reroute(10, "accept_by", receiver))._tag, "AlreadyHeld")
  })

  it("names the events that it can replace", () => {
    const causes = (record: HandoffRecord) =>
      ([moves.Rejected, moves.Failed, { ...moves.Failed, code: "attempts_exhausted" }, moves.Expired] as const)
        .concat({ ...moves.Expired, missed: "accept_by" } as never)
        .map((event) => rerouteCause(record, event))
    assert.deepStrictEqual(causes(last), ["rejected", undefined, "attempts_exhausted", undefined, "accept_by"])
    // Attempts are exhausted only after the last one.
    assert.deepStrictEqual(causes(late), ["rejected", undefined, undefined, undefined, "accept_by"])
    assert.isTrue(causes(asked()).every((cause) => cause === undefined))
    assert.isUndefined(rerouteCause(late, moves.Released))
  })

  it("after a rejection is recorded by the receiver", () => {
    const declined = { ...forward(receiver, successor), because: "rejected" } as const
    assert.strictEqual(turnOf(follow(late, declined)), successor)
    assert.strictEqual(refused(late, { ...declined, by: clock })._tag, "NotDue")
  })
})

describe("a part", () => {
  const parent = RecordId.make("parent")
  const part = asked({ parent })

  it("is counted when the receiver delegates it, without a change of status", () => {
    const record = follow(asked(), accept(receiver, 1, 10), { ...moves.Delegated, at: at(2) })
    assert.deepInclude(record, { status: "accepted", parts: 1 })
    assert.strictEqual(follow(record, { ...moves.Started, at: at(3) }, moves.Delegated).parts, 2)
    for (const by of [sender, stranger])
      assert.strictEqual(refused(record, { ...moves.Delegated, by })._tag, "NotYourHandoff")
  })

  it("is cancelled along with the whole, by the same agent", () => {
    const cancel = (along: RecordId): Transition => ({ _tag: "Cancelled", at: at(2), by: stranger, along })
    assert.strictEqual(follow(part, cancel(parent)).status, "cancelled")
    assert.strictEqual(refused(part, cancel(RecordId.make("another")))._tag, "NotYourHandoff")
    assert.strictEqual(refused(asked(), cancel(parent))._tag, "NotYourHandoff")
  })
})
