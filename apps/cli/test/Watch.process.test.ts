import { describe, expect, it } from "vitest"

import { hostile, obeyed } from "../../../packages/testing/src/hostile.ts"
import { commandProcess } from "./command.ts"

const cli = commandProcess()

describe("watch", () => {
  it("prints each change as it happens, and ends with 130 when interrupted", async () => {
    const id = await cli.create("watch.json", { task: hostile })
    const watching = cli.start(["watch", "--all", "--json", "--store", "watch.json"])
    let text = ""
    watching.stdout.setEncoding("utf8").on("data", (more: string) => (text += more))
    const seen = (tag: string) =>
      new Promise<void>((resolve) => {
        const look = () => (text.includes(tag) ? (watching.stdout.off("data", look), resolve()) : undefined)
        watching.stdout.on("data", look)
        look()
      })
    await seen("Created")
    await cli.run(["accept", "--id", id, "--store", "watch.json"])
    await seen("Accepted")
    const ended = new Promise<number | null>((resolve) => watching.on("close", resolve))
    watching.kill("SIGINT")
    expect(await ended).toBe(130)
    expect(text).not.toMatch(obeyed)
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.map((line) => [line["record_id"], line["revision"]])).toEqual([
      [id, 1],
      [id, 2]
    ])
  })
})
