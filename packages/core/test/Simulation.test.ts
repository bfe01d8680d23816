import type { HandoffRecord } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { type Machine, simulate } from "../../testing/src/custody.ts"
import { keepsPromises } from "../../testing/src/custodyRuns.ts"
import { seedsOf } from "../../testing/src/seeds.ts"
import { type AgentStore, type Change, HandoffStore, MemoryStore } from "../src/index.ts"

/** The processes of this machine share one memory store. */
const machine = Effect.map(Layer.build(Layer.fresh(MemoryStore.layer)), (shared) => () => ({
  store: Layer.succeedContext(shared),
  kill: () => {}
}))

/** The same machine with other members of its store. */
const changing =
  (change: (sound: HandoffStore["Service"]) => Partial<HandoffStore["Service"]>) =>
  ({ kill, store }: ReturnType<Machine>): ReturnType<Machine> => ({
    kill,
    store: Layer.effectContext(
      Effect.map(Effect.context<HandoffStore | AgentStore>(), (context) => {
        const sound = Context.get(context, HandoffStore)
        return Context.add(context, HandoffStore, HandoffStore.of({ ...sound, ...change(sound) }))
      })
    ).pipe(Layer.provide(store))
  })

/** A store that completes work that was delivered for review. */
const skippingReviews = changing(({ commit }) => {
  const completed = (change: Change): Change =>
    // The casts: only the tag and the status are others.
    change.event._tag === "Delivered"
      ? ({
          ...change,
          event: { ...change.event, _tag: "Completed" },
          record: { ...change.record, status: "completed" }
        } as Change)
      : change
  return { commit: ([first, ...others]) => commit([completed(first), ...others.map(completed)]) }
})

/** A store that does not compare the end of a lease with its renewals. */
const endingLeases = changing(({ commit }) => ({
  commit: ([first, ...others]) =>
    commit([{ ...first, endsLease: false }, ...others.map((change) => ({ ...change, endsLease: false }))])
}))

/** A store that takes the renewal of a lease into its record. */
const mixingRenewals = changing(({ get, list }) => ({
  get: (id) =>
    Effect.map(
      get(id),
      Option.map((record) => ({ ...record }))
    ),
  list: (view, page) => Effect.map(list(view, page), (records) => records.map((record) => ({ ...record })))
}))

/** A store that keeps what it reserves until it is given back, also for a process that crashed. */
const holdingBack = changing(({ list }) => {
  const held = new Set<string>()
  const nameOf = ({ recordId, revision }: HandoffRecord) => `${recordId} ${revision}`
  return {
    reserve: (inbox, page) =>
      Effect.map(list(inbox, { ...page, limit: 1000 }), (records) => {
        const found = records.filter((record) => !held.has(nameOf(record))).slice(0, page.limit)
        for (const record of found) held.add(nameOf(record))
        return found
      })
  }
})

// Add a seed that has broken a promise. The first five alone cover every kind of event.
const archived = [1, 2, 3, 4, 5]

describe("custody, simulated", () => {
  const { name, seeds } = seedsOf(archived, 10)
  it.effect(
    `keeps every promise in memory (${name})`,
    () => keepsPromises("packages/core/test/Simulation.test.ts", seeds, () => machine),
    60_000 + seeds.length * 10_000
  )

  for (const { breaks, fault, of } of [
    {
      fault: "work that was completed without its review",
      of: skippingReviews,
      breaks: /Completed is not allowed there/
    },
    {
      fault: "a lease that a late sweeper ended after its renewal",
      of: endingLeases,
      breaks: /ended a lease that was seen/
    },
    {
      fault: "a renewal that became a part of its record",
      of: mixingRenewals,
      breaks: /differs from its history in lease/
    },
    {
      fault: "handoffs that are offered to two processes",
      of: changing(({ list }) => ({ reserve: list })),
      breaks: /was offered twice, \d+ ms before its reservation ended/
    },
    {
      fault: "handoffs that a crashed process holds back",
      of: holdingBack,
      breaks: /is still pending though workers had time for it/
    }
  ]) {
    it.effect(
      `finds ${fault}`,
      () =>
        Effect.gen(function* () {
          const found: Array<string> = []
          for (let seed = 1; seed < 10 && found.length === 0; seed++) {
            const { broken } = yield* simulate(
              seed,
              Effect.map(machine, (own) => () => of(own()))
            )
            found.push(...broken.filter((sentence) => breaks.test(sentence)))
          }
          assert.isAbove(found.length, 0)
        }),
      120_000
    )
  }
})
