import type { HandoffRecord } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { type Machine, simulate } from "../../testing/src/custody.ts"
import { keepsPromises } from "../../testing/src/custodyRuns.ts"
import { seedsOf } from "../../testing/src/seeds.ts"
import { type AgentStore, type Change, HandoffStore, MemoryStore } from "../src/index.ts"

/** The processes of this machine share one memory store. */
const machine = Effect.map(Layer.build(Layer.fresh(MemoryStore.layer)), (shared) => () => ({
  store: Layer.succeedContext(shared),
  kill: () => {}
}))

/** The same machine with a store that completes work that was delivered for review. */
const skippingReviews = ({ kill, store }: ReturnType<Machine>): ReturnType<Machine> => ({
  kill,
  store: Layer.effectContext(
    Effect.map(Effect.context<HandoffStore | AgentStore>(), (context) => {
      const sound = Context.get(context, HandoffStore)
      const completed = (change: Change): Change =>
        // The casts: only the tag and the status are others.
        change.event._tag === "Delivered"
          ? ({
              ...change,
              event: { ...change.event, _tag: "Completed" },
              record: { ...change.record, status: "completed" }
            } as Change)
          : change
      const commit: typeof sound.commit = ([first, ...others]) =>
        sound.commit([completed(first), ...others.map(completed)])
      return Context.add(context, HandoffStore, HandoffStore.of({ ...sound, commit }))
    })
  ).pipe(Layer.provide(store))
})

type Reserve = (store: HandoffStore["Service"]) => HandoffStore["Service"]["reserve"]

/** A machine with a store that reserves in another way. */
const reserving = (reserve: Reserve) =>
  Effect.map(machine, (own) => (): ReturnType<Machine> => {
    const { kill, store } = own()
    const broken = Effect.map(HandoffStore, (sound) => HandoffStore.of({ ...sound, reserve: reserve(sound) }))
    return { kill, store: Layer.effect(HandoffStore, broken).pipe(Layer.provideMerge(store)) }
  })

/** Keeps what it reserves until it is given back, also for a process that crashed. */
const forever = (): Reserve => {
  const held = new Set<string>()
  const nameOf = ({ recordId, revision }: HandoffRecord) => `${recordId} ${revision}`
  return (store) => (inbox, page) =>
    Effect.map(store.list(inbox, { ...page, limit: 1000 }), (records) => {
      const found = records.filter((record) => !held.has(nameOf(record))).slice(0, page.limit)
      for (const record of found) held.add(nameOf(record))
      return found
    })
}

// Add a seed that has broken a promise. The first five alone cover every kind of event.
const archived = [1, 2, 3, 4, 5]

describe("custody, simulated", () => {
  const { name, seeds } = seedsOf(archived, 10)
  it.effect(
    `keeps every promise in memory (${name})`,
    () => keepsPromises("packages/core/test/Simulation.test.ts", seeds, () => machine),
    60_000 + seeds.length * 10_000
  )

  it.effect(
    "finds work that was completed without its review",
    () =>
      Effect.map(
        simulate(
          1,
          Effect.map(machine, (own) => () => skippingReviews(own()))
        ),
        ({ broken }) => {
          assert.include(broken.join("\n"), "Completed is not allowed there")
        }
      ),
    60_000
  )

  it.effect(
    "finds handoffs that are offered to two processes",
    () =>
      Effect.map(
        simulate(
          1,
          reserving((store) => store.list)
        ),
        ({ broken }) => assert.match(broken.join("\n"), /was offered twice, \d+ ms before its reservation ended/)
      ),
    60_000
  )

  it.effect(
    "finds handoffs that a crashed process holds back",
    () =>
      Effect.map(simulate(1, reserving(forever())), ({ broken }) =>
        assert.match(broken.join("\n"), /is still pending though workers had time for it/)
      ),
    60_000
  )
})
