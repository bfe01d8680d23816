import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"

import { describe, expect, inject, it } from "vitest"

import type {} from "../../../tooling/postgres.ts"
import { command } from "./command.ts"
import { heldIn, liveOn } from "./life.ts"

const cli = command()

/** An empty database of a test's own. */
const database = (): string => {
  const url = new URL(inject("postgres"))
  url.pathname = `/cli_${randomBytes(6).toString("hex")}`
  return url.href
}

describe("a PostgreSQL store", () => {
  it("serves every command, and is copied from and into other stores", async () => {
    const url = database()
    execFileSync(process.execPath, ["--version"])
    await liveOn(cli, url)
    await liveOn(cli, "life.json")
    expect(await heldIn(cli, url)).toBe("")
  })
})
