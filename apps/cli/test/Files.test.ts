import { readFileSync, writeFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { command } from "./command.ts"
import { described } from "./reference.ts"

const cli = command()
const secret = "hunter2 of the operator"
// The two that run until they are interrupted.
const ending = described.filter(({ words }) => words[0] !== "work" && words[0] !== "watch")
const namesFile = (metavar: string): boolean => /\bFILE\b/.test(metavar)

describe("a file", () => {
  it("is read by the flags that are named for one, and by no other", () => {
    const reading = described.flatMap(({ flags }) => flags.filter(({ metavar }) => namesFile(metavar)))
    expect([...new Set(reading.map(({ flag, metavar }) => `${flag} ${metavar}`))].toSorted()).toEqual([
      "--agents FILE",
      "--answer-file FILE",
      "--artifact-file NAME=FILE",
      "--artifacts-file FILE",
      "--briefing-file FILE",
      "--checkpoint FILE",
      "--context-file FILE",
      "--correct-file FILE",
      "--deliverables-file FILE",
      "--description-file FILE",
      "--file FILE",
      "--missing-file FILE",
      "--note-file FILE",
      "--operator-key FILE",
      "--out FILE",
      "--question-file FILE",
      "--read-back-file FILE",
      "--reason-file FILE",
      "--result-file FILE",
      "--retry-file FILE",
      "--review-file FILE",
      "--stack-file FILE",
      "--statement-file FILE",
      "--task-file FILE",
      "--to FILE",
      "--with FILE"
    ])
  })

  it.each(ending)("is not read by any other flag: $words", async ({ words, flags }) => {
    writeFileSync(cli.path("secret.txt"), secret)
    writeFileSync(cli.path("secret.json"), JSON.stringify({ summary: secret }))
    const id = await cli.create("literal.json")
    const fillers: Readonly<Record<string, string>> = { "--id": id, "--by": "executor", "--agent": "executor" }
    for (const { flag, metavar } of flags) {
      if (namesFile(metavar)) continue
      const needed = flags.filter((one) => one.isRequired && one.flag !== flag)
      const filled = needed.flatMap((one) => [one.flag, fillers[one.flag] ?? "a text"])
      for (const value of ["@secret.txt", "@secret.json", "x=@secret.txt", "-"]) {
        const all = [...words, ...filled, `${flag}=${value}`, "--store", "literal.json"]
        const { stdout, stderr } = await cli.run(all, { stdin: JSON.stringify({ summary: secret }) })
        expect(stdout + stderr).not.toContain(secret)
      }
    }
    expect(readFileSync(cli.path("literal.json"), "utf8")).not.toContain(secret)
  })

  it("is not opened for a text that begins with @, which is recorded as it is", async () => {
    const words = ["--from", "a", "--to", "b", "--task=@secret.txt", "--store", "at.json", "--json"]
    const { stdout } = await cli.run(["create", ...words])
    expect(JSON.parse(stdout)).toMatchObject({ request: { task_description: "@secret.txt" } })
  })
})
