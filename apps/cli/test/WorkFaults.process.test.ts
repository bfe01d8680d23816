import { existsSync, readFileSync, writeFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { commandProcess } from "./command.ts"

const cli = commandProcess()

const recordOf = async (store: string, id: string) =>
  JSON.parse((await cli.run(["status", "--id", id, "--json", "--store", store])).stdout)

const work = (store: string, exec: string, ...words: ReadonlyArray<string>) =>
  cli.run(["work", "--agent", "executor", "--exec", exec, "--store", store, ...words])

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe.skipIf(process.platform === "win32")("a worker whose program cannot run", () => {
  it("stops before it claims anything if the program is not there", async () => {
    const id = await cli.create("missing.json")
    writeFileSync(cli.path("odd.sh"), "#!/no/such/interpreter\n", { mode: 0o755 })
    for (const [exec, reason] of [
      ["no-such-program --now", "no-such-program is not there or cannot be executed"],
      ["./odd.sh", "./odd.sh needs /no/such/interpreter, which is not there or cannot be executed"]
    ] as const) {
      const { code, stderr } = await work("missing.json", exec)
      expect([code, stderr]).toEqual([1, expect.stringContaining(reason)])
    }
    expect(await recordOf("missing.json", id)).toMatchObject({ status: "pending", revision: 1 })
  }, 60_000)

  it("stops at the first handoff if the program is not found later, and counts no attempt", async () => {
    const ids = [await cli.create("late.json"), await cli.create("late.json")]
    for (const exec of ["true && no-such-program", `"${process.execPath}" no-such-script.mjs`]) {
      const { code, stderr } = await work("late.json", exec)
      expect([code, stderr]).toEqual([1, expect.stringContaining("The worker cannot work: It exited with")])
    }
    const [first, second] = await Promise.all(ids.map((id) => recordOf("late.json", id)))
    expect(first).toMatchObject({ status: "pending", attempt: 3, uncounted: 2 })
    expect(second).toMatchObject({ status: "pending", revision: 1 })
  }, 60_000)
})

describe("a worker that ends by itself", () => {
  it("says which store and agent it works for, and ends at an empty inbox", async () => {
    const ids = [await cli.create("empty.json"), await cli.create("empty.json")]
    const once = await work("empty.json", "true", "--once")
    expect([once.code, once.stderr]).toEqual([0, expect.stringContaining("Working for executor on empty.json")])
    expect((await Promise.all(ids.map((id) => recordOf("empty.json", id)))).map(({ status }) => status)).toEqual([
      "completed",
      "pending"
    ])
    expect((await work("empty.json", "true", "--until-empty")).code).toBe(0)
    expect((await recordOf("empty.json", ids[1] ?? "")).status).toBe("completed")
    expect((await work("empty.json", "true", "--drain", "--once")).code).toBe(0)
  }, 60_000)

  it("keeps what the program wrote to standard error in the history, not in the record", async () => {
    const retry = `{"initial": 1, "factor": 1, "final": ["3"]}`
    const id = await cli.create("stack.json", { retry })
    await work("stack.json", "echo 'Traceback: line 7' >&2; echo 'No ledger' >&2; exit 3", "--once")
    const record = await recordOf("stack.json", id)
    // The request calls this exit code final.
    expect(record.status).toBe("failed")
    expect(JSON.stringify(record)).not.toContain("line 7")
    const { stdout } = await cli.run(["history", "--id", id, "--json", "--store", "stack.json"])
    expect(JSON.parse(stdout).at(-1).event.stack).toBe("Traceback: line 7\nNo ledger\n")
  }, 60_000)
})

describe.skipIf(process.platform === "win32")("a worker that is killed outright", () => {
  it("leaves neither its program nor the children of it", async () => {
    await cli.create("outright.json")
    writeFileSync(
      cli.path("outright.mjs"),
      `import { spawn } from "node:child_process"
       import { writeFileSync } from "node:fs"
       process.on("SIGTERM", () => {})
       setInterval(() => {}, 1000)
       const child = spawn("sleep", ["600"], { stdio: "ignore" })
       writeFileSync("outright.pid", JSON.stringify([process.pid, child.pid]))`
    )
    const exec = `"${process.execPath}" "${cli.path("outright.mjs")}"`
    const worker = cli.start(["work", "--agent", "executor", "--exec", exec, "--store", "outright.json"])
    await expect.poll(() => existsSync(cli.path("outright.pid")), { timeout: 20_000 }).toBe(true)
    worker.kill("SIGKILL")
    const pids: ReadonlyArray<number> = JSON.parse(readFileSync(cli.path("outright.pid"), "utf8"))
    await expect.poll(() => pids.map(isRunning), { timeout: 10_000 }).toEqual([false, false])
  }, 60_000)
})
