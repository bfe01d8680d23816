import { spawn } from "node:child_process"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"

import { describe, expect, it } from "vitest"

import type { Handoffs } from "../src/index.ts"
import { archiveFile, openHandoffs } from "../src/node.ts"
import { ask, rejection, type StoreCase, stores, temporaryDirectory } from "./stores.ts"

const soon = () => new Date(Date.now() + 60_000)
const secret = "Mrs Miller, born on 3 May"

/** Hands a task over and completes it. */
const done = async (handoffs: Handoffs, id: string, words = id) => {
  await handoffs.create({ ...ask, taskDescription: `Write to ${words}`, context: { person: words } }, { id })
  await handoffs.accept(id, { reason: words })
  await handoffs.complete(id, { result: { letter: words } })
}

const ids = async (handoffs: Handoffs) => {
  const found: Array<string> = []
  for await (const { recordId } of handoffs.listAll({ _tag: "All" })) found.push(recordId)
  return found.toSorted()
}

/** Opens a store in a directory that the test may look into. */
const inDirectory = async (
  store: StoreCase,
  test: (handoffs: Handoffs, at: (name: string) => string) => Promise<void>
) => {
  using directory = temporaryDirectory()
  const at = (name: string) => join(directory.path, name)
  await using handoffs = await openHandoffs(store.location(directory.path))
  await test(handoffs, at)
}

const checked = async (handoffs: Handoffs, ...files: ReadonlyArray<string>) => {
  const { archived, faults, flaws, notes, purged } = await handoffs.verify({ with: files.map(archiveFile) })
  return { archived, purged, problems: [...faults, ...flaws.map(({ problem }) => problem), ...notes] }
}

const generated = async () => {
  const { generateKeys } = await import("../src/index.ts")
  return generateKeys()
}

