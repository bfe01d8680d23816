import { expect } from "vitest"

import type { RunOptions } from "../tooling/execute.ts"
import type { Cli } from "./command.ts"

/** Runs commands on one store: those that must succeed, and those that must be refused. */
export const on = (cli: Cli, store: string, options: RunOptions = {}) => ({
  /** Returns the output. */
  done: async (...words: ReadonlyArray<string>): Promise<string> => {
    const { code, stdout, stderr } = await cli.run([...words, "--store", store], options)
    expect([code, stderr]).toEqual([0, ""])
    return stdout
  },
  /** Returns the sentence of the refusal, and the output. */
  refused: async (...words: ReadonlyArray<string>): Promise<{ readonly stdout: string; readonly stderr: string }> => {
    const { code, stdout, stderr } = await cli.run([...words, "--store", store], options)
    expect(code).toBe(1)
    expect(stderr).not.toContain("defect of aumai-handoff")
    return { stdout, stderr }
  }
})

/** Text in other scripts, with escape sequences that could control a terminal. */
export const foreign = "Übergabe 引き渡し \u001B[31mred\u001B[0m \u202Eback"

/** True if output cannot move a cursor, hide text or reverse it. */
export const isClean = (text: string): boolean =>
  // oxlint-disable-next-line no-control-regex -- Matching them is the test.
  !/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]/.test(text)
