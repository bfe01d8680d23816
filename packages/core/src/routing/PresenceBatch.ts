/** Sends the heartbeats of all workers of a process as one write. */
import type { AgentId, StoreError } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

import type { AgentStore } from "../store/AgentStore.ts"
import { presence } from "./Presence.ts"

/** The agents whose workers share the heartbeats of one store. */
interface Batch {
  /** The number of workers of each agent. */
  readonly workers: Map<AgentId, number>
  /** The agents that the last write recorded, or is about to. */
  recorded: ReadonlySet<AgentId>
  /** When that write began, in milliseconds. */
  sentAt: number
}

// By store, because each worker only has the store in common with the others of its process.
const batches = new WeakMap<AgentStore["Service"], Batch>()

const batchOf = (store: AgentStore["Service"]): Batch => {
  let batch = batches.get(store)
  if (batch === undefined) {
    batch = { workers: new Map(), recorded: new Set(), sentAt: -Infinity }
    batches.set(store, batch)
  }
  return batch
}

/**
 * Records that an agent is present, at the pace of heartbeats, until it is interrupted. The worker whose heartbeat is due
 * sends those of all. A new agent, or the agents of a failed write, wait until `presence.between` has passed since the last.
 */
export const keepPresent = (
  store: AgentStore["Service"],
  agent: AgentId,
  now: Effect.Effect<DateTime.Utc>,
  outcome: (write: Effect.Effect<void, StoreError>) => Effect.Effect<void>
): Effect.Effect<never> =>
  Effect.suspend(() => {
    const batch = batchOf(store)
    const count = (by: number) => {
      const workers = (batch.workers.get(agent) ?? 0) + by
      if (workers > 0) batch.workers.set(agent, workers)
      else batch.workers.delete(agent)
    }
    const send = Effect.suspend(() => {
      const agents = [...batch.workers.keys()]
      batch.recorded = new Set(agents)
      const forget = Effect.sync(() => void (batch.recorded = new Set()))
      return outcome(
        Effect.onError(
          Effect.flatMap(now, (at) => store.seen(agents, at)),
          () => forget
        )
      )
    })
    const beat = Effect.gen(function* () {
      // Lets workers that start together join the first write.
      yield* Effect.yieldNow
      const pause = batch.recorded.has(agent) ? presence.heartbeat : presence.between
      const wait = batch.sentAt + pause - (yield* Clock.currentTimeMillis)
      if (wait > 0) return yield* Effect.sleep(wait)
      batch.sentAt = yield* Clock.currentTimeMillis
      yield* send
    })
    count(1)
    return Effect.ensuring(
      Effect.forever(beat),
      Effect.sync(() => count(-1))
    )
  })
