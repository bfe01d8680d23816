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

describe("handing on", () => {
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
    // The ask stays what it was.
    assert.deepStrictEqual(record.request, before.request)
  })

  it("is the receiver's alone, and the next receiver's from then on", () => {
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

  it("fences off who held it before", () => {
    const record = follow(asked(), accept(receiver, 1), forward(receiver, successor), accept(successor, 6))
    const late: Transition = { _tag: "Completed", at: at(7), by: receiver, result: {}, attempt: 1 }
    assert.strictEqual(refused(record, late)._tag, "StaleAttempt")
    assert.strictEqual(follow(record, { ...late, by: successor, attempt: 2 }).status, "completed")
  })

  it("hands over what was learnt, and drops the lease, the progress and what was verified", () => {
    const record = follow(asked(), accept(receiver, 1, 10), moves.Progressed, moves.Attested, {
      ...forward(receiver, successor),
      handBack: { done: ["一"] }
    } as Transition)
    assert.deepInclude(record, { handBack: { done: ["一"] } })
    for (const key of ["lease", "progress", "evidence", "response", "notBefore"]) assert.isFalse(key in record, key)
    // Who adds nothing leaves what there was.
    assert.deepInclude(follow(record, forward(successor, third, 6)), { handBack: { done: ["一"] } })
  })

  it("never goes back to who had it", () => {
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

  it("by another program has happened, but for more hops than a record holds", () => {
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
  it("has as many attempts as the first", () => {
    let record = follow(asked({ maxAttempts: 2 }), accept(receiver, 1), release(receiver), accept(receiver, 3))
    assert.isTrue(isLastAttempt(record))
    record = follow(record, forward(receiver, successor))
    assert.strictEqual(record.attempt, 3)
    assert.isFalse(isLastAttempt(record))
    record = follow(record, accept(successor, 6), release(successor, 7), accept(successor, 8))
    assert.deepStrictEqual([record.attempt, isLastAttempt(record)], [4, true])
    assert.strictEqual(refused(record, release(successor, 9))._tag, "NoAttemptLeft")
  })

  it("has as long to accept as the first, from when it came to it", () => {
    const record = follow(asked({ acceptBy: at(10) }), forward(receiver, successor, 7))
    assert.deepStrictEqual(dueAt(record), at(17))
    assert.isUndefined(overdueEvent(record, DateTime.subtract(at(17), { milliseconds: 1 })))
    assert.deepInclude(overdueEvent(record, at(17)), { _tag: "Expired", missed: "accept_by" })
    // Once it has accepted, it has accepted, and the next has it anew.
    const taken = follow(record, accept(successor, 8), release(successor, 9))
    assert.isUndefined(dueAt(taken))
    assert.deepStrictEqual(dueAt(follow(taken, forward(successor, third, 20))), at(30))
  })

  it("is reminded of accept_by, but not again of the deadline", () => {
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

  it("is within the one deadline", () => {
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
    // What would have ended it may still be recorded instead.
    const ending = overdueEvent(record, at(due))
    assert(ending !== undefined)
    assert.isFalse(follow(record, ending).status === "pending")
  })

  it("is nothing that a deadline does, nor a lease with attempts left", () => {
    const record = follow(asked({ deadline: at(10), reroute: true }), accept(receiver, 1, 5))
    assert.strictEqual(refused(record, reroute(6, "attempts_exhausted"))._tag, "NotDue")
    for (const because of ["accept_by", "attempts_exhausted", "rejected"] as const) {
      assert.strictEqual(refused(record, reroute(10, because))._tag, "NotDue")
    }
  })

  it("is for requests that say so, while hops are left, to who has not had it", () => {
    for (const more of [{ reroute: false }, {}, { reroute: true, maxHops: 0 }]) {
      assert.strictEqual(refused(asked({ acceptBy: at(10), ...more }), reroute(10, "accept_by"))._tag, "NotDue")
    }
    assert.strictEqual(refused(late, reroute(10, "accept_by", receiver))._tag, "AlreadyHeld")
  })

  it("says for which events there is another way", () => {
    const causes = (record: HandoffRecord) =>
      ([moves.Rejected, moves.Failed, { ...moves.Failed, code: "attempts_exhausted" }, moves.Expired] as const)
        .concat({ ...moves.Expired, missed: "accept_by" } as never)
        .map((event) => rerouteCause(record, event))
    assert.deepStrictEqual(causes(last), ["rejected", undefined, "attempts_exhausted", undefined, "accept_by"])
    // Attempts are not used up before the last.
    assert.deepStrictEqual(causes(late), ["rejected", undefined, undefined, undefined, "accept_by"])
    assert.isTrue(causes(asked()).every((cause) => cause === undefined))
    assert.isUndefined(rerouteCause(late, moves.Released))
  })

  it("of what was declined is the receiver's to record", () => {
    const declined = { ...forward(receiver, successor), because: "rejected" } as const
    assert.strictEqual(turnOf(follow(late, declined)), successor)
    assert.strictEqual(refused(late, { ...declined, by: clock })._tag, "NotDue")
  })
})

describe("a part", () => {
  const parent = RecordId.make("parent")
  const part = asked({ parent })

  it("is counted by the receiver who gave it away, and moves nothing", () => {
    const record = follow(asked(), accept(receiver, 1, 10), { ...moves.Delegated, at: at(2) })
    assert.deepInclude(record, { status: "accepted", parts: 1 })
    assert.strictEqual(follow(record, { ...moves.Started, at: at(3) }, moves.Delegated).parts, 2)
    for (const by of [sender, stranger])
      assert.strictEqual(refused(record, { ...moves.Delegated, by })._tag, "NotYourHandoff")
  })

  it("goes along with what it is a part of, by whoever withdrew that", () => {
    const cancel = (along: RecordId): Transition => ({ _tag: "Cancelled", at: at(2), by: stranger, along })
    assert.strictEqual(follow(part, cancel(parent)).status, "cancelled")
    assert.strictEqual(refused(part, cancel(RecordId.make("another")))._tag, "NotYourHandoff")
    assert.strictEqual(refused(asked(), cancel(parent))._tag, "NotYourHandoff")
  })
})
