import { create, type HandoffEvent, type HandoffRecord, HandoffStatus } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import { type Change, HandoffStore, type View } from "../store/HandoffStore.ts"
import { tallyOf } from "../store/Tally.ts"
import {
  begin,
  commitShuffled,
  drawOwn,
  expect,
  law,
  type Law,
  life,
  loses,
  mark,
  names,
  type Own,
  same,
  second,
  step,
  tallied,
  whole
} from "./kit.ts"

/** Records of which every view lists several, with ties in every order. */
const crowd = (own: Own) => {
  const [from, to, parent] = [own.agent("from"), own.agent("to"), own.id("parent")]
  return Array.from({ length: 12 }, (_, n) =>
    begin(own.id(`r${String(n).padStart(2, "0")}`), {
      from,
      to,
      parent,
      priority: 4 + (n % 3),
      at: Math.floor(n / 4),
      due: 200 + Math.floor(n / 3)
    })
  )
}

const viewsOf = (own: Own): ReadonlyArray<View> => [
  { _tag: "All" },
  { _tag: "Status", status: "pending" },
  { _tag: "Inbox", agent: own.agent("to"), status: "pending" },
  { _tag: "Sent", agent: own.agent("from") },
  { _tag: "Turn", agent: own.agent("to") },
  { _tag: "Recent", agent: own.agent("from") },
  { _tag: "Children", parent: own.id("parent") },
  { _tag: "Due", at: second(300) },
  { _tag: "Prefix", prefix: own.id("r") }
]

