/** The one rule for texts: taken literally, read from a file only by a flag that is named for one. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { textFlags, valueFlags } from "../src/input/Arguments.ts"
import { command } from "./command.ts"

const cli = command()
const asked = ["create", "--from", "planner", "--to", "executor", "--json", "--store", "texts.json"]
const taskOf = async (...words: ReadonlyArray<string>): Promise<unknown> => {
  const { code, stdout, stderr } = await cli.run([...asked, ...words])
  expect([code, stderr]).toEqual([0, ""])
  return JSON.parse(stdout).request.task_description
}

// Every flag with a text or JSON, beside the flags that its command requires.
const texts: ReadonlyArray<readonly [flag: string, ...words: ReadonlyArray<string>]> = [
  ["--task", "create", "--from", "a", "--to", "b"],
  ["--task", "delegate", "--id", "x"],
  ["--task", "route", "--from", "a"],
  ["--context", "create", "--from", "a", "--task", "t"],
  ["--briefing", "create", "--from", "a", "--task", "t"],
  ["--review", "create", "--from", "a", "--task", "t"],
  ["--missing", "return", "--id", "x"],
  ["--deliverables", "create", "--from", "a", "--task", "t"],
  ["--read-back", "accept", "--id", "x"],
  ["--summary", "accept", "--id", "x"],
  ["--read-back", "restate", "--id", "x"],
  ["--correct", "confirm", "--id", "x"],
  ["--note", "progress", "--id", "x"],
  ["--question", "ask", "--id", "x"],
  ["--answer", "answer", "--id", "x"],
  ["--done", "release", "--id", "x"],
  ["--remaining", "forward", "--id", "x"],
  ["--pitfall", "forward", "--id", "x"],
  ["--result", "complete", "--id", "x"],
  ["--artifacts", "complete", "--id", "x"],
  ["--evidence", "complete", "--id", "x"],
  ["--observed", "complete", "--id", "x"],
  ["--statement", "attest", "--id", "x", "--by", "a"],
  ...["accept", "release", "forward", "reject", "approve", "fail", "cancel"].map(
    (verb) => ["--reason", verb, "--id", "x"] as const
  ),
  ["--reason", "agents", "revoke", "--id", "x"]
]

describe("a text", () => {
  it.each(texts)("%s is not - or @file, and says how to mean it: %s", async (flag, ...words) => {
    for (const value of ["-", "@notes.md"]) {
      const { code, stdout, stderr } = await cli.run([...words, flag, value, "--store", "none.json"])
      expect([code, stdout]).toEqual([2, ""])
      expect(stderr).toContain(`Unclear ${flag}: found ${value}, but a text is not read from`)
      expect(stderr).toContain(`write ${flag}=${value}`)
    }
  })

  it.each(texts)("%s is never help, or another flag: %s", async (flag, ...words) => {
    for (const value of ["--help", "--version", "--store=x.json"]) {
      const { code, stdout, stderr } = await cli.run([...words, flag, value])
      expect([code, stdout]).toEqual([2, ""])
      expect(stderr).toContain(`Unclear ${flag}: found ${value.split("=", 1)[0]}, which looks like the next flag`)
    }
  })

  it.each([
    "---\ntitle: Q3\n---\nSum it up",
    "--- a/file\n+++ b/file",
    "-- as before",
    "--",
    "-h",
    "- buy milk",
    "@all of you"
  ])("is taken as it is: %j", async (text) => {
    expect(await taskOf("--task", text)).toBe(text)
  })

  it.each(["-", "@notes.md", "--help", "--task=x"])("is taken as it is behind =: %j", async (text) => {
    expect(await taskOf(`--task=${text}`)).toBe(text)
  })

  it("is read from a file or standard input by the flag for it, without the end of the last line", async () => {
    writeFileSync(cli.path("task.md"), "\uFEFF# Q3\n\n- sum it up\n")
    expect(await taskOf("--task-file", "task.md")).toBe("# Q3\n\n- sum it up")
    const { stdout } = await cli.run([...asked, "--task-file", "-"], { stdin: "Von der Eingabe\r\n" })
    expect(JSON.parse(stdout).request.task_description).toBe("Von der Eingabe")
  })

  it("is refused by its place if its file is not UTF-8", async () => {
    writeFileSync(cli.path("latin.txt"), Buffer.from("Erste\nZweite Stra\u00DFe\n", "latin1"))
    for (const [flag, ...words] of [
      ["--task", ...asked],
      ["--reason", "cancel", "--id", "x", "--store", "texts.json"]
    ]) {
      const { code, stderr } = await cli.run([...words, `${flag}-file`, "latin.txt"])
      expect([code, stderr]).toEqual([1, `Error: Invalid ${flag}-file: latin.txt is not UTF-8 (byte 12 of line 2)\n`])
    }
  })

  it.each([
    ["--task", "t", "--task-file", "task.md"],
    ["--task=t", "--context-file=c.json", "--context", "{}"]
  ])("comes from one of its two flags: %j", async (...words) => {
    const { code, stderr } = await cli.run([...asked, ...words])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^Error: Unclear (--\w+)-file: use it without \1\n$/)])
  })

  it("is required by the name of its flag, before a store is begun", async () => {
    const { code, stderr } = await cli.run(["create", "--from", "a", "--to", "b", "--store", "unbegun.json"])
    expect([code, stderr.includes("--task\n")]).toEqual([2, true])
    expect((await cli.run(["list", "--store", "unbegun.json"])).stderr).toContain("There is no store")
  })
})

describe("the flags that the rule knows", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/cli.md"), "utf8")
  const flags = [...page.matchAll(/^ {2}--([\w-]+)(?:, -\w)?(?: (\S+))? {2,}(.*)/gm)].map(([, name, value, help]) => [
    name,
    value,
    help
  ])

  it("are all with a word as their value, and no switch", () => {
    // Numbers, choices and the built-in flags need no rule.
    const worded = flags.filter(
      ([, value, help = ""]) =>
        value !== undefined && !help.includes("(choices: ") && !/^(?:N|0-100|<.*>|choice|shutdown)$/.test(value)
    )
    expect(new Set(worded.map(([name]) => name))).toEqual(valueFlags)
    const switches = flags.filter(([, value]) => value === undefined).map(([name = ""]) => name)
    expect(switches.filter((name) => valueFlags.has(name))).toEqual([])
  })

  it("are texts if the help says so", () => {
    const words = new Set(["of", "uri"])
    const texts = flags.filter(([name = "", value]) => value === "TEXT" && !words.has(name)).map(([name = ""]) => name)
    expect(texts.filter((name) => !textFlags.has(name))).toEqual([])
  })
})
