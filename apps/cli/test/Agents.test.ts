import { readFileSync, writeFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { command } from "./command.ts"
import { on } from "./telling.ts"

const cli = command()
const run = (...words: ReadonlyArray<string>) => cli.run([...words, "--store", "agents.json"])

/** Writes the secret key of a new pair to a file, and returns the public key. */
const keygen = async (out: string): Promise<string> => {
  const { stdout } = await run("keygen", "--out", out, "--json")
  // The cast: the command prints a key pair.
  return (JSON.parse(stdout) as { readonly public_key: string }).public_key
}

const required = (agent: string, key: string): string =>
  `Error: Agent ${agent} has the public key ${key}; acting in its name and changing it need its secret key\n`
const gone = (agent: string, key: string) =>
  `Error: The key ${key} of agent ${agent} is revoked; only the operator's key, if one is pinned, can give it another one\n`

describe("agents and routing", () => {
  it("registers agents, routes by the words of the task, and records the decision", async () => {
    writeFileSync(cli.path("agents.json"), "[]\n")
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
    const [first, second] = [await keygen("erin1.key"), await keygen("erin2.key")]
    const [old, next] = [
      ["--key", "erin=erin1.key"],
      ["--key", "erin=erin2.key"]
    ]
    const register = (...words: ReadonlyArray<string>) =>
      run("agents", "register", "--id", "erin", "--capability", "audit", ...words)
    expect((await register("--capacity", "5", "--public-key", first, ...old)).stdout).toBe(
      "Registered erin: audit; takes 5 at once; 1 key\n"
    )
    const { stdout } = await register("--capacity", "1", "--public-key", second, ...old, ...next, "--json")
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
})

describe("an agent with a key", () => {
  it("is registered only by a process that signs with the key", async () => {
    const key = await keygen("gina.key")
    await keygen("other.key")
    const register = (...words: ReadonlyArray<string>) =>
      run("agents", "register", "--id", "gina", "--capability", "audit", "--public-key", key, ...words)
    for (const keys of [[], ["--key", "gina=other.key"], ["--key", "frank=gina.key"]]) {
      expect(await register(...keys)).toEqual({
        code: 1,
        stdout: "",
        stderr:
          "Error: Invalid agent: public_key: Expected this process to sign with the secret key of that public key, which proves that gina has it\n"
      })
    }
    expect((await run("agents", "list")).stdout).not.toContain("gina")
    expect((await register("--key", "gina=gina.key")).stdout).toBe("Registered gina: audit; 1 key\n")
  })

  it("is changed only with the key in force or as an operator", async () => {
    const [first, second] = [await keygen("first.key"), await keygen("second.key")]
    const [old, next] = [
      ["--key", "frank=first.key"],
      ["--key", "frank=second.key"]
    ]
    const register = (...words: ReadonlyArray<string>) => run("agents", "register", "--id", "frank", ...words)
    await register("--capability", "audit", "--public-key", first, ...old)
    expect(await register("--capability", "audit")).toMatchObject({ code: 0 })
    const refused = { code: 1, stdout: "", stderr: required("frank", first) }
    expect(await register()).toEqual(refused)
    expect(await register("--capability", "audit", "--public-key", second, ...next)).toEqual(refused)
    expect(await register("--capability", "weld", ...next)).toEqual(refused)
    expect(await run("agents", "unregister", "--id", "frank")).toEqual(refused)
    // The key in force alone does not prove that the agent has the next one.
    expect(await register("--public-key", second, ...old)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Expected this process to sign with the secret key of that public key")
    })
    expect((await run("agents", "list")).stdout).toContain("frank: audit; 1 key\n")
    expect(await register("--public-key", second, ...old, ...next)).toMatchObject({ code: 0 })
    expect(await run("agents", "unregister", "--id", "frank", ...old)).toEqual({
      ...refused,
      stderr: required("frank", second)
    })
    expect(await register("--capacity", "1", "--operator")).toMatchObject({ code: 0 })
    expect(await run("agents", "unregister", "--id", "frank", ...next)).toMatchObject({ code: 0 })
  })

  it("acts with both keys across a rotation, and verify checks each entry by the key of its place", async () => {
    const { done, refused } = on(cli, "rotated.json")
    const [first, second] = [await keygen("old.key"), await keygen("new.key")]
    const [old, next] = [
      ["--key", "hugo=old.key"],
      ["--key", "hugo=new.key"]
    ]
    const register = ["agents", "register", "--id", "hugo", "--capability", "audit", "--public-key"]
    await done(...register, first, ...old)
    const id = await cli.create("rotated.json", { to: "hugo" })
    await done("accept", "--id", id, ...old)
    await done(...register, second, ...old, ...next)
    expect((await refused("start", "--id", id, ...old)).stderr).toBe(required("hugo", second))
    await done("start", "--id", id, ...next)
    expect(await done("verify")).toContain(
      "3 entries: 2 signed and checked, 1 by agents without a key. Everything holds.\n"
    )
  })
})

describe("agents revoke", () => {
  const revoked = "The key of ivan is revoked; nobody can act in its name\n"
  const register = ["agents", "register", "--id", "ivan", "--capability", "audit", "--public-key"]
  const revoke = ["agents", "revoke", "--id", "ivan", "--reason", "Laptop stolen"]

  /** Registers an agent with a key in a new store, with these words, and accepts a handoff in its name. */
  const lived = async (name: string, ...words: ReadonlyArray<string>) => {
    const key = await keygen(`${name}.key`)
    const { done, refused } = on(cli, `${name}.json`)
    const own = ["--key", `ivan=${name}.key`]
    await done(...register, key, ...own, ...words)
    await cli.create(`${name}.json`, { id: "audited", to: "ivan" })
    await done("accept", "--id", "audited", ...own)
    return { done, key, own, refused }
  }

  it("needs the key itself if no operator's key is pinned", async () => {
    const { done, key, own, refused } = await lived("theirs")
    await keygen("unpinned.key")
    for (const words of [[], ["--operator-key", "unpinned.key"]]) {
      expect(await refused(...revoke, ...words)).toEqual({ stdout: "", stderr: required("ivan", key) })
    }
    expect(await done(...revoke, ...own)).toBe(revoked)
    expect((await refused(...revoke, ...own)).stderr).toContain("Expected an agent with a key; ivan has none in force")
    // Not even the holder of the key acts in the name of the agent from now on; earlier entries still hold.
    expect((await refused("start", "--id", "audited", ...own)).stderr).toBe(gone("ivan", key))
    expect(await done("status", "--id", "audited")).toContain("accepted")
    expect(await done("verify")).toContain("1 signed and checked, 1 by agents without a key. Everything holds.\n")
    // Without an operator, nobody can give the agent another key.
    const another = await keygen("theirs-next.key")
    const both = [...own, "--key", "ivan=theirs-next.key"]
    expect((await refused(...register, another, ...both)).stderr).toBe(gone("ivan", key))
  })

  it("is done by the operator, whose key the first registration pins, and who then gives another key", async () => {
    const operator = await keygen("operator.key")
    await keygen("impostor.key")
    const byOperator = ["--operator-key", "operator.key"]
    const { done, key, own, refused } = await lived("pinned", ...byOperator)
    expect(readFileSync(cli.path("pinned.log.json"), "utf8")).toContain(`"operator": "${operator}"`)
    expect(await done("verify")).not.toContain("No operator's key is pinned")
    for (const words of [[], ["--operator-key", "impostor.key"]]) {
      expect(await refused(...revoke, ...words)).toEqual({ stdout: "", stderr: required("ivan", key) })
    }
    expect(await done(...revoke, ...byOperator)).toBe(revoked)
    expect((await refused("start", "--id", "audited", ...own)).stderr).toBe(gone("ivan", key))
    const another = await keygen("pinned-next.key")
    const next = ["--key", "ivan=pinned-next.key"]
    expect((await refused(...register, another, ...own, ...next)).stderr).toBe(
      `Error: The key of agent ivan is changed only with the operator's key ${operator}\n`
    )
    await done(...register, another, ...next, ...byOperator)
    await done("start", "--id", "audited", ...next)
    expect(await done("verify")).toContain("2 signed and checked, 1 by agents without a key. Everything holds.\n")
  })

  it("reads the operator's key from the file that the environment names", async () => {
    const operator = await keygen("environment.key")
    const { key: first, own } = await lived("unnamed")
    const env = { AUMAI_HANDOFF_OPERATOR_KEY: "environment.key" }
    const { done, refused } = on(cli, "named.json", { env })
    const key = await keygen("named.key")
    await done(...register, key, "--key", "ivan=named.key")
    expect(readFileSync(cli.path("named.log.json"), "utf8")).toContain(`"operator": "${operator}"`)
    expect((await on(cli, "named.json").refused(...revoke)).stderr).toBe(required("ivan", key))
    expect(await done(...revoke)).toBe(revoked)
    // A store that another registration founded has no operator, and none is pinned later.
    expect((await on(cli, "unnamed.json", { env }).refused(...revoke)).stderr).toBe(required("ivan", first))
    expect(readFileSync(cli.path("unnamed.log.json"), "utf8")).not.toContain("operator")
    expect(await on(cli, "unnamed.json", { env }).done(...revoke, ...own)).toBe(revoked)
    const missing = on(cli, "named.json", { env: { AUMAI_HANDOFF_OPERATOR_KEY: "missing.key" } })
    expect((await missing.refused(...revoke)).stderr).toContain("cannot read missing.key (ENOENT)")
    expect((await refused(...revoke)).stderr).toContain("ivan has none in force")
  })
})
