import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import {
  AgentId,
  apply,
  clock,
  create,
  dueAt,
  firstAttemptOf,
  HandoffEvent,
  HandoffRecord,
  HandoffRequest,
  isOfTime,
  HandoffStatus,
  isOpen,
  maxAttemptsOf,
  maxHopsOf,
  overdueEvent,
  replay,
  type Transition,
  turnOf,
  whereabouts
} from "../src/index.ts"
import { Life, lived, longLife } from "./lives.ts"
import { asked, at, moves, receiver, recordId, refused, sender, states, stranger, follow } from "./samples.ts"

const minutes = (n: number) => n * 60_000

const accept = (minute: number, lease?: number): Transition => ({
  _tag: "Accepted",
  at: at(minute),
  by: receiver,
  ...(lease === undefined ? {} : { lease: minutes(lease) })
})
const start = (minute: number): Transition => ({ _tag: "Started", at: at(minute), by: receiver })
const progress = (minute: number, lease?: number): Transition => ({
  _tag: "Progressed",
  at: at(minute),
  by: receiver,
  ...(lease === undefined ? {} : { lease: minutes(lease) })
})
const question = (minute: number): Transition => ({ _tag: "Asked", at: at(minute), by: receiver, question: "?" })
const answer = (minute: number): Transition => ({ _tag: "Answered", at: at(minute), by: sender, answer: "!" })
const release = (minute: number): Transition => ({ _tag: "Released", at: at(minute), by: receiver })
const lost = (minute: number, attempt = 1): Transition => ({ _tag: "Released", at: at(minute), by: clock, attempt })
const expired = (minute: number, missed: "accept_by" | "deadline" = "deadline"): Transition => ({
  _tag: "Expired",
  at: at(minute),
  by: clock,
  missed
})
const reminded = (minute: number, of: "accept_by" | "deadline" = "deadline"): Transition => ({
  _tag: "Reminded",
  at: at(minute),
  by: clock,
  of
})

const leaseOf = (record: HandoffRecord) => ("lease" in record ? record.lease : undefined)
const millisecondBefore = (moment: DateTime.Utc) => DateTime.subtract(moment, { milliseconds: 1 })

describe("a lease", () => {
  const tenMinutes = { milliseconds: minutes(10) }

  it("starts with the acceptance, if the acceptance asks for one", () => {
    assert.deepStrictEqual(leaseOf(follow(asked(), accept(1, 10))), { ...tenMinutes, until: at(11) })
    assert.isUndefined(leaseOf(follow(asked(), accept(1))))
    assert.isUndefined(dueAt(follow(asked(), accept(1), start(2), progress(3))))
  })

  it("is renewed by progress from the time of that event, and by no other event of the receiver", () => {
    const held = follow(asked(), accept(1, 10))
    assert.deepStrictEqual(leaseOf(follow(held, start(5))), { ...tenMinutes, until: at(11) })
    assert.deepStrictEqual(leaseOf(follow(held, start(5), progress(8))), { ...tenMinutes, until: at(18) })
    assert.deepStrictEqual(leaseOf(follow(held, progress(8))), { ...tenMinutes, until: at(18) })
  })

  it("takes a new length from progress, and keeps it", () => {
    const held = follow(asked(), accept(1), progress(2, 3))
    assert.deepStrictEqual(leaseOf(held), { milliseconds: minutes(3), until: at(5) })
    assert.deepStrictEqual(leaseOf(follow(held, progress(4))), { milliseconds: minutes(3), until: at(7) })
  })

  it("follows a clock that is set back or forward, because it starts at the event's time", () => {
    const held = follow(asked(), accept(100, 10))
    assert.deepStrictEqual(leaseOf(follow(held, progress(50))), { ...tenMinutes, until: at(60) })
    assert.deepStrictEqual(leaseOf(follow(held, progress(5000))), { ...tenMinutes, until: at(5010) })
  })

  it("pauses while a question is open, and restarts in full with the answer", () => {
    const waiting = follow(asked(), accept(1, 10), start(2), question(10))
    assert.deepStrictEqual(leaseOf(waiting), tenMinutes)
    assert.isUndefined(dueAt(waiting))
    assert.isUndefined(overdueEvent(waiting, at(100_000)))
    assert.deepStrictEqual(leaseOf(follow(waiting, answer(500))), { ...tenMinutes, until: at(510) })
    assert.isUndefined(leaseOf(follow(asked(), accept(1), start(2), question(3), answer(4))))
  })

  it("ends at its exact millisecond, and the handoff then waits for the next attempt", () => {
    const held = follow(asked(), accept(1, 10), start(2), progress(3))
    assert.isUndefined(overdueEvent(held, millisecondBefore(at(13))))
    const event = overdueEvent(held, at(13))
    assert.deepInclude(event, { _tag: "Released", at: at(13), by: clock, attempt: 1 })
    assert(event !== undefined)
    const released = follow(held, event)
    assert.deepInclude(released, { status: "pending", attempt: 2 })
    for (const key of ["lease", "progress", "response"]) assert.isFalse(key in released)
  })

  it("yields to the deadline if both have passed, in any order", () => {
    for (const deadline of [at(11), at(15), at(30)]) {
      const held = follow(asked({ deadline }), accept(1, 10))
      assert.deepInclude(overdueEvent(held, at(30)), { _tag: "Expired", missed: "deadline" })
      assert.strictEqual(refused(held, lost(30))._tag, "NotDue")
    }
  })

  it("never ends after the last time that can be encoded", () => {
    const late = DateTime.makeUnsafe("9999-12-31T23:59:00Z")
    const held = follow(asked(), { _tag: "Accepted", at: late, by: receiver, lease: minutes(10) })
    assert.deepStrictEqual(leaseOf(held)?.until, DateTime.makeUnsafe("9999-12-31T23:59:59.999Z"))
  })

  it("of the last attempt fails the handoff when it expires", () => {
    const last = follow(asked({ maxAttempts: 2 }), accept(1, 10), lost(11), accept(20, 10))
    const event = overdueEvent(last, at(30))
    assert(event?._tag === "Failed")
    assert.deepInclude(follow(last, event), { status: "failed", attempt: 2, code: "attempts_exhausted" })
    const { code: _, ...without } = event
    assert.strictEqual(refused(last, without)._tag, "NotDue")
    assert.strictEqual(refused(last, lost(30, 2))._tag, "NotDue")
  })
})

