import { describe, expect, it } from "vitest"

import { command } from "./command.ts"

const cli = command()
const run = (...words: ReadonlyArray<string>) => cli.run([...words, "--store", "agents.json"])

describe("agents and routing", () => {
  it("registers agents, routes by the words of the task, and records the decision", async () => {
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

  it("obeys explicit requirements, and names them when no agent meets them", async () => {
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

  it("keeps the capacity and the keys of an agent, and prints both as text and as JSON", async () => {
    const [first, second] = [
      "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w",
      "gTl3Dqh9F19Wo1Rmw0x-zMuNipG07jeiXfYPW4_Js5Q"
    ]
    const register = (...words: ReadonlyArray<string>) =>
      run("agents", "register", "--id", "erin", "--capability", "audit", ...words)
    expect((await register("--capacity", "5", "--public-key", first)).stdout).toBe(
      "Registered erin: audit; takes 5 at once; 1 key\n"
    )
    const { stdout } = await register("--capacity", "1", "--public-key", second, "--operator", "--json")
    const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    const erin = {
      agent_id: "erin",
      capabilities: ["audit"],
      capacity: 1,
      keys: [
        { public_key: first, since: moment },
        { public_key: second, since: moment }
      ]
    }
    expect(JSON.parse(stdout)).toEqual(erin)
    expect(JSON.parse((await run("agents", "list", "--json")).stdout)).toContainEqual(erin)
    expect((await run("agents", "list")).stdout).toContain("erin: audit; takes 1 at once; 2 keys\n")
    const routed = ["--from", "planner", "--task", "audit", "--requires", "audit"]
    expect((await run("route", ...routed)).stdout).toBe("erin\n  erin can audit and has room (0 of 1)\n")
    await run("create", ...routed)
    expect((await run("route", ...routed)).stdout).toBe("erin\n  erin can audit, but is full (1 of 1)\n")

    expect((await register("--capacity", "0")).code).toBe(2)
    const bad = await register("--public-key", "short")
    expect(bad.code).toBe(1)
    expect(bad.stderr).toContain("Invalid agent: public_key: ")
    expect((await run("agents", "list")).stdout).toContain("erin: audit; takes 1 at once; 2 keys\n")
  })

  it("changes an agent with a key only with the key in force or as an operator", async () => {
    const keygen = async (out: string) => {
      const { stdout } = await run("keygen", "--out", out, "--json")
      // The cast: the command prints a key pair.
      return (JSON.parse(stdout) as { readonly public_key: string }).public_key
    }
    const [first, second] = [await keygen("first.key"), await keygen("second.key")]
    const register = (...words: ReadonlyArray<string>) => run("agents", "register", "--id", "frank", ...words)
    await register("--capability", "audit", "--public-key", first)
    expect(await register("--capability", "audit")).toMatchObject({ code: 0 })
    const refused = {
      code: 1,
      stderr: `Error: Agent frank has the public key ${first}; its registration is changed only with its secret key or as an operator\n`
    }
    expect(await register()).toMatchObject(refused)
    expect(await register("--capability", "audit", "--public-key", second)).toMatchObject(refused)
    expect(await register("--capability", "weld", "--key", "frank=second.key")).toMatchObject(refused)
    expect(await run("agents", "unregister", "--id", "frank")).toMatchObject(refused)
    expect(await register("--public-key", second, "--key", "frank=first.key")).toMatchObject({ code: 0 })
    expect(await run("agents", "unregister", "--id", "frank", "--key", "frank=first.key")).toMatchObject({ code: 1 })
    expect(await register("--capacity", "1", "--operator")).toMatchObject({ code: 0 })
    expect(await run("agents", "unregister", "--id", "frank", "--key", "frank=second.key")).toMatchObject({ code: 0 })
  })
})
