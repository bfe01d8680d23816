import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { HandoffStore, MemoryStore } from "@aumai/handoff-core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect, it } from "vitest"

import {
  type ArchivedHandoff,
  generateKeys,
  HandoffNotFound,
  handoffsOver,
  InvalidInput,
  KeyRequired,
  StoreError,
  type Verified
} from "../src/index.ts"
import { openHandoffs } from "../src/node.ts"
import { ask, rejection, stores, temporaryDirectory, using } from "./stores.ts"

const keys = { planner: await generateKeys(), executor: await generateKeys() }
/** The counters of a verification that has found nothing. */
const proof = { signed: 0, keyless: 0, unknown: 0, foreign: 0, clock: 0, ahead: 0, erased: 0 }

const secretKeys = { planner: keys.planner.secretKey, executor: keys.executor.secretKey }

describe.each(stores)("verifying a $name store", (store) => {
  it("counts verified handoffs, one or all", () =>
    using(store, async (handoffs) => {
      await handoffs.create(ask, { id: "q3" })
      await handoffs.accept("q3", { reason: "On it." })
      await handoffs.create(ask, { id: "q4" })
      expect(await handoffs.verify("q3")).toEqual({
        recordId: "q3",
        entries: 2,
        ...proof,
        isImported: false,
        keyless: 2
      })
      const seen: Array<readonly [number, Verified]> = []
      const all = await handoffs.verify({ onProgress: (handoffs, latest) => seen.push([handoffs, latest]) })
      expect(all).toEqual({
        handoffs: 2,
        entries: 3,
        archived: 0,
        purged: 0,
        ...proof,
        keyless: 3,
        imported: 0,
        missing: ["No agent has a key, so no signature was checked"],
        flaws: [],
        unproven: [],
        faults: [],
        notes: []
      })
      expect(seen).toEqual([
        [1, { recordId: "q3", entries: 2, ...proof, isImported: false, keyless: 2 }],
        [2, { recordId: "q4", entries: 1, ...proof, isImported: false, keyless: 1 }]
      ])
      expect(await handoffs.verify()).toEqual(all)
      expect(await rejection(handoffs.verify("nope"))).toBeInstanceOf(HandoffNotFound)
      expect(await rejection(handoffs.verify(""))).toBeInstanceOf(InvalidInput)
      expect(await rejection(handoffs.verify({ onProgress: 7 as never }))).toBeInstanceOf(InvalidInput)
      const thrown = new Error("enough")
      const throwing = () => {
        throw thrown
      }
      expect(await rejection(handoffs.verify({ onProgress: throwing }))).toBe(thrown)
    }))

  it("compares the log with a checkpoint", () =>
    using(store, async (handoffs) => {
      await handoffs.create(ask, { id: "q3" })
      const { log, note, origin, size, verifierKey } = await handoffs.checkpoint({ key: secretKeys.planner })
      expect([size, origin]).toEqual([1, `aumai-handoff/${log}`])
      await handoffs.accept("q3")
      for (const key of [verifierKey, keys.planner.publicKey]) {
        expect(await handoffs.verify({ checkpoint: { note, key } })).toMatchObject({ entries: 2, faults: [] })
      }
      const another = await handoffsOver(MemoryStore.layer)
      const empty = await another.checkpoint({ key: secretKeys.planner })
      expect(empty.note).toContain("\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n")
      await another.create(ask, { id: "q5" })
      const { note: theirs } = await another.checkpoint({ key: secretKeys.planner })
      await another.close()
      const differing = await handoffs.verify({ checkpoint: { note: theirs, key: keys.planner.publicKey } })
      expect([differing.flaws, differing.faults]).toEqual([[], [expect.stringContaining("checkpoint")]])
      for (const checkpoint of [
        { note, key: keys.executor.publicKey },
        { note: note.slice(1), key: verifierKey },
        {},
        7
      ]) {
        expect(await rejection(handoffs.verify({ checkpoint: checkpoint as never }))).toBeInstanceOf(InvalidInput)
      }
      for (const options of [undefined, {}, { key: "key" }, { key: secretKeys.planner, more: 1 }]) {
        expect(await rejection((async () => handoffs.checkpoint(options as never))())).toBeInstanceOf(InvalidInput)
      }
    }))

  it("checks signatures against the keys of the agents", () =>
    using(
      store,
      async (handoffs) => {
        for (const agent of ["planner", "executor"] as const) {
          await handoffs.agents.register(agent, [], { publicKey: keys[agent].publicKey })
        }
        const { recordId } = await handoffs.create({ ...ask, deadline: new Date(Date.now() + 3_600_000) })
        await handoffs.accept(recordId, { lease: 600_000 })
        await handoffs.attest(recordId, { by: "auditor", statement: "It adds up" })
        await handoffs.complete(recordId)
        expect((await handoffs.history(recordId)).map(({ event }) => event.sig?.length)).toEqual([
          86,
          86,
          undefined,
          86
        ])
        expect(await handoffs.verify(recordId)).toEqual({
          recordId,
          entries: 4,
          ...proof,
          isImported: false,
          signed: 3,
          keyless: 1
        })

        // Signatures are exported with the handoff, and the keys that judge them with the whole store.
        const lines: Array<string> = []
        for await (const handoff of handoffs.export()) lines.push(JSON.stringify(handoff))
        await using plain = await openHandoffs("memory:")
        await plain.import(lines.map((line) => JSON.parse(line)))
        expect(await plain.verify(recordId)).toMatchObject({ entries: 4, signed: 0, keyless: 0, unknown: 4 })
        await using whole = await openHandoffs("memory:")
        await whole.import(await handoffs.export({ full: true }))
        expect(await whole.verify(recordId)).toEqual({
          recordId,
          entries: 4,
          ...proof,
          isImported: false,
          signed: 3,
          keyless: 1
        })
      },
      { keys: secretKeys }
    ))

  it("keeps signatures of a key that was replaced, and of an agent that was removed", () => {
    const [first, second] = [keys.executor, keys.planner]
    return using(
      store,
      async (handoffs) => {
        await handoffs.agents.register("executor", [], { publicKey: first.publicKey })
        await handoffs.create(ask, { id: "q3" })
        await handoffs.accept("q3")
        await handoffs.agents.register("executor", [], { publicKey: second.publicKey })
        await handoffs.start("q3")
        await handoffs.agents.unregister("executor")
        expect(await handoffs.agents.list()).toEqual([])
        expect(await handoffs.verify("q3")).toMatchObject({ entries: 3, signed: 2, keyless: 1 })
        expect(await handoffs.verify()).toMatchObject({ signed: 2, flaws: [], faults: [] })
        // Nobody acts in its name any longer.
        expect(await rejection(handoffs.complete("q3"))).toBeInstanceOf(KeyRequired)
      },
      { keys: { executor: [first.secretKey, second.secretKey] } }
    )
  })

  it("refuses to record in the name of an agent without its key in force", () =>
    using(
      store,
      async (handoffs, location) => {
        await handoffs.agents.register("planner", [], { publicKey: keys.planner.publicKey })
        await handoffs.create(ask, { id: "q3" })
        expect(await handoffs.verify("q3")).toMatchObject({ signed: 1 })
        if (!store.isShared) return
        for (const secrets of [{}, { planner: keys.executor.secretKey }, { executor: keys.planner.secretKey }]) {
          await using stranger = await openHandoffs(location, { keys: secrets })
          for (const refused of [stranger.create(ask, { id: "q4" }), stranger.cancel("q3")]) {
            expect(await rejection(refused)).toMatchObject({
              _tag: "KeyRequired",
              agentId: "planner",
              publicKey: keys.planner.publicKey
            })
          }
        }
        expect(await handoffs.verify()).toMatchObject({ handoffs: 1, entries: 1, signed: 1, flaws: [] })
      },
      { keys: { planner: keys.planner.secretKey } }
    ))

  it("refuses to import what an agent with a key here has not signed, unless it is trusted", () =>
    using(
      store,
      async (handoffs) => {
        await handoffs.agents.register("planner", [], { publicKey: keys.planner.publicKey })
        for (const [id, secrets, how] of [
          ["q3", {}, "is not signed"],
          ["q4", { planner: keys.executor.secretKey }, "is signed with a key that this store does not know"]
        ] as const) {
          await using other = await openHandoffs("memory:", { keys: secrets })
          await other.create(ask, { id })
          const archive: Array<ArchivedHandoff> = []
          for await (const handoff of other.export()) archive.push(handoff)
          const problem = `Entry 1 is in the name of planner, which has a key here, but it ${how}`
          expect(await handoffs.import(archive)).toEqual([{ recordId: id, outcome: "broken", problem }])
          expect(await handoffs.import(archive, { trust: true })).toEqual([{ recordId: id, outcome: "added" }])
        }
        expect(await handoffs.verify()).toMatchObject({ handoffs: 2, signed: 0, flaws: [], faults: [] })
      },
      { keys: { planner: keys.planner.secretKey } }
    ))

  it("refuses to import a changed handoff", () =>
    using(store, async (handoffs) => {
      await handoffs.create(ask, { id: "q3" })
      await handoffs.accept("q3", { reason: "On it." })
      await handoffs.start("q3")
      const lines: Array<string> = []
      for await (const handoff of handoffs.export()) lines.push(JSON.stringify(handoff).replaceAll("On it.", "No way."))
      await using other = await openHandoffs("memory:")
      expect(await other.import(lines.map((line) => JSON.parse(line)))).toEqual([
        { recordId: "q3", outcome: "broken", problem: "Entry 3 does not hold the digest of the one before it" }
      ])
      expect((await other.metrics()).total).toBe(0)
    }))
})

