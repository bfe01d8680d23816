import { spawn } from "node:child_process"
import { existsSync, readdirSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"

import { describe, expect, it } from "vitest"

import { commandProcess } from "./command.ts"
import { heldIn, liveOn, refuseInvalidLocations } from "./life.ts"

const cli = commandProcess()

describe("a SQLite store", () => {
  it("serves every command", async () => {
    await liveOn(cli, "sqlite:life.db")
    expect(readdirSync(cli.directory).filter((name) => name.startsWith("life"))).toEqual(["life.db"])
  })

  it("reports the changes of another process to a follower", async () => {
    const id = await cli.create("sqlite:followed.db")
    const follower = cli.start(["watch", "--from", "start", "--json", "--store", "sqlite:followed.db"])
    let seen = ""
    const accepted = new Promise<void>((resolve) => {
      follower.stdout.setEncoding("utf8").on("data", (text: string) => {
        seen += text
        if (seen.includes("Created") && !seen.includes("Accepted")) {
          void cli.run(["accept", "--id", id, "--store", "sqlite:followed.db"])
        }
        if (seen.includes("Accepted")) resolve()
      })
    })
    await accepted
    follower.kill("SIGINT")
    expect(await new Promise((resolve) => follower.once("close", resolve))).toBe(130)
  })
})

describe("a copy that is killed", () => {
  it("is completed by repeating it, and loses nothing", async () => {
    const one = {
      request: { from_agent: "a", to_agent: "b", task_description: "x".repeat(2000) },
      status: "pending",
      created_at: "2026-01-01T00:00:00Z",
      updated_at: "2026-01-01T00:00:00Z"
    }
    const all = Array.from({ length: 5000 }, (_, n) => ({ record_id: `many-${n}`, ...one }))
    writeFileSync(cli.path("many.json"), JSON.stringify(all))
    const words = ["copy", "--from", "many.json", "--to", "sqlite:many.db"]
    const child = spawn(cli.program, [...cli.first, ...words], { cwd: cli.directory, stdio: "ignore" })
    const ended = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)))
    // Kills it as soon as the first handoffs are copied, long before the last ones.
    while (copied() === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    child.kill("SIGKILL")
    expect(await ended).toBe("SIGKILL")
    const before = copied()
    expect(before).toBeLessThan(all.length)
    const { stdout } = await cli.run(words)
    expect(stdout).toContain(`${all.length - before} added`)
    expect(stdout).toContain(`${before} already there`)
    expect(copied()).toBe(all.length)
    expect(await heldIn(cli, "sqlite:many.db")).toBe(await heldIn(cli, "many.json"))
  })

  const copied = (): number => {
    if (!existsSync(cli.path("many.db"))) return 0
    using db = new DatabaseSync(cli.path("many.db"))
    try {
      return Number(db.prepare("SELECT count(*) AS n FROM handoffs").get()?.["n"])
    } catch {
      return 0
    }
  }
})

describe("a location that is not a store", () => {
  it("is refused with one sentence, and creates or changes nothing", () => refuseInvalidLocations(cli))
})
