/** The files of the golden stores, and copies of them that a test may open. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import * as Effect from "effect/Effect"

import { root } from "../../../tooling/files.ts"
import type { Expected } from "./golden.ts"

/** The directory of a format. */
export const directoryOf = (format: string): string => join(root, "packages/testing/golden", format)

/** A text of a format. */
export const textOf = (format: string, name: string): string => readFileSync(join(directoryOf(format), name), "utf8")

/** The expected contents of the stores of a format. */
export const expectedOf = (format: string): Expected => JSON.parse(textOf(format, "expected.json"))

/** A copy of one store, in a directory that is removed when the scope closes. */
export const copyOf = (format: string, store: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-golden-"))
      cpSync(join(directoryOf(format), store), directory, { recursive: true })
      return directory
    }),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
  )
