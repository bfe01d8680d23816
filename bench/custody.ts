/** What leases and fences cost beside the same life without them, and how fast a worker gets through an inbox. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { type AgentStore, HandoffManager, type HandoffStore, MemoryStore } from "@aumai/handoff-core"
import * as HandoffWorker from "@aumai/handoff-core/HandoffWorker"
import { AgentId, type StoreError } from "@aumai/handoff-protocol"
import { FileStore } from "@aumai/handoff-store-file"
import { SqliteStore } from "@aumai/handoff-store-sqlite"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { interleaved, perSecond, type Row, times } from "./measure.ts"

const agent = AgentId.make("executor")
const ask = { fromAgent: "planner", toAgent: agent, taskDescription: "Generate the Q3 financial summary report." }
const result = { output: "report.pdf" }

type Store = Layer.Layer<HandoffStore | AgentStore, StoreError>

const on = <A, E>(store: Store, program: Effect.Effect<A, E, HandoffManager | HandoffStore | AgentStore>) =>
  Effect.runPromise(Effect.provide(program, HandoffManager.layer.pipe(Layer.provideMerge(store))))

const lives = 2000

const bare = Effect.gen(function* () {
  const manager = yield* HandoffManager
  for (let index = 0; index < lives; index++) {
    yield* manager.create(ask)
    const { recordId } = Option.getOrThrow(yield* manager.claim(agent))
    yield* manager.start(recordId)
    yield* manager.complete(recordId, { result })
  }
})

const held = Effect.gen(function* () {
  const manager = yield* HandoffManager
  for (let index = 0; index < lives; index++) {
    yield* manager.create(ask)
    const { recordId, attempt } = Option.getOrThrow(yield* manager.claim(agent, { lease: 60_000 }))
    yield* manager.start(recordId, { by: agent, attempt })
    yield* manager.complete(recordId, { by: agent, attempt, result })
  }
})

const inbox = 2000
const atOnce = 32

const filled = Effect.gen(function* () {
  const manager = yield* HandoffManager
  yield* Effect.forEach(Array.from({ length: inbox }), () => manager.create(ask), { concurrency: 64, discard: true })
})

/** A worker until the inbox is empty. */
const worked = Effect.gen(function* () {
  yield* filled
  const manager = yield* HandoffManager
  let left = inbox
  const worker = yield* Effect.forkChild(
    HandoffWorker.run(agent, () => Effect.sync(() => ((left -= 1), result)), { concurrency: atOnce, grace: 0 })
  )
  while (((yield* manager.metrics).byStatus.completed ?? 0) < inbox) yield* Effect.sleep("2 millis")
  yield* Fiber.interrupt(worker)
  return left
})

/** The same verbs by a loop of so many fibres, without leases. */
const looped = Effect.gen(function* () {
  yield* filled
  const manager = yield* HandoffManager
  const slot = Effect.gen(function* () {
    while (true) {
      const claimed = yield* manager.claim(agent)
      if (Option.isNone(claimed)) return
      yield* manager.start(claimed.value.recordId)
      yield* manager.complete(claimed.value.recordId, { result })
    }
  })
  yield* Effect.forEach(Array.from({ length: atOnce }), () => slot, { concurrency: "unbounded", discard: true })
})

export const custody = async (): Promise<ReadonlyArray<Row>> => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-bench-"))
  let files = 0
  const stores: Readonly<Record<string, () => Store>> = {
    memory: () => Layer.fresh(MemoryStore.layer),
    file: () => FileStore.layer({ path: join(directory, `${(files += 1)}.json`) }),
    SQLite: () => SqliteStore.layer({ path: join(directory, `${(files += 1)}.db`) })
  }
  const memory = stores["memory"] ?? (() => MemoryStore.layer)
  try {
    const cost = await interleaved(9, { bare: () => on(memory(), bare), held: () => on(memory(), held) })
    const rows: Array<Row> = [
      {
        name: "custody in memory: a life with lease and fence",
        ours: perSecond(lives, cost.held),
        against: `without ${perSecond(lives, cost.bare)}`,
        ratio: times(cost.bare.wall / cost.held.wall),
        aim: "≥ 0.75×"
      }
    ]
    for (const [name, store] of Object.entries(stores)) {
      const { ours, byHand } = await interleaved(5, {
        ours: () => on(store(), worked),
        byHand: () => on(store(), looped)
      })
      rows.push({
        name: `worker, ${atOnce} at once, ${name} store: handoffs`,
        ours: perSecond(inbox, ours),
        against: `a loop without leases ${perSecond(inbox, byHand)}`,
        ratio: times(byHand.wall / ours.wall),
        aim: ""
      })
    }
    return rows
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
