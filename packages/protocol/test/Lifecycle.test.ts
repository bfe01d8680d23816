import { assert, describe, it } from "@effect/vitest"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import {
  advance,
  AgentId,
  agentOf,
  apply,
  continuation,
  dueAt,
  type HandoffEvent,
  type HandoffRecord,
  HandoffStatus,
  isOpen,
  movesFrom,
  RecordId,
  replay,
  type Rule,
  statusAfter,
  type Transition,
  transitionInputs,
  transitions,
  turnOf,
  turns
} from "../src/index.ts"
import {
  after,
  at,
  headless,
  moves,
  pending,
  receiver,
  recordId,
  request,
  sender,
  states,
  stranger,
  successor
} from "./samples.ts"

// The status after each event from each status, written by hand to reveal a change of the table.
const matrix: Readonly<Record<HandoffStatus, Partial<Record<Transition["_tag"], HandoffStatus>>>> = {
  pending: {
    Accepted: "accepted",
    Rejected: "rejected",
    Forwarded: "pending",
    Cancelled: "cancelled",
    Reminded: "pending",
    Expired: "expired"
  },
  accepted: {
    Started: "in_progress",
    Progressed: "accepted",
    Forwarded: "pending",
    Delegated: "accepted",
    Restated: "accepted",
    Confirmed: "accepted",
    Attested: "accepted",
    Released: "pending",
    Delivered: "delivered",
    Completed: "completed",
    Failed: "failed",
    Cancelled: "cancelled",
    Reminded: "accepted",
    Expired: "expired"
  },
  in_progress: {
    Progressed: "in_progress",
    Asked: "input_required",
    Forwarded: "pending",
    Delegated: "in_progress",
    Attested: "in_progress",
    Released: "pending",
    Delivered: "delivered",
    Completed: "completed",
    Failed: "failed",
    Cancelled: "cancelled",
    Reminded: "in_progress",
    Expired: "expired"
  },
  input_required: {
    Answered: "in_progress",
    Forwarded: "pending",
    Attested: "input_required",
    Released: "pending",
    Failed: "failed",
    Cancelled: "cancelled",
    Reminded: "input_required",
    Expired: "expired"
  },
  delivered: {
    Attested: "delivered",
    Approved: "completed",
    Returned: "in_progress",
    Escalated: "delivered",
    Cancelled: "cancelled",
    Reminded: "delivered"
  },
  completed: {},
  rejected: {},
  failed: {},
  cancelled: {},
  expired: {}
}
const parties = {
  Accepted: "receiver",
  Rejected: "receiver",
  Started: "receiver",
  Progressed: "receiver",
  Asked: "receiver",
  Answered: "sender",
  Forwarded: "receiver",
  Delegated: "receiver",
  Restated: "receiver",
  Confirmed: "sender",
  Attested: "witness",
  Released: "receiver",
  Delivered: "receiver",
  Approved: "reviewer",
  Returned: "reviewer",
  Escalated: "anyone",
  Completed: "receiver",
  Failed: "receiver",
  Cancelled: "sender",
  Reminded: "anyone",
  Expired: "anyone"
} as const

const events = Object.values(moves)
const pairs = HandoffStatus.literals.flatMap((status) => events.map((event) => ({ status, event, tag: event._tag })))

const shape = (record: HandoffRecord) => {
  const {
    recordId: _id,
    revision: _revision,
    request: _request,
    createdAt: _at,
    updatedAt: _then,
    ...own
  } = headless(record)
  return own
}

/** The record in a status, of a request that asks for a review. */
const reviewedIn = (status: HandoffStatus): HandoffRecord => {
  const { request } = states.delivered
  return { ...states[status], request }
}

const verbOf = (tag: Transition["_tag"]) => {
  const [verb] = Object.entries(transitionInputs).find(([, { event }]) => event === tag) ?? []
  return verb ?? (tag === "Delegated" ? "delegate" : tag === "Delivered" ? "complete" : "sweep")
}

