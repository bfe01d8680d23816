import { clock, flawIn, type HandoffEvent, type Transition } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import { HandoffStore } from "../store/HandoffStore.ts"
import { begin, drawOwn, held, law, type Law, moved, names, same, second, tallied, whole } from "./kit.ts"

/** The laws of reviews. */
export const reviews: ReadonlyArray<Law> = [
  law("deliveries, reviews and returns are read back unchanged, and are due at the end of a review", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const [lead, to] = [own.agent("lead"), own.agent("to")]
    const review = { within: 10_000, silence: "escalates", escalateTo: lead, reworks: 1 } as const
    const begun = begin(own.id("a"), { to, due: 5, review })
    const by = to
    const before = yield* tallied
    const evidence = [{ grade: "observed", statement: "seen" }] as const
    /** The events, each with the second from which the handoff is then due. */
    const events: ReadonlyArray<readonly [Transition, number | undefined]> = [
      [{ _tag: "Accepted", at: second(1), by, lease: 20_000 }, 5],
      [
        { _tag: "Delivered", at: second(4), by, result: { n: 1 }, artifacts: [{ name: "n", content: 1 }], evidence },
        14
      ],
      [{ _tag: "Attested", at: second(5), by: lead, statement: "checked" }, 14],
      [{ _tag: "Returned", at: second(6), by: begun.record.request.fromAgent, missing: "„二“" }, 26],
      [{ _tag: "Delivered", at: second(7), by, attempt: 2, result: { n: 2 } }, 17],
      [{ _tag: "Escalated", at: second(17), by: clock }, undefined],
      [{ _tag: "Approved", at: second(18), by: lead, reason: "good" }, undefined]
    ]
    let { record } = begun
    const committed: Array<HandoffEvent> = [begun.event]
    yield* store.commit([begun])
    const due = (at: number) => Effect.map(whole(own, { _tag: "Due", at: second(at) }), names)
    for (const [event, from] of events) {
      const change = moved(record, event)
      record = change.record
      committed.push(change.event)
      yield* store.commit([change])
      const what = `after ${event._tag} in revision ${record.revision}`
      yield* same(`the handoff ${what}`, yield* store.get(record.recordId), Option.some(record))
      yield* same(`the due handoffs ${what}`, yield* due(from ?? 1000), from === undefined ? [] : ["a"])
      if (from !== undefined) yield* same(`the due handoffs ${what}, too early`, yield* due(from - 1), [])
      const listed = yield* whole(own, { _tag: "Inbox", agent: to, status: record.status })
      yield* same(`the inbox ${what}`, listed, [record])
    }
    const { events: history } = yield* held(record.recordId)
    yield* same("the history", history, committed)
    yield* same("the flaw in the history", flawIn(record.recordId, history, record), undefined)
    const { completed = 0, delivered = 0 } = yield* tallied
    yield* same("the tally", [completed, delivered], [(before["completed"] ?? 0) + 1, before["delivered"] ?? 0])
  })
]
