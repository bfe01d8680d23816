/** Measures the start of the command, as a binary and as a bundle, against empty programs of the same kind. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { compile } from "../apps/cli/tooling/binary.ts"
import { bundleInto } from "../apps/cli/tooling/bundle.ts"
import { type Cost, interleaved, milliseconds, type Row, times } from "./measure.ts"
import { writeStore } from "./stored.ts"

/** Measures the binary section. */
export const binary = async (): Promise<ReadonlyArray<Row>> => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-bench-"))
  const run = (program: string, ...words: ReadonlyArray<string>) => {
    const { status, stderr } = spawnSync(program, words, { cwd: directory, stdio: ["ignore", "ignore", "pipe"] })
    if (status !== 0) throw new Error(`${program} ${words.join(" ")} exited with ${status}: ${stderr.toString()}`)
  }
  try {
    const entry = await bundleInto(join(directory, "bundle"))
    const [program, nothing] = [join(directory, "aumai-handoff"), join(directory, "nothing")]
    compile(join(directory, "bundle/main.mjs"), program)
    writeFileSync(join(directory, "nothing.mjs"), "export {}\n")
    compile(join(directory, "nothing.mjs"), nothing)
    await writeStore(join(directory, "many.json"), 10_000)
    writeFileSync(join(directory, "small.json"), "[]")
    const list = ["list", "--limit", "20", "--store", "small.json"]
    const status = ["status", "--id", "stored000000", "--store", "many.json"]
    const create = ["create", "--store", "new.json", "--from", "planner", "--to", "executor", "--task", "Q3"]
    const cost = await interleaved(21, {
      node: () => run(process.execPath, "-e", "0"),
      bun: () => run(nothing),
      bundleVersion: () => run(process.execPath, entry, "--version"),
      binaryVersion: () => run(program, "--version"),
      bundleList: () => run(process.execPath, entry, ...list),
      binaryList: () => run(program, ...list),
      bundleCreate: () => run(process.execPath, entry, ...create),
      binaryCreate: () => run(program, ...create),
      bundleStatus: () => run(process.execPath, entry, ...status),
      binaryStatus: () => run(program, ...status)
    })
    const row = (name: string, ours: Cost, against: string, other: Cost, aim: string): Row => ({
      name: `start: ${name}`,
      ours: milliseconds(ours.wall),
      against: `${against} ${milliseconds(other.wall)}`,
      ratio: times(ours.wall / other.wall),
      aim
    })
    return [
      row("bundle, --version", cost.bundleVersion, "node -e 0", cost.node, "≤ 3×"),
      row("bundle, list on an empty store", cost.bundleList, "node -e 0", cost.node, "≤ 3×"),
      row("bundle, create on a small store", cost.bundleCreate, "node -e 0", cost.node, "≤ 2.5×"),
      row("bundle, status on 10,000 records", cost.bundleStatus, "node -e 0", cost.node, ""),
      row("binary, --version", cost.binaryVersion, "empty Bun binary", cost.bun, "≤ 2×"),
      row("binary, list on an empty store", cost.binaryList, "empty Bun binary", cost.bun, "≤ 2×"),
      row("binary, create on a small store", cost.binaryCreate, "empty Bun binary", cost.bun, "≤ 2×"),
      row("binary, status on 10,000 records", cost.binaryStatus, "empty Bun binary", cost.bun, "")
    ]
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
