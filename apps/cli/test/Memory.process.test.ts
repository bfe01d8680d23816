import { closeSync, createReadStream, openSync, statSync, writeSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { commandProcess } from "./command.ts"

const cli = commandProcess()

const mebibyte = 1024 * 1024
const count = 3000
// The heap of the process is less than half as large as the file. Bun has no such limit.
const env = { NODE_OPTIONS: "--max-old-space-size=64" }

/** Writes a full archive of 150 MiB. */
const fill = (name: string): void => {
  const file = openSync(cli.path(name), "w")
  writeSync(file, `{"format":"aumai-handoff/archive/2","agents":[],"records":[`)
  const at = "2026-11-22T08:12:07.922257Z"
  for (let index = 0; index < count; index++) {
    const request = { from_agent: "a", to_agent: "b", task_description: "t", context: { text: "x".repeat(52_500) } }
    const record = { record_id: `r${index}`, request, status: "pending", created_at: at, updated_at: at }
    writeSync(file, `${index === 0 ? "" : ","}${JSON.stringify(record)}`)
  }
  writeSync(file, "]}")
  closeSync(file)
  expect(statSync(cli.path(name)).size).toBeGreaterThan(150 * mebibyte)
}

describe("an archive that is larger than the memory", () => {
  it("is imported from a file, and verified from standard input", async () => {
    fill("large.json")
    const taken = await cli.run(["import", "--file", "large.json", "--store", "sqlite:large.db"], { env })
    expect([taken.code, taken.stdout, taken.stderr]).toEqual([0, `${count} added\n`, ""])

    const child = cli.start(["verify", "--file", "-"], { env })
    let stdout = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
    createReadStream(cli.path("large.json")).pipe(child.stdin)
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve))
    expect([code, stdout]).toEqual([0, expect.stringContaining(`Checked ${count} handoffs`)])
  }, 300_000)
})