describe.each(stores)("archiving on $name", (store) => {
  it("reads back each key as it is written, also after keys with a backslash", () =>
    inDirectory(store, async (handoffs, at) => {
      for (const [index, key] of ["\\", "\u0001", "\n"].entries()) {
        const { recordId } = await handoffs.create({ ...ask, context: { first: 1, [key]: 2 } }, { id: `key-${index}` })
        await handoffs.cancel(recordId)
      }
      const report = await handoffs.archive({ before: soon(), to: archiveFile(at("keys.json")) })
      expect(report).toMatchObject({ handoffs: 3, kept: 0 })
      expect((await checked(handoffs, at("keys.json"))).problems).toEqual([])
    }))

  it("moves what has ended to a file, which verifies, and puts it back at its positions", () =>
    inDirectory(store, async (handoffs, at) => {
      await done(handoffs, "a")
      await handoffs.create(ask, { id: "open" })
      await done(handoffs, "b")
      const { publicKey, secretKey } = await generated()
      const { note } = await handoffs.checkpoint({ key: secretKey })
      const log = await handoffs.export({ full: true })
      const before: Array<unknown> = []
      for await (const one of log.records) before.push(one)

      const report = await handoffs.archive({ before: soon(), to: archiveFile(at("a.json")) })
      expect(report).toMatchObject({ handoffs: 2, entries: 6, kept: 0, checkpoint: { size: 7 } })
      expect(await ids(handoffs)).toEqual(["open"])
      expect(await checked(handoffs, at("a.json"))).toEqual({ archived: 2, purged: 0, problems: [] })
      const { faults } = await handoffs.verify({ checkpoint: { note, key: publicKey } })
      expect(faults).toEqual([])

      const archive = JSON.parse(readFileSync(at("a.json"), "utf8"))
      const imported = await handoffs.import(archive)
      expect(imported.map(({ outcome }) => outcome)).toEqual(["added", "added"])
      const after: Array<unknown> = []
      for await (const one of (await handoffs.export({ full: true })).records) after.push(one)
      expect(after).toEqual(before)
      expect((await handoffs.verify({ checkpoint: { note, key: publicKey } })).faults).toEqual([])
      expect(await rejection(handoffs.get("c"))).toMatchObject({ _tag: "HandoffNotFound" })
    }))

  it("takes whole chains only, by the status of their whole", () =>
    inDirectory(store, async (handoffs, at) => {
      for (const whole of ["ended", "running"]) {
        await handoffs.create(ask, { id: whole })
        await handoffs.accept(whole)
        await handoffs.delegate(whole, { toAgent: "helper", taskDescription: "A part" }, { id: `${whole}.part` })
      }
      await handoffs.accept("ended.part")
      await handoffs.fail("ended.part", { reason: "It cannot be done" })
      await handoffs.complete("ended")
      await handoffs.accept("running.part")
      await handoffs.complete("running.part")
      await handoffs.create(ask, { id: "rejected" })
      await handoffs.reject("rejected", { reason: "No" })
      const { handoffs: none } = await handoffs.archive({ before: new Date(0), to: archiveFile(at("none.json")) })
      expect(none).toBe(0)
      expect(existsSync(at("none.json"))).toBe(false)
      const to = archiveFile(at("a.json"))
      expect(await handoffs.archive({ before: soon(), status: ["completed"], to })).toMatchObject({ handoffs: 2 })
      expect(await ids(handoffs)).toEqual(["rejected", "running", "running.part"])
    }))

  it("finds an archive that was changed, and refuses one that is torn, of another log, or complete", () =>
    inDirectory(store, async (handoffs, at) => {
      await done(handoffs, "a")
      await handoffs.archive({ before: soon(), to: archiveFile(at("a.json")) })
      const text = readFileSync(at("a.json"), "utf8")
      writeFileSync(at("changed.json"), text.replace("Write to a", "Write to b"))
      const { problems } = await checked(handoffs, at("changed.json"))
      expect(problems.join("\n")).toContain("changed.json is not as it was archived")
      expect(problems.join("\n")).toContain("is not the one of the log")
      const again = (name: string) => rejection(handoffs.archive({ before: soon(), to: archiveFile(at(name)) }))
      expect(await again("a.json")).toMatchObject({
        _tag: "InvalidInput",
        message: expect.stringContaining("is complete")
      })
      writeFileSync(at("torn.json"), text.slice(0, -10))
      expect(await again("torn.json")).toMatchObject({ _tag: "InvalidInput" })
      const origin = /"origin":"(\w+)"/.exec(text)?.[1] ?? ""
      writeFileSync(at("other.json"), text.replace(origin, "0".repeat(26)))
      expect(await again("other.json")).toMatchObject({
        message: expect.stringContaining("Expected an archive of the log")
      })
    }))

  it("lets followers go on after an entry that was archived", () =>
    inDirectory(store, async (handoffs, at) => {
      await done(handoffs, "a")
      const [, accepted] = await handoffs.history("a")
      await handoffs.create(ask, { id: "open" })
      await handoffs.archive({ before: soon(), to: archiveFile(at("a.json")) })
      const seen: Array<string> = []
      for await (const { recordId } of handoffs.changes({ from: accepted?.position, until: "now" })) seen.push(recordId)
      expect(seen).toEqual(["open"])
    }))
})

/** All bytes of the files in a directory. */
const bytesIn = (directory: string) =>
  readdirSync(directory).map((name) => `${name}: ${readFileSync(join(directory, name), "latin1")}`)

