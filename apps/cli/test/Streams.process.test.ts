import { spawn, spawnSync } from "node:child_process"
import { mkdirSync, openSync, statSync, writeFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { commandProcess } from "./command.ts"

const cli = commandProcess()
const asked = ["create", "--from", "a", "--to", "b", "--task", "t", "--store", "input.json", "--json"]

/** Writes a JSON store with a number of handoffs. */
const fill = (name: string, count: number): void => {
  const records = Array.from({ length: count }, (_, index) => ({
    record_id: `r${index}`,
    request: { from_agent: "a", to_agent: "分析员", task_description: "四半期" },
    status: "pending",
    created_at: "2026-11-22T08:12:07.922257Z",
    updated_at: "2026-11-22T08:12:07.922257Z"
  }))
  writeFileSync(cli.path(name), JSON.stringify(records))
}

describe("standard input", () => {
  it("is read as JSON", async () => {
    const { stdout } = await cli.run([...asked, "--context-file", "-"], { stdin: '{"from": "標準入力"}' })
    expect(JSON.parse(stdout)).toMatchObject({ request: { context: { from: "標準入力" } } })
  })

  it("is refused if it is not UTF-8, and so is a file", () => {
    const bytes = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d])
    writeFileSync(cli.path("bytes.json"), bytes)
    for (const [value, source] of [
      ["-", "standard input"],
      ["bytes.json", "bytes.json"]
    ]) {
      const words = [...cli.first, ...asked, "--context-file", value ?? ""]
      const { status, stderr } = spawnSync(cli.program, words, { cwd: cli.directory, input: bytes, encoding: "utf8" })
      expect([status, stderr]).toEqual([
        1,
        `Error: Invalid --context-file: ${source} is not UTF-8 (byte 7 of line 1)\n`
      ])
    }
  })
})

describe("a word of the command line", () => {
  it.runIf(process.platform === "linux")("is refused if it is not UTF-8, and U+FFFD itself is text", async () => {
    const words = ["create", "--from", "a", "--to", "b", "--store", "words.json"]
    const script = `exec "$0" "$@" --task "$(printf 'caf\\351')"`
    const { status, stderr } = spawnSync("sh", ["-c", script, cli.program, ...cli.first, ...words], {
      cwd: cli.directory,
      encoding: "utf8"
    })
    expect([status, stderr]).toEqual([2, "Error: Unclear --task: it is not UTF-8 (byte 4 of line 1)\n"])
    expect((await cli.run([...words, "--task", "caf\uFFFD"])).code).toBe(0)
  })
})

describe("a pipe", () => {
  it("strips terminal escapes from the text of agents, and is never coloured", async () => {
    await cli.create("escapes.json", {
      task: "\u001B[31mred\u001B[0m \u001B]0;title\u0007 and\nlines \u202Eback",
      id: "esc1"
    })
    const { stdout } = await cli.run(["list", "--store", "escapes.json"], { env: { FORCE_COLOR: "" } })
    // eslint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u202E]/)
    expect(stdout.trim().split("\n")).toHaveLength(1)
    expect(stdout).toContain("red")
  })

  it("gets one JSON value for any number of handoffs", async () => {
    fill("many.json", 1500)
    const { stdout } = await cli.run(["list", "--json", "--store", "many.json"])
    expect(JSON.parse(stdout)).toHaveLength(1500)
  })

  it("may be closed early by its reader without a failure", async () => {
    fill("closed.json", 5000)
    const child = spawn(cli.program, [...cli.first, "list", "--store", "closed.json"], { cwd: cli.directory })
    let stderr = ""
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
    child.stdout.once("data", () => child.stdout.destroy())
    expect([await ended, stderr]).toEqual([0, ""])
  })
})

describe("output that cannot be written", () => {
  it("causes one sentence and exit code 1, and the store is closed", async () => {
    await cli.create("full.json")
    const { status, stderr } = spawnSync(cli.program, [...cli.first, "list", "--store", "full.json"], {
      cwd: cli.directory,
      stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
      encoding: "utf8"
    })
    expect([status, stderr]).toEqual([1, "Error: Cannot write the output (ENOSPC)\n"])
  })
})

describe("a pipe that its reader has closed", () => {
  const withoutReader = async (...words: ReadonlyArray<string>) => {
    const child = cli.start([...words, "--store", "unread.json"])
    child.stdout.destroy()
    let stderr = ""
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
    const code = await new Promise((resolve) => child.once("close", resolve))
    return [code, stderr]
  }

  it("is a failure for a command that changes the store, which says what was done", async () => {
    const id = await cli.create("unread.json")
    const lost = "Error: Cannot write the output (EPIPE);"
    expect(await withoutReader("claim", "--agent", "executor", "--json")).toEqual([
      1,
      `${lost} handoff ${id} is accepted, and stays so\n`
    ])
    expect(await withoutReader("create", "--from", "a", "--to", "b", "--task", "t", "--id", "own")).toEqual([
      1,
      `${lost} handoff own is pending, and stays so\n`
    ])
    expect(await withoutReader("agents", "register", "--id", "b", "--capability", "x")).toEqual([
      1,
      `${lost} changes to the store were made and stay\n`
    ])
    for (const words of [["status", "--id", id], ["list"], ["doctor"]]) {
      expect(await withoutReader(...words)).toEqual([0, ""])
    }
  })
})

describe("the working directory", () => {
  it("neither configures the command nor runs code in it", async () => {
    mkdirSync(cli.path("foreign"))
    writeFileSync(cli.path("foreign/.env"), "AUMAI_HANDOFF_STORE=nowhere/handoffs.json")
    writeFileSync(cli.path("foreign/bunfig.toml"), 'preload = ["./code.ts"]')
    writeFileSync(cli.path("foreign/code.ts"), 'console.log("foreign code")')
    writeFileSync(cli.path("foreign/handoffs.json"), "[]\n")
    const words = [...cli.first, "list"]
    const options = { cwd: cli.path("foreign"), env: { ...process.env, AUMAI_HANDOFF_STORE: undefined } }
    const { status, stdout } = spawnSync(cli.program, words, { ...options, encoding: "utf8" })
    expect([status, stdout]).toEqual([0, "No handoff records found\n"])
  })
})

describe("a secret key", () => {
  it.skipIf(process.platform === "win32")("is written so that only its owner may read it", async () => {
    expect((await cli.run(["keygen", "--out", "private.key"])).code).toBe(0)
    expect(statSync(cli.path("private.key")).mode & 0o777).toBe(0o600)
  })
})
