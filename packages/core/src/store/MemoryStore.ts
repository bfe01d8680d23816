import { frozen, type LogName, type RevisionConflict } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { AgentStore, type KeyEntry, type RegisteredAgent, seenAt } from "./AgentStore.ts"
import * as CommitPlan from "./CommitPlan.ts"
import { DocumentStore, lateDocuments } from "./DocumentStore.ts"
import { drawLogName } from "./Draws.ts"
import { HandoffStore } from "./HandoffStore.ts"
import * as Hints from "./Hints.ts"
import { positionOf } from "./Positions.ts"
import * as Reservations from "./Reservations.ts"
import type { Retention } from "./Retention.ts"
import * as StoreImage from "./StoreImage.ts"

const makeStore = Effect.map(drawLogName, (log) => {
  const holder: Holder = { image: StoreImage.make({ log, epoch: 1 }) }
  const keys = new Map<LogName, ReadonlyArray<KeyEntry>>()
  const lengthOf = (log: LogName) => keys.get(log)?.length ?? 0
  return Context.make(
    HandoffStore,
    makeHandoffs(holder, () => lengthOf(log))
  ).pipe(
    Context.add(AgentStore, makeAgents(holder, keys, lengthOf)),
    Context.add(
      DocumentStore,
      lateDocuments(async () => (await import("./MemoryDocuments.ts")).make())
    )
  )
})

/** Holds the image, which a rewrite replaces. */
interface Holder {
  image: StoreImage.StoreImage
}

const makeHandoffs = (holder: Holder, keys: () => number) => {
  const hints = Hints.make()
  let retention: Promise<Retention> | undefined
  return HandoffStore.of({
    ...Reservations.inMemory({
      get: (id) => holder.image.get(id),
      list: (view, page) => holder.image.list(view, page)
    }),
    origin: Effect.succeed(holder.image.origin),
    commit: (changes) =>
      Effect.suspend((): Effect.Effect<void, RevisionConflict> => {
        const conflict = holder.image.conflict(changes, keys())
        if (conflict !== undefined) return Effect.fail(conflict)
        holder.image.put(changes)
        hints.give()
        return Effect.void
      }),
    renew: (renewals, at) => Effect.sync(() => holder.image.renew(renewals, at)),
    get: (id) => Effect.sync(() => Option.fromUndefinedOr(holder.image.get(id))),
    list: (view, page) => Effect.sync(() => holder.image.list(view, page)),
    history: (id) => Effect.sync(() => holder.image.history(id)),
    log: (page) => Effect.suspend(() => Effect.fromResult(holder.image.log(page))),
    end: Effect.sync(() => Option.fromUndefinedOr(holder.image.end())),
    tally: Effect.sync(() => holder.image.tally()),
    odd: Effect.succeed([]),
    changed: hints.changed,
    retention: Effect.promise(() => (retention ??= import("./RemovedImage.ts").then(({ make }) => make(holder))))
  })
}

const makeAgents = (
  holder: Holder,
  keys: Map<LogName, ReadonlyArray<KeyEntry>>,
  lengthOf: (log: LogName) => number
) => {
  const agents = new Map<string, RegisteredAgent>()
  return AgentStore.of({
    put: (agent) =>
      Effect.sync(() => void agents.set(agent.agentId, seenAt(agent, agents.get(agent.agentId)?.lastSeen))),
    seen: (ids, at) =>
      Effect.sync(() => {
        for (const id of ids) {
          const known = agents.get(id)
          if (known !== undefined) agents.set(id, seenAt(known, at))
        }
      }),
    remove: (id) => Effect.sync(() => void agents.delete(id)),
    record: (entries) =>
      Effect.suspend((): Effect.Effect<void, RevisionConflict> => {
        const conflict = CommitPlan.keyConflictIn(entries, lengthOf)
        if (conflict !== undefined) return Effect.fail(conflict)
        for (const entry of entries) {
          const { log } = entry.event
          const { image } = holder
          const isOwn = log === image.origin.log
          const number = image.lastPosition() + 1
          if (isOwn) image.reserve(number)
          const placed = isOwn ? { ...entry, position: positionOf(image.origin, number) } : entry
          keys.set(log, [...(keys.get(log) ?? []), frozen(placed)])
        }
        return Effect.void
      }),
    keys: Effect.sync(() => new Map(keys)),
    all: Effect.sync(() => [...agents.values()].toSorted((a, b) => (a.agentId < b.agentId ? -1 : 1)))
  })
}

/**
 * Provides a store in memory, for tests and for agents within one process.
 *
 * @example
 * ```ts
 * import { HandoffManager, MemoryStore } from "@aumai/handoff-core"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const handoffs = HandoffManager.layer.pipe(Layer.provide(MemoryStore.layer))
 * const program = Effect.flatMap(HandoffManager, (manager) => manager.metrics)
 * console.log((await Effect.runPromise(Effect.provide(program, handoffs))).total) // 0
 * ```
 */
export const layer: Layer.Layer<HandoffStore | AgentStore | DocumentStore> = Layer.effectContext(makeStore)