describe("apply", () => {
  it.each(pairs)("$tag on $status follows the table and the matrix", ({ status, event, tag }) => {
    const expected = matrix[status][tag]
    const rule: Rule = transitions[tag]
    assert.strictEqual(rule.from.includes(status) ? statusAfter(tag, status) : undefined, expected)
    const before = tag === "Delivered" ? reviewedIn(status) : states[status]
    // The clock of a review is another one.
    const isOfReview = event._tag === "Reminded" && status === "delivered"
    const move: Transition = isOfReview ? { ...event, at: at(4), of: "review_by" } : event
    const result = apply(before, move)
    if (expected === undefined) {
      assert(Result.isFailure(result) && result.failure._tag === "InvalidTransition")
      const { recordId: id, status: is, event: tried, allowedFrom } = result.failure
      assert.deepStrictEqual([id, is, tried, allowedFrom], [recordId, status, tag, rule.from])
      const needed = new Intl.ListFormat("en-GB", { type: "disjunction" }).format(rule.from)
      const article = /^[ai]/.test(needed) ? "an" : "a"
      assert.strictEqual(
        result.failure.message,
        `Handoff ${recordId} is ${status}; \`${verbOf(tag)}\` needs ${article} ${needed} handoff`
      )
    } else {
      const next = Result.getOrThrow(result)
      assert.deepStrictEqual(
        [next.status, next.revision, next.recordId, next.request, next.createdAt, next.updatedAt],
        [expected, before.revision + 1, recordId, before.request, before.createdAt, move.at]
      )
    }
  })

  it("builds each state from its event only", () => {
    const attempt = 1
    const response = { accepted: true, reason: "はい", estimatedCompletion: at(90) }
    const readBack = { summary: "一", items: [] }
    assert.deepStrictEqual(Object.values(states).map(shape), [
      { status: "pending", attempt },
      { status: "accepted", attempt, response, readBack },
      { status: "in_progress", attempt, response, readBack },
      { status: "input_required", attempt, response, readBack, question: "¿Cuál?" },
      { status: "delivered", attempt, response, readBack, result: { pages: 3 }, reviewBy: at(33) },
      { status: "completed", attempt, response, result: { pages: 3 } },
      { status: "rejected", attempt, response: { accepted: false, reason: "нет" } },
      { status: "failed", attempt, response: { accepted: false, reason: "503" } },
      { status: "cancelled", attempt, reason: "zu spät" },
      {
        status: "expired",
        attempt,
        response,
        reason: "The deadline passed while the handoff was open.",
        missed: "deadline"
      }
    ])
    assert.deepStrictEqual(shape(after(moves.Accepted, moves.Progressed)), {
      status: "accepted",
      attempt,
      response,
      readBack,
      progress: { at: at(3), note: "½", fraction: 0.5 }
    })
    assert.deepStrictEqual(shape(after(moves.Accepted, moves.Started, moves.Asked, moves.Answered)), {
      status: "in_progress",
      attempt,
      response,
      readBack,
      answer: { question: "¿Cuál?", answer: "三" }
    })
    assert.deepStrictEqual(shape(after(moves.Accepted, moves.Progressed, moves.Released)), {
      status: "pending",
      attempt: 2,
      handBack: { done: ["一"] },
      notBefore: at(20)
    })
    assert.deepStrictEqual(shape(after(moves.Accepted, moves.Released, moves.Reminded, moves.Accepted)), {
      status: "accepted",
      attempt: 2,
      handBack: { done: ["一"] },
      reminded: ["deadline"],
      response,
      readBack
    })
    assert.deepStrictEqual(shape(after(moves.Accepted, moves.Delegated)), { ...shape(states.accepted), parts: 1 })
    assert.deepStrictEqual(shape(after(moves.Accepted, moves.Restated)), {
      status: "accepted",
      attempt,
      response,
      readBack: { summary: "二", items: [] }
    })
    assert.deepStrictEqual(shape(after(moves.Accepted, moves.Confirmed)), {
      status: "accepted",
      attempt,
      response,
      readBack: { ...readBack, confirmed: at(2), correction: "三" }
    })
    const { _tag: _, at: when, by, ...proof } = moves.Attested
    assert.deepStrictEqual(shape(after(moves.Accepted, moves.Attested)), {
      status: "accepted",
      attempt,
      response,
      readBack,
      evidence: [{ grade: "verified", ...proof, by, at: when }]
    })
    assert.deepStrictEqual(shape(after(moves.Accepted, moves.Attested, moves.Reminded, moves.Forwarded)), {
      status: "pending",
      attempt: 2,
      hops: [{ receiver: successor, attempt: 2, at: at(5) }],
      handBack: { remaining: ["二"] },
      reminded: ["deadline"]
    })
    assert.deepStrictEqual(shape(after({ _tag: "Accepted", at: at(1), by: receiver })), {
      status: "accepted",
      attempt,
      response: { accepted: true, reason: "Accepted by receiving agent." }
    })
    assert.deepStrictEqual(shape(after(moves.Accepted, { _tag: "Cancelled", at: at(1), by: sender })), {
      status: "cancelled",
      attempt,
      response,
      reason: "Cancelled by the sender."
    })
  })

  it.each(events.map((event) => ({ event, tag: event._tag })))(
    "$tag is allowed for its party only",
    ({ event, tag }) => {
      assert.strictEqual(transitions[tag].by, parties[tag])
      const status = HandoffStatus.literals.find((each) => matrix[each][tag] !== undefined)
      assert(status !== undefined)
      const before = tag === "Delivered" ? reviewedIn(status) : states[status]
      const allowed = [sender, receiver, stranger].filter((by) => Result.isSuccess(apply(before, { ...event, by })))
      const party = parties[tag]
      const whose = {
        anyone: [sender, receiver, stranger],
        witness: [sender, stranger],
        sender: [sender],
        reviewer: [sender],
        receiver: [receiver]
      }
      assert.deepStrictEqual(allowed, whose[party])
      if (party === "witness") {
        const refused = apply(before, { ...event, by: receiver })
        assert(Result.isFailure(refused) && refused.failure._tag === "NotYourHandoff")
        assert.deepStrictEqual([refused.failure.party, refused.failure.expected], ["witness", sender])
      } else if (party !== "anyone") {
        const refused = apply(before, { ...event, by: stranger })
        assert(Result.isFailure(refused) && refused.failure._tag === "NotYourHandoff")
        const { by, expected, party: named } = refused.failure
        assert.deepStrictEqual([by, expected, named], [stranger, allowed[0], party])
      }
    }
  )

  it.each(HandoffStatus.literals)("Created and Imported are refused on %s", (status) => {
    for (const origin of [
      { _tag: "Created", at: at(9), by: sender, request },
      { _tag: "Imported", at: at(9), by: sender, record: pending }
    ] as const) {
      const refused = apply(states[status], origin)
      assert(Result.isFailure(refused) && refused.failure._tag === "InvalidTransition")
      assert.deepStrictEqual(refused.failure.allowedFrom, [])
    }
  })
})