describe("the last attempt", () => {
  it.each([1, 2, undefined])("of %s can be failed, but not released", (maxAttempts) => {
    let record = asked(maxAttempts === undefined ? {} : { maxAttempts })
    for (let attempt = 1; attempt < (maxAttempts ?? 3); attempt += 1) record = follow(record, accept(1), release(2))
    const last = follow(record, accept(1))
    const error = refused(last, release(2))
    assert(error._tag === "NoAttemptLeft")
    assert.strictEqual(error.maxAttempts, maxAttempts ?? 3)
    // An event of another program is accepted in any case.
    assert.strictEqual(follow(last, { ...release(2), via: "foreign" }).status, "pending")
    assert.strictEqual(follow(last, { _tag: "Failed", at: at(2), by: receiver, reason: "no" }).status, "failed")
  })
})

describe("a verb that names its attempt", () => {
  const events = Object.values(moves)
  it.each(HandoffStatus.literals)("is refused on %s if the attempt differs, before any other check", (status) => {
    const record: HandoffRecord = { ...states[status], attempt: 2 }
    for (const event of events) {
      for (const by of [event.by, stranger]) {
        for (const attempt of [1, 3]) {
          const error = refused(record, { ...event, by, attempt })
          assert(error._tag === "StaleAttempt")
          assert.deepStrictEqual([error.attempt, error.current, error.event], [attempt, 2, event._tag])
        }
      }
      // The right attempt and no attempt are treated alike.
      const [named, unnamed] = [apply(record, { ...event, attempt: 2 }), apply(record, event)]
      assert.isTrue(Equal.equals(named, unnamed), event._tag)
    }
  })

  it("changes nothing if it comes late", () => {
    const again = follow(asked(), accept(1, 10), lost(11), accept(12))
    const late: Transition = { _tag: "Completed", at: at(13), by: receiver, result: {}, attempt: 1 }
    assert.strictEqual(
      refused(again, late).message,
      `Handoff ${recordId} is in attempt 2; \`complete\` names attempt 1, which is over`
    )
    assert.strictEqual(follow(again, { ...late, attempt: 2 }).status, "completed")
  })
})

