/** The forms of the command that tests start: the source, the bundle for npm, and the program that needs no Node. */
import { mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import type { TestProject } from "vitest/node"

import { compile } from "../tooling/binary.ts"
import { bundleInto } from "../tooling/bundle.ts"

/** The program and its first words, before the words of a test. */
export type Invocation = readonly [program: string, ...words: ReadonlyArray<string>]

declare module "vitest" {
  interface ProvidedContext {
    /** Missing if the command runs in the process of the test. */
    readonly command?: Invocation
  }
}

/** Builds the form that the project is named after, once for all its tests. */
export const setup = async (project: TestProject): Promise<(() => void) | undefined> => {
  if (project.name === "source") {
    project.provide("command", [process.execPath, fileURLToPath(new URL("../src/main.ts", import.meta.url))])
    return undefined
  }
  // Below node_modules, which formatter, linter and tests ignore.
  const directory = mkdtempSync(join(import.meta.dirname, "../node_modules/.command-"))
  const entry = await bundleInto(join(directory, "bundle"))
  const program = join(directory, "aumai-handoff")
  if (project.name === "binary") compile(join(directory, "bundle/main.mjs"), program)
  project.provide("command", project.name === "binary" ? [program] : [process.execPath, entry])
  return () => rmSync(directory, { recursive: true, force: true })
}
