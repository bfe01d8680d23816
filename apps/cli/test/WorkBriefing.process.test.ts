import { once } from "node:events"
import { writeFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { commandProcess } from "./command.ts"
import { on } from "./telling.ts"

const cli = commandProcess()

/** The command line that runs a program with Node. */
const program = (name: string, code: string): string => {
  writeFileSync(cli.path(name), code)
  return `"${process.execPath}" "${cli.path(name)}"`
}

const statusOf = async (store: string, id: string) =>
  JSON.parse((await cli.run(["status", "--id", id, "--json", "--store", store])).stdout)

const until = (store: string, id: string, status: string) =>
  expect.poll(async () => (await statusOf(store, id)).status, { timeout: 30_000, interval: 200 }).toBe(status)

const stop = async (worker: ReturnType<typeof cli.start>): Promise<void> => {
  const closed = once(worker, "close")
  worker.kill("SIGTERM")
  await closed
}

const work = (store: string, exec: string, ...words: ReadonlyArray<string>) =>
  cli.start(["work", "--agent", "executor", "--store", store, "--exec", exec, ...words])

const briefing = (more: object = {}) =>
  JSON.stringify({
    severity: "stable",
    summary: "二つの請求書",
    actions: [{ id: "invoices", task: "Ask for them" }],
    read_back: more
  })

const reads = `import { readFileSync } from "node:fs"
const { request } = JSON.parse(readFileSync(0, "utf8"))
`

describe("work with briefings and artifacts", () => {
  it("reads back with a program, waits for the confirmation, and returns artifacts and evidence", async () => {
    const store = "whole.json"
    const id = await cli.create(store, { briefing: briefing({ confirm: true }), deliverable: "report" })
    const handed = {
      result: { pages: 1 },
      artifacts: [{ name: "report", media_type: "text/plain", content: "報告" }],
      evidence: [{ grade: "observed", statement: "All tests passed", of: "report" }]
    }
    const worker = work(
      store,
      program("whole.mjs", `console.log(${JSON.stringify(JSON.stringify(handed))})`),
      "--lease",
      "10s",
      "--with-artifacts",
      "--read-back-exec",
      program(
        "restate.mjs",
        `${reads}const items = request.briefing.actions.map(({ id }) => ({ id, answer: "understood" }))
         console.log(JSON.stringify({ summary: "I am to do: " + request.briefing.summary, items }))`
      )
    )
    await expect.poll(async () => (await statusOf(store, id)).read_back, { timeout: 30_000 }).toBeDefined()
    expect(await statusOf(store, id)).toMatchObject({
      status: "accepted",
      read_back: { summary: "I am to do: 二つの請求書", items: [{ id: "invoices", answer: "understood" }] }
    })
    await on(cli, store).done("confirm", "--id", id)
    await until(store, id, "completed")
    await stop(worker)
    expect(await statusOf(store, id)).toMatchObject({
      ...handed,
      evidence: [{ ...handed.evidence[0], by: "executor" }]
    })
  }, 60_000)

  it("skips handoffs that require a read-back if it has no program for that", async () => {
    const store = "passed.json"
    const asked = await cli.create(store, { briefing: briefing(), priority: "9" })
    const plain = await cli.create(store)
    const worker = work(store, program("plain.mjs", ""))
    await until(store, plain, "completed")
    expect((await statusOf(store, asked)).status).toBe("pending")
    await stop(worker)
  }, 60_000)

  it("releases a handoff with a reason if the output of its program is invalid", async () => {
    const store = "wrong.json"
    const torn = await cli.create(store, { "max-attempts": "1", task: "torn" })
    const unknown = await cli.create(store, { "max-attempts": "1", task: "unknown" })
    const lacking = await cli.create(store, { "max-attempts": "1", task: "lacking", deliverable: "report" })
    const code = `${reads}console.log({ torn: "no JSON", unknown: '{"outcome": {}}', lacking: "{}" }[request.task_description])`
    const worker = work(store, program("wrong.mjs", code), "--with-artifacts")
    for (const id of [torn, unknown, lacking]) await until(store, id, "failed")
    await stop(worker)
    expect((await statusOf(store, torn)).response.reason).toMatch(/^Invalid output: /)
    expect((await statusOf(store, unknown)).response.reason).toContain("outcome: Unknown key")
    expect((await statusOf(store, lacking)).response.reason).toContain("report: Expected an artifact of this name")
  }, 60_000)

  it("signs its events and those of its program with the given key", async () => {
    const store = "signed.json"
    const key = await cli.run(["keygen", "--out", "executor.key", "--json"])
    const { public_key } = JSON.parse(key.stdout) as { readonly public_key: string }
    const signing = ["--public-key", public_key, "--key", "executor=executor.key"]
    await on(cli, store).done("agents", "register", "--id", "executor", "--capability", "report", ...signing)
    const id = await cli.create(store)
    const code = `import { execFileSync } from "node:child_process"
      const [program, ...first] = ${JSON.stringify([cli.program, ...cli.first])}
      execFileSync(program, [...first, "progress", "--id", process.env.AUMAI_HANDOFF_ID, "--note", "half"])`
    const worker = work(store, program("signed.mjs", code), "--key", "executor=executor.key")
    await until(store, id, "completed")
    await stop(worker)
    expect(await on(cli, store).done("verify")).toContain("4 signed and checked")
  }, 60_000)
})
