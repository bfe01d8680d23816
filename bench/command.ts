/** Measures the bundled command on file stores of several sizes, against an empty Node program and one rewrite of the file. */
import { spawnSync } from "node:child_process"
import { copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { bundleInto } from "../apps/cli/tooling/bundle.ts"
import { type Cost, interleaved, milliseconds, type Row, times } from "./measure.ts"
import { writeStore } from "./stored.ts"

const node = (words: ReadonlyArray<string>, cwd: string) => {
  const { status, stderr } = spawnSync(process.execPath, words, { cwd, stdio: ["ignore", "ignore", "pipe"] })
  if (status !== 0) throw new Error(`node ${words.join(" ")} exited with ${status}: ${stderr.toString()}`)
}

// The usual hand-written update that survives a power cut: read, parse, add, write, flush, rename.
const rewrite = `
const fs = require("node:fs")
const records = JSON.parse(fs.readFileSync("other.json", "utf8"))
records.push({ ...records[0], record_id: "one-more" })
const file = fs.openSync("other.json.new", "w")
fs.writeSync(file, JSON.stringify(records, undefined, 2))
fs.fsyncSync(file)
fs.closeSync(file)
fs.renameSync("other.json.new", "renamed.json")
`
// The minimum: copies the bytes without parsing them.
const copy = `
const fs = require("node:fs")
const bytes = fs.readFileSync("other.json")
const file = fs.openSync("other.json.new", "w")
for (let at = 0; at < bytes.length; ) at += fs.writeSync(file, bytes, at)
fs.fsyncSync(file)
fs.closeSync(file)
fs.renameSync("other.json.new", "renamed.json")
`

/** Measures the command section. */
export const command = async (): Promise<ReadonlyArray<Row>> => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-bench-"))
  const bundle = await bundleInto(join(directory, "bundle"))
  const rows: Array<Row> = []
  const row = (name: string, ours: Cost, against: string, other: Cost, aim: string) =>
    rows.push({
      name,
      ours: milliseconds(ours.wall),
      against: `${against} ${milliseconds(other.wall)}`,
      ratio: times(ours.wall / other.wall),
      aim
    })
  const create = ["create", "--store", "store.json", "--from", "planner", "--to", "executor", "--task", "Q3"]
  try {
    for (const stored of [0, 10_000, 100_000]) {
      const bytes = await writeStore(join(directory, "store.json"), stored)
      await writeStore(join(directory, "other.json"), stored)
      const id = stored === 0 ? "first" : "stored000000"
      if (stored === 0) node([bundle, ...create, "--id", id], directory)
      if (stored === 0) copyFileSync(join(directory, "store.json"), join(directory, "other.json"))
      const cost = await interleaved(stored === 0 ? 15 : 7, {
        empty: () => node(["-e", "0"], directory),
        create: () => node([bundle, ...create], directory),
        status: () => node([bundle, "status", "--store", "store.json", "--id", id], directory),
        rewrite: () => node(["-e", rewrite], directory),
        copy: () => node(["-e", copy], directory)
      })
      const size = stored === 0 ? "empty store" : `${stored} stored (${(bytes / 2 ** 20).toFixed(0)} MiB)`
      row(`create, ${size}`, cost.create, "node -e 0", cost.empty, stored === 0 ? "≤ 2.5×" : "")
      row(`status, ${size}`, cost.status, "node -e 0", cost.empty, "")
      if (stored > 0) {
        row(`create, ${size}`, cost.create, "parse and write once", cost.rewrite, stored === 100_000 ? "≤ 1.5×" : "")
        row(`create, ${size}`, cost.create, "copy the bytes once", cost.copy, "")
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  return rows
}
