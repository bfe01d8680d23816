import type { AgentId, Briefing, HandoffRecord } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import { type Change, HandoffStore, type View } from "../store/HandoffStore.ts"
import { begin, commitShuffled, drawOwn, law, type Law, names, same, step, whole } from "./kit.ts"

/** The laws of the views that follow every change: by the agent that owns the next move, and by the last change. */
export const turnAndRecent: ReadonlyArray<Law> = [
  law("Turn is in order of urgency, then age, then id", function* () {
    const own = yield* drawOwn
    const to = own.agent("to")
    yield* commitShuffled([
      begin(own.id("urgent-old"), { to, priority: 10, at: 1 }),
      begin(own.id("urgent-new-1"), { to, priority: 10, at: 2 }),
      begin(own.id("urgent-new-2"), { to, priority: 10, at: 2 }),
      begin(own.id("calm-old"), { to, priority: 1, at: 0 }),
      begin(own.id("elsewhere"), { to: own.agent("other"), priority: 10 })
    ])
    const order = ["urgent-old", "urgent-new-1", "urgent-new-2", "calm-old"]
    yield* same("the turn", names(yield* whole(own, { _tag: "Turn", agent: to })), order)
  }),

  law("Turn follows every transition to the agent that owns the next move", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const [from, to] = [own.agent("from"), own.agent("to")]
    const next = own.agent("x.to.7")
    const follow = Effect.fnUntraced(function* (
      first: Change,
      path: ReadonlyArray<readonly [Parameters<typeof step>[1], AgentId | undefined]>
    ) {
      yield* store.commit([first])
      let { record } = first
      for (const [n, [tag, owner]] of path.entries()) {
        const change = step(record, tag, n + 1)
        yield* store.commit([change])
        record = change.record
        const turns = yield* Effect.filter([from, to, next], (agent) =>
          Effect.map(whole(own, { _tag: "Turn", agent }), (records) =>
            records.some(({ recordId, revision }) => recordId === record.recordId && revision === record.revision)
          )
        )
        yield* same(`the turn after ${tag}`, turns, owner === undefined ? [] : [owner])
      }
    })
    yield* follow(begin(own.id("x"), { from, to }), [
      ["Accepted", to],
      ["Started", to],
      ["Asked", from],
      ["Answered", to],
      ["Progressed", to],
      ["Asked", from],
      ["Forwarded", next],
      ["Accepted", next],
      ["Released", next],
      ["Accepted", next],
      ["Completed", undefined]
    ])
    const briefing: Briefing = { severity: "stable", summary: "Keep it", readBack: { confirm: true } }
    yield* follow(begin(own.id("y"), { from, to, briefing }), [
      ["Accepted", to],
      ["Restated", from],
      ["Confirmed", to],
      ["Failed", undefined]
    ])
    for (const end of ["Rejected", "Cancelled", "Expired"] as const) {
      yield* follow(begin(own.id(end), { from, to }), [[end, undefined]])
    }
    const open = yield* Effect.forEach([from, to, next], (agent) => whole(own, { _tag: "Turn", agent }))
    yield* same("the turns after all have ended", open.flat(), [])
  }),

  law("Recent lists the last change first, of all or of one sender", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const from = own.agent("from")
    const [a, b, c] = [
      begin(own.id("a"), { from, at: 1 }),
      begin(own.id("b"), { from, at: 2 }),
      begin(own.id("c"), { from, at: 2 })
    ]
    yield* commitShuffled([a, b, c, begin(own.id("of-another"), { at: 3 })])
    const recent = (agent?: typeof from) => Effect.map(whole(own, { _tag: "Recent", ...(agent && { agent }) }), names)
    yield* same("the recent handoffs of the sender", yield* recent(from), ["b", "c", "a"])
    const accepted = step(a.record, "Accepted", 10)
    yield* store.commit([accepted])
    yield* store.commit([step(c.record, "Rejected", 5)])
    yield* same("those of the sender after two changes", yield* recent(from), ["a", "c", "b"])
    yield* same("those of all", yield* recent(), ["a", "c", "of-another", "b"])
    yield* store.commit([step(accepted.record, "Progressed", 20)])
    yield* store.commit([step(b.record, "Reminded", 30)])
    yield* same("those of the sender after a change within a status", yield* recent(from), ["b", "a", "c"])
  }),

  law("Recent shows what did not change exactly once over its pages", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const from = own.agent("from")
    const records = Array.from({ length: 12 }, (_, n) =>
      begin(own.id(`r${String(n).padStart(2, "0")}`), { from, at: Math.floor(n / 3) })
    )
    yield* commitShuffled(records)
    const view: View = { _tag: "Recent", agent: from }
    const listed: Array<HandoffRecord> = []
    const changed = new Set<string>()
    let after: HandoffRecord | undefined
    for (let n = 0; n <= records.length; n++) {
      const page = yield* store.list(view, after === undefined ? { limit: 2 } : { limit: 2, after })
      if (page.length === 0) break
      listed.push(...page)
      after = page.at(-1)
      // The record that the next page begins after changes, and one that the reader has not reached.
      const ahead = records[n]?.record
      for (const record of [after, ...(n % 2 === 0 && ahead && !listed.includes(ahead) ? [ahead] : [])]) {
        if (record === undefined || changed.has(record.recordId)) continue
        changed.add(record.recordId)
        yield* store.commit([step(record, "Accepted", 100 + n)])
      }
    }
    const still = (all: ReadonlyArray<HandoffRecord>) =>
      names(all)
        .filter((name) => !changed.has(own.id(name)))
        .toSorted()
    yield* same("the handoffs that did not change", still(listed), still(records.map(({ record }) => record)))
  })
]
