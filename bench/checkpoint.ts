/** Measures the checkpoint of a log against reading the same log, on SQLite. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { HandoffStore, type Position } from "@aumai/handoff-core"
import { Checkpoint } from "@aumai/handoff-core/Verification"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"

import { interleaved, microseconds, perSecond, type Row, times } from "./measure.ts"
import { lifecycles, managerOn } from "./sqliteChild.ts"

const size = 256

/** Reads the whole log and returns the number of its entries. */
const readAll = HandoffStore.use((store) =>
  Effect.gen(function* () {
    let entries = 0
    let after: Position | undefined
    while (true) {
      const page = yield* store.log({ limit: size, ...(after === undefined ? {} : { after }) })
      entries += page.length
      after = page.at(-1)?.position
      if (page.length < size) return entries
    }
  })
)

/** Measures the checkpoint section. */
export const checkpoint = async (): Promise<ReadonlyArray<Row>> => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-bench-"))
  const runtime = ManagedRuntime.make(managerOn(join(directory, "log.db")))
  try {
    await runtime.runPromise(lifecycles(64, 200))
    const entries = await runtime.runPromise(readAll)
    const { ours, reading } = await interleaved(7, {
      ours: () => runtime.runPromise(Checkpoint.checkpoint),
      reading: () => runtime.runPromise(readAll)
    })
    return [
      {
        name: `checkpoint of ${entries} entries, SQLite store`,
        ours: `${perSecond(entries, ours)}, ${microseconds(entries, ours.cpu)} CPU an entry`,
        against: `reading the log ${perSecond(entries, reading)}, ${microseconds(entries, reading.cpu)}`,
        ratio: times(ours.cpu / reading.cpu),
        aim: "≤ 3×"
      }
    ]
  } finally {
    await runtime.dispose()
    rmSync(directory, { recursive: true, force: true })
  }
}
