import { spawn } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"

import { describe, expect, it } from "vitest"

import { command } from "./command.ts"
import { heldIn, liveOn } from "./life.ts"

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

  it("tells a follower of what another process does", async () => {
    const id = await cli.create("sqlite:followed.db")
    const follower = cli.start(["watch", "--all", "--json", "--store", "sqlite:followed.db"])
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
  it("is finished by saying it again, and loses nothing", async () => {
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
    // As soon as something of it is there, and long before all of it is.
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

describe("what is no store", () => {
  const refusals: ReadonlyArray<readonly [store: string, says: RegExp]> = [
    [
      "mysql://root:hunter2@localhost/x",
      /^Error: Invalid store: Expected handoffs\.json .* sqlite:.* postgres:.* memory:/
    ],
    ["sqlite:", /^Error: Invalid store: Expected a path right behind sqlite:/],
    ["sqlite:directory", /^Error: .*directory is a directory; give the path of a file\n$/],
    ["sqlite:nowhere/handoffs.db", /^Error: There is no directory .*nowhere/],
    ["sqlite:text.txt", /^Error: .*text\.txt is not a SQLite database\. It was left unchanged/],
    ["sqlite:foreign.db", /^Error: .*foreign\.db is a SQLite database of another application\. It was left unchanged/],
    ["directory", /^Error: .*directory/],
    ["postgres:localhost", /^Error: Invalid store: Expected a URL, as in postgres:/],
    ["postgres://nobody:hunter2@127.0.0.1:1/none", /^Error: .*127\.0\.0\.1:1/]
  ]

  it("is refused with one sentence, and nothing is created or harmed", async () => {
    mkdirSync(cli.path("directory"))
    writeFileSync(cli.path("text.txt"), "a text\n".repeat(1000))
    const foreign = new DatabaseSync(cli.path("foreign.db"))
    foreign.exec("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")
    foreign.close()
    const look = () => readdirSync(cli.directory, { recursive: true, encoding: "utf8" }).toSorted()
    const before = [look(), readFileSync(cli.path("text.txt")), readFileSync(cli.path("foreign.db"))]
    for (const [store, says] of refusals) {
      for (const words of [["list"], ["create", "--from", "a", "--to", "b", "--task", "t"]]) {
        const { code, stderr, stdout } = await cli.run([...words, "--store", store])
        expect({ store, code, stdout, lines: stderr.trimEnd().split("\n").length }).toEqual({
          store,
          code: 1,
          stdout: "",
          lines: 1
        })
        expect(stderr).toMatch(says)
        expect(stderr).not.toContain("hunter2")
      }
    }
    expect([look(), readFileSync(cli.path("text.txt")), readFileSync(cli.path("foreign.db"))]).toEqual(before)
  })
})
