import { existsSync, readFileSync, writeFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { command } from "./command.ts"

const cli = command()
const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>

describe("the life of a handoff", () => {
  it("goes from create to complete, and leaves a readable file", async () => {
    const id = await cli.create("life.json", { priority: "8", context: '{"quarter": "Q3"}' })
    for (const words of [["accept"], ["start"], ["complete", "--result", '{"output": "report.pdf"}']]) {
      const { code, stderr } = await cli.run([...words, "--id", id, "--store", "life.json"])
      expect([code, stderr]).toEqual([0, ""])
    }
    const [record] = JSON.parse(readFileSync(cli.path("life.json"), "utf8")) as ReadonlyArray<Record<string, unknown>>
    expect(record).toMatchObject({
      record_id: id,
      status: "completed",
      result: { output: "report.pdf" },
      request: { from_agent: "planner", to_agent: "executor", priority: 8, context: { quarter: "Q3" } },
      response: { accepted: true }
    })
    const { stdout } = await cli.run(["status", "--id", id, "--store", "life.json"])
    for (const label of "Handoff ID,Status,From,To,Task,Priority,Created,Updated,Response,Result".split(",")) {
      expect(stdout).toMatch(new RegExp(`^${label}: `, "m"))
    }
    const history = await cli.run(["history", "--id", id, "--store", "life.json"])
    expect(history.stdout.match(/Created|Accepted|Started|Completed/g)).toEqual([
      "Created",
      "Accepted",
      "Started",
      "Completed"
    ])
  })

  it("rejects, fails and cancels with a reason", async () => {
    const rejected = await cli.create("ends.json")
    await cli.run(["reject", "--id", rejected, "--reason", "No Klingon.", "--store", "ends.json"])
    const failed = await cli.create("ends.json")
    await cli.run(["claim", "--agent", "executor", "--store", "ends.json"])
    await cli.run(["fail", "--id", failed, "--reason", "503", "--store", "ends.json"])
    const cancelled = await cli.create("ends.json")
    await cli.run(["cancel", "--id", cancelled, "--reason", "not needed", "--store", "ends.json"])
    const { stdout } = await cli.run(["list", "--json", "--store", "ends.json"])
    expect(JSON.parse(stdout)).toMatchObject([
      { status: "rejected", response: { accepted: false, reason: "No Klingon." } },
      { status: "failed", response: { accepted: false, reason: "503" } },
      { status: "cancelled", reason: "not needed" }
    ])
    // The Python tool knows six statuses; the file holds the nearest of these.
    const atRest = JSON.parse(readFileSync(cli.path("ends.json"), "utf8")) as ReadonlyArray<{ readonly status: string }>
    expect(atRest.map(({ status }) => status)).toEqual(["rejected", "failed", "rejected"])
  })

  it("refuses a step that the lifecycle does not allow in one line, and changes nothing", async () => {
    const id = await cli.create("refused.json")
    const before = readFileSync(cli.path("refused.json"), "utf8")
    const refused = await cli.run(["start", "--id", id, "--store", "refused.json"])
    expect(refused).toEqual({
      code: 1,
      stdout: "",
      stderr: `Error: Handoff ${id} is pending; \`start\` needs an accepted handoff\n`
    })
    const stranger = await cli.run(["accept", "--id", id, "--by", "mallory", "--store", "refused.json"])
    expect([stranger.code, stranger.stderr]).toEqual([
      1,
      `Error: mallory is not the receiver of handoff ${id}; \`accept\` is for executor\n`
    ])
    expect(readFileSync(cli.path("refused.json"), "utf8")).toBe(before)
  })

  it("finds a handoff by any unique prefix of four characters of a drawn id", async () => {
    await cli.create("prefix.json", { id: "abcd11110000" })
    await cli.create("prefix.json", { id: "abcd22220000" })
    const short = (prefix: string) => cli.run(["status", "--json", "--id", prefix, "--store", "prefix.json"])
    expect(json((await short("abcd1")).stdout)["record_id"]).toBe("abcd11110000")
    expect((await short("abcd")).stderr).toContain("an id that begins with abcd (abcd11110000, abcd22220000)")
    expect((await short("abc")).stderr).toBe("Error: No handoff abc\n")
    expect((await short("abcdx")).code).toBe(1)
  })

  it("changes no handoff whose chosen id only begins like the given one", async () => {
    await cli.create("chosen.json", { id: "task-10" })
    const run = (...words: ReadonlyArray<string>) => cli.run([...words, "--store", "chosen.json"])
    expect(await run("cancel", "--id", "task-1")).toMatchObject({ code: 1, stderr: "Error: No handoff task-1\n" })
    await cli.create("chosen.json", { id: "task" })
    await cli.create("chosen.json", { id: "task00000000" })
    for (const command of ["cancel", "status", "where", "history", "chain", "verify"]) {
      const { code, stderr } = await run(command, "--id", "task")
      expect([command, code]).toEqual([command, 1])
      expect(stderr).toContain("task is the id of one handoff and the beginning of another id (task, task00000000)")
    }
    expect((await run("list")).stdout.match(/pending/g)).toHaveLength(3)
  })

  it("prints the whole id after every change of a handoff that a prefix names", async () => {
    const id = "7k2m9q4xw3pz"
    await cli.create("whole.json", { id })
    const changes: ReadonlyArray<ReadonlyArray<string>> = [
      ["forward", "--to", "writer"],
      ["accept"],
      ["progress"],
      ["start"],
      ["ask", "--question", "Which?"],
      ["answer", "--answer", "Both"],
      ["attest", "--by", "auditor", "--statement", "Good"],
      ["delegate", "--to", "checker", "--task", "Check"],
      ["release"],
      ["reject", "--reason", "No"]
    ]
    for (const [command = "", ...words] of changes) {
      const { stdout, stderr } = await cli.run([command, "--id", "7k2m", ...words, "--store", "whole.json"])
      expect([command, stdout.includes(id), stderr]).toEqual([command, true, ""])
    }
    for (const [index, command] of ["complete", "fail", "cancel"].entries()) {
      const other = `8k${index}m9q4xw3pz`
      await cli.create("whole.json", { id: other })
      await cli.run(["accept", "--id", other, "--store", "whole.json"])
      const words = command === "fail" ? ["--reason", "No"] : []
      const { stdout } = await cli.run([command, "--id", other.slice(0, 5), ...words, "--store", "whole.json"])
      expect([command, stdout.includes(other)]).toEqual([command, true])
    }
  })

  it("expires overdue handoffs", async () => {
    const id = await cli.create("overdue.json", { deadline: "1s" })
    await cli.create("overdue.json", { deadline: "2h" })
    const overdue = async (): Promise<string> => {
      const { stdout } = await cli.run(["sweep", "--store", "overdue.json"])
      return stdout === "Nothing is due\n" ? overdue() : stdout
    }
    expect(await overdue()).toBe(`Handoff ${id} is expired\n`)
    const late = await cli.run(["accept", "--id", id, "--store", "overdue.json"])
    expect(late.stderr).toBe(`Error: Handoff ${id} is expired; \`accept\` needs a pending handoff\n`)
  })
})

describe("input", () => {
  it("reads JSON from a file and from standard input", async () => {
    writeFileSync(cli.path("context.json"), '{"from": "a file"}')
    const fromFile = await cli.create("input.json", { "context-file": "context.json" })
    const words = [
      "create",
      "--from",
      "a",
      "--to",
      "b",
      "--task",
      "t",
      "--context-file",
      "-",
      "--store",
      "input.json",
      "--json"
    ]
    const fromStdin = await cli.run(words, { stdin: '{"from": "standard input"}' })
    expect(json(fromStdin.stdout)["request"]).toMatchObject({ context: { from: "standard input" } })
    const { stdout } = await cli.run(["status", "--id", fromFile, "--json", "--store", "input.json"])
    expect(json(stdout)["request"]).toMatchObject({ context: { from: "a file" } })
  })

  it.each([
    ["{not json", "Error: Invalid --context: Expected JSON; it stops being JSON at line 1, column 2\n"],
    ["[1]", "Error: Invalid --context: Expected object\n"],
    [
      '{"n": 9007199254740993}',
      "Error: Invalid --context: Expected numbers that JavaScript can hold; write the one at line 1, column 7 as a string\n"
    ],
    [
      '{"a": 1, "a": 2}',
      "Error: Invalid --context: Expected each key once in an object; one is repeated at line 1, column 11\n"
    ]
  ])("refuses --context %s and creates nothing", async (context, message) => {
    const words = ["create", "--from", "a", "--to", "b", "--task", "t", "--store", "untouched.json"]
    expect(await cli.run([...words, "--context", context])).toEqual({ code: 1, stdout: "", stderr: message })
    expect(existsSync(cli.path("untouched.json"))).toBe(false)
  })

  it.each([
    [["create", "--from", "a"], "Missing required flag: --task"],
    [["create", "--from", "a", "--to", "b", "--task", "t", "--priority", "11"], "between 1 and 10"],
    [["list", "--status", "done"], "pending"],
    [["frobnicate"], 'Unknown subcommand "frobnicate"'],
    [["list", "--stats"], "Did you mean"]
  ])("exits with 2 and a hint on %j", async (words, hint) => {
    const { code, stdout, stderr } = await cli.run(words)
    expect([code, stdout]).toEqual([2, ""])
    expect(stderr).toContain(hint)
    expect(stderr).toMatch(/Try 'aumai-handoff.* --help'/)
  })

  it("refuses a deadline that is in the past or not a moment", async () => {
    const words = ["create", "--from", "a", "--to", "b", "--task", "t", "--store", "untouched.json", "--deadline"]
    expect((await cli.run([...words, "2020-01-01T00:00:00Z"])).stderr).toContain(
      "deadline: Expected a moment in the future"
    )
    expect((await cli.run([...words, "soon"])).stderr).toContain("or a duration such as 2h")
  })
})