/** Replaces a word in the files of a store. */
const tamper = (directory: string, from: string, to: string): void => {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name)
    if (name.endsWith(".db")) {
      using database = new DatabaseSync(path)
      database.prepare("UPDATE log SET event = replace(event, ?, ?)").run(from, to)
    } else if (/json/.test(name)) {
      writeFileSync(path, readFileSync(path, "utf8").replaceAll(from, to))
    }
  }
}

describe.each(stores.filter(({ isShared }) => isShared))("a $name store changed by hand", (store) => {
  it("is reported with the place", async () => {
    using directory = temporaryDirectory()
    const location = store.location(directory.path)
    {
      await using handoffs = await openHandoffs(location)
      await handoffs.create(ask, { id: "q3" })
      await handoffs.accept("q3", { reason: "On it." })
      await handoffs.start("q3")
      await handoffs.create(ask, { id: "q4" })
    }
    tamper(directory.path, "On it.", "No way.")
    await using handoffs = await openHandoffs(location)
    const { flaw } = await handoffs.verify("q3")
    expect(flaw).toEqual({ revision: 2, problem: "It is not the entry whose digest revision 3 holds" })
    expect(await handoffs.verify()).toMatchObject({ handoffs: 2, flaws: [{ recordId: "q3", ...flaw }], faults: [] })
  })
})

