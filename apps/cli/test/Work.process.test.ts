import { once } from "node:events"
import { existsSync, readFileSync, writeFileSync } from "node:fs"

import { reportSchemas } from "@aumai/handoff-protocol"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"

import { commandProcess } from "./command.ts"

const cli = commandProcess()

const statusOf = async (store: string, id: string) =>
  JSON.parse((await cli.run(["status", "--id", id, "--json", "--store", store])).stdout)

const tagsOf = async (store: string, id: string): Promise<ReadonlyArray<string>> => {
  const history: ReadonlyArray<{ readonly event: { readonly _tag: string } }> = JSON.parse(
    (await cli.run(["history", "--id", id, "--json", "--store", store])).stdout
  )
  return history.map(({ event }) => event._tag).filter((tag) => tag !== "Progressed")
}

/** Starts a worker whose program is a line of Node. */
const work = (store: string, code: string, ...words: ReadonlyArray<string>) => {
  const script = cli.path(`${store}.mjs`)
  writeFileSync(script, code)
  const exec = `"${process.execPath}" "${script}"`
  return cli.start(["work", "--agent", "executor", "--exec", exec, "--store", store, ...words])
}

const until = (store: string, id: string, status: string) =>
  expect.poll(async () => (await statusOf(store, id)).status, { timeout: 30_000, interval: 200 }).toBe(status)

