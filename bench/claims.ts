/** Measures claims from one inbox by claimers of one process and of several, against claims written by hand. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { HandoffManager, MemoryStore } from "@aumai/handoff-core"
import { AgentId } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { storeAt } from "../packages/testing/src/storeAt.ts"
import { startPostgres } from "../tooling/postgres.ts"
import { type Cost, median, perSecond, type Row, timed, times } from "./measure.ts"
import { program } from "./program.ts"

/** Fills the inbox of an agent with handoffs of all priorities. */
const fill = (agent: string, count: number) =>
  Effect.flatMap(HandoffManager, (manager) =>
    Effect.forEach(
      Array.from({ length: count }),
      (_, n) =>
        manager.create({
          fromAgent: "planner",
          toAgent: AgentId.make(agent),
          taskDescription: "Generate the Q3 financial summary report.",
          priority: 1 + (n % 10)
        }),
      { concurrency: 1024, discard: true }
    )
  )

interface Claims {
  readonly cost: Cost
  readonly count: number
  readonly conflicts: number
}

let agents = 0

/** Lets the claimers of several processes empty an inbox, and counts what they did. */
const claimed = async (
  location: string,
  count: number,
  [processes, claimers]: Shape,
  name = "claimer.ts"
): Promise<Claims> => {
  const agent = `claimed-${(agents += 1)}`
  await Effect.runPromise(
    Effect.provide(fill(agent, count), HandoffManager.layer.pipe(Layer.provide(storeAt(location))))
  )
  const started = Array.from({ length: processes }, () => program(name, location, agent, String(claimers)))
  await Promise.all(started.map(({ line }) => line()))
  const cost = await timed(async () => {
    for (const { say } of started) say("go")
    await Promise.all(started.map(({ line }) => line()))
  })
  const counts = await Promise.all(started.map(({ line }) => line()))
  await Promise.all(started.map(({ end }) => end()))
  let [done, conflicts] = [0, 0]
  for (const line of counts) {
    const one: { readonly claimed: number; readonly conflicts: number } = JSON.parse(line)
    done += one.claimed
    conflicts += one.conflicts
  }
  if (done !== count) throw new Error(`${done} of ${count} were claimed`)
  return { cost, count, conflicts }
}

type Shape = readonly [processes: number, claimers: number]

const rounds = 3

/** Measures shapes in turn, and each against the same by hand if there is such a program. */
const compared = async (
  store: string,
  location: string,
  shapes: ReadonlyArray<readonly [shape: Shape, count: number, aim?: string]>,
  base: Shape | undefined
): Promise<ReadonlyArray<Row>> => {
  const runs = new Map<string, Array<Claims>>()
  const add = (name: string, run: Claims) => runs.set(name, [...(runs.get(name) ?? []), run])
  for (let round = 0; round < rounds; round++) {
    for (const [shape, count] of shapes) {
      add(String(shape), await claimed(location, count, shape))
      if (base === undefined) add(`hand ${String(shape)}`, await claimed(location, count, shape, "handClaimer.ts"))
    }
  }
  const medianOf = (name: string) => median((runs.get(name) ?? []).map(({ cost }) => cost))
  return shapes.map(([shape, count, aim = ""]) => {
    const ours = medianOf(String(shape))
    const other = base === undefined ? `hand ${String(shape)}` : String(base)
    const against = medianOf(other)
    const sizes = base === undefined ? count : (shapes.find(([one]) => String(one) === other)?.[1] ?? count)
    const lost = (runs.get(String(shape)) ?? []).reduce((sum, { conflicts }) => sum + conflicts, 0)
    return {
      name: `${store} store, claims of one inbox, ${shape.join(" × ")} claimers`,
      ours: `${perSecond(count, ours)}, ${(lost / count / rounds).toFixed(3)} conflicts per claim`,
      against: `${base === undefined ? "by hand" : base.join(" × ")} ${perSecond(sizes, against)}`,
      ratio: times(count / ours.wall / (sizes / against.wall)),
      aim
    }
  })
}

/** Claims by one manager in memory, with one claimer and with many. */
const inMemory = async (): Promise<ReadonlyArray<Row>> => {
  const count = 4000
  const of = (claimers: number) =>
    Effect.runPromise(
      Effect.provide(
        Effect.gen(function* () {
          const manager = yield* HandoffManager
          yield* fill("claimed", count)
          const claimer = Effect.gen(function* () {
            while (Option.isSome(yield* manager.claim(AgentId.make("claimed")))) continue
          })
          const run = Effect.runPromiseWith(yield* Effect.context())
          const work = Effect.forEach(Array.from({ length: claimers }), () => claimer, {
            concurrency: "unbounded",
            discard: true
          })
          return yield* Effect.promise(() => timed(() => run(work)))
        }),
        HandoffManager.layer.pipe(Layer.provide(Layer.fresh(MemoryStore.layer)))
      )
    )
  const costs = { alone: [] as Array<Cost>, many: [] as Array<Cost> }
  for (let round = 0; round < 7; round++) {
    costs.alone.push(await of(1))
    costs.many.push(await of(64))
  }
  const [alone, many] = [median(costs.alone), median(costs.many)]
  return [
    {
      name: "memory store, claims of one inbox, 64 claimers",
      ours: perSecond(count, many),
      against: `1 claimer ${perSecond(count, alone)}`,
      ratio: times(alone.wall / many.wall),
      aim: ""
    }
  ]
}

/** Measures the claims section. */
export const claims = async (): Promise<ReadonlyArray<Row>> => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-bench-"))
  try {
    const rows = [...(await inMemory())]
    const sqlite = `sqlite:${join(directory, "claims.db")}`
    rows.push(
      ...(await compared(
        "SQLite",
        sqlite,
        [
          [[1, 1], 500],
          [[1, 64], 6400],
          [[8, 8], 3200]
        ],
        undefined
      )),
      ...(await compared(
        "SQLite",
        sqlite,
        [
          [[1, 8], 1600],
          [[8, 1], 800],
          [[8, 8], 3200, "≥ 0.8×"]
        ],
        [1, 8]
      )),
      ...(await compared(
        "file",
        `file:${join(directory, "claims.json")}`,
        [
          [[1, 8], 1600],
          [[8, 8], 1600]
        ],
        [1, 8]
      ))
    )
    const server = await startPostgres({ durable: true })
    try {
      rows.push(
        ...(await compared(
          "PostgreSQL",
          server.url,
          [
            [[1, 1], 500],
            [[1, 32], 6400],
            [[8, 8], 12_800, "≤ 0.05 conflicts"]
          ],
          undefined
        ))
      )
    } finally {
      await server.stop()
    }
    return rows
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