describe("a store with an unreadable tally", () => {
  const over = (reason: StoreError["reason"]) => {
    const failure = new StoreError({ operation: "tally", reason, detail: "The tally is no number" })
    const layer = Layer.effectContext(
      Effect.gen(function* () {
        const context = yield* Layer.build(MemoryStore.layer)
        const store = Context.get(context, HandoffStore)
        return Context.add(context, HandoffStore, HandoffStore.of({ ...store, tally: Effect.fail(failure) }))
      })
    )
    return handoffsOver(layer)
  }

  it("is verified otherwise", async () => {
    await using handoffs = await over("corrupt")
    await handoffs.create(ask)
    expect(await handoffs.verify()).toMatchObject({
      handoffs: 1,
      faults: [
        "The counters cannot be compared with the records, because the store cannot read them: The tally is no number"
      ]
    })
  })

  it("fails to verify while it is unavailable", async () => {
    await using handoffs = await over("unavailable")
    expect(await rejection(handoffs.verify())).toMatchObject({ _tag: "StoreError", reason: "unavailable" })
  })
})

describe("keys", () => {
  it("are 32 bytes each, and always different", async () => {
    const pairs = [...Object.values(keys), await generateKeys()].flatMap(Object.values)
    expect(new Set(pairs).size).toBe(6)
    for (const key of pairs) expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  it("that are invalid are refused without repeating them", async () => {
    for (const wrong of [
      { executor: "secret" },
      { executor: 7 as never },
      { "": keys.planner.secretKey },
      7 as never
    ]) {
      const error = await rejection(openHandoffs("memory:", { keys: wrong }))
      expect(error).toBeInstanceOf(InvalidInput)
      expect(String(error)).not.toContain("secret:")
    }
    await using handoffs = await openHandoffs("memory:", { keys: undefined })
    expect((await handoffs.verify()).handoffs).toBe(0)
  })
})
