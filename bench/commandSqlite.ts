/** Measures the bundled command on a SQLite store of a hundred thousand handoffs against an empty one. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { bundleInto } from "../apps/cli/tooling/bundle.ts"
import { interleaved, milliseconds, type Row, times } from "./measure.ts"
import { fill } from "./sqlite.ts"

const commands: Readonly<Record<string, ReadonlyArray<string>>> = {
  create: ["create", "--from", "planner", "--to", "executor", "--task", "Q3"],
  "status, by a prefix of the id": ["status", "--id", "first"],
  "history, by a prefix of the id": ["history", "--id", "first"],
  inbox: ["inbox", "--agent", "busy", "--limit", "20"],
  claim: ["claim", "--agent", "busy"],
  list: ["list", "--limit", "20"],
  stats: ["stats"],
  sweep: ["sweep"]
}

/** Measures the commandSqlite section. */
export const commandSqlite = async (): Promise<ReadonlyArray<Row>> => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-bench-"))
  const run = (words: ReadonlyArray<string>) => {
    const { status, stderr } = spawnSync(process.execPath, words, {
      cwd: directory,
      stdio: ["ignore", "ignore", "pipe"]
    })
    if (status !== 0) throw new Error(`${words.join(" ")} exited with ${status}: ${stderr.toString()}`)
  }
  try {
    const bundle = await bundleInto(join(directory, "bundle"))
    await fill(join(directory, "many.db"), 100_000)
    const on = (store: string, words: ReadonlyArray<string>) => () =>
      run([bundle, ...words, "--store", `sqlite:${store}.db`])
    // Both stores have the handoff that the commands name. The one without others counts as empty.
    for (const store of ["none", "many"]) on(store, [...(commands["create"] ?? []), "--id", "first-of-all"])()
    const rows: Array<Row> = []
    for (const [name, words] of Object.entries(commands)) {
      const cost = await interleaved(15, { none: on("none", words), many: on("many", words) })
      rows.push({
        name: `command on a SQLite store of 1e5: ${name}`,
        ours: milliseconds(cost.many.wall),
        against: `empty store ${milliseconds(cost.none.wall)}`,
        ratio: times(cost.many.wall / cost.none.wall),
        aim: "≤ 1.2×"
      })
    }
    return rows
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
