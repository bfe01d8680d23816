import { describe, expect, it } from "vitest"

import { commandProcess } from "./command.ts"

const cli = commandProcess()

describe("many processes at once", () => {
  it("keep all twenty handoffs that are created in parallel", async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => cli.create("parallel.json")))
    const { stdout } = await cli.run(["list", "--json", "--store", "parallel.json"])
    const kept = (JSON.parse(stdout) as ReadonlyArray<{ readonly record_id: string }>).map(({ record_id }) => record_id)
    expect(kept.toSorted()).toEqual(ids.toSorted())
  })

  it("let exactly one of eight accept a handoff", async () => {
    const id = await cli.create("one.json")
    const tries = Array.from({ length: 8 }, () => cli.run(["accept", "--id", id, "--store", "one.json"]))
    const codes = (await Promise.all(tries)).map(({ code }) => code)
    expect(codes.toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 1, 1, 1, 1, 1, 1, 1])
  })
})
