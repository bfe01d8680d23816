/** Builds the board once for all of its tests. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import type { TestProject } from "vitest/node"

import { buildBoard } from "../tooling/serve.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** The directory of the built board. */
    readonly board: string
  }
}

/** The global setup of vitest; runs only if a test of the board is selected. */
export const setup = (project: TestProject): (() => void) => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-built-"))
  buildBoard(directory)
  project.provide("board", directory)
  return () => rmSync(directory, { recursive: true, force: true })
}
