import type { AgentId, HandoffRecord } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import { HandoffStore } from "../store/HandoffStore.ts"
import { longest } from "../store/Reservations.ts"
import {
  begin,
  commitShuffled,
  drawOwn,
  expect,
  law,
  type Law,
  type LawFailure,
  loses,
  names,
  same,
  step,
  whole
} from "./kit.ts"

const inboxOf = (agent: AgentId) => ({ _tag: "Inbox", agent, status: "pending" }) as const

/** Reserves in the inbox of an agent, and returns the names. */
const reserve = (agent: AgentId, limit: number, milliseconds = longest) =>
  Effect.map(
    Effect.flatMap(HandoffStore, (store) => store.reserve(inboxOf(agent), { limit }, milliseconds)),
    names
  )

/** Repeats a check that took longer than reservations hold, because then it proves nothing. */
const inTime = <A, R>(check: Effect.Effect<A, LawFailure, R>): Effect.Effect<A, LawFailure, R> =>
  Effect.gen(function* () {
    while (true) {
      const start = yield* Clock.currentTimeMillis
      const exit = yield* Effect.exit(check)
      if ((yield* Clock.currentTimeMillis) - start < longest) return yield* exit
    }
  })

/** Creates handoffs in the inbox of a new agent: `a` is the most urgent, then `b`, and so on. */
const filled = (wanted: string) =>
  Effect.gen(function* () {
    const own = yield* drawOwn
    const to = own.agent("to")
    yield* commitShuffled(
      [...wanted].map((name, index) => begin(own.id(name), { to, priority: 10 - Math.floor(index / 2), at: index }))
    )
    return { own, to }
  })

// Milliseconds between two looks at a reservation that ends, and the longest wait for its end.
const pause = 5
const patience = 4 * longest
const looks = 50

/** Reserves again and again until a handoff is offered. */
const offered = (agent: AgentId) =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    while ((yield* Clock.currentTimeMillis) - start < patience) {
      const found = yield* reserve(agent, 1)
      if (found.length > 0) return found
      yield* Effect.sleep(pause)
    }
    return []
  })

