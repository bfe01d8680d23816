/**
 * Measures the command against the Python tool's command on 10,000 records, each on a file that it wrote itself. `seed.py`
 * stands in for the Python tool and is written from its README. Without pydantic, the times in `seed.json` are used;
 * `--write` updates them if pydantic is installed.
 */
import { spawnSync } from "node:child_process"
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { compile } from "../apps/cli/tooling/binary.ts"
import { bundleInto } from "../apps/cli/tooling/bundle.ts"
import { interleaved, milliseconds, type Row, times } from "./measure.ts"
import { writeStore } from "./stored.ts"

const verbs = ["status", "create", "accept"] as const
type Verb = (typeof verbs)[number]

const kept = join(import.meta.dirname, "seed.json")

/** The path of Python itself, because the wrapper of a version manager would take extra time. */
const python = (): string | undefined => {
  const { stdout, status } = spawnSync("python3", ["-c", "import click, pydantic, sys; print(sys.executable)"])
  return status === 0 ? stdout.toString().trim() : undefined
}

/** Measures the seed section. */
export const seed = async (): Promise<ReadonlyArray<Row>> => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-bench-"))
  const run = (program: string, ...words: ReadonlyArray<string>) => {
    const { status, stderr } = spawnSync(program, words, { cwd: directory, stdio: ["ignore", "ignore", "pipe"] })
    if (status !== 0) throw new Error(`${program} ${words.join(" ")} exited with ${status}: ${stderr.toString()}`)
  }
  /** The arguments of each verb. Every second record is pending, and each `accept` takes the next pending one. */
  const wordsFor = (store: string): Readonly<Record<Verb, () => ReadonlyArray<string>>> => {
    let next = 0
    const idOf = (index: number): string => `stored${String(index).padStart(6, "0")}`
    return {
      status: () => ["status", "--store", store, "--id", idOf(1)],
      create: () => ["create", "--store", store, "--from", "planner", "--to", "executor", "--task", "Q3 report"],
      accept: () => ["accept", "--store", store, "--id", idOf(2 * next++)]
    }
  }
  try {
    const entry = await bundleInto(join(directory, "bundle"))
    const program = join(directory, "aumai-handoff")
    compile(join(directory, "bundle/main.mjs"), program)
    await writeStore(join(directory, "binary.json"), 10_000)
    copyFileSync(join(directory, "binary.json"), join(directory, "bundle.json"))
    const [ofBinary, ofBundle] = [wordsFor("binary.json"), wordsFor("bundle.json")]

    const interpreter = python()
    const script = join(import.meta.dirname, "seed.py")
    const ofPython = wordsFor("python.json")
    const runPython = (verb: Verb) => {
      if (interpreter !== undefined) run(interpreter, script, ...ofPython[verb]())
    }
    copyFileSync(join(directory, "binary.json"), join(directory, "python.json"))
    // Rewrites the file in Python's format.
    runPython("create")

    const elsewhere: Readonly<Record<Verb, number>> = JSON.parse(readFileSync(kept, "utf8"))
    const theirs: Record<string, number> = {}
    const rows: Array<Row> = []
    for (const verb of verbs) {
      const cost = await interleaved(11, {
        binary: () => run(program, ...ofBinary[verb]()),
        bundle: () => run(process.execPath, entry, ...ofBundle[verb]()),
        python: () => runPython(verb)
      })
      const other = interpreter === undefined ? elsewhere[verb] : cost.python.wall
      theirs[verb] = Math.round(other)
      for (const form of ["binary", "bundle"] as const) {
        rows.push({
          name: `10,000 records: ${verb}, ${form}`,
          ours: milliseconds(cost[form].wall),
          against: `click and pydantic${interpreter === undefined ? ", elsewhere," : ""} ${milliseconds(other)}`,
          ratio: times(cost[form].wall / other),
          aim: form === "binary" ? "≤ 0.25×" : ""
        })
      }
    }
    if (interpreter !== undefined && process.argv.includes("--write")) {
      writeFileSync(kept, `${JSON.stringify(theirs, undefined, 2)}\n`)
    }
    return rows
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
