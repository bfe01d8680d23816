import { execFile } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"

import { describe, expect, it } from "vitest"

import { type ArchivedHandoff, type FullArchive, generateKeys, type Handoffs, type ImportReport } from "../src/index.ts"
import { openHandoffs } from "../src/node.ts"
import { ask, temporaryDirectory } from "./stores.ts"

const workspace = join(import.meta.dirname, "../../..")
const run = promisify(execFile)
const command = async (...words: ReadonlyArray<string>): Promise<string> =>
  (await run(process.execPath, [join(workspace, "apps/cli/src/main.ts"), ...words])).stdout

/** A file of the Python library: records without a history. */
const python: ReadonlyArray<ArchivedHandoff> = JSON.parse(
  readFileSync(join(workspace, "packages/protocol/test/fixtures/handoffs-python.json"), "utf8")
)

const exported = async (handoffs: Handoffs): Promise<ReadonlyArray<ArchivedHandoff>> => {
  const archive: Array<ArchivedHandoff> = []
  for await (const handoff of handoffs.export()) archive.push(handoff)
  return archive
}
const { publicKey, secretKey } = await generateKeys()
const keys = { artist: secretKey }
const write = (path: string, handoffs: ReadonlyArray<ArchivedHandoff>) => writeFileSync(path, JSON.stringify(handoffs))
const read = (text: string): ReadonlyArray<ArchivedHandoff> => JSON.parse(text)
/** Rewrites the Python library's times, which have microseconds and offsets, as milliseconds in UTC. */
const moment = (_: string, value: unknown): unknown =>
  typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)
    ? new Date(/(?:Z|[+-]\d\d:\d\d)$/.test(value) ? value : `${value}Z`).toISOString()
    : value
const outcomes = (reports: ReadonlyArray<ImportReport>) => [...new Set(reports.map(({ outcome }) => outcome))]

/** Handoffs with a lease, a read-back, hops, parts and artifacts, some of which the Python library does not know. */
const fill = async (handoffs: Handoffs): Promise<void> => {
  const briefing = {
    severity: "stable",
    summary: "Two invoices.",
    actions: [{ id: "a", task: "Ask" }],
    readBack: {}
  } as const
  const deadline = new Date("2036-12-01T09:00:00.123Z")
  await handoffs.create({ ...ask, briefing, deadline, context: { at_once: { fromAgent: "kept" } } }, { id: "whole" })
  await handoffs.accept("whole", {
    lease: 600_000,
    readBack: { summary: "Ask.", items: [{ id: "a", answer: "question" }] }
  })
  await handoffs.confirm("whole", { correction: "Both." })
  await handoffs.start("whole")
  await handoffs.delegate("whole", { toAgent: "artist", taskDescription: "Draw" }, { id: "part" })
  await handoffs.forward("part", { to: "painter", handBack: { done: ["A sketch"] } })
  await handoffs.accept("part")
  await handoffs.complete("part", { artifacts: [{ name: "chart", content: { mediaType: 1 } }] })
  await handoffs.ask("whole", { question: "Which quarter?" })
  await handoffs.create(ask, { id: "withdrawn" })
  await handoffs.cancel("withdrawn")
}