describe.each(stores)("purging on $name", (store) => {
  it("leaves no text in any file of the store, and everything verifies", async () => {
    using directory = temporaryDirectory()
    const location = store.location(directory.path)
    {
      await using handoffs = await openHandoffs(location)
      for (let index = 0; index < 40; index++) await done(handoffs, `other${index}`)
      await done(handoffs, "a", secret)
      const before = await handoffs.get("a")
      const report = await handoffs.purge("a", { by: "operator", reason: "A request of its subject" })
      expect(report).toEqual({ purged: ["a"], unchanged: [] })
      const after = await handoffs.get("a")
      expect(after).toMatchObject({ status: "completed", head: before.head, revision: 3, result: {} })
      expect(after.request).toMatchObject({ fromAgent: "planner", toAgent: "executor", taskDescription: "(erased)" })
      expect(JSON.stringify([after, await handoffs.history("a")])).not.toContain(secret)
      expect(await checked(handoffs)).toEqual({ archived: 0, purged: 1, problems: [] })
      expect(bytesIn(directory.path).filter((bytes) => bytes.includes(secret))).toEqual([])
      expect((await handoffs.purge(["a"], { by: "operator" })).unchanged).toEqual(["a"])
    }
    expect(bytesIn(directory.path).filter((bytes) => bytes.includes(secret))).toEqual([])
    if (store.name === "memory") return
    await using again = await openHandoffs(location)
    expect(await checked(again)).toEqual({ archived: 0, purged: 1, problems: [] })
    expect((await again.get("other7")).request.context).toEqual({ person: "other7" })
  })

  it("refuses an open handoff and one that is not there, and then erases none of the others", () =>
    inDirectory(store, async (handoffs) => {
      await done(handoffs, "a", secret)
      await handoffs.create(ask, { id: "open" })
      const refused = await rejection(handoffs.purge(["a", "open"], { by: "operator" }))
      expect(refused).toMatchObject({
        _tag: "InvalidTransition",
        message: expect.stringContaining("`purge` needs a completed")
      })
      expect(await rejection(handoffs.purge(["a", "gone"], { by: "operator" }))).toMatchObject({
        _tag: "HandoffNotFound"
      })
      expect(JSON.stringify(await handoffs.get("a"))).toContain(secret)
      expect((await checked(handoffs)).purged).toBe(0)
    }))

  it("notes a body that came back", () =>
    inDirectory(store, async (handoffs, at) => {
      await done(handoffs, "a", secret)
      await handoffs.archive({ before: soon(), to: archiveFile(at("a.json")) })
      const archive = JSON.parse(readFileSync(at("a.json"), "utf8"))
      await handoffs.import(archive)
      await handoffs.purge("a", { by: "operator" })
      await handoffs.archive({ before: soon(), to: archiveFile(at("b.json")) })
      await handoffs.import(archive)
      expect((await handoffs.verify()).faults).toEqual([
        "The log notes that handoff a was purged, but it has a body; `purge` it again"
      ])
    }))
})

const program = join(import.meta.dirname, "programs/archive.ts")

/** Runs the archive in a process, and kills it once it has printed this number of lines. Returns its lines. */
const killedAfter = async (location: string, file: string, most: number) => {
  const child = spawn(process.execPath, [program, location, file], { stdio: ["ignore", "pipe", "ignore"] })
  const ended = new Promise((resolve) => child.once("exit", resolve))
  const lines: Array<string> = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (lines.length >= most) child.kill("SIGKILL")
  }
  await ended
  return lines
}

describe.each(stores.filter(({ isShared }) => isShared))("an archive process on $name", (store) => {
  it("loses nothing when it is killed at any step, and is completed by repeating it", async () => {
    using directory = temporaryDirectory()
    const location = store.location(directory.path)
    const file = join(directory.path, "archive.json")
    const all = Array.from({ length: 40 }, (_, index) => `h${10 + index}`)
    {
      await using handoffs = await openHandoffs(location)
      for (const id of all) await done(handoffs, id)
      await handoffs.create(ask, { id: "open" })
    }
    const kills: Array<{ readonly lost: ReadonlyArray<string>; readonly early: ReadonlyArray<string> }> = []
    let left: ReadonlyArray<string> = []
    for (let most = 1; left.length !== 1; most += 2) {
      const lines = await killedAfter(location, file, most)
      await using handoffs = await openHandoffs(location)
      left = await ids(handoffs)
      const text = existsSync(file) ? readFileSync(file, "utf8") : ""
      const gone = all.filter((id) => !left.includes(id))
      kills.push({
        lost: gone.filter((id) => !text.includes(`"record_id":"${id}"`)),
        early: lines.includes("flush") ? [] : gone
      })
    }
    expect(kills.flatMap(({ early, lost }) => [...early, ...lost])).toEqual([])
    expect(kills.length).toBeGreaterThan(3)
    expect(left).toEqual(["open"])
    // The last kill may have come before the end.
    await killedAfter(location, file, Number.POSITIVE_INFINITY)
    await using handoffs = await openHandoffs(location)
    expect((await checked(handoffs, file)).problems).toEqual([])
  }, 120_000)
})
