import { readdirSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { command } from "./command.ts"
import { heldIn, liveOn, refuseInvalidLocations } from "./life.ts"

const cli = command()

describe("a SQLite store", () => {
  it("serves every command", async () => {
    await liveOn(cli, "sqlite:life.db")
    expect(readdirSync(cli.directory).filter((name) => name.startsWith("life"))).toEqual(["life.db"])
  })

  it("is copied from a file and back, with every history", async () => {
    await liveOn(cli, "from.json")
    expect((await cli.run(["copy", "--from", "from.json", "--to", "sqlite:between.db"])).code).toBe(0)
    expect((await cli.run(["copy", "--from", "sqlite:between.db", "--to", "back.json"])).code).toBe(0)
    expect(await heldIn(cli, "sqlite:between.db")).toBe(await heldIn(cli, "from.json"))
    expect(await heldIn(cli, "back.json")).toBe(await heldIn(cli, "from.json"))
  })
})

describe("a location that is not a store", () => {
  it("is refused with one sentence, and creates or changes nothing", () => refuseInvalidLocations(cli))
})