describe("the clock's events", () => {
  const both = asked({ acceptBy: at(10), deadline: at(20), remindBefore: minutes(5) })
  const held = follow(both, accept(1, 6))

  it.each([
    { name: "an expiry", record: both, event: expired(10, "accept_by"), due: 10 },
    { name: "an expiry at the deadline", record: held, event: expired(20), due: 20 },
    { name: "a reminder", record: both, event: reminded(5, "accept_by"), due: 5 },
    {
      name: "a reminder of the deadline",
      record: follow(asked({ deadline: at(20), remindBefore: minutes(5) })),
      event: reminded(15),
      due: 15
    },
    { name: "the end of a lease", record: held, event: lost(7), due: 7 },
    {
      name: "the end of the last lease",
      record: follow(asked({ maxAttempts: 1 }), accept(1, 6)),
      event: { _tag: "Failed", at: at(7), by: clock, reason: "r", code: "attempts_exhausted" } as const,
      due: 7
    }
  ])("$name is not due a millisecond before its time", ({ record, event, due }) => {
    const early = refused(record, { ...event, at: millisecondBefore(at(due)) })
    assert(early._tag === "NotDue")
    assert.deepStrictEqual([early.event, early.at], [event._tag, millisecondBefore(at(due))])
    assert.isTrue(Result.isSuccess(apply(record, event)))
    // Events of another program are accepted.
    assert.isTrue(Result.isSuccess(apply(record, { ...event, at: at(1), via: "foreign" })))
  })

  it("cannot be chosen by an agent, and neither can their order", () => {
    assert.strictEqual(refused(both, expired(10, "deadline"))._tag, "NotDue")
    assert.strictEqual(refused(both, reminded(10, "accept_by"))._tag, "NotDue")
    // The history does not show whether the lease was renewed.
    assert.strictEqual(follow(held, reminded(15)).revision, held.revision + 1)
    for (const by of [sender, receiver, stranger, clock]) {
      assert.strictEqual(follow(both, { ...expired(10, "accept_by"), by }).status, "expired")
    }
    assert.strictEqual(refused(held, { ...lost(30), by: stranger })._tag, "NotYourHandoff")
    assert.strictEqual(refused(asked({ deadline: at(5) }), { ...accept(6), by: clock })._tag, "NotYourHandoff")
  })

  it("name acceptBy if both it and the deadline have passed", () => {
    assert.deepInclude(overdueEvent(both, at(25)), { _tag: "Expired", missed: "accept_by" })
    const event = overdueEvent(both, at(25))
    assert(event !== undefined)
    assert.deepInclude(follow(both, event), { missed: "accept_by", reason: "Nobody accepted the handoff in time." })
  })

  it("ignore acceptBy once the handoff was accepted, even if it is pending again", () => {
    const waits = follow(asked({ acceptBy: at(10), remindBefore: minutes(1) }), accept(1, 2), lost(3))
    assert.isUndefined(dueAt(waits))
    assert.isUndefined(overdueEvent(waits, at(100)))
    assert.strictEqual(refused(waits, expired(100, "accept_by"))._tag, "NotDue")
  })

  it("remind of each timer once, across attempts, and at once if the time has passed", () => {
    const twice = follow(both, reminded(5, "accept_by"), accept(6), release(7), reminded(15), accept(16))
    assert.deepInclude(twice, { reminded: ["accept_by", "deadline"] })
    assert.deepStrictEqual(dueAt(twice), at(20))
    assert.strictEqual(refused(twice, reminded(17))._tag, "NotDue")
    const short = asked({ deadline: at(5), remindBefore: minutes(60) })
    assert.deepInclude(overdueEvent(short, at(0)), { _tag: "Reminded", of: "deadline" })
  })

  it("need no reason, even if the receiver is named clock", () => {
    const own = asked({ toAgent: clock, deadline: at(20) })
    const by = clock
    const taken = follow(own, { ...accept(1, 10), by }, { ...start(2), by })
    assert.deepInclude(follow(taken, { ...release(3), by }), { status: "pending", attempt: 2 })
    assert.strictEqual(follow(taken, { _tag: "Failed", at: at(3), by, reason: "no" }).status, "failed")
    const event = overdueEvent(taken, at(11))
    assert(event !== undefined)
    assert.strictEqual(follow(taken, event).status, "pending")
    assert.strictEqual(refused(own, expired(19))._tag, "NotDue")
    const sent = create(recordId, {
      _tag: "Created",
      at: at(0),
      by: clock,
      request: HandoffRequest.make({ fromAgent: clock, toAgent: AgentId.make("b"), taskDescription: "t" })
    })
    assert.strictEqual(follow(sent, { _tag: "Cancelled", at: at(1), by: clock }).status, "cancelled")
  })

  it("causes what is due, and nothing else that an agent called clock does", () => {
    const own = asked({ toAgent: clock, acceptBy: at(5), reroute: true })
    const forwarded = { _tag: "Forwarded", at: at(5), by: clock, to: stranger, because: "accept_by" } as const
    assert.isTrue(isOfTime(own, forwarded))
    assert.isFalse(isOfTime(own, { ...forwarded, at: at(4) }))
    assert.isFalse(isOfTime(own, { ...forwarded, because: "rejected" }))
    const taken = follow(own, { ...accept(1, 10), by: clock })
    assert.isTrue(isOfTime(taken, lost(11)))
    assert.isFalse(isOfTime(taken, lost(10)))
    assert.isFalse(isOfTime(taken, { ...start(11), by: clock }))
    // For another receiver, the clock causes only this event.
    assert.isTrue(isOfTime(follow(asked(), accept(1, 10)), lost(10)))
    assert.isFalse(isOfTime(follow(asked(), accept(1, 10)), release(11)))
  })
})

