import { readdirSync } from "node:fs"

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"

import { spellings } from "../../../packages/testing/src/locations.ts"
import { shown, withoutPasswords } from "../src/Root.ts"
import { command } from "./command.ts"

const cli = command()
const secret = "hunter2"

// Each spelling is tried at one door, so that every door gets every kind.
const doors: ReadonlyArray<(location: string) => ReturnType<typeof cli.run>> = [
  (store) => cli.run(["list", "--store", store]),
  (store) => cli.run(["create", "--from", "a", "--to", "b", "--task", "t", "--json", `--store=${store}`]),
  (store) => cli.run(["doctor", "--json"], { env: { AUMAI_HANDOFF_STORE: store } }),
  (store) => cli.run(["verify", "--store", store]),
  (store) => cli.run(["copy", "--from", store, "--to", "memory:"]),
  (store) => cli.run(["copy", "--from", "none.json", "--to", store]),
  (store) => cli.run(["where", "--id", "x", "--store", store]),
  (store) => cli.run(["list", store]),
  (store) => cli.run(["list", "--stroe", store]),
  (store) => cli.run(["list", `--stroe=${store}`])
]

describe("a location with a password", () => {
  // A database server that does not listen is waited for no longer than this.
  beforeAll(() => void vi.stubEnv("PGCONNECT_TIMEOUT", "1"))
  afterAll(() => void vi.unstubAllEnvs())

  it("is printed by no command, however it is spelled", async () => {
    for (const [index, location] of spellings(secret).entries()) {
      const { code, stderr, stdout } = await (doors[index % doors.length] ?? doors[0])!(location)
      expect([code === 0, stdout + stderr]).toEqual([false, expect.not.stringContaining(secret)])
    }
    expect(readdirSync(cli.directory)).toEqual([])
  })

  it.each([
    ["postgres://app:hunter2@host/db", "postgres://app:…@host/db"],
    ["POSTGRES://app:a@hunter2@host:1/db?sslmode=require", "postgres://app:…@host:1/db?sslmode=require"],
    ["postgres://app@host/db", "postgres://app@host/db"],
    ["postgres:///db", "postgres:///db"],
    [
      "postgres://app:hunter2@a:1,b:2/db?target_session_attrs=any",
      "postgres://app:…@a:1,b:2/db?target_session_attrs=any"
    ],
    ["postgres:///db?user=app&password=hunter2&host=a", "postgres:///db?user=app&password=…&host=a"],
    ["handoffs.json", "handoffs.json"],
    ["sqlite:C:\\a.db", "sqlite:C:\\a.db"]
  ])("is shown without it: %s", (location, expected) => {
    expect(shown(location)).toBe(expected)
  })

  it("is hidden in a sentence", () => {
    const sentence = `Unknown value postgres://a:b@${secret}@h/d and mysql://u:${secret}@h, password = ${secret}`
    expect(withoutPasswords(sentence)).not.toContain(secret)
  })
})