describe("replay", () => {
  const step = Schema.Struct({
    event: Schema.Literals(events.map(({ _tag }) => _tag)),
    by: Schema.Literals([0, 1, 2, 3])
  })

  it.prop(
    "any sequence either replays to the stored record or is refused, and a refused event changes nothing",
    { steps: Schema.Array(step) },
    ({ steps }) => {
      const history: Array<HandoffEvent> = [{ _tag: "Created", at: at(0), by: sender, request }]
      let stored: HandoffRecord = pending
      for (const { event: tag, by } of steps) {
        const event: Transition = { ...moves[tag], by: [sender, receiver, stranger, successor][by] ?? sender }
        const before = JSON.stringify(stored)
        const result = advance(stored, event)
        const [hop] = stored.hops ?? []
        const party = parties[tag]
        const holder = hop === undefined ? receiver : successor
        const mayAct =
          party === "anyone" ||
          (party === "witness" ? event.by !== holder : event.by === (party === "sender" ? sender : holder))
        const isLeft = tag !== "Released" || stored.attempt - (hop?.attempt ?? 1) < 2
        const isNews = tag !== "Reminded" || !("reminded" in stored)
        // Its request asks for no review.
        const isAsked = tag !== "Delivered"
        const isOther = tag !== "Forwarded" || hop === undefined
        assert.strictEqual(
          Result.isSuccess(result),
          mayAct && isLeft && isNews && isOther && isAsked && matrix[stored.status][tag] !== undefined
        )
        assert.strictEqual(JSON.stringify(stored), before)
        if (Result.isFailure(result)) {
          assert.isTrue(Result.isFailure(replay(recordId, [...history, event])))
        } else {
          stored = result.success.record
          history.push(result.success.event)
        }
        assert.isTrue(Equal.equals(Result.getOrThrow(replay(recordId, history)), stored))
        assert.strictEqual(stored.revision, history.length)
      }
    },
    { arbitrary: { runs: 300 } }
  )

  it("starts with an event of the sender", () => {
    const created = { _tag: "Created", at: at(0), by: receiver, request } as const
    const refused = replay(recordId, [created])
    assert(Result.isFailure(refused) && refused.failure._tag === "NotYourHandoff")
  })

  it("starts with Created or Imported", () => {
    for (const history of [[], [moves.Accepted]]) {
      const refused = replay(recordId, history)
      assert(Result.isFailure(refused) && refused.failure._tag === "EmptyHistory")
    }
  })

  it.each(HandoffStatus.literals)("accepts a state imported as %s, at revision 1 and with the new id", (status) => {
    const id = RecordId.make("other")
    const imported = Result.getOrThrow(
      replay(id, [{ _tag: "Imported", at: at(30), by: sender, record: states[status] }])
    )
    assert.deepStrictEqual(headless(imported), { ...headless(states[status]), recordId: id, revision: 1 })
  })
})