/** Checks every record of a life, and the clock's events on it. */
const holds = (request: (typeof Life.asked)["Type"], steps: (typeof Life.steps)["Type"]): void => {
  const seen: Array<HandoffRecord> = []
  const { record: last, history } = lived(request, steps, (record) => seen.push(record))
  assert.isTrue(Equal.equals(Result.getOrThrow(replay(recordId, history)), last))
  for (let record of seen) {
    const { turn, since, isLost } = whereabouts(record)
    assert.deepStrictEqual([turn, since, isLost], [turnOf(record), record.updatedAt, false])
    assert.strictEqual(turn !== undefined, isOpen(record.status))
    // Each receiver has the same number of attempts, and again when its work is returned.
    assert.isAtMost(record.attempt - firstAttemptOf(record) + 1, maxAttemptsOf(record))
    assert.isAtMost(record.hops?.length ?? 0, maxHopsOf(record))
    assert.isTrue(Schema.is(HandoffRecord)(record))
    if (turn === sender) assert.isUndefined(leaseOf(record)?.until, "a lease rests while the sender's word is awaited")
    const due = dueAt(record)
    assert.strictEqual(whereabouts(record).due?.event, due && overdueEvent(record, due)?._tag)
    assert.isUndefined(overdueEvent(record, due === undefined ? at(1_000_000) : millisecondBefore(due)))
    // Even late, every due event is applied, one after another.
    for (const now of due === undefined ? [] : [due, at(100_000)]) {
      let left = 4
      for (let event = overdueEvent(record, now); event !== undefined; event = overdueEvent(record, now)) {
        record = follow(record, event)
        left -= 1
        assert.isAtLeast(left, 0, "it does not come to an end")
      }
      const rest = dueAt(record)
      assert.isTrue(rest === undefined || DateTime.isGreaterThan(rest, now))
    }
  }
}

describe("in any history", () => {
  it.prop(
    "every open handoff has a turn, due events apply at their time and end, and none applies before",
    Life,
    ({ asked: request, steps }) => holds(request, steps),
    { arbitrary: { runs: 500 } }
  )

  it("and in one with every kind of event that keeps it open", () => {
    const { record, history } = lived(...longLife)
    // A reviewed handoff is delivered instead of completed.
    const ends = new Set(["Imported", "Completed", "Rejected", "Failed", "Cancelled", "Expired"])
    const tags = HandoffEvent.members.map(({ fields }) => fields._tag.schema.literal)
    assert.includeMembers(
      history.map(({ _tag }) => _tag as string),
      tags.filter((tag) => !ends.has(tag))
    )
    assert.deepStrictEqual([record.status, record.attempt, record.hops?.length], ["completed", 5, 2])
    holds(...longLife)
  })

  it.prop(
    "a verb with an ended attempt changes nothing",
    Life,
    ({ asked: request, steps }) => {
      const { record } = lived(request, steps)
      for (let attempt = 1; attempt < record.attempt; attempt += 1) {
        for (const move of Object.values(moves)) {
          assert.strictEqual(refused(record, { ...move, attempt })._tag, "StaleAttempt")
        }
      }
    },
    { arbitrary: { runs: 200 } }
  )
})

describe("whereabouts", () => {
  it("names the holder, the start, the attempt, and the next timer", () => {
    const record = asked({ acceptBy: at(10), deadline: at(20), remindBefore: minutes(4) })
    assert.deepStrictEqual(whereabouts(record), {
      turn: receiver,
      since: at(0),
      attempt: 1,
      due: { at: at(6), event: "Reminded" },
      isLost: false
    })
    const held = follow(record, accept(1, 5))
    assert.deepStrictEqual(whereabouts(held).due, { at: at(6), event: "Released" })
    const waiting = follow(held, start(2), question(3))
    assert.deepStrictEqual(whereabouts(waiting), {
      turn: sender,
      since: at(3),
      attempt: 1,
      due: { at: at(16), event: "Reminded" },
      isLost: false
    })
    const back = follow(held, { ...moves.Released, at: at(4) })
    assert.deepStrictEqual([whereabouts(back).notBefore, whereabouts(back).attempt], [at(20), 2])
    const done = follow(held, { _tag: "Completed", at: at(5), by: receiver, result: {} })
    assert.deepStrictEqual(whereabouts(done), { since: at(5), attempt: 1, isLost: false })
  })

  it("names the end of the last attempt's lease", () => {
    const last = follow(asked({ maxAttempts: 1 }), accept(1, 5))
    assert.deepStrictEqual(whereabouts(last).due, { at: at(6), event: "Failed" })
  })
})
