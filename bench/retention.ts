/** Measures the archive of 1e5 handoffs on SQLite against the same by hand: a query, lines of JSON, and a DELETE. */
import {
  closeSync,
  createReadStream,
  fsyncSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { HandoffManager } from "@aumai/handoff-core"
import { archive, type ArchiveFile } from "@aumai/handoff-core/Retention"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"

import { type Row, times } from "./measure.ts"
import { managerOn } from "./sqliteChild.ts"

const count = 100_000

const filled = HandoffManager.use((manager) =>
  Effect.forEach(
    Array.from({ length: count }, (_, index) => index),
    (index) =>
      Effect.gen(function* () {
        const { recordId } = yield* manager.create({
          fromAgent: "planner",
          toAgent: `executor-${index % 50}`,
          taskDescription: "Generate the Q3 financial summary report.",
          context: { quarter: "Q3", format: "PDF" }
        })
        yield* manager.accept(recordId)
        yield* manager.complete(recordId, { result: { output: "report.pdf" } })
      }),
    { concurrency: 256, discard: true }
  )
)

/** The file of an archive, as `archiveFile` of the SDK writes it. */
const fileAt = (path: string): ArchiveFile => ({
  name: path,
  read: async () =>
    statSync(path, { throwIfNoEntry: false }) === undefined ? undefined : createReadStream(path, "utf8"),
  write: async (text) => {
    const file = openSync(`${path}.partial`, "w")
    let pieces: Array<string> = []
    for await (const piece of text) if (pieces.push(piece) === 1024) writeSync(file, pieces.splice(0).join(""))
    writeSync(file, pieces.join(""))
    fsyncSync(file)
    closeSync(file)
    renameSync(`${path}.partial`, path)
  },
  flush: async () => {}
})

/** The same by hand: nothing is verified, and nothing is left in the log. */
const byHand = (database: string, path: string) => {
  const db = new DatabaseSync(database)
  const file = openSync(path, "w")
  const history = db.prepare("SELECT event FROM log WHERE record_id = ? ORDER BY revision")
  for (const row of db
    .prepare("SELECT id, record FROM handoffs WHERE due_at IS NULL ORDER BY created_at, id")
    .iterate()) {
    const events = history.all(row["id"] ?? null).map(({ event }) => JSON.parse(String(event)) as unknown)
    writeSync(file, `${JSON.stringify({ ...(JSON.parse(String(row["record"])) as object), history: events })}\n`)
  }
  fsyncSync(file)
  closeSync(file)
  db.exec("BEGIN IMMEDIATE; DELETE FROM log; DELETE FROM handoffs; COMMIT; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
  db.close()
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`

/** Measures the retention section. */
export const retention = async (): Promise<ReadonlyArray<Row>> => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-bench-"))
  const [ours, theirs] = [join(directory, "ours.db"), join(directory, "theirs.db")]
  try {
    for (const path of [ours, theirs]) {
      const runtime = ManagedRuntime.make(managerOn(path))
      await runtime.runPromise(filled)
      await runtime.dispose()
    }
    const runtime = ManagedRuntime.make(managerOn(ours))
    const before = statSync(ours).size
    const memory = process.memoryUsage().rss
    let peak = memory
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50)
    let start = performance.now()
    const report = await runtime.runPromise(
      archive({ before: DateTime.makeUnsafe(Date.now() + 1000), file: fileAt(join(directory, "ours.json")) })
    )
    const took = performance.now() - start
    clearInterval(watch)
    await runtime.dispose()
    start = performance.now()
    byHand(theirs, join(directory, "theirs.jsonl"))
    const hand = performance.now() - start
    return [
      {
        name: `archive of ${report.handoffs} handoffs with ${report.entries} entries, SQLite store`,
        ours: `${(took / 1000).toFixed(1)} s, ${mebibytes(peak - memory)} more memory at its peak; ${mebibytes(before)} → ${mebibytes(statSync(ours).size)}`,
        against: `a query, lines of JSON and a DELETE ${(hand / 1000).toFixed(1)} s; → ${mebibytes(statSync(theirs).size)}`,
        ratio: times(took / hand),
        aim: "≤ 10×, memory flat"
      }
    ]
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
