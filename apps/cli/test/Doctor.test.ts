import { existsSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"

import { describe, expect, it } from "vitest"

import { command } from "./command.ts"
import { isClean, on } from "./telling.ts"

const cli = command()

interface Found {
  readonly findings: ReadonlyArray<{ readonly code: string; readonly sentence: string; readonly command: string }>
}
const found = (text: string) => (JSON.parse(text) as Found).findings

const old = {
  record_id: "old",
  request: { from_agent: "a", to_agent: "dave", task_description: "Visualize", deadline: "2026-01-02T00:00:00Z" },
  status: "pending",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z"
}

describe("doctor", () => {
  it("finds no problem in a sound store, and prints its contents", async () => {
    for (const store of ["well.json", "sqlite:well.db"]) {
      const { done } = on(cli, store)
      const id = await cli.create(store)
      await cli.create(store)
      await done("accept", "--id", id)
      const stdout = await done("doctor")
      expect(stdout).toContain(
        [
          "Handoffs  2: 1 pending, 1 accepted",
          "Entries   3: 3 by agents without a key",
          "Proof     none is signed: digests show later changes, not authorship\n"
        ].join("\n")
      )
      expect(stdout).toContain("Agents    none registered\n\nNo problems found\n")
      expect(JSON.parse(await done("doctor", "--json"))).toMatchObject({
        store,
        journal: false,
        by_status: { pending: 1, accepted: 1, completed: 0 },
        findings: []
      })
    }
  })

  it("names the open parts of a whole that failed", async () => {
    const { done, refused } = on(cli, "whole.json")
    const whole = await cli.create("whole.json")
    await done("accept", "--id", whole)
    await done("delegate", "--id", whole, "--to", "artist", "--task", "Draw the charts", "--part-id", "charts")
    await done("doctor")
    await done("fail", "--id", whole, "--reason", "No data")
    const { stdout } = await refused("doctor")
    expect(stdout).toContain(`Handoff charts goes on, but ${whole}, which it is a part of, is failed`)
    expect(stdout).toContain("aumai-handoff cancel --id charts")
    await done("cancel", "--id", "charts")
    await done("doctor")
  })

  it("names every problem with a command for it", async () => {
    const hostile = "carol\u001B[31m 引"
    writeFileSync(
      cli.path("ill.json"),
      JSON.stringify([old, { ...old, record_id: "o2", request: { ...old.request, to_agent: hostile } }])
    )
    const agents = [{ agent_id: hostile, capabilities: ["analyze"], last_seen: "2026-01-01T00:00:00Z" }]
    writeFileSync(cli.path("ill.agents.json"), JSON.stringify(agents))
    writeFileSync(cli.path("ill.json.conflict-20260101"), "[]")
    const { stdout, stderr } = await on(cli, "ill.json").refused("doctor")
    expect(stderr).toBe("Error: 4 problems found\n")
    expect(isClean(stdout)).toBe(true)
    expect(stdout).toContain("- ill.json.conflict-20260101 holds changes by another program that contradict a history")
    expect(stdout).toMatch(
      /^- 2 handoffs are overdue, (?:old|o2) for \d+d; no process sweeps the store\n {4}aumai-handoff sweep --store ill\.json$/m
    )
    expect(stdout).toMatch(/^- carol 引 was last seen \d+d ago, and 1 open handoff is with it$/m)
    expect(stdout).toContain(
      "- 1 handoff (old) waits for dave, which is not registered, and no registered agent has the capabilities\n"
    )
    expect(stdout).toContain("    aumai-handoff inbox --agent dave --store ill.json\n")
    const json = found((await on(cli, "ill.json").refused("doctor", "--json")).stdout)
    expect(json.map(({ code }) => code)).toEqual(["set_aside", "overdue", "absent_agent", "nobody_capable"])
    // The suggested command works; only the set-aside file needs a person.
    const swept = await on(cli, "ill.json").done("sweep")
    expect(swept).toContain("Handoff old is expired")
  })

  it("finds changed and unreadable records, in a file and in SQLite", async () => {
    const id = await cli.create("sqlite:ill.db")
    await cli.create("sqlite:ill.db", { id: "torn" })
    const database = new DatabaseSync(cli.path("ill.db"))
    database.exec(`UPDATE log SET event = replace(event, 'Q3', 'Q4') WHERE record_id = '${id}'`)
    database.exec("UPDATE tally SET amount = 7 WHERE name = 'pending'")
    const changed = found((await on(cli, "sqlite:ill.db").refused("doctor", "--json")).stdout)
    expect(changed).toMatchObject([
      { code: "history", command: `aumai-handoff verify --id ${id} --store sqlite:ill.db` },
      { code: "sum", sentence: 'Counter "pending" is 7, but its records add up to 2' }
    ])
    database.exec("UPDATE handoffs SET record = 'torn' WHERE id = 'torn'")
    database.close()
    const torn = found((await on(cli, "sqlite:ill.db").refused("doctor", "--json")).stdout)
    expect(torn.map(({ code }) => code)).toContain("unreadable")
    expect(torn.map(({ sentence }) => sentence).join("\n")).toContain("Handoff torn cannot be read: ")

    writeFileSync(cli.path("torn.json"), JSON.stringify([{ ...old, status: "lost" }]))
    const file = found((await on(cli, "torn.json").refused("doctor", "--json")).stdout)
    expect(file).toMatchObject([{ code: "unreadable", command: "aumai-handoff doctor --set-aside --store torn.json" }])
  })

  it("creates no store that does not exist", async () => {
    const missing = await on(cli, "missing.json").refused("doctor")
    expect(missing.stderr).toContain(`There is no store at ${cli.path("missing.json")}. Nothing was created`)
    expect(existsSync(cli.path("missing.json"))).toBe(false)
  })

  it("names the command that shows a damaged file of agents, once", async () => {
    const { done } = on(cli, "agents.json")
    await done("agents", "register", "--id", "bob", "--capability", "x")
    await cli.create("agents.json")
    writeFileSync(cli.path("agents.agents.json"), "{")
    const { code, stdout } = await cli.run(["doctor", "--json", "--store", "agents.json"])
    expect([code, found(stdout)]).toMatchObject([1, [{ code: "unreadable", command: expect.any(String) }]])
    const [{ command: shows, sentence } = { command: "", sentence: "" }] = found(stdout)
    expect(shows).toBe("aumai-handoff agents list --store agents.json")
    expect((await cli.run(shows.split(" ").slice(1))).stderr).toBe(`Error: ${sentence}\n`)
  })
})
