import { writeFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { tied } from "../src/input/Arguments.ts"
import { command } from "./command.ts"

const cli = command()
const asked = ["create", "--from", "a", "--to", "b"]

describe("values that begin with a dash", () => {
  it("are read as values, not as flags", async () => {
    const { code, stdout } = await cli.run([...asked, "--task", "- fix the list", "--json", "--store", "dash.json"])
    expect([code, (JSON.parse(stdout) as { request: { task_description: string } }).request.task_description]).toEqual([
      0,
      "- fix the list"
    ])
    expect((await cli.run([...asked, "--task", "t", "--deadline", "-2h", "--store", "dash.json"])).code).toBe(1)
  })

  it.each([
    [["--task", "-h now"], ["--task=-h now"]],
    [
      ["--json", "-h"],
      ["--json", "-h"]
    ],
    [["--task", "--- a/file\n+++ b/file"], ["--task=--- a/file\n+++ b/file"]],
    [["--task", "---\ntitle: Q3\n---"], ["--task=---\ntitle: Q3\n---"]],
    [["--reason", "-- and so on"], ["--reason=-- and so on"]],
    [["--note", "--"], ["--note=--"]],
    [
      ["--task", "--json"],
      ["--task", "--json"]
    ],
    [
      ["--json", "--- a"],
      ["--json", "--- a"]
    ],
    [
      ["--", "--task", "-h"],
      ["--", "--task", "-h"]
    ]
  ])("%j becomes %j", (words, expected) => {
    expect(tied(words)).toEqual(expected)
  })
})

describe("a mistaken command", () => {
  it("exits with 2 on words after a flag that takes one", async () => {
    const { code, stderr } = await cli.run([...asked, "--task", "Generate", "Q3", "report", "--store", "none.json"])
    expect([code, stderr.includes("Q3")]).toEqual([2, true])
  })

  it.each([
    [["list", "--limit", "0"], 2],
    [["list", "--store", ""], 2],
    [[...asked, "--task", "t", "--requires", ""], 1],
    [[...asked, "--task", "t", "--by", "x".repeat(300)], 1],
    [["list", "--store", "nowhere/handoffs.json"], 1]
  ])("%j exits with %i and one sentence", async (words, expected) => {
    const { code, stdout, stderr } = await cli.run(words)
    expect([code, stdout, stderr.includes("defect of aumai-handoff")]).toEqual([expected, "", false])
    expect(stderr).not.toBe("")
  })

  it("is refused for a file that is not UTF-8", async () => {
    writeFileSync(cli.path("bytes.json"), Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]))
    const { stderr } = await cli.run([...asked, "--task", "t", "--context-file", "bytes.json", "--store", "none.json"])
    expect(stderr).toBe("Error: Invalid --context-file: bytes.json is not UTF-8 (byte 7 of line 1)\n")
  })
})

describe("import", () => {
  it("exits with 1 and names the handoffs in conflict", async () => {
    const record = {
      record_id: "torn",
      request: { from_agent: "a", to_agent: "b", task_description: "t" },
      created_at: "2026-01-01T00:00:00Z",
      updated_at: "2026-01-01T00:00:00Z"
    }
    writeFileSync(cli.path("ours.json"), JSON.stringify([{ ...record, status: "completed" }]))
    writeFileSync(cli.path("theirs.json"), JSON.stringify([{ ...record, status: "rejected" }]))
    const { code, stdout, stderr } = await cli.run(["import", "--file", "theirs.json", "--store", "ours.json"])
    expect([code, stdout]).toEqual([
      1,
      "1 left out: in conflict with the same handoff here, or with their own history\n"
    ])
    expect(stderr).toBe("  torn\nError: Invalid theirs.json: 1 of 1 handoffs are in conflict and were left out\n")
  })

  it("prints the first of many errors, and the number of the others", async () => {
    writeFileSync(cli.path("many.json"), JSON.stringify(Array.from({ length: 1000 }, () => ({}))))
    const { stderr } = await cli.run(["import", "--file", "many.json", "--store", "none.json"])
    expect(stderr.length).toBeLessThan(5000)
    expect(stderr).toMatch(/\n {2}and 980 more\n/)
  })
})