describe("the consequences of the table", () => {
  it("a status with a transition is open, and its turn is the receiver's, or the sender's after a question", () => {
    for (const status of HandoffStatus.literals) {
      const open = ["pending", "accepted", "in_progress", "input_required", "delivered"].includes(status)
      const turn = status === "input_required" || status === "delivered" ? sender : receiver
      assert.strictEqual(isOpen(status), open)
      assert.strictEqual(turnOf(states[status]), open ? turn : undefined)
      assert.strictEqual(turns[status] !== undefined, open)
      assert.deepStrictEqual(dueAt(states[status]), open ? at(status === "delivered" ? -27 : 540) : undefined)
      assert.deepStrictEqual(new Set(movesFrom(status).map(({ event }) => event)), new Set(Object.keys(matrix[status])))
    }
  })

  it("a party has an agent", () => {
    assert.deepStrictEqual(
      (["sender", "receiver", "reviewer", "witness", "anyone"] as const).map((party) => agentOf(pending, party)),
      [sender, receiver, sender, undefined, undefined]
    )
  })
})

const foreign = (status: HandoffStatus): HandoffRecord => ({ ...states[status], updatedAt: at(700) })

const reach = (from: HandoffStatus, to: HandoffStatus) =>
  continuation(states[from], foreign(to))?.map(({ _tag }) => _tag)

describe("continuation", () => {
  it("gives the fewest legal events to another program's state", () => {
    assert.deepStrictEqual(reach("pending", "accepted"), ["Accepted"])
    assert.deepStrictEqual(reach("pending", "in_progress"), ["Accepted", "Started"])
    assert.deepStrictEqual(reach("pending", "completed"), ["Accepted", "Completed"])
    assert.deepStrictEqual(reach("pending", "rejected"), ["Rejected"])
    assert.deepStrictEqual(reach("pending", "failed"), ["Accepted", "Failed"])
    assert.deepStrictEqual(reach("in_progress", "completed"), ["Completed"])
    assert.deepStrictEqual(reach("accepted", "failed"), ["Failed"])
    assert.deepStrictEqual(reach("in_progress", "expired"), ["Expired"])
    assert.deepStrictEqual(reach("pending", "cancelled"), ["Cancelled"])
  })

  it("leads exactly there, with events marked as foreign", () => {
    const theirs = foreign("completed")
    const events = continuation(pending, theirs)
    assert(events !== undefined)
    assert.isTrue(events.every(({ via }) => via === "foreign"))
    const { readBack: _, ...reached } = { readBack: undefined, ...headless(after(...events)) }
    assert.isTrue(Equal.equals({ ...reached, revision: 0 }, { ...headless(theirs), revision: 0, via: "foreign" }))
  })

  it("does not lead back, sideways, or to another request", () => {
    assert.isUndefined(reach("accepted", "pending"))
    assert.isUndefined(reach("completed", "failed"))
    assert.isUndefined(reach("accepted", "rejected"))
    const other = { ...foreign("accepted"), request: { ...request, toAgent: AgentId.make("another") } }
    assert.isUndefined(continuation(pending, other))
  })

  it("does not start another attempt, and never releases", () => {
    const ofPython = new Set([
      "Accepted",
      "Rejected",
      "Started",
      "Delivered",
      "Completed",
      "Failed",
      "Cancelled",
      "Expired"
    ])
    const known = events.map(({ _tag: event }) => ({ event, isKnown: ofPython.has(event) }))
    for (const from of HandoffStatus.literals) {
      for (const to of HandoffStatus.literals) {
        const events = reach(from, to) ?? []
        for (const { event, isKnown } of known) if (!isKnown) assert.notInclude(events, event)
        if (to === "pending" && from !== "pending") assert.isUndefined(reach(from, to))
      }
    }
  })

  it("completes a handoff that waits for an answer without inventing the answer", () => {
    assert.deepStrictEqual(reach("input_required", "completed"), ["Completed"])
    assert.isUndefined(reach("input_required", "in_progress"))
    const refused = apply(states.input_required, { ...moves.Completed, at: at(700) })
    assert(Result.isFailure(refused) && refused.failure._tag === "InvalidTransition")
  })

  it("is empty for the same state, and undefined for another one of the same status", () => {
    assert.deepStrictEqual(continuation(states.accepted, { ...states.accepted, revision: 9 }), [])
    assert.isUndefined(reach("accepted", "accepted"))
  })
})
