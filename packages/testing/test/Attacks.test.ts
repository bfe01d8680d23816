import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { attacked } from "../src/attacked.ts"
import { runtimes } from "../src/runtimes.ts"

const stores = [
  { store: "memory", location: () => "memory:" },
  { store: "file", location: (directory: string) => join(directory, "handoffs.json") },
  { store: "SQLite", location: (directory: string) => `sqlite:${join(directory, "handoffs.db")}` }
]

describe.each(runtimes)("in $name", (runtime) => {
  it.each(stores)("no attack breaks a $store store, takes its memory, or hangs", async ({ location }) => {
    const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-attacks-"))
    try {
      expect(await attacked(runtime, location(directory))).toEqual([])
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
})