describe("an archive of the SDK", () => {
  it("is JSON with the names of the wire", async () => {
    await using handoffs = await openHandoffs("memory:")
    await fill(handoffs)
    const archive = await exported(handoffs)
    expect(read(JSON.stringify(archive))).toStrictEqual(archive)
    expect(archive[0]).toMatchObject({ record_id: "whole", status: "in_progress", request: { from_agent: "planner" } })
  })

  it("survives a round trip through the command", async () => {
    using directory = temporaryDirectory()
    const [file, store] = [join(directory.path, "archive.json"), join(directory.path, "store.json")]
    await using handoffs = await openHandoffs("memory:")
    await fill(handoffs)
    await handoffs.import(python)
    const archive = await exported(handoffs)
    write(file, archive)
    await command("import", "--file", file, "--store", store)
    const back = read(await command("export", "--store", store))
    expect(back).toEqual(archive)
    expect(outcomes(await handoffs.import(back))).toEqual(["unchanged"])
    await using other = await openHandoffs("memory:")
    expect(outcomes(await other.import(back))).toEqual(["added"])
    expect(await other.get("whole")).toEqual(await handoffs.get("whole"))
  }, 120_000)

  it("is a store file, like the Python library's file", async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, "handoffs.json")
    await using handoffs = await openHandoffs("memory:")
    await fill(handoffs)
    const archive = await exported(handoffs)
    write(path, archive)
    await using opened = await openHandoffs(path)
    expect(await exported(opened)).toEqual(archive)
  })

  it("survives a round trip from the Python library", async () => {
    await using handoffs = await openHandoffs("memory:")
    expect(outcomes(await handoffs.import(python))).toEqual(["added"])
    const known: ReadonlyArray<ArchivedHandoff> = JSON.parse(JSON.stringify(python), moment)
    const archive = new Map((await exported(handoffs)).map((handoff) => [handoff.record_id, handoff]))
    for (const one of known) expect(archive.get(one.record_id)).toMatchObject(one)
  })

  it("imports an export that the Python library has rewritten", async () => {
    await using handoffs = await openHandoffs("memory:")
    await handoffs.create(ask, { id: "q3" })
    const response = { accepted: true, reason: "Sure.", estimated_completion: null }
    // The Python library drops unknown keys, and the handoff is still the same.
    const rewritten = (await exported(handoffs)).map((handoff) => ({
      ...handoff,
      head: null,
      history: null,
      status: "accepted",
      response,
      // Later than it was created, and within the difference that clocks may have.
      updated_at: new Date(Date.now() + 30_000).toISOString()
    }))
    expect(await handoffs.import(rewritten)).toEqual([{ recordId: "q3", outcome: "newer" }])
    expect(await handoffs.get("q3")).toMatchObject({ status: "accepted", response: { reason: "Sure." } })
  })

  it("can be of a whole store, which the command reads and writes, too", async () => {
    using directory = temporaryDirectory()
    const [file, store] = [join(directory.path, "whole.json"), join(directory.path, "store.json")]
    await using handoffs = await openHandoffs("memory:", { keys })
    await fill(handoffs)
    await handoffs.agents.register("artist", ["draw"], { publicKey, capacity: 3 })
    const { records, ...whole } = await handoffs.export({ full: true })
    const all: Array<ArchivedHandoff> = []
    for await (const record of records) all.push(record)
    const history = await handoffs.history("whole")
    expect(all[0]).toMatchObject({ history: history.map(({ position }) => ({ position })) })
    writeFileSync(file, JSON.stringify({ ...whole, records: all }))
    await command("import", "--file", file, "--store", store)
    const back = JSON.parse(await command("export", "--full", "--store", store)) as FullArchive

    await using other = await openHandoffs("memory:")
    expect(outcomes(await other.import(back))).toEqual(["added"])
    expect(await other.agents.list()).toEqual(await handoffs.agents.list())
    expect(await exported(other)).toEqual(await exported(handoffs))
  }, 120_000)

  it("never changes a registered agent", async () => {
    await using handoffs = await openHandoffs("memory:", { keys })
    await handoffs.agents.register("artist", ["draw"], { publicKey })
    const before = await handoffs.agents.list()
    const agents = [
      { agent_id: "artist", capabilities: ["forge"], keys: [] },
      { agent_id: "painter", capabilities: [] }
    ]
    await handoffs.import({ format: "aumai-handoff/archive/2", agents, records: [] })
    expect(await handoffs.agents.list()).toEqual([...before, { agentId: "painter", capabilities: [] }])
  })

  it.each([
    [{}, "format: Expected aumai-handoff/archive/2"],
    [{ format: "aumai-handoff/archive/2", seals: [], agents: [], records: [] }, "seals: This version does not know"],
    [{ format: "aumai-handoff/archive/2", agents: [], keys: [{}], records: [] }, "Invalid archive keys[0]: "],
    [{ format: "aumai-handoff/archive/2", agents: [{}], records: [] }, "Invalid archive agents[0]: agent_id"]
  ])("of a whole store is refused with a sentence: %j", async (archive, sentence) => {
    await using handoffs = await openHandoffs("memory:")
    // The cast: a program without types can pass anything.
    await expect(handoffs.import(archive as FullArchive)).rejects.toThrow(sentence)
  })
})
