import { readFileSync, writeFileSync } from "node:fs"

import { beforeAll, describe, expect, it } from "vitest"

import { hostile, obeyed, spoil } from "../../../packages/testing/src/hostile.ts"
import { command } from "./command.ts"
import { described } from "./reference.ts"

const cli = command()
const golden = new URL("../../../packages/testing/golden/format-1/archive.json", import.meta.url)
// An import refuses moments ahead of now.
const past = readFileSync(golden, "utf8").replaceAll("2026-1", "2025-1")
const archive = spoil(JSON.parse(past) as Parameters<typeof spoil>[0])
const ids = archive.map((one) => one.record_id)
const agent = `executor${hostile}`
const on = (...words: ReadonlyArray<string>) => cli.run([...words, "--store", "hostile.json"])

/** Expects output that neither moves a cursor nor reorders or hides text. */
const expectInert = (text: string): void => {
  const at = text.search(obeyed)
  expect(JSON.stringify(at === -1 ? "" : text.slice(at - 20, at + 20))).toBe(`""`)
}

beforeAll(async () => {
  writeFileSync(cli.path("archive.json"), JSON.stringify(archive))
  writeFileSync(
    cli.path("hostile.agents.json"),
    JSON.stringify([{ agent_id: agent, capabilities: [`report${hostile}`], keys: [] }])
  )
  expect(await on("import", "--file", "archive.json")).toMatchObject({ code: 0, stderr: "" })
})

describe("the text of others", () => {
  const each = ids.flatMap((id) => ["status", "where", "chain", "history", "verify"].map((name) => [name, "--id", id]))
  const all = ["list", "stats", "verify", "doctor", "export", "sweep"].map((name) => [name])
  const some = [
    ["agents", "list"],
    ["inbox", "--agent", agent],
    ["claim", "--agent", agent],
    ["route", "--from", `planner${hostile}`, "--task", "t", "--requires", `report${hostile}`],
    ["copy", "--from", "hostile.json", "--to", "memory:"],
    ["import", "--file", "archive.json"],
    ["verify", "--file", "archive.json"]
  ]

  it("is printed as text that a terminal does not obey, by every command", async () => {
    for (const words of [...each, ...all, ...some]) {
      const { stdout, stderr } = await (words[0] === "copy" ? cli.run(words) : on(...words))
      expectInert(stdout)
      expectInert(stderr)
    }
  })

  it("is printed as JSON with the same value, by every command", async () => {
    let kept = 0
    for (const words of [...each, ...all, ...some]) {
      const { stdout, stderr } = await (words[0] === "copy" ? cli.run([...words, "--json"]) : on(...words, "--json"))
      expectInert(stdout)
      expectInert(stderr)
      // A command that refuses a name prints a sentence and no JSON.
      const printed: unknown = stdout === "" ? stderr.startsWith("Error: ") : JSON.parse(stdout)
      expect(printed).not.toBe(false)
      if (JSON.stringify(printed).includes(JSON.stringify(hostile).slice(1, -1))) kept += 1
    }
    expect(kept).toBeGreaterThan(each.length / 2)
  })

  it("survives an export and an import unchanged, with digests that hold", async () => {
    await cli.run(["import", "--file", "archive.json", "--store", "first.json"])
    const { stdout } = await cli.run(["export", "--store", "first.json"])
    expect(JSON.parse(stdout)).toEqual(archive.toSorted((a, b) => (a.created_at < b.created_at ? -1 : 1)))
    writeFileSync(cli.path("exported.json"), stdout)
    await cli.run(["import", "--file", "exported.json", "--store", "sqlite:second.db"])
    const again = await cli.run(["export", "--store", "sqlite:second.db"])
    // SQLite keeps the keys of a context in another order.
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(stdout))
    expect((await cli.run(["verify", "--store", "sqlite:second.db"])).code).toBe(0)
  })
})

describe("a hostile argument", () => {
  // The two that run until they are interrupted.
  const ending = described.filter(({ words }) => words[0] !== "work" && words[0] !== "watch")
  const fillers: Readonly<Record<string, string>> = { "--id": ids[0] ?? "", "--file": "archive.json" }

  it.each(ending)("is quoted as text that a terminal does not obey: $words", async ({ words, flags }) => {
    const values = [hostile, `{"${hostile}": 1}`, `${hostile}=${hostile}`]
    for (const { flag } of [...flags, { flag: "--store" }, { flag: "--key" }, { flag: `--${hostile}` }]) {
      const needed = flags.filter((one) => one.isRequired && one.flag !== flag)
      const filled = needed.flatMap((one) => [one.flag, fillers[one.flag] ?? "memory:"])
      const store = flag === "--store" ? [] : ["--store", "memory:"]
      for (const value of flag === "--store" ? [hostile] : values) {
        const { stdout, stderr } = await cli.run([...words, ...filled, flag, value, ...store])
        expectInert(stdout)
        expectInert(stderr)
        expect(stderr).not.toContain("defect of aumai-handoff")
      }
    }
    expectInert((await cli.run([...words, hostile])).stderr)
  })
})
