import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { attacked } from "../src/attacked.ts"
import { runtimes } from "../src/runtimes.ts"

const sqlite = { store: "SQLite", location: (directory: string) => `sqlite:${join(directory, "handoffs.db")}` }
const stores = [
  { store: "memory", location: () => "memory:" },
  { store: "file", location: (directory: string) => join(directory, "handoffs.json") },
  sqlite
]

// Every store in Node, and one in every other runtime: a run takes half a minute of a processor.
const runs = runtimes.flatMap((runtime) =>
  (runtime.name === "Node" ? stores : [sqlite]).map((one) => ({ runtime, name: runtime.name, ...one }))
)

describe("no attack breaks a store, takes its memory, or hangs it", () => {
  it.each(runs)("$store in $name", { timeout: 600_000 }, async ({ location, runtime }) => {
    const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-attacks-"))
    try {
      expect(await attacked(runtime, location(directory))).toEqual([])
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
})
