import { copyFileSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

import { describe, expect, it } from "vitest"

import { command } from "./command.ts"
import { heldIn } from "./life.ts"
import { on } from "./telling.ts"

const cli = command()
const fixture = fileURLToPath(new URL("../../../packages/protocol/test/fixtures/handoffs-python.json", import.meta.url))

type Json = Record<string, unknown>
const read = (name: string) => JSON.parse(readFileSync(cli.path(name), "utf8")) as ReadonlyArray<Json>

/** The fields of a record that the Python tool keeps, with times to the millisecond. */
const seed = (record: Json): unknown => {
  const millis = (value: unknown): unknown =>
    typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)
      ? new Date(/(?:Z|[+-]\d\d:\d\d)$/.test(value) ? value : `${value}Z`).toISOString()
      : typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value).map(([key, inner]) => [
              key,
              key === "context" || key === "result" ? inner : millis(inner)
            ])
          )
        : value
  const { record_id, request, response, status, result, created_at, updated_at } = record
  return millis({ record_id, request, response, status, result, created_at, updated_at })
}

describe("a store that the Python tool wrote", () => {
  it("opens unchanged, takes new events, and is exported with every field", async () => {
    copyFileSync(fixture, cli.path("python.json"))
    const before = JSON.parse(readFileSync(fixture, "utf8")) as ReadonlyArray<Json>
    const listed = await cli.run(["list", "--store", "python.json"])
    expect(listed.stdout.trim().split("\n")).toHaveLength(before.length)
    expect(readFileSync(cli.path("python.json"), "utf8")).toBe(readFileSync(fixture, "utf8"))

    const first = before[0]?.["record_id"] as string
    expect((await cli.run(["accept", "--id", first, "--store", "python.json"])).code).toBe(0)
    const after = read("python.json")
    expect(after.slice(1).map(seed)).toEqual(before.slice(1).map(seed))
    expect(after[0]).toMatchObject({ record_id: first, status: "accepted", response: { accepted: true } })

    const exported = await cli.run(["export", "--store", "python.json"])
    writeFileSync(cli.path("exported.json"), exported.stdout)
    const imported = await cli.run(["import", "--file", "exported.json", "--store", "elsewhere.json"])
    expect(imported.stdout).toBe(`${before.length} added\n`)
    expect((await cli.run(["export", "--store", "elsewhere.json"])).stdout).toBe(exported.stdout)
    const again = await cli.run(["import", "--file", "exported.json", "--store", "elsewhere.json"])
    expect(again.stdout).toBe(`${before.length} already here\n`)
  })
})

describe("a handoff that another program ended", () => {
  it.each(["ended.json", "sqlite:ended.db"])(
    "is marked in lists and in its status in %s, and verifies",
    async (store) => {
      const { done } = on(cli, store)
      for (const id of ["theirs", "ours"]) {
        await cli.create(store, { id })
        await done("accept", "--id", id)
      }
      await done("complete", "--id", "ours")
      const exported = JSON.parse(await heldIn(cli, store)) as ReadonlyArray<Json>
      const edited = exported.map((one) =>
        one["record_id"] === "theirs"
          ? { ...one, status: "completed", result: { pages: 3 }, updated_at: new Date().toISOString() }
          : one
      )
      writeFileSync(cli.path("edited.json"), JSON.stringify(edited))
      await done("import", "--file", "edited.json")
      const [ours = "", theirs = ""] = (await done("list")).trim().split("\n").toSorted()
      expect(ours).not.toContain("another program")
      expect(theirs).toMatch(/^theirs {2}completed .* {2}\(ended by another program\)$/)
      expect(await done("status", "--id", "theirs")).toMatch(/^Status: {5}completed \(ended by another program\)$/m)
      expect(await done("status", "--id", "ours")).toMatch(/^Status: {5}completed$/m)
      expect(JSON.parse(await done("status", "--id", "theirs", "--json"))).toMatchObject({ via: "foreign" })
      expect(await done("verify")).toContain(
        "5 by agents without a key, 1 inferred from another program. Everything holds"
      )
    }
  )
})

describe("import", () => {
  it("names every error of a handoff that cannot be read, and imports the others", async () => {
    const good = { from_agent: "a", to_agent: "b", task_description: "t" }
    const at = { created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z" }
    const bad = [
      { record_id: "fine", request: good, status: "pending", ...at },
      { record_id: "bad", request: { ...good, priority: 99 }, status: "sleeping", ...at }
    ]
    writeFileSync(cli.path("bad.json"), JSON.stringify(bad))
    const { code, stderr } = await cli.run(["import", "--file", "bad.json", "--store", "none.json"])
    expect(code).toBe(1)
    expect(stderr).toMatch(/\[1\]: request\.priority: Expected a value between 1 and 10.*; status: Expected/)
    expect((await cli.run(["list", "--store", "none.json"])).stdout).toMatch(/^fine .*\n$/)
  })

  it("refuses a store that cannot be read, and leaves its bytes unchanged", async () => {
    writeFileSync(cli.path("torn.json"), '[{"record_id": "x", ')
    const { code, stderr } = await cli.run(["list", "--store", "torn.json"])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Error: .*torn\.json.*\n$/)
    expect(readFileSync(cli.path("torn.json"), "utf8")).toBe('[{"record_id": "x", ')
  })

  it("leaves out changed handoffs, names them, and imports the others; so does copy", async () => {
    for (const id of ["whole", "changed"]) await cli.create("source.json", { id })
    await cli.run(["accept", "--id", "changed", "--reason", "On it", "--store", "source.json"])
    const { stdout } = await cli.run(["export", "--store", "source.json"])
    writeFileSync(cli.path("changed.json"), stdout.replaceAll("On it", "Off it"))
    const imported = await cli.run(["import", "--file", "changed.json", "--store", "taken.json"])
    expect(imported).toEqual({
      code: 1,
      stdout: "1 added\n1 left out: they do not hold\n",
      stderr:
        "  changed: Its record holds the digest of another last entry\n" +
        "Error: Invalid changed.json: 1 of 2 handoffs do not hold and were left out\n"
    })
    const copied = await cli.run(["copy", "--from", "changed.json", "--to", "copied.json"])
    expect([copied.code, copied.stderr]).toEqual([
      1,
      expect.stringMatching(/^ {2}changed: Its record .*\nError: Invalid --from: 1 of 2/)
    ])
    for (const store of ["taken.json", "copied.json"]) {
      const listed = await cli.run(["list", "--store", store])
      expect([listed.stdout.includes("whole"), listed.stdout.includes("changed")]).toEqual([true, false])
    }
  })
})
