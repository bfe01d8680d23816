import { describe, expect, it } from "vitest"

import { command } from "./command.ts"

const cli = command()
const run = (...words: ReadonlyArray<string>) => cli.run([...words, "--store", "agents.json"])

describe("agents and routing", () => {
  it("registers, routes by what the task says, and leaves the decision in the trail", async () => {
    expect((await run("agents", "list")).stdout).toBe("No agents registered\n")
    await run("agents", "register", "--id", "alice", "--capability", "analyze,summarize,translate")
    await run("agents", "register", "--id", "bob", "--capability", "execute", "--capability", "report")
    await run("agents", "register", "--id", "carol", "--capability", "analyze", "visualize", "report")
    const task = "Analyze customer sentiment and produce visualizations."
    const routed = await run("route", "--from", "planner", "--task", task)
    expect(routed.stdout.split("\n").slice(0, 2)).toEqual(["carol", "  carol can analyze and visualize"])
    const created = await run("create", "--from", "planner", "--task", task, "--json")
    const { record_id, request } = JSON.parse(created.stdout) as { record_id: string; request: { to_agent: string } }
    expect(request.to_agent).toBe("carol")
    const history = await run("history", "--id", record_id)
    expect(history.stdout).toContain("routed: carol can analyze and visualize")
  })

  it("obeys explicit requirements, and says when nobody meets them", async () => {
    await run("agents", "register", "--id", "dora", "--capability", "weld")
    expect((await run("route", "--from", "planner", "--task", "analyze", "--requires", "weld")).stdout).toMatch(
      /^dora\n/
    )
    const none = await run("route", "--from", "dora", "--task", "weld", "--requires", "weld")
    expect([none.code, none.stderr]).toEqual([
      1,
      "Error: No agent can weld besides the sender dora; register one or name the receiver\n"
    ])
    await run("agents", "unregister", "--id", "dora")
    expect((await run("agents", "unregister", "--id", "dora")).code).toBe(0)
    expect((await run("agents", "list")).stdout).not.toContain("dora")
  })
})
