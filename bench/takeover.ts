/**
 * Measures the time from the kill of a process that holds a handoff until another worker has it. `node takeover.ts <path>`
 * is the process that is killed.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { HandoffManager } from "@aumai/handoff-core"
import * as HandoffWorker from "@aumai/handoff-core/HandoffWorker"
import { AgentId } from "@aumai/handoff-protocol"
import { FileStore } from "@aumai/handoff-store-file"
import { SqliteStore } from "@aumai/handoff-store-sqlite"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"

import { milliseconds, type Row, times } from "./measure.ts"

const agent = AgentId.make("executor")
const lease = 1000
const rounds = 7

const layerOn = (path: string) =>
  HandoffManager.layer.pipe(
    Layer.provideMerge(path.endsWith(".db") ? SqliteStore.layer({ path }) : FileStore.layer({ path }))
  )

/** Claims a handoff and holds it until the process is killed. */
const holding = HandoffWorker.run(
  agent,
  () =>
    Effect.andThen(
      Effect.sync(() => process.stdout.write("held\n")),
      Effect.never
    ),
  { lease }
)

/** The milliseconds from the kill of one worker until another worker's handler starts. */
const takeover = (path: string) =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    yield* manager.create({ fromAgent: "planner", toAgent: agent, taskDescription: "Generate the report" })
    const child = spawn(process.execPath, [import.meta.filename, path], { stdio: ["ignore", "pipe", "inherit"] })
    yield* Effect.promise(() => once(child.stdout, "data"))
    const taken = yield* Deferred.make<number>()
    const worker = yield* Effect.forkChild(
      HandoffWorker.run(agent, () => Effect.as(Deferred.succeed(taken, performance.now()), {}), { lease })
    )
    // A random moment between two lease renewals and between two sweeps of the other worker.
    yield* Effect.sleep(500 + Math.random() * 5000)
    const killed = performance.now()
    child.kill("SIGKILL")
    const at = yield* Deferred.await(taken)
    yield* Effect.sleep("100 millis")
    yield* Fiber.interrupt(worker)
    return at - killed
  })

/** Measures the takeovers section. */
export const takeovers = async (): Promise<ReadonlyArray<Row>> => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-bench-"))
  const rows: Array<Row> = []
  try {
    for (const [name, kind] of [
      ["file", "json"],
      ["SQLite", "db"]
    ] as const) {
      const path = join(directory, `handoffs.${kind}`)
      const measured: Array<number> = []
      for (let round = 0; round < rounds; round++) {
        measured.push(await Effect.runPromise(Effect.provide(takeover(path), layerOn(path))))
      }
      const sorted = measured.toSorted((a, b) => a - b)
      const [median = 0, longest = 0] = [sorted[Math.floor(rounds / 2)], sorted.at(-1)]
      rows.push({
        name: `takeover from a killed process, ${name} store: median of ${rounds}`,
        ours: milliseconds(median),
        against: `lease ${milliseconds(lease)}; longest ${milliseconds(longest)}`,
        ratio: times(median / lease),
        aim: ""
      })
    }
    return rows
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const [, program, path] = process.argv
if (program === import.meta.filename && path !== undefined) {
  await Effect.runPromise(Effect.provide(holding, layerOn(path)))
}