/** The laws of reservations, which keep claimers from trying the same record. */
export const reservations: ReadonlyArray<Law> = [
  law("two claimers are not offered the same record, in order of urgency, then age", function* () {
    yield* inTime(
      Effect.gen(function* () {
        const { to } = yield* filled("abcde")
        const found = [yield* reserve(to, 2), yield* reserve(to, 1), yield* reserve(to, 3), yield* reserve(to, 1)]
        yield* same("the reserved handoffs", found, [["a", "b"], ["c"], ["d", "e"], []])
      })
    )
  }),

  law("of many claimers at once each is offered other records, and no record is left out", function* () {
    yield* inTime(
      Effect.gen(function* () {
        const wanted = "abcdefghijklmnop"
        const { to } = yield* filled(wanted)
        const found = yield* Effect.all(
          Array.from({ length: 6 }, () => reserve(to, 3)),
          { concurrency: "unbounded" }
        )
        // A store may leave out a record that another claimer is taking at this moment, but not for long.
        for (let left = looks; left > 0 && found.flat().length < wanted.length; left--) {
          const more = yield* reserve(to, 3)
          if (more.length > 0) found.push(more)
          else yield* Effect.sleep(pause)
        }
        yield* same("all reserved handoffs", found.flat().toSorted().join(""), wanted)
        for (const one of found) yield* same("the handoffs of one claimer", one, one.toSorted())
      })
    )
  }),

  law("a page of reservations begins after a record, and has at most as many as its limit", function* () {
    yield* inTime(
      Effect.gen(function* () {
        const store = yield* HandoffStore
        const { own, to } = yield* filled("abcdef")
        const [, second] = yield* whole(own, inboxOf(to))
        const page = (limit: number) =>
          Effect.map(store.reserve(inboxOf(to), { limit, ...(second && { after: second }) }, longest), names)
        const found = [yield* page(2), yield* page(0), yield* page(9), yield* reserve(to, 9)]
        yield* same("the reserved handoffs", found, [["c", "d"], [], ["e", "f"], ["a", "b"]])
      })
    )
  }),

  law("a reservation ends with its time, and after a second at the latest", function* () {
    const { to } = yield* filled("a")
    yield* reserve(to, 1, 1)
    yield* same("the handoff after a reservation of a millisecond", yield* offered(to), ["a"])
    const { to: other } = yield* filled("a")
    yield* reserve(other, 1, 1e9)
    yield* same("the handoff after a reservation of a million seconds", yield* offered(other), ["a"])
  }),

  law("a reservation that is given back ends at once, unless it is of another revision", function* () {
    yield* inTime(
      Effect.gen(function* () {
        const store = yield* HandoffStore
        const { to } = yield* filled("abc")
        const found = yield* store.reserve(inboxOf(to), { limit: 3 }, longest)
        const [a, b] = found
        // The cast: no other field of it is looked at.
        const older = { ...b, revision: 7 } as HandoffRecord
        yield* store.unreserve([...(a === undefined ? [] : [a]), older])
        yield* same("the handoffs offered again", yield* reserve(to, 3), ["a"])
        yield* store.unreserve([])
        yield* store.unreserve(found)
        yield* same("the handoffs offered after all were given back", yield* reserve(to, 3), ["a", "b", "c"])
      })
    )
  }),

  law("the next revision ends a reservation", function* () {
    yield* inTime(
      Effect.gen(function* () {
        const store = yield* HandoffStore
        const { to } = yield* filled("ab")
        const [first] = yield* store.reserve(inboxOf(to), { limit: 1 }, longest)
        if (first === undefined) return yield* expect(false, "Expected a reserved handoff, got none")
        const accepted = step(first, "Accepted")
        yield* store.commit([accepted])
        yield* same("the handoffs while one is accepted", yield* reserve(to, 2), ["b"])
        yield* store.commit([step(accepted.record, "Released")])
        yield* same("the handoffs after its release", yield* reserve(to, 2), ["a"])
      })
    )
  }),

  law("a reservation gives no right: the first commit wins, whoever reserved", function* () {
    const store = yield* HandoffStore
    const { own, to } = yield* filled("a")
    const [first] = yield* store.reserve(inboxOf(to), { limit: 1 }, longest)
    if (first === undefined) return yield* expect(false, "Expected a reserved handoff, got none")
    const accepted = step(first, "Accepted", 5, "by another claimer")
    yield* store.commit([accepted])
    yield* loses("the later commit of the claimer that reserved", [step(first, "Accepted", 6, "by the first")])
    yield* same("the handoff", yield* store.get(own.id("a")), yield* store.get(accepted.record.recordId))
    yield* same("the inbox", names(yield* whole(own, inboxOf(to))), [])
  }),

  law("a reserved record is listed as before, and is in no other inbox", function* () {
    yield* inTime(
      Effect.gen(function* () {
        const store = yield* HandoffStore
        const { own, to } = yield* filled("ab")
        yield* store.commit([begin(own.id("elsewhere"), { to: own.agent("other") })])
        const found = yield* store.reserve(inboxOf(to), { limit: 9 }, longest)
        yield* same("the reserved handoffs", names(found), ["a", "b"])
        yield* same("the inbox", yield* whole(own, inboxOf(to)), found)
        const [first] = found
        if (first === undefined) return
        yield* store.commit([step(first, "Accepted")])
        const accepted = { _tag: "Inbox", agent: to, status: "accepted" } as const
        yield* same("the handoffs of another status", names(yield* store.reserve(accepted, { limit: 9 }, longest)), [
          "a"
        ])
        yield* same("the handoffs of another agent", yield* reserve(own.agent("nobody"), 9), [])
      })
    )
  })
]
