import { copyFileSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

import { describe, expect, it } from "vitest"

import { command } from "./command.ts"

const cli = command()
const fixture = fileURLToPath(new URL("../../../packages/protocol/test/fixtures/handoffs-python.json", import.meta.url))

/** The output of export for a store. */
const held = async (store: string) => (await cli.run(["export", "--store", store])).stdout

describe("copy", () => {
  it("copies every handoff with its history and every agent, and may be repeated", async () => {
    copyFileSync(fixture, cli.path("from.json"))
    const id = await cli.create("from.json", { task: "Übergabe 引き渡し" })
    await cli.run(["accept", "--id", id, "--store", "from.json"])
    await cli.run(["agents", "register", "--id", "carol", "--capability", "analyze", "--store", "from.json"])
    const count = (JSON.parse(await held("from.json")) as ReadonlyArray<unknown>).length

    const { code, stdout } = await cli.run(["copy", "--from", "from.json", "--to", "to.json"])
    expect(stdout).toBe(`${count} added\nEvery copied history was read back and agrees\n1 agent added\n`)
    expect(code).toBe(0)
    expect(await held("to.json")).toBe(await held("from.json"))
    expect((await cli.run(["agents", "list", "--store", "to.json"])).stdout).toContain("carol")

    await cli.run(["start", "--id", id, "--store", "from.json"])
    const again = await cli.run(["copy", "--from", "from.json", "--to", "to.json", "--json"])
    expect(JSON.parse(again.stdout)).toEqual({
      added: 0,
      newer: 1,
      unchanged: count - 1,
      conflicts: [],
      broken: [],
      unproven: [],
      agents: { added: 0, unchanged: 1, different: [] }
    })
    expect(await held("to.json")).toBe(await held("from.json"))
  })

  it("leaves conflicting handoffs in the target unchanged, names them, and exits with 1", async () => {
    const id = await cli.create("one.json")
    await cli.run(["copy", "--from", "one.json", "--to", "two.json"])
    await cli.run(["accept", "--id", id, "--store", "one.json"])
    await cli.run(["reject", "--id", id, "--reason", "busy", "--store", "two.json"])
    await cli.run(["agents", "register", "--id", "carol", "--capability", "analyze", "--store", "one.json"])
    await cli.run(["agents", "register", "--id", "carol", "--capability", "report", "--store", "two.json"])
    await cli.run([
      "agents",
      "register",
      "--id",
      "dora",
      "--capability",
      "weld",
      "--capacity",
      "2",
      "--store",
      "one.json"
    ])
    await cli.run(["agents", "register", "--id", "dora", "--capability", "weld", "--store", "two.json"])
    const before = await held("two.json")
    const { code, stderr } = await cli.run(["copy", "--from", "one.json", "--to", "two.json"])
    expect(code).toBe(1)
    expect(stderr).toContain(id)
    for (const agent of ["carol", "dora"]) {
      expect(stderr).toContain(`Agent ${agent} is registered differently in the target; it was left unchanged`)
    }
    expect(stderr).toContain("1 of 1 handoffs are in conflict with the target and were left out")
    expect(await held("two.json")).toBe(before)
  })

  it("creates nothing if the source does not exist or is the target", async () => {
    const missing = await cli.run(["copy", "--from", "missing.json", "--to", "new.json"])
    expect([missing.code, missing.stderr]).toEqual([
      1,
      `Error: There is no store at ${cli.path("missing.json")}. Nothing was created; name an existing one with --from\n`
    ])
    const url = await cli.run(["copy", "--from", `file://${cli.path("missing.json")}`, "--to", "new.json"])
    expect([url.code, url.stderr]).toEqual([1, missing.stderr])
    expect(readdirSync(cli.directory).filter((name) => /missing|new\.json/.test(name))).toEqual([])
    copyFileSync(fixture, cli.path("same.json"))
    const same = await cli.run(["copy", "--from", "same.json", "--to", "same.json"])
    expect([same.code, same.stderr]).toEqual([1, "Error: Invalid --to: expected another store than --from\n"])
    expect(readFileSync(cli.path("same.json"), "utf8")).toBe(readFileSync(fixture, "utf8"))
  })
})