/** The laws of views, pages and the tally. */
export const views: ReadonlyArray<Law> = [
  law("an inbox is in order of urgency, then age, then id", function* () {
    const own = yield* drawOwn
    const to = own.agent("to")
    yield* commitShuffled([
      begin(own.id("urgent-old"), { to, priority: 10, at: 1 }),
      begin(own.id("urgent-new-1"), { to, priority: 10, at: 2 }),
      begin(own.id("urgent-new-2"), { to, priority: 10, at: 2 }),
      begin(own.id("urgent-new-3"), { to, priority: 10, at: 2 }),
      begin(own.id("nine"), { to, priority: 9, at: 0 }),
      begin(own.id("two"), { to, priority: 2, at: 0 }),
      begin(own.id("one-old"), { to, priority: 1, at: 0 }),
      begin(own.id("one-new"), { to, priority: 1, at: 3 }),
      begin(own.id("elsewhere"), { to: own.agent("other"), priority: 10 })
    ])
    yield* same("the inbox", names(yield* whole(own, { _tag: "Inbox", agent: to, status: "pending" })), [
      "urgent-old",
      "urgent-new-1",
      "urgent-new-2",
      "urgent-new-3",
      "nine",
      "two",
      "one-old",
      "one-new"
    ])
  }),

  law("All and Status list oldest first, then by id", function* () {
    const own = yield* drawOwn
    yield* commitShuffled([
      begin(own.id("d-old"), { at: 1 }),
      begin(own.id("a-new"), { at: 3 }),
      begin(own.id("B-middle"), { at: 2 }),
      begin(own.id("a-middle"), { at: 2 }),
      begin(own.id("c-middle"), { at: 2 })
    ])
    // Ids sort by code unit, with upper case before lower case.
    const order = ["d-old", "B-middle", "a-middle", "c-middle", "a-new"]
    yield* same("all", names(yield* whole(own, { _tag: "All" })), order)
    yield* same("the pending ones", names(yield* whole(own, { _tag: "Status", status: "pending" })), order)
  }),

  law("Sent lists newest first, then by id", function* () {
    const own = yield* drawOwn
    const from = own.agent("from")
    yield* commitShuffled([
      begin(own.id("old"), { from, at: 1 }),
      begin(own.id("newest"), { from, at: 9 }),
      begin(own.id("middle-b"), { from, at: 5 }),
      begin(own.id("middle-a"), { from, at: 5 }),
      begin(own.id("of-another"), { from: own.agent("another"), at: 5 })
    ])
    const sent = names(yield* whole(own, { _tag: "Sent", agent: from }))
    yield* same("the sent handoffs", sent, ["newest", "middle-a", "middle-b", "old"])
  }),

  law("Children lists parts of every status, oldest first", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const parent = own.id("whole")
    yield* store.commit([begin(parent)])
    yield* commitShuffled([
      begin(own.id("third"), { parent, at: 3 }),
      begin(own.id("first"), { parent, at: 1 }),
      begin(own.id("second"), { parent, at: 2 }),
      begin(own.id("of-another"), { parent: own.id("another"), at: 2 })
    ])
    yield* store.commit([step(begin(own.id("second"), { parent, at: 2 }).record, "Rejected")])
    const children = names(yield* whole(own, { _tag: "Children", parent }))
    yield* same("the parts", children, ["first", "second", "third"])
  }),

  law("Due lists open handoffs that have reached their deadline, earliest first", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const [early, accepted, late] = [
      begin(own.id("early"), { due: 10, at: 3 }),
      begin(own.id("accepted"), { due: 20 }),
      begin(own.id("late"), { due: 30 })
    ]
    yield* commitShuffled([
      late,
      accepted,
      early,
      begin(own.id("tie-young"), { due: 10, at: 4 }),
      begin(own.id("never")),
      begin(own.id("later"), { due: 31 })
    ])
    yield* store.commit([step(accepted.record, "Accepted")])
    for (const end of ["Rejected", "Cancelled", "Expired"] as const) {
      yield* store.commit(life(own.id(end), [end], { due: 5 }))
    }
    yield* store.commit(life(own.id("completed"), ["Accepted", "Completed"], { due: 5 }))
    yield* store.commit(life(own.id("failed"), ["Accepted", "Failed"], { due: 5 }))
    const due = (at: number) => Effect.map(whole(own, { _tag: "Due", at: second(at) }), names)
    yield* same("the due handoffs in second 30", yield* due(30), ["early", "tie-young", "accepted", "late"])
    yield* same("the due handoffs in second 9", yield* due(9), [])
    yield* same("the due handoffs in second 10", yield* due(10), ["early", "tie-young"])
    yield* store.commit([step(early.record, "Expired")])
    yield* same("the due handoffs after the first has expired", yield* due(20), ["tie-young", "accepted"])
  }),

  law("a handoff is listed in the views of its status only", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const to = own.agent("to")
    const paths = [["Accepted", "Started", "Completed"], ["Accepted", "Failed"], ["Rejected"], ["Cancelled"]] as const
    for (const [n, path] of paths.entries()) {
      const id = own.id(`path-${n}`)
      for (const change of life(id, path, { to })) {
        yield* store.commit([change])
        for (const status of HandoffStatus.literals) {
          const inbox = yield* whole(own, { _tag: "Inbox", agent: to, status })
          const mine = inbox.filter(({ recordId }) => recordId === id)
          yield* same(
            `the inbox of status ${status} of a handoff that is ${change.record.status}`,
            mine,
            status === change.record.status ? [change.record] : []
          )
        }
      }
    }
    const listed = yield* Effect.forEach(HandoffStatus.literals, (status) => whole(own, { _tag: "Status", status }))
    const found = listed.flatMap((records, n) => records.map(({ recordId }) => [recordId, HandoffStatus.literals[n]]))
    yield* same("the statuses listed", Object.fromEntries(found), {
      [own.id("path-0")]: "completed",
      [own.id("path-1")]: "failed",
      [own.id("path-2")]: "rejected",
      [own.id("path-3")]: "cancelled"
    })
    yield* same("the number of listings", found.length, 4)
  }),

  law("pages of any size neither skip nor repeat", function* () {
    const own = yield* drawOwn
    const changes = crowd(own)
    yield* commitShuffled(changes)
    for (const view of viewsOf(own)) {
      const all = names(yield* whole(own, view))
      yield* same(`the size of view ${view._tag}`, all.length, changes.length)
      // Views of all agents also have the records of others, so two page sizes are enough there.
      const sizes =
        "agent" in view || "parent" in view || "prefix" in view ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13] : [5, 12]
      for (const limit of sizes) {
        yield* same(`view ${view._tag} in pages of ${limit}`, names(yield* whole(own, view, limit)), all)
      }
    }
  }),

  law("pages neither skip nor repeat while handoffs change", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    yield* commitShuffled(crowd(own))
    const to = own.agent("to")
    for (const view of [
      { _tag: "Inbox", agent: to, status: "pending" },
      { _tag: "Due", at: second(300) }
    ] as const) {
      const all = yield* whole(own, view)
      const listed: Array<HandoffRecord> = []
      let after: HandoffRecord | undefined
      while (true) {
        const page = yield* store.list(view, after === undefined ? { limit: 2 } : { limit: 2, after })
        listed.push(...page.filter(({ recordId }) => own.has(recordId)))
        // More own records than exist come from a broken store. Records of others come from a store in use.
        if (page.length === 0 || listed.length > all.length) break
        after = page.at(-1)
        const mine = page.findLast(({ recordId }) => own.has(recordId))
        if (mine === undefined || listed.length % 3 === 0) continue
        // One record leaves the view. The reader continues after it in its former state, or in its new one.
        const moved = step(mine, "Expired")
        yield* store.commit([moved])
        if (mine === after && listed.length % 3 === 1) after = moved.record
      }
      yield* same(`view ${view._tag} read while records leave it`, names(listed), names(all))
    }
  }),

  law("a page with a limit of 0, or after the last record, is empty", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const change = begin(own.id("a"), { from: own.agent("from") })
    yield* store.commit([change])
    const view: View = { _tag: "Sent", agent: own.agent("from") }
    yield* same("a page with a limit of 0", yield* store.list(view, { limit: 0 }), [])
    yield* same("the page after the last", yield* store.list(view, { limit: 5, after: change.record }), [])
  }),

  law("a page holds at most its limit, for any number", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const position = yield* mark(own)
    yield* store.commit([begin(own.id("a")), begin(own.id("b")), begin(own.id("c"))])
    const cases = [
      [2.5, 2],
      [0.5, 0],
      [-1, 0],
      [Number.NaN, 0],
      [Number.NEGATIVE_INFINITY, 0],
      [Number.POSITIVE_INFINITY, 3],
      [1e30, 3]
    ] as const
    for (const [limit, size] of cases) {
      const listed = yield* store.list(
        { _tag: "Prefix", prefix: own.id("") },
        { limit, after: begin(own.id("")).record }
      )
      // The list also has the marker.
      yield* same(`a view of at most ${limit}`, names(listed).filter((name) => name !== "mark").length, size)
      const log = yield* store.log({ limit, after: position })
      yield* same(`a log of at most ${limit}`, log.filter(({ recordId }) => own.has(recordId)).length, size)
      const all = yield* store.list({ _tag: "All" }, { limit })
      yield* expect(size < 3 ? all.length === size : all.length >= size, `Expected at most ${limit}, got ${all.length}`)
    }
  }),

  law("a page of Prefix can begin after an id without the prefix", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    yield* store.commit([begin(own.id("a")), begin(own.id("aa")), begin(own.id("ba")), begin(own.id("bb"))])
    yield* store.commit([begin(own.id("ca"))])
    const behind = (after: string) =>
      Effect.map(
        store.list({ _tag: "Prefix", prefix: own.id("b") }, { limit: 9, after: begin(own.id(after)).record }),
        names
      )
    yield* same("the page after an id before the prefix", yield* behind("a"), ["ba", "bb"])
    yield* same("the page after a missing id with the prefix", yield* behind("baa"), ["bb"])
    yield* same("the page after an id behind the prefix", yield* behind("c"), [])
  }),

  law("a time with a fraction of a millisecond is accepted", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const moment = DateTime.addDuration(second(0), "500 micros")
    const between = begin(own.id("between"), { from: own.agent("from") })
    const request = { ...between.record.request, deadline: moment }
    const event: HandoffEvent = { _tag: "Created", at: moment, by: request.fromAgent, request }
    const created: Change = { record: create(between.record.recordId, event), event }
    const [a, b, c] = ["a", "b", "c"].map((name) => begin(own.id(name), { from: own.agent("from"), at: 1 }))
    const commits = [a, created, b, c].filter((change) => change !== undefined)
    yield* Effect.forEach(commits, (change) => store.commit([change]), { concurrency: "unbounded" })
    const sent = names(yield* whole(own, { _tag: "Sent", agent: own.agent("from") }, 1))
    yield* same("the sent handoffs", sent, ["a", "b", "c", "between"])
    yield* same("the due handoffs", names(yield* whole(own, { _tag: "Due", at: moment }, 1)), ["between"])
  }),

  law("Prefix finds handoffs by the prefix of their id, in id order", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    yield* commitShuffled(
      ["ab", "abc", "abz", "ab%", "ab_", "aB", "ac", "a", "ab👍", "abé", "ab\uffff", "ab\u{10ffff}", "b"].map(
        (name, n) => begin(own.id(name), { at: 20 - n })
      )
    )
    const found = (prefix: string) => Effect.map(whole(own, { _tag: "Prefix", prefix }, 3), names)
    const sorted = ["ab", "ab%", "ab_", "abc", "abz", "abé"]
    const some = (yield* found(own.id("ab"))).filter((name) => !/[\u{1f44d}\uffff\u{10ffff}]/u.test(name))
    yield* same("those that begin with ab", some, sorted)
    // These three characters sort differently by code unit and by byte, and a store may do either.
    yield* same("the number of those that begin with ab", (yield* found(own.id("ab"))).length, 9)
    yield* same("those that begin with ab_", yield* found(own.id("ab_")), ["ab_"])
    yield* same("those that begin with abcd", yield* found(own.id("abcd")), [])
    yield* same("those that begin with ab👍", yield* found(own.id("ab👍")), ["ab👍"])
    yield* same(
      "one that has moved",
      yield* Effect.andThen(
        store.commit([step(begin(own.id("abz"), { at: 18 }).record, "Rejected")]),
        found(own.id("abz"))
      ),
      ["abz"]
    )
  }),

  law("the tally follows every commit", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const before = yield* tallied
    const grown = (records: ReadonlyArray<HandoffRecord>) => {
      const sums = new Map(Object.entries(before))
      for (const [name, amount] of records.flatMap(tallyOf)) sums.set(name, (sums.get(name) ?? 0) + amount)
      return Object.fromEntries(sums)
    }
    const [first, second, third] = [begin(own.id("a")), begin(own.id("b")), begin(own.id("c"))]
    yield* store.commit([first, second, third])
    yield* same("the tally after three creations", yield* tallied, grown([first.record, second.record, third.record]))
    const rejected = step(first.record, "Rejected")
    yield* store.commit([rejected])
    const left = [rejected.record, second.record, third.record]
    yield* same("the tally after a rejection", yield* tallied, grown(left))
    yield* loses("a late rejection", [step(first.record, "Rejected")])
    const accepted = step(second.record, "Accepted")
    const completed = step(accepted.record, "Completed")
    yield* store.commit([accepted, completed])
    const then = [rejected.record, completed.record, third.record]
    yield* same("the tally after two steps in one commit", yield* tallied, grown(then))
    const whole = life(own.id("d"), ["Accepted", "Started", "Completed"])
    for (const change of whole) yield* store.commit([change])
    const [, , , done] = whole
    // Cannot happen: a life of three steps has four changes.
    if (done === undefined) return
    yield* same("the tally after a whole life", yield* tallied, grown([...then, done.record]))
  }),

  law("unknown ids are absent and not an error", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    yield* same("an unknown handoff", yield* store.get(own.id("nobody")), Option.none())
    yield* same("the history of an unknown handoff", yield* store.history(own.id("nobody")), [])
    const empty: ReadonlyArray<View> = [
      { _tag: "Inbox", agent: own.agent("nobody"), status: "pending" },
      { _tag: "Sent", agent: own.agent("nobody") },
      { _tag: "Turn", agent: own.agent("nobody") },
      { _tag: "Recent", agent: own.agent("nobody") },
      { _tag: "Children", parent: own.id("nobody") }
    ]
    for (const view of empty) yield* same(`view ${view._tag} of nobody`, yield* store.list(view, { limit: 10 }), [])
    yield* expect(
      (yield* store.list({ _tag: "Due", at: second(-1e9) }, { limit: 1 })).length === 0,
      "Expected no due handoffs in 1994"
    )
  })
]
