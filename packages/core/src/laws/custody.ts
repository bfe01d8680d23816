import {
  type AgentId,
  Capability,
  clock,
  create,
  digestOf,
  flawIn,
  type HandoffEvent,
  type HandoffRecord,
  type HandoffStatus,
  receiverOf,
  replay,
  type RoutingDecision,
  type Transition
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import { type Change, HandoffStore, type View } from "../store/HandoffStore.ts"
import { begin, drawOwn, held, law, type Law, life, moved, names, same, second, step, tallied, whole } from "./kit.ts"

const routed = (agent: AgentId): RoutingDecision => ({
  agent,
  reason: "can analyze",
  fallback: false,
  matched: [Capability.make("analyze")],
  runnersUp: []
})

/** The laws of custody: leases, attempts, forwards, parts and evidence. */
export const custody: ReadonlyArray<Law> = [
  law("due handoffs follow leases, questions and reminders", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const [leased, reminded] = [begin(own.id("leased")), begin(own.id("reminded"), { due: 50, remindBefore: 30 })]
    yield* store.commit([leased, reminded])
    const by = leased.record.request.toAgent
    const due = (at: number) => Effect.map(whole(own, { _tag: "Due", at: second(at) }), names)
    const lease = 10_000
    let { record } = leased
    /** The events of the leased handoff, each with the second from which the handoff is then due. */
    const events: ReadonlyArray<readonly [Transition, number | undefined]> = [
      [{ _tag: "Accepted", at: second(1), by, lease }, 11],
      [{ _tag: "Progressed", at: second(5), by }, 15],
      [{ _tag: "Progressed", at: second(6), by, lease: 2000 }, 8],
      [{ _tag: "Started", at: second(7), by }, 8],
      [{ _tag: "Asked", at: second(7), by, question: "Which?" }, undefined],
      [{ _tag: "Answered", at: second(9), by: record.request.fromAgent, answer: "This." }, 11],
      [{ _tag: "Released", at: second(10), by }, undefined],
      [{ _tag: "Accepted", at: second(12), by, lease }, 22],
      [{ _tag: "Completed", at: second(13), by, result: {} }, undefined]
    ]
    for (const [event, from] of events) {
      const change = moved(record, event)
      record = change.record
      yield* store.commit([change])
      const what = `after ${event._tag} in revision ${record.revision}`
      if (from === undefined) yield* same(`the due handoffs ${what}`, yield* due(49), ["reminded"])
      else {
        const before = yield* due(from - 1)
        yield* same(`the due handoffs ${what}, too early`, before.includes("leased"), false)
        yield* same(`the due handoffs ${what}, in time`, (yield* due(from)).includes("leased"), true)
      }
    }
    yield* same("the due handoffs before the reminder", yield* due(19), [])
    yield* same("the due handoffs at the reminder", yield* due(20), ["reminded"])
    yield* store.commit([moved(reminded.record, { _tag: "Reminded", at: second(20), by, of: "deadline" })])
    yield* same("the due handoffs after the reminder", yield* due(49), [])
    yield* same("the due handoffs at the deadline", yield* due(50), ["reminded"])
  }),

  law("pages of due handoffs are ordered by leases and reminders", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    for (let n = 0; n < 4; n++) {
      const leased = begin(own.id(`leased-${n}`), n % 2 === 0 ? {} : { due: 500 })
      const { toAgent: by } = leased.record.request
      const accepted: Transition = { _tag: "Accepted", at: second(n), by, lease: 100_000 - 3000 * n }
      yield* store.commit([leased, moved(leased.record, accepted)])
      yield* store.commit([begin(own.id(`reminded-${n}`), { due: 200 + n, remindBefore: 105 })])
    }
    // The leased ones are due in second 100 - 2n, the reminded ones in second 95 + n. Ties are in order of age.
    const order = [
      "leased-3",
      "reminded-0",
      "leased-2",
      "reminded-1",
      "reminded-2",
      "leased-1",
      "reminded-3",
      "leased-0"
    ]
    const view: View = { _tag: "Due", at: second(300) }
    const all = names(yield* whole(own, view))
    yield* same("the due handoffs", all, order)
    for (const limit of [1, 3]) {
      const listed: Array<HandoffRecord> = []
      let after: HandoffRecord | undefined
      do {
        const page = yield* store.list(view, after === undefined ? { limit } : { limit, after })
        listed.push(...page.filter(({ recordId }) => own.has(recordId)))
        after = page.at(-1)
        // More records than exist come from a store whose pages repeat.
      } while (after !== undefined && listed.length <= all.length)
      yield* same(`the due handoffs in pages of ${limit}`, names(listed), all)
    }
  }),

  law("a handoff that changes within its status is listed in its current state", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const [from, to, parent] = [own.agent("from"), own.agent("to"), own.id("parent")]
    const before = yield* tallied
    const begun = life(own.id("r"), ["Accepted", "Started"], { from, to, parent, due: 200, remindBefore: 100 })
    yield* store.commit(begun)
    let record = begun[begun.length - 1]?.record ?? begun[0].record
    const views: ReadonlyArray<View> = [
      { _tag: "All" },
      { _tag: "Status", status: "in_progress" },
      { _tag: "Inbox", agent: to, status: "in_progress" },
      { _tag: "Sent", agent: from },
      { _tag: "Children", parent },
      { _tag: "Due", at: second(300) },
      { _tag: "Prefix", prefix: own.id("r") }
    ]
    for (const tag of ["Progressed", "Reminded", "Progressed"] as const) {
      const change = step(record, tag, 100 + record.revision)
      record = change.record
      yield* store.commit([change])
      for (const view of views) {
        yield* same(`view ${view._tag} after ${tag}`, yield* whole(own, view), [record])
      }
      yield* same(`the handoff after ${tag}`, yield* store.get(record.recordId), Option.some(record))
    }
    const { in_progress: under = 0, ...others } = yield* tallied
    const { in_progress: known = 0, ...rest } = before
    yield* same("the tally", { ...others, under }, { ...rest, under: known + 1 })
  }),

  law("a released handoff is pending again, in every view and in the tally", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const [from, to] = [own.agent("from"), own.agent("to")]
    const before = yield* tallied
    const first = begin(own.id("a"), { from, to, due: 200 })
    let { record } = first
    yield* store.commit([first])
    const views = (status: HandoffStatus) =>
      Effect.forEach(
        [
          { _tag: "Inbox", agent: to, status },
          { _tag: "Status", status }
        ] as const,
        (view) => whole(own, view)
      )
    const looked = (what: string) =>
      Effect.gen(function* () {
        for (const status of ["pending", "accepted", "in_progress", "input_required"] as const) {
          const expected = status === record.status ? [record] : []
          yield* same(`the ${status} handoffs ${what}`, yield* views(status), [expected, expected])
        }
        const { [record.status]: now = 0, ...others } = yield* tallied
        const { [record.status]: then = 0, ...rest } = before
        yield* same(`the tally ${what}`, { ...others, now }, { ...rest, now: then + 1 })
      })
    for (const tag of ["Accepted", "Released", "Accepted", "Started", "Asked", "Released"] as const) {
      const change = step(record, tag, 100 + record.revision)
      record = change.record
      yield* store.commit([change])
      yield* looked(`after ${tag} in revision ${record.revision}`)
    }
    const taken = step(record, "Accepted")
    const started = step(taken.record, "Started")
    record = started.record
    yield* store.commit([taken, started])
    yield* looked("after two steps in one commit")
  }),

  law("attempts, leases, questions and hand-backs are read back unchanged", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const begun = begin(own.id("a"), { due: 600, remindBefore: 500 })
    const { fromAgent, toAgent: by } = begun.record.request
    const handBack = { done: ["one", ""], remaining: [], pitfalls: ["„two“ — 三"] }
    const events: ReadonlyArray<Transition> = [
      { _tag: "Accepted", at: second(1), by, attempt: 1, lease: 60_000 },
      { _tag: "Started", at: second(2), by },
      { _tag: "Progressed", at: second(3), by, note: "a third", fraction: 1 / 3, lease: 864_000_000_000 },
      { _tag: "Asked", at: second(4), by, question: "Which?" },
      { _tag: "Answered", at: second(5), by: fromAgent, answer: "This." },
      { _tag: "Reminded", at: second(100), by: fromAgent, of: "deadline" },
      { _tag: "Released", at: second(101), by, attempt: 1, reason: "no", handBack, notBefore: second(200) },
      { _tag: "Accepted", at: second(201), by, attempt: 2, lease: 1 },
      { _tag: "Released", at: second(202), by: clock, attempt: 2 },
      { _tag: "Accepted", at: second(203), by, lease: 1 },
      {
        _tag: "Failed",
        at: second(204),
        by: clock,
        attempt: 3,
        reason: "The lease ran out.",
        code: "attempts_exhausted"
      }
    ]
    let { record } = begun
    const committed: Array<HandoffEvent> = [begun.event]
    yield* store.commit([begun])
    for (const event of events) {
      const change = moved(record, event)
      record = change.record
      committed.push(change.event)
      yield* store.commit([change])
      yield* same(`the handoff after ${event._tag}`, yield* store.get(record.recordId), Option.some(record))
    }
    const { events: history } = yield* held(record.recordId)
    yield* same("the history", history, committed)
    const late = begin(own.id("b"), { to: by })
    const request = { ...late.record.request, acceptBy: second(9), maxAttempts: 7 }
    const created: HandoffEvent = { _tag: "Created", at: second(0), by: request.fromAgent, request }
    const asked: Change = { record: create(own.id("b"), created), event: created }
    const expired = moved(asked.record, { _tag: "Expired", at: second(9), by: clock, missed: "accept_by" })
    yield* store.commit([asked, expired])
    yield* same("the expired handoff", (yield* held(own.id("b"))).record, Option.some(expired.record))
  }),

  law("a shutdown, and the answer that comes after it, are read back unchanged", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const begun = begin(own.id("a"))
    const { fromAgent, toAgent: by } = begun.record.request
    const stopped = { _tag: "Released", by, reason: "The worker was shut down.", code: "shutdown" } as const
    const events: ReadonlyArray<Transition> = [
      { _tag: "Accepted", at: second(1), by, lease: 60_000 },
      { ...stopped, at: second(2), attempt: 1 },
      { _tag: "Accepted", at: second(3), by, lease: 60_000 },
      { _tag: "Started", at: second(4), by },
      { _tag: "Asked", at: second(5), by, question: "Which?" },
      { ...stopped, at: second(6), attempt: 2 },
      { _tag: "Answered", at: second(7), by: fromAgent, answer: "This." },
      { _tag: "Accepted", at: second(8), by, attempt: 3 },
      { _tag: "Started", at: second(9), by },
      { ...stopped, at: second(10), attempt: 3 }
    ]
    let { record } = begun
    yield* store.commit([begun])
    for (const event of events) {
      const change = moved(record, event)
      record = change.record
      yield* store.commit([change])
      const { events: history, record: found } = yield* held(record.recordId)
      yield* same(`the handoff after ${event._tag} in revision ${record.revision}`, found, Option.some(record))
      yield* same("the replayed history", Result.getSuccess(replay(record.recordId, history)), found)
      const waiting = names(yield* whole(own, { _tag: "Inbox", agent: by, status: "pending" }))
      yield* same("the inbox", waiting, record.status === "pending" ? ["a"] : [])
    }
  }),

  law("a forwarded handoff is in the inbox of its next receiver only", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const [from, first, other, third] = [own.agent("from"), own.agent("a"), own.agent("b"), own.agent("c")]
    const begun = begin(own.id("r"), { from, to: first })
    let { record } = begun
    yield* store.commit([begun])
    const waiting = Effect.forEach([first, other, third], (agent) =>
      Effect.map(whole(own, { _tag: "Inbox", agent, status: "pending" }), names)
    )
    yield* same("the inboxes before", yield* waiting, [["r"], [], []])
    for (const [index, to] of [other, third].entries()) {
      const by = receiverOf(record)
      const change = moved(record, { _tag: "Forwarded", at: second(index + 1), by, to })
      record = change.record
      yield* store.commit([change])
      yield* same(`the inboxes after ${index + 1} hops`, yield* waiting, [
        [],
        index === 0 ? ["r"] : [],
        index === 0 ? [] : ["r"]
      ])
      yield* same(`the sent handoffs after ${index + 1} hops`, yield* whole(own, { _tag: "Sent", agent: from }), [
        record
      ])
    }
    const taken = moved(record, { _tag: "Accepted", at: second(3), by: third })
    const on = moved(taken.record, { _tag: "Forwarded", at: second(4), by: third, to: own.agent("d") })
    yield* store.commit([taken, on])
    yield* same("the inboxes after two steps in one commit", yield* waiting, [[], [], []])
    yield* same(
      "the inbox at the end",
      yield* whole(own, { _tag: "Inbox", agent: own.agent("d"), status: "pending" }),
      [on.record]
    )
  }),

  law("briefings, read-backs, hops, parts, deliverables and evidence are read back unchanged", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const [from, to, next] = [own.agent("from"), own.agent("to"), own.agent("next")]
    const digest = digestOf("„eins“ — 二")
    const content = { name: "report", mediaType: "text/plain", content: { rows: [1, null, "三"] } }
    const far = { name: "scan", uri: "file:///scan", digest, size: 0 }
    const created: HandoffEvent = {
      _tag: "Created",
      at: second(0),
      by: from,
      request: {
        fromAgent: from,
        toAgent: to,
        taskDescription: "Keep the law",
        context: {},
        priority: 5,
        briefing: {
          severity: "unstable",
          summary: "",
          actions: [{ id: "一", task: "Eins", owner: to, due: second(50) }],
          situation: { known: ["a", ""], decided: [], open: ["?"] },
          contingencies: [{ id: "if", if: "x", then: "y" }],
          readBack: { required: ["一"], confirm: true }
        },
        deliverables: [
          { name: "report", mediaType: "text/plain", schema: { type: "object" } },
          { name: "scan", digest }
        ],
        maxHops: 2,
        reroute: true
      }
    }
    const items = [{ id: "一", answer: "question", note: "?" }] as const
    const events: ReadonlyArray<Transition> = [
      { _tag: "Forwarded", at: second(1), by: to, to: next, because: "rejected", reason: "no", routing: routed(next) },
      { _tag: "Accepted", at: second(2), by: next, lease: 1000, readBack: { summary: "s" } },
      { _tag: "Restated", at: second(2), by: next, readBack: { summary: "t", items } },
      { _tag: "Confirmed", at: second(3), by: from, correction: "no: 二" },
      { _tag: "Delegated", at: second(3), by: next, child: own.id("child") },
      {
        _tag: "Attested",
        at: second(3),
        by: from,
        statement: "so it is",
        of: "report",
        uri: "x",
        digest,
        grade: "endorsed"
      },
      { _tag: "Released", at: second(3), by: next, handBack: { remaining: [""], artifacts: [content] } },
      { _tag: "Accepted", at: second(4), by: next, readBack: { summary: "u", items } },
      { _tag: "Confirmed", at: second(4), by: from },
      {
        _tag: "Completed",
        at: second(5),
        by: next,
        result: {},
        artifacts: [content, far],
        evidence: [{ grade: "observed", statement: "seen", of: "scan", digest }],
        leavesChildren: true
      }
    ]
    let record = create(own.id("r"), created)
    const committed: Array<HandoffEvent> = [created]
    yield* store.commit([{ record, event: created }])
    for (const event of events) {
      const change = moved(record, event)
      record = change.record
      committed.push(change.event)
      yield* store.commit([change])
      yield* same(`the handoff after ${event._tag}`, yield* store.get(record.recordId), Option.some(record))
    }
    const { events: history } = yield* held(record.recordId)
    yield* same("the history", history, committed)
    yield* same("the flaw in the history", flawIn(record.recordId, history, record), undefined)
    const part = begin(own.id("p"), { parent: record.recordId })
    const cancelled: Transition = { _tag: "Cancelled", at: second(6), by: next, along: record.recordId }
    const along = moved(part.record, cancelled)
    yield* store.commit([part, along])
    yield* same("the part cancelled with its parent", yield* store.get(own.id("p")), Option.some(along.record))
  })
]
