/** Measures leases, fences, digests and signatures against the same life without them, and workers against a plain loop. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { type AgentStore, HandoffManager, type HandoffStore, MemoryStore } from "@aumai/handoff-core"
import * as HandoffWorker from "@aumai/handoff-core/HandoffWorker"
import * as Signing from "@aumai/handoff-core/Signing"
import { AgentId, entryDigest, type HandoffEvent, type RecordId, type StoreError } from "@aumai/handoff-protocol"
import { FileStore } from "@aumai/handoff-store-file"
import { PostgresStore } from "@aumai/handoff-store-postgres"
import { SqliteStore } from "@aumai/handoff-store-sqlite"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { startPostgres } from "../tooling/postgres.ts"
import { interleaved, microseconds, perSecond, type Row, times } from "./measure.ts"
import { writeStore } from "./stored.ts"

const agent = AgentId.make("executor")
const ask = { fromAgent: "planner", toAgent: agent, taskDescription: "Generate the Q3 financial summary report." }
const result = { output: "report.pdf" }

type Store = Layer.Layer<HandoffStore | AgentStore, StoreError>
type Program<A> = Effect.Effect<A, unknown, HandoffManager | HandoffStore | AgentStore>

const on = <A>(store: Store, program: Program<A>, signing: Layer.Layer<never, unknown> = Layer.empty) =>
  Effect.runPromise(
    Effect.provide(program, HandoffManager.layer.pipe(Layer.provide(signing), Layer.provideMerge(store)))
  )

const memory = (): Store => Layer.fresh(MemoryStore.layer)

const lives = 2000

const bareLife = Effect.gen(function* () {
  const manager = yield* HandoffManager
  yield* manager.create(ask)
  const { recordId } = Option.getOrThrow(yield* manager.claim(agent))
  yield* manager.start(recordId)
  yield* manager.complete(recordId, { result })
  return recordId
})

const heldLife = Effect.gen(function* () {
  const manager = yield* HandoffManager
  yield* manager.create(ask)
  const { recordId, attempt } = Option.getOrThrow(yield* manager.claim(agent, { lease: 60_000 }))
  yield* manager.start(recordId, { by: agent, attempt })
  yield* manager.complete(recordId, { by: agent, attempt, result })
  return recordId
})

/** The same with one progress report. */
const reportedLife = Effect.gen(function* () {
  const manager = yield* HandoffManager
  yield* manager.create(ask)
  const { recordId, attempt } = Option.getOrThrow(yield* manager.claim(agent, { lease: 60_000 }))
  yield* manager.start(recordId, { by: agent, attempt })
  yield* manager.progress(recordId, { by: agent, attempt, fraction: 0.5 })
  yield* manager.complete(recordId, { by: agent, attempt, result })
  return recordId
})

const many = (life: Program<RecordId>, count = lives) =>
  Effect.gen(function* () {
    for (let index = 0; index < count; index++) yield* life
  })

/** Computes only the digests of `lives` such lives. */
const digestsOf = async (life: Program<RecordId>): Promise<() => void> => {
  const [id, events] = await on(
    memory(),
    Effect.gen(function* () {
      const id = yield* life
      const entries = yield* (yield* HandoffManager).history(id)
      return [id, entries.map(({ event }): HandoffEvent => event)] as const
    })
  )
  return () => {
    for (let index = 0; index < lives; index++) {
      for (const [before, event] of events.entries()) entryDigest(id, before + 1, event)
    }
  }
}

const secrets = async () => {
  const [planner, executor] = await Effect.runPromise(Effect.all([Signing.generate, Signing.generate]))
  return Signing.layer({ planner: planner.secretKey, executor: executor.secretKey })
}

const costs = async (): Promise<ReadonlyArray<Row>> => {
  const [bareDigests, heldDigests, reportedDigests] = [
    await digestsOf(bareLife),
    await digestsOf(heldLife),
    await digestsOf(reportedLife)
  ]
  const signing = await secrets()
  const cost = await interleaved(15, {
    bare: () => on(memory(), many(bareLife)),
    held: () => on(memory(), many(heldLife)),
    reported: () => on(memory(), many(reportedLife)),
    bareDigests,
    heldDigests,
    reportedDigests,
    signed: () => on(memory(), many(bareLife, lives / 10), signing)
  })
  // Processor time, because this process does all of the work.
  const bare = cost.bare.cpu - cost.bareDigests.cpu
  const held = cost.held.cpu - cost.heldDigests.cpu
  const reported = cost.reported.cpu - cost.reportedDigests.cpu
  return [
    {
      name: "custody in memory: a life with lease and fence",
      ours: microseconds(lives, cost.held.cpu),
      against: `without ${microseconds(lives, cost.bare.cpu)}`,
      ratio: times(cost.held.cpu / cost.bare.cpu),
      aim: "≤ 1.33×"
    },
    {
      name: "custody in memory: a life with lease and fence, digests aside",
      ours: microseconds(lives, held),
      against: `without ${microseconds(lives, bare)}`,
      ratio: times(held / bare),
      aim: "≤ 1.25×"
    },
    {
      name: "custody in memory: the same with a progress report, a fifth verb",
      ours: microseconds(lives, reported),
      against: `without custody ${microseconds(lives, bare)}`,
      ratio: `${times(reported / bare)}, ${times(reported / 5 / (bare / 4))} per verb`,
      aim: "≤ 1.25× per verb"
    },
    {
      name: "digests in memory: the four entries of a life",
      ours: microseconds(lives, cost.bareDigests.cpu),
      against: `the whole life ${microseconds(lives, cost.bare.cpu)}`,
      ratio: times(cost.bareDigests.cpu / cost.bare.cpu),
      aim: ""
    },
    {
      name: "signatures in memory: a life with all four entries signed",
      ours: microseconds(lives / 10, cost.signed.cpu),
      against: `unsigned ${microseconds(lives, cost.bare.cpu)}`,
      ratio: times((cost.signed.cpu * 10) / cost.bare.cpu),
      aim: ""
    }
  ]
}