const stop = async (worker: ReturnType<typeof cli.start>): Promise<void> => {
  const closed = once(worker, "close")
  worker.kill("SIGTERM")
  await closed
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe("work", () => {
  it("runs a program for each handoff with the record on its input; its output is the result, its exit code the outcome", async () => {
    const done = await cli.create("work.json", { task: "Sum up", context: '{"numbers":[1,2,3]}' })
    const words = await cli.create("work.json", { task: "Talk" })
    const silent = await cli.create("work.json", { task: "Say nothing" })
    const hopeless = await cli.create("work.json", { task: "Hopeless" })
    const hard = await cli.create("work.json", { task: "Hard", "max-attempts": "2", retry: '{"initial": 1000}' })
    const worker = work(
      "work.json",
      `import { readFileSync } from "node:fs"
       const { record_id, attempt, request } = JSON.parse(readFileSync(0, "utf8"))
       const { AUMAI_HANDOFF_ID: id, AUMAI_HANDOFF_ATTEMPT: held = 0 } = process.env
       const ends = {
         "Sum up": () => console.log(JSON.stringify({ sum: request.context.numbers.reduce((a, b) => a + b), id, held })),
         "Talk": () => console.log("語 is a word"),
         "Say nothing": () => {},
         "Hopeless": () => { console.error("There is no such file"); process.exitCode = 65 },
         "Hard": () => { console.error("Not " + (attempt ?? 1)); process.exitCode = 1 }
       }
       ends[request.task_description]()`,
      "--concurrency",
      "3",
      "--json"
    )
    let notes = ""
    worker.stdout.setEncoding("utf8").on("data", (text: string) => (notes += text))
    await until("work.json", hard, "failed")
    await until("work.json", hopeless, "failed")
    expect((await statusOf("work.json", done)).result).toEqual({ sum: 6, id: done, held: "1" })
    expect((await statusOf("work.json", words)).result).toEqual({ output: "語 is a word" })
    expect((await statusOf("work.json", silent)).result).toEqual({})
    expect((await statusOf("work.json", hopeless)).response.reason).toBe("It exited with 65: There is no such file")
    expect(await statusOf("work.json", hard)).toMatchObject({
      attempt: 2,
      code: "attempts_exhausted",
      response: { reason: "It exited with 1: Not 2" }
    })
    await stop(worker)
    const decode = Schema.decodeUnknownSync(reportSchemas.WorkNote, { onExcessProperty: "error" })
    const said = notes
      .trim()
      .split("\n")
      .map((line) => decode(JSON.parse(line)))
    expect(said).toContainEqual({ record_id: done, attempt: 1, what: "done" })
  }, 60_000)

  it("refuses output that it cannot keep exactly, and names the place of a byte that is not UTF-8", async () => {
    const outputs: Readonly<Record<string, readonly [bytes: Buffer | string, sentence: string]>> = {
      rounded: ['{"id": 9007199254740993}', "line 1, column 8"],
      nan: ['{"mean": NaN}', "Expected JSON"],
      infinite: ['{"sum": 1e400}', "line 1, column 9"],
      repeated: ['{"a": 1, "a": 2}', "Invalid output: Expected"],
      latin: [Buffer.from("first\nna\u00EFve", "latin1"), "byte 3 of line 2"],
      cut: [Buffer.from("caf\u00E9").subarray(0, 4), "byte 4 of line 1"]
    }
    const ids: Record<string, string> = {}
    for (const task of Object.keys(outputs)) {
      ids[task] = await cli.create("exact.json", { task, "max-attempts": "1" })
    }
    const exact = await cli.create("exact.json", { task: "marked" })
    const worker = work(
      "exact.json",
      `import { readFileSync } from "node:fs"
       const outputs = ${JSON.stringify(
         Object.fromEntries(
           Object.entries(outputs).map(([task, [text]]) => [task, Buffer.from(text).toString("base64")])
         )
       )}
       const { request } = JSON.parse(readFileSync(0, "utf8"))
       process.stdout.write(Buffer.from(outputs[request.task_description] ?? "77u/eyJhIjogMX0=", "base64"))`,
      "--pause-after",
      "7"
    )
    await until("exact.json", exact, "completed")
    await stop(worker)
    expect((await statusOf("exact.json", exact)).result).toEqual({ a: 1 })
    for (const [task, [, sentence]] of Object.entries(outputs)) {
      const { response, status } = await statusOf("exact.json", ids[task] ?? "")
      expect([task, status, response.reason]).toEqual([task, "failed", expect.stringContaining(sentence)])
    }
  }, 60_000)

  it("writes the bytes of an error that are not UTF-8 as escapes", async () => {
    const id = await cli.create("stderr.json", { "max-attempts": "1" })
    const worker = work(
      "stderr.json",
      `process.stderr.write(Buffer.from("Données\\nPas trouv\u00E9\\n", "latin1"))
       process.exitCode = 65`
    )
    await until("stderr.json", id, "failed")
    await stop(worker)
    expect((await statusOf("stderr.json", id)).response.reason).toBe(String.raw`It exited with 65: Pas trouv\xe9`)
  }, 60_000)

  it.each(["sub.json", "sqlite:sub.db", "./looks-like.db"])(
    "gives its program the store %s and the keys from another directory, too",
    async (store) => {
      const file = `${store.replace(/\W/g, "")}, own.key`
      const { stdout } = await cli.run(["keygen", "--id", "executor", "--out", file, "--json"])
      const key = ["--key", `executor="${file}"`]
      const { public_key: publicKey } = JSON.parse(stdout) as { readonly public_key: string }
      const id = await cli.create(store, { "max-attempts": "1" })
      const register = ["agents", "register", "--id", "executor", "--capability", "x", "--public-key", publicKey]
      expect((await cli.run([...register, ...key, "--store", store])).stderr).toBe("")
      const words = [...cli.first, "progress", "--note", "from elsewhere", "--id", id]
      const script = cli.path("elsewhere.mjs")
      writeFileSync(
        script,
        `import { spawnSync } from "node:child_process"
         process.chdir("/")
         const { stderr, status } = spawnSync(${JSON.stringify(cli.program)}, ${JSON.stringify(words)}, { encoding: "utf8" })
         console.error(stderr)
         process.exitCode = status`
      )
      const exec = `"${process.execPath}" "${script}"`
      const worker = cli.start(["work", "--agent", "executor", "--exec", exec, "--store", store, ...key])
      await until(store, id, "completed")
      await stop(worker)
      expect((await cli.run(["history", "--id", id, "--store", store])).stdout).toContain("from elsewhere")
    },
    60_000
  )

  it("ends at once with a second signal, and its program with it", async () => {
    await cli.create("impatient.json")
    const worker = work(
      "impatient.json",
      `import { writeFileSync } from "node:fs"
       process.on("SIGTERM", () => {})
       setInterval(() => {}, 1000)
       writeFileSync("impatient.pid", String(process.pid))`,
      "--grace",
      "1h"
    )
    await expect.poll(() => existsSync(cli.path("impatient.pid")), { timeout: 20_000 }).toBe(true)
    const closed = once(worker, "close")
    worker.kill("SIGTERM")
    worker.kill("SIGINT")
    expect([130, 143]).toContain((await closed)[0])
    const pid = Number(readFileSync(cli.path("impatient.pid"), "utf8"))
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false)
  }, 60_000)

  it("fails a handoff whose schema is never judged, goes on with the next one, and stops with SIGTERM meanwhile", async () => {
    const bomb = {
      task: "Bomb",
      deliverables: '[{ "name": "sums", "schema": { "pattern": "^(.|.)*~~$" } }]',
      "max-attempts": "1",
      priority: "9"
    }
    const first = await cli.create("bombs.json", bomb)
    const next = await cli.create("bombs.json")
    const worker = work(
      "bombs.json",
      `const artifacts = [{ name: "sums", content: "An ordinary sentence about the third quarter." }]
       console.log(JSON.stringify({ artifacts }))`,
      "--with-artifacts"
    )
    await until("bombs.json", next, "completed")
    expect(await statusOf("bombs.json", first)).toMatchObject({
      status: "failed",
      response: { reason: expect.stringContaining("it was not judged within 500 ms") }
    })
    const last = await cli.create("bombs.json", bomb)
    await expect.poll(() => tagsOf("bombs.json", last), { timeout: 30_000 }).toContain("Started")
    await stop(worker)
  }, 60_000)

  it("ends its program with SIGTERM when it is stopped, and releases the handoff", async () => {
    const id = await cli.create("stopped.json")
    const worker = work(
      "stopped.json",
      `import { writeFileSync } from "node:fs"
       process.on("SIGTERM", () => { writeFileSync("ended.txt", "politely"); process.exit(0) })
       setInterval(() => {}, 1000)
       writeFileSync("begun.txt", "")`,
      "--grace",
      "1s"
    )
    await until("stopped.json", id, "in_progress")
    await expect.poll(() => existsSync(cli.path("begun.txt")), { timeout: 10_000 }).toBe(true)
    await stop(worker)
    expect(readFileSync(cli.path("ended.txt"), "utf8")).toBe("politely")
    expect(await statusOf("stopped.json", id)).toMatchObject({ status: "pending", attempt: 2 })
  }, 60_000)

  it("is stopped any number of times in a last attempt, and the handoff completes afterwards", async () => {
    const id = await cli.create("deployed.json", { "max-attempts": "1" })
    for (let attempt = 1; attempt <= 3; attempt++) {
      const worker = work("deployed.json", "setInterval(() => {}, 1000)", "--grace", "1s")
      await until("deployed.json", id, "in_progress")
      await stop(worker)
      expect(await statusOf("deployed.json", id)).toMatchObject({
        status: "pending",
        attempt: attempt + 1,
        uncounted: attempt
      })
    }
    const worker = work("deployed.json", "console.log('{}')")
    await until("deployed.json", id, "completed")
    await stop(worker)
  }, 60_000)

  it.skipIf(process.platform === "win32")(
    "does not count an attempt whose program is stopped together with it",
    async () => {
      const id = await cli.create("together.json", { "max-attempts": "1" })
      const worker = work(
        "together.json",
        `import { writeFileSync } from "node:fs"
         setInterval(() => {}, 1000)
         writeFileSync("together.pid", String(process.pid))`
      )
      await expect.poll(() => existsSync(cli.path("together.pid")), { timeout: 20_000 }).toBe(true)
      const closed = once(worker, "close")
      worker.kill("SIGTERM")
      // As systemd does to all processes of a service.
      process.kill(Number(readFileSync(cli.path("together.pid"), "utf8")), "SIGTERM")
      await closed
      expect(await statusOf("together.json", id)).toMatchObject({ status: "pending", attempt: 2, uncounted: 1 })
    },
    60_000
  )

  it("leaves the question of its program open when it is stopped, and the next program gets the answer", async () => {
    const id = await cli.create("unanswered.json", { "max-attempts": "1" })
    const code = `import { execFileSync } from "node:child_process"
       import { readFileSync } from "node:fs"
       const { answer } = JSON.parse(readFileSync(0, "utf8"))
       if (answer !== undefined) { console.log(JSON.stringify(answer)); process.exit() }
       const [program, ...first] = ${JSON.stringify([cli.program, ...cli.first])}
       execFileSync(program, [...first, "ask", "--question", "Which quarter?", "--id", process.env.AUMAI_HANDOFF_ID])
       setInterval(() => {}, 1000)`
    const asking = work("unanswered.json", code, "--grace", "1s")
    await until("unanswered.json", id, "input_required")
    await stop(asking)
    expect(await statusOf("unanswered.json", id)).toMatchObject({ status: "input_required", released: true })
    const answer = ["answer", "--id", id, "--answer", "The third.", "--store", "unanswered.json"]
    expect((await cli.run(answer)).code).toBe(0)
    const known = { question: "Which quarter?", answer: "The third." }
    expect(await statusOf("unanswered.json", id)).toMatchObject({ status: "pending", attempt: 2, answer: known })
    const next = work("unanswered.json", code)
    await until("unanswered.json", id, "completed")
    expect((await statusOf("unanswered.json", id)).result).toEqual(known)
    await stop(next)
  }, 60_000)

  it.each(["cancelled.json", "sqlite:cancelled.db"])(
    "ends its program soon after the handoff is cancelled in %s, although the lease is long",
    async (store) => {
      const id = await cli.create(store)
      const script = cli.path(`${store.replace(":", "-")}.mjs`)
      const begun = `${script}.pid`
      writeFileSync(
        script,
        `import { writeFileSync } from "node:fs"
         setInterval(() => {}, 1000)
         writeFileSync(${JSON.stringify(begun)}, String(process.pid))`
      )
      const exec = `"${process.execPath}" "${script}"`
      // Without hints it would notice after twenty minutes.
      const worker = cli.start(["work", "--agent", "executor", "--exec", exec, "--store", store, "--lease", "1h"])
      await expect.poll(() => existsSync(begun), { timeout: 20_000 }).toBe(true)
      await cli.run(["cancel", "--id", id, "--store", store])
      const pid = Number(readFileSync(begun, "utf8"))
      await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false)
      await stop(worker)
    },
    60_000
  )

  it("tells why its program failed, whatever that wrote to standard error", async () => {
    const causes: Readonly<Record<string, readonly [code: string, reason: RegExp]>> = {
      thrown: [
        `throw Object.assign(new TypeError("no report", { cause: new Error("closed") }), { code: "E42" })`,
        /^It exited with 1: TypeError: no report code: 'E42', \[cause\]: Error: closed$/
      ],
      long: [`console.error("x".repeat(100_000)); process.exitCode = 1`, /^It exited with 1: x{65000,}…$/],
      odd: [`console.error("a\\0\\x1b[31mb\\x1b[0m"); process.exitCode = 1`, /^It exited with 1: ab$/],
      signal: [
        `process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)`,
        /^It (?:was ended by SIGTERM\.|exited with 143: Terminated)$/
      ]
    }
    for (const task of Object.keys(causes)) await cli.create("causes.json", { task, id: task, "max-attempts": "1" })
    const code = Object.entries(causes).map(([task, [line]]) => `${task}: () => { ${line} }`)
    const worker = work(
      "causes.json",
      `import { readFileSync } from "node:fs"
       const causes = { ${code.join(",\n")} }
       causes[JSON.parse(readFileSync(0, "utf8")).request.task_description]()`
    )
    for (const [id, [, reason]] of Object.entries(causes)) {
      await until("causes.json", id, "failed")
      expect((await statusOf("causes.json", id)).response.reason).toMatch(reason)
    }
    await stop(worker)
  }, 60_000)

  it("takes over the handoff of a killed worker", async () => {
    const id = await cli.create("killed.json")
    const dead = work(
      "killed.json",
      `import { writeFileSync } from "node:fs"
       setInterval(() => {}, 1000)
       writeFileSync("killed.pid", String(process.pid))`,
      "--lease",
      "1s"
    )
    await expect.poll(() => existsSync(cli.path("killed.pid")), { timeout: 20_000 }).toBe(true)
    dead.kill("SIGKILL")
    const worker = work("killed.json", "console.log('{}')", "--lease", "10s")
    await until("killed.json", id, "completed")
    await stop(worker)
    expect(await tagsOf("killed.json", id)).toEqual([
      "Created",
      "Accepted",
      "Started",
      "Released",
      "Accepted",
      "Started",
      "Completed"
    ])
  }, 60_000)

  it("lets its program ask, and continues after the answer of the sender", async () => {
    const id = await cli.create("asking.json", { "max-attempts": "1" })
    const worker = work(
      "asking.json",
      `import { execFileSync } from "node:child_process"
       import { setTimeout } from "node:timers/promises"
       const [program, ...first] = ${JSON.stringify([cli.program, ...cli.first])}
       const run = (...words) => execFileSync(program, [...first, ...words, "--id", process.env.AUMAI_HANDOFF_ID, "--json"])
       run("ask", "--question", "Which quarter?", "--attempt", process.env.AUMAI_HANDOFF_ATTEMPT)
       let record
       do { await setTimeout(100); record = JSON.parse(run("status")) } while (record.status === "input_required")
       console.log(JSON.stringify({ quarter: record.answer.answer }))`,
      "--lease",
      "2s"
    )
    await until("asking.json", id, "input_required")
    // Longer than until the next renewal, which has nothing to renew.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await cli.run(["answer", "--id", id, "--answer", "The third.", "--store", "asking.json"])
    await until("asking.json", id, "completed")
    expect((await statusOf("asking.json", id)).result).toEqual({ quarter: "The third." })
    await stop(worker)
  }, 60_000)

  it.skipIf(process.platform === "win32")(
    "does not wait for children of its program, and ends them",
    async () => {
      const id = await cli.create("daemon.json")
      const worker = work(
        "daemon.json",
        `import { spawn } from "node:child_process"
       // One child stays in the group with another output; one has left the group and keeps the output open.
       const near = spawn("sleep", ["600"], { stdio: "ignore" })
       const far = spawn("sleep", ["601"], { stdio: "inherit", detached: true })
       process.stdout.write(JSON.stringify({ near: near.pid, far: far.pid }), () => process.exit(0))`
      )
      await until("daemon.json", id, "completed")
      const { near, far } = (await statusOf("daemon.json", id)).result
      await expect.poll(() => isRunning(near), { timeout: 10_000 }).toBe(false)
      process.kill(far)
      await stop(worker)
    },
    60_000
  )

  it.skipIf(process.platform === "win32")(
    "ends its program when its terminal is closed",
    async () => {
      const id = await cli.create("closed.json")
      const worker = work(
        "closed.json",
        `import { writeFileSync } from "node:fs"
       setInterval(() => {}, 1000)
       writeFileSync("closed.pid", String(process.pid))`,
        "--grace",
        "1s"
      )
      await expect.poll(() => existsSync(cli.path("closed.pid")), { timeout: 20_000 }).toBe(true)
      const pid = Number(readFileSync(cli.path("closed.pid"), "utf8"))
      const closed = once(worker, "close")
      worker.kill("SIGHUP")
      await closed
      // It may exist a moment longer, until the process that inherited it reaps it.
      await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false)
      expect(await statusOf("closed.json", id)).toMatchObject({ status: "pending", attempt: 2 })
    },
    60_000
  )

  it("records when its agent was last seen", async () => {
    const run = (...words: ReadonlyArray<string>) => cli.run([...words, "--store", "agents.json"])
    await run("agents", "register", "--id", "fay", "--capability", "press")
    const worker = cli.start(["work", "--agent", "fay", "--exec", "true", "--store", "agents.json"])
    await expect
      .poll(async () => (await run("agents", "list")).stdout, { timeout: 20_000 })
      .toMatch(/^fay: press; last seen [-\dT:.]+Z, \ds ago: present$/m)
    const ended = new Promise((resolve) => worker.on("close", resolve))
    worker.kill("SIGTERM")
    await ended
  })
})
