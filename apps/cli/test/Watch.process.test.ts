import { describe, expect, it } from "vitest"

import { hostile, obeyed } from "../../../packages/testing/src/hostile.ts"
import { commandProcess } from "./command.ts"

const cli = commandProcess()

describe("watch", () => {
  it("prints each change as it happens, and ends with 130 when interrupted", async () => {
    const id = await cli.create("watch.json", { task: hostile })
    const watching = cli.start(["watch", "--from", "start", "--json", "--store", "watch.json"])
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

  it.each([
    ["watch", "SIGTERM", 143],
    ["watch", "SIGHUP", 129],
    ["work", "SIGINT", 130],
    ["work", "SIGTERM", 143],
    ["work", "SIGHUP", 129]
  ] as const)("%s ends with the exit code of %s", async (verb, signal, code) => {
    await cli.create("signals.json", { to: "nobody", task: `${verb} ${signal}` })
    const words =
      verb === "watch" ? ["watch", "--from", "start"] : ["work", "--agent", "executor", "--exec", "echo", "--json"]
    const child = cli.start([...words, "--store", "signals.json"])
    if (verb === "work") await cli.create("signals.json")
    await new Promise((resolve) => child.stdout.once("data", resolve))
    const closed = new Promise((resolve) => child.once("close", resolve))
    child.kill(signal)
    expect(await closed).toBe(code)
  })
})