/** Creates `count` pending handoffs of another agent, grouped into few commits. */
const waiting = (count: number) =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    const other = { ...ask, toAgent: "reviewer" }
    yield* Effect.forEach(Array.from({ length: count }), () => manager.create(other), {
      concurrency: 512,
      discard: true
    })
  })

/** Measures a life with custody on a store with 1e3 and with 1e5 handoffs. */
const growth = async (directory: string): Promise<ReadonlyArray<Row>> => {
  const [little, much] = [1000, 100_000]
  const path = (kind: string, count: number) => join(directory, `grown-${count}.${kind}`)
  const stores: Readonly<Record<string, (count: number) => Promise<Store>>> = {
    memory: async () => memory(),
    file: async (count) => {
      await writeStore(path("json", count), count)
      return FileStore.layer({ path: path("json", count) })
    },
    SQLite: async (count) => SqliteStore.layer({ path: path("db", count) })
  }
  const rows: Array<Row> = []
  for (const [name, open] of Object.entries(stores)) {
    const count = name === "memory" ? lives : 600
    const timesOf = async (stored: number) => {
      const fill = name === "file" ? Effect.void : waiting(stored)
      const measured = Effect.gen(function* () {
        yield* fill
        yield* many(reportedLife, 100)
        const run = Effect.runPromiseWith(yield* Effect.context<HandoffManager | HandoffStore | AgentStore>())
        return yield* Effect.promise(() => interleaved(7, { one: () => run(Effect.orDie(many(reportedLife, count))) }))
      })
      return (await on(await open(stored), measured)).one
    }
    const [few, lots] = [await timesOf(little), await timesOf(much)]
    rows.push({
      name: `custody, ${name} store, 1e5 stored: a life`,
      ours: `${microseconds(count, lots.cpu)} CPU`,
      against: `1e3 stored ${microseconds(count, few.cpu)}`,
      ratio: times(lots.cpu / few.cpu),
      aim: "≤ 1.2×"
    })
  }
  return rows
}

const inbox = 2000
const atOnce = 32

const filled = Effect.gen(function* () {
  const manager = yield* HandoffManager
  yield* Effect.forEach(Array.from({ length: inbox }), () => manager.create(ask), { concurrency: 64, discard: true })
})

/** Runs a worker until the inbox is empty. */
const worked = Effect.gen(function* () {
  const manager = yield* HandoffManager
  const before = (yield* manager.metrics).byStatus.completed
  yield* filled
  const worker = yield* Effect.forkChild(
    HandoffWorker.run(agent, () => Effect.succeed(result), { concurrency: atOnce, grace: 0 })
  )
  while ((yield* manager.metrics).byStatus.completed < before + inbox) yield* Effect.sleep("2 millis")
  yield* Fiber.interrupt(worker)
})

/** Runs the same verbs in a loop of `atOnce` fibers, without leases. */
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

const throughput = async (directory: string): Promise<ReadonlyArray<Row>> => {
  const server = await startPostgres({ durable: true })
  let files = 0
  const stores: Readonly<Record<string, () => Store>> = {
    memory,
    file: () => FileStore.layer({ path: join(directory, `${(files += 1)}.json`) }),
    SQLite: () => SqliteStore.layer({ path: join(directory, `${(files += 1)}.db`) }),
    // One database for all rounds, because earlier records make no difference.
    PostgreSQL: () => PostgresStore.layer({ url: server.url })
  }
  const rows: Array<Row> = []
  try {
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
    await server.stop()
  }
}

/** Measures the custody section. */
export const custody = async (): Promise<ReadonlyArray<Row>> => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-bench-"))
  try {
    return [...(await costs()), ...(await growth(directory)), ...(await throughput(directory))]
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
