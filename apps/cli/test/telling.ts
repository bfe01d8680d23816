import { expect } from "vitest"

import type { RunOptions } from "../tooling/execute.ts"
import type { Cli } from "./command.ts"

/** Runs commands on one store: those that must succeed, and those that must be refused. */
export const on = (cli: Cli, store: string, options: RunOptions = {}) => ({
  /** Gives what was printed. */
  done: async (...words: ReadonlyArray<string>): Promise<string> => {
    const { code, stdout, stderr } = await cli.run([...words, "--store", store], options)
    expect([code, stderr]).toEqual([0, ""])
    return stdout
  },
  /** Gives the sentence of the refusal, and what was printed nevertheless. */
  refused: async (...words: ReadonlyArray<string>): Promise<{ readonly stdout: string; readonly stderr: string }> => {
    const { code, stdout, stderr } = await cli.run([...words, "--store", store], options)
    expect(code).toBe(1)
    expect(stderr).not.toContain("fault of aumai-handoff")
    return { stdout, stderr }
  }
})

/** Text in a file of another script, and what could take a terminal over. */
export const foreign = "Übergabe 引き渡し \u001B[31mred\u001B[0m \u202Eback"

/** Whether output could move a cursor, hide text or turn it around. */
export const isClean = (text: string): boolean =>
  // oxlint-disable-next-line no-control-regex -- That they are not there is what is to be shown.
  !/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]/.test(text)
