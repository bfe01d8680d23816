/** Measures durable lifecycles on the file store against a bare loop that appends and flushes as many bytes. */
import { mkdtempSync, rmSync, statSync } from "node:fs"
import { open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { HandoffManager } from "@aumai/handoff-core"
import { FileStore, JournalFs, NodeJournalFs } from "@aumai/handoff-store-file"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { type Cost, median, microseconds, perSecond, type Row, timed, times } from "./measure.ts"
import { writeStore } from "./stored.ts"

interface Counted {
  syncs: number
}

/** Node's disk with a counter of its flushes. */
const countingDisk = (counted: Counted) =>
  Layer.effect(
    JournalFs,
    Effect.map(JournalFs, (fs) => {
      const count = <A, E>(effect: Effect.Effect<A, E>) =>
        Effect.tap(effect, () => Effect.sync(() => void (counted.syncs += 1)))
      const counting = (file: Effect.Success<ReturnType<typeof fs.open>>) => ({ ...file, sync: count(file.sync) })
      return JournalFs.of({
        ...fs,
        create: (path, mode) => Effect.map(fs.create(path, mode), counting),
        open: (path) => Effect.map(fs.open(path), counting),
        syncDirectory: (path) => count(fs.syncDirectory(path))
      })
    })
  ).pipe(Layer.provide(NodeJournalFs.layer))

const lifecycle = Effect.gen(function* () {
  const manager = yield* HandoffManager
  const { recordId } = yield* manager.create({
    fromAgent: "planner",
    toAgent: "executor",
    taskDescription: "Generate the Q3 financial summary report.",
    context: { quarter: "Q3", format: "PDF" }
  })
  yield* manager.accept(recordId)
  yield* manager.start(recordId)
  yield* manager.complete(recordId, { result: { output: "report.pdf" } })
})

interface Measured extends Cost {
  readonly syncs: number
  /** The journal's bytes per commit. */
  readonly bytes: number
}

/** Runs `lifecycles`, divided among `writers`, on a store with `stored` records. */
const measure = async (directory: string, stored: number, writers: number, lifecycles: number): Promise<Measured> => {
  const path = join(directory, `store-${stored}-${writers}.json`)
  await writeStore(path, stored)
  const counted = { syncs: 0 }
  const layer = HandoffManager.layer.pipe(
    Layer.provideMerge(FileStore.layerOn({ path }).pipe(Layer.provide(countingDisk(counted))))
  )
  const program = Effect.gen(function* () {
    // The first commit creates the journal, which is not measured.
    yield* lifecycle
    const journal = `${path}-journal`
    const before = { syncs: counted.syncs, bytes: statSync(journal).size }
    const share = Effect.repeat(lifecycle, { times: lifecycles / writers - 1 })
    const work = Effect.all(
      Array.from({ length: writers }, () => share),
      { concurrency: "unbounded", discard: true }
    )
    const run = Effect.runPromiseWith(yield* Effect.context<HandoffManager>())
    const cost = yield* Effect.promise(() => timed(() => run(work)))
    const bytes = (statSync(journal).size - before.bytes) / (lifecycles * 4)
    return { ...cost, syncs: counted.syncs - before.syncs, bytes: bytes > 0 ? bytes : 900 }
  })
  const measured = await Effect.runPromise(Effect.provide(program, layer))
  rmSync(path, { force: true })
  return measured
}

/** Appends and flushes repeatedly, without blocking the event loop. */
const bareLoop = async (directory: string, bytes: number, commits: number): Promise<Cost> => {
  const file = await open(join(directory, "bare"), "a")
  const buffer = Buffer.alloc(Math.round(bytes), "x")
  const cost = await timed(async () => {
    for (let index = 0; index < commits; index++) {
      await file.write(buffer)
      await file.datasync()
    }
  })
  await file.close()
  return cost
}

const rounds = 3

/** Measures the file section. */
export const file = async (): Promise<ReadonlyArray<Row>> => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-bench-"))
  const rows: Array<Row> = []
  try {
    for (const stored of [0, 10_000, 100_000]) {
      for (const writers of [1, 8, 64]) {
        const lifecycles = writers === 1 ? 750 : writers === 8 ? 800 : 3200
        const ours: Array<Measured> = []
        const bare: Array<Cost> = []
        const commits = 3000
        for (let round = 0; round < rounds; round++) {
          const one = await measure(directory, stored, writers, lifecycles)
          ours.push(one)
          bare.push(await bareLoop(directory, one.bytes, commits))
        }
        const cost = median(ours)
        const syncs = ours.reduce((sum, one) => sum + one.syncs, 0) / (lifecycles * rounds)
        const loop = median(bare)
        rows.push({
          name: `file store, ${writers} writers, ${stored} stored: commits`,
          ours: perSecond(lifecycles * 4, cost),
          against: `bare append and flush ${perSecond(commits, loop)}`,
          ratio: times((lifecycles * 4) / cost.wall / (commits / loop.wall)),
          aim: writers === 1 ? "≥ 0.6×" : ""
        })
        rows.push({
          name: `file store, ${writers} writers, ${stored} stored: cost`,
          ours: `${microseconds(lifecycles, cost.cpu)} CPU per lifecycle`,
          against: `bare ${microseconds(commits, loop.cpu * 4)} for four commits`,
          ratio: `${(syncs / 4).toFixed(3)} fsync per commit`,
          aim: writers === 64 ? "≤ 0.1" : ""
        })
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  return rows
}
