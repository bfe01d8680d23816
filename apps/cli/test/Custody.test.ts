import { writeFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { command } from "./command.ts"

const cli = command()
const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>

/** Runs a command on a store, which must succeed, and returns its output. */
const on =
  (store: string) =>
  async (...words: ReadonlyArray<string>): Promise<string> => {
    const { code, stdout, stderr } = await cli.run([...words, "--store", store])
    expect([code, stderr]).toEqual([0, ""])
    return stdout
  }

/** Sweeps until something is due. */
const swept = async (run: ReturnType<typeof on>): Promise<string> => {
  const stdout = await run("sweep")
  return stdout === "Nothing is due\n" ? swept(run) : stdout
}

const moment = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`

describe("custody", () => {
  it("is claimed with a lease, kept by heartbeats, and lost to a newer attempt", async () => {
    const run = on("lease.json")
    const id = await cli.create("lease.json")
    expect(json(await run("claim", "--agent", "executor", "--lease", "10m", "--json"))).toMatchObject({
      record_id: id,
      lease: { milliseconds: 600_000 }
    })
    const beaten = await run("progress", "--id", id, "--percent", "80", "--note", "Page 4 of 5", "--attempt", "1")
    expect(beaten).toMatch(
      new RegExp(`^Handoff ${id} is accepted \\(lease 10m, until ${moment}\\); waits for executor\\n$`)
    )
    const status = await run("status", "--id", id)
    expect(status).toMatch(new RegExp(`^Lease: {6}10m, until ${moment}$`, "m"))
    expect(status).toMatch(new RegExp(`^Progress: {3}${moment} 80 % Page 4 of 5$`, "m"))
    expect(status).not.toMatch(/^Attempt:/m)

    await run("progress", "--id", id, "--lease", "1s")
    expect(await swept(run)).toBe(`Handoff ${id} is pending (attempt 2 of 3); waits for executor\n`)
    const before = await run("history", "--id", id)
    const late = await cli.run(["complete", "--id", id, "--attempt", "1", "--store", "lease.json"])
    expect(late).toEqual({
      code: 1,
      stdout: "",
      stderr: `Error: Handoff ${id} is in attempt 2; \`complete\` names attempt 1, which is over\n`
    })
    expect(await run("history", "--id", id)).toBe(before)
    expect(before).toMatch(/Accepted {4}executor: held for 10m$/m)
    expect(before).toMatch(/Progressed {2}executor: 80 % Page 4 of 5$/m)
    expect(before).toMatch(/Released {4}clock: The lease ran out\.$/m)
    expect(await run("status", "--id", id)).toMatch(/^Attempt: {4}2 of 3$/m)
  })

  it("is released with a hand-back, and skipped by claims until --not-before", async () => {
    const run = on("release.json")
    const id = await cli.create("release.json", { "max-attempts": "2" })
    await run("accept", "--id", id, "--lease", "90s")
    const words = ["--done", "Page 1", "--done", "Page 2", "--remaining", "Page 3", "--pitfall", "- it is blurred"]
    const released = await run("release", "--id", id, "--reason", "Out of time", "--not-before", "1h", ...words)
    expect(released).toBe(`Handoff ${id} is pending (attempt 2 of 2); waits for executor\n`)
    expect(await run("claim", "--agent", "executor")).toBe("Nothing waits for executor\n")
    const learnt = "done: Page 1; Page 2 / remaining: Page 3 / pitfalls: - it is blurred"
    const status = await run("status", "--id", id)
    expect(status).toContain(`\nHand-back:  ${learnt}\n`)
    expect(status).toMatch(new RegExp(`^Not before: ${moment}$`, "m"))
    const history = await run("history", "--id", id)
    expect(history).toMatch(/Accepted {4}executor: held for 90s$/m)
    expect(history).toMatch(new RegExp(`Released {4}executor: Out of time; ${learnt}; not before ${moment}$`, "m"))
    expect(await run("where", "--id", id)).toMatch(new RegExp(`^Claims skip it until ${moment}\\.$`, "m"))

    await run("accept", "--id", id)
    const last = await cli.run(["release", "--id", id, "--store", "release.json"])
    expect([last.code, last.stderr]).toEqual([
      1,
      `Error: Handoff ${id} is in the last of its 2 attempts, which cannot be released; \`fail\` it\n`
    ])
    expect(await run("release", "--id", id, "--code", "shutdown")).toBe(
      `Handoff ${id} is pending (attempt 3 of 3); waits for executor\n`
    )
    await run("accept", "--id", id)
    expect(await run("fail", "--id", id, "--attempt", "3", "--reason", "Blurred")).toContain("is failed")
    expect(await run("status", "--id", id)).toContain("\nResponse:   failed: Blurred\n")
  })

  it("waits for the sender while a question is open, and is listed by that status", async () => {
    const run = on("ask.json")
    const id = await cli.create("ask.json")
    await run("accept", "--id", id, "--lease", "10m")
    await run("start", "--id", id, "--attempt", "1")
    expect(await run("ask", "--id", id, "--question", "Which quarter?")).toBe(
      `Handoff ${id} is input_required (lease 10m, rests until the answer); waits for planner\n`
    )
    expect(await run("list", "--status", "input_required")).toContain(id)
    expect(await run("status", "--id", id)).toMatch(/^Question: {3}Which quarter\?$/m)
    expect(json(await run("stats", "--json"))["by_status"]).toMatchObject({ input_required: 1 })
    const stranger = await cli.run(["answer", "--id", id, "--answer", "Q3", "--by", "executor", "--store", "ask.json"])
    expect(stranger.stderr).toBe(`Error: executor is not the sender of handoff ${id}; \`answer\` is for planner\n`)
    expect(await run("answer", "--id", id, "--answer", "The third.")).toContain("is in_progress (lease 10m, until")
    expect(await run("status", "--id", id)).toMatch(/^Answer: {5}The third\. \(to: Which quarter\?\)$/m)
    const history = await run("history", "--id", id)
    expect(history).toMatch(/Asked {7}executor: Which quarter\?$/m)
    expect(history).toMatch(/Answered {4}planner: The third\.$/m)
  })

  it("is printed as sentences or as JSON", async () => {
    const run = on("where.json")
    const id = await cli.create("where.json", { "accept-by": "1h", deadline: "2h", "remind-before": "10m" })
    const status = await run("status", "--id", id)
    expect(status).toMatch(new RegExp(`^Accept by: {2}${moment}$`, "m"))
    expect(status).toMatch(/^Remind: {5}10m before$/m)
    const [standing, coming] = (await run("where", "--id", id)).split("\n")
    expect(standing).toMatch(
      new RegExp(`^${id} is pending since ${moment}, for \\ds, in attempt 1 of 3: executor's turn\\.$`)
    )
    expect(coming).toMatch(new RegExp(`^Next timer: a reminder is recorded in (?:49|50)m \\(${moment}\\)\\.$`))
    await run("accept", "--id", id, "--lease", "5m")
    expect(await run("where", "--id", id)).toMatch(/its lease runs out, and it waits for attempt 2 in [45]m/)
    expect(json(await run("where", "--id", id, "--json"))).toMatchObject({
      record_id: id,
      status: "accepted",
      turn: "executor",
      attempt: 1,
      max_attempts: 3,
      due: { event: "Released" },
      not_before: null,
      is_lost: false
    })
    await run("complete", "--id", id)
    expect(await run("where", "--id", id)).toMatch(/is completed since .*; it has ended\.\n$/)
    expect(json(await run("where", "--id", id, "--json"))).toMatchObject({ turn: null, due: null })
    expect(await run("where", "--id", await cli.create("where.json"))).toContain("\nNo timer is running.")
  })

  it("records a reminder, and then expires if it is not accepted in time", async () => {
    const run = on("remind.json")
    const id = await cli.create("remind.json", { "accept-by": "3s", "remind-before": "1h" })
    expect(await run("where", "--id", id)).toContain("\nOverdue by ")
    expect(await swept(run)).toBe(`Handoff ${id} is pending; waits for executor\n`)
    expect(await swept(run)).toBe(`Handoff ${id} is expired\n`)
    const history = await run("history", "--id", id)
    expect(history).toMatch(/Reminded {4}clock: the time to accept it is nearly over$/m)
    expect(history).toMatch(/Expired {5}clock: not accepted in time$/m)
  })

  it.each([
    [["claim", "--agent", "executor", "--lease", "soon"], "--lease"],
    [["claim", "--agent", "executor", "--lease", "0s"], "--lease"],
    [["accept", "--id", "abcd", "--lease", "10001d"], "--lease"],
    [["create", "--from", "a", "--to", "b", "--task", "t", "--remind-before", "10"], "--remind-before"]
  ])("refuses an invalid duration in %j", async (words, flag) => {
    writeFileSync(cli.path("untouched.json"), "[]\n")
    const { code, stdout, stderr } = await cli.run([...words, "--store", "untouched.json"])
    expect([code, stdout]).toEqual([1, ""])
    expect(stderr).toBe(`Error: Invalid ${flag}: expected a duration such as 90s, 10m or 2h, of at most 10000d\n`)
  })

  it("takes a duration beside --id for the same request at each call", async () => {
    const words = ["create", "--from", "a", "--to", "b", "--task", "t", "--id", "x", "--deadline", "2h", "--json"]
    const command = () => cli.run([...words, "--accept-by", "30m", "--store", "repeated.json"])
    const first = await command()
    const again = await command()
    expect([first.code, again.code, again.stderr]).toEqual([0, 0, ""])
    const { created_at, request } = JSON.parse(first.stdout) as {
      readonly created_at: string
      readonly request: { readonly accept_by: string; readonly deadline: string }
    }
    const after = (moment: string) => Date.parse(moment) - Date.parse(created_at)
    expect([after(request.accept_by), after(request.deadline)]).toEqual([1_800_000, 7_200_000])
    expect(JSON.parse(again.stdout)).toMatchObject({ created: false, request })
    const other = await cli.run([...words, "--accept-by", "31m", "--store", "repeated.json"])
    expect(other.code).toBe(1)
    expect(other.stderr).toContain("x exists already with another request")
  })

  it.each([
    [["progress", "--id", "abcd", "--percent", "101"], "between 0 and 100"],
    [["complete", "--id", "abcd", "--attempt", "0"], "greater than 0"],
    [["create", "--from", "a", "--task", "t", "--max-attempts", "0"], "between 1 and 1000"],
    [["ask", "--id", "abcd"], "--question"]
  ])("exits with 2 and a hint on %j", async (words, hint) => {
    const { code, stdout, stderr } = await cli.run(words)
    expect([code, stdout]).toEqual([2, ""])
    expect(stderr).toContain(hint)
  })
})
