import { decodeArchived, encodeArchived } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

import { type Histories, histories } from "../../../tooling/histories.ts"
import { chanceOf, mutated, tally } from "../../../tooling/mutations.ts"
import { HandoffManager } from "../src/HandoffManager.ts"
import { HandoffStore } from "../src/HandoffStore.ts"
import * as MemoryStore from "../src/MemoryStore.ts"
import { verifyArchive } from "../src/Verification.ts"
import { id } from "./fixtures.ts"

/** What a store of these histories exports, line by line. */
const linesOf = ({ commits }: Histories) =>
  Effect.gen(function* () {
    const { commit } = yield* HandoffStore
    for (const changes of commits) yield* commit(changes)
    const exported = yield* Stream.runCollect((yield* HandoffManager).export)
    return exported.map((handoff) => JSON.stringify(encodeArchived(handoff)))
  }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(Layer.fresh(MemoryStore.layer)))))

// The cast: what was exported is a handoff.
const read = (line: string) => JSON.parse(line) as Record<string, unknown>

describe("an archive", () => {
  it.effect("holds as it was exported, with all of its signatures, also with the places of the file store", () =>
    Effect.gen(function* () {
      const made = yield* histories(2)
      const lines = yield* linesOf(made)
      const verified = lines.map((line) => verifyArchive("archive", JSON.parse(line), made.agents))
      assert.deepStrictEqual(
        verified.filter(({ flaw }) => flaw !== undefined),
        []
      )
      const sum = (amounts: ReadonlyArray<number>) => amounts.reduce((sum, amount) => sum + amount, 0)
      assert.strictEqual(sum(verified.map(({ entries }) => entries)), made.commits.flat().length)
      assert.strictEqual(
        sum(verified.map(({ signed }) => signed)),
        made.commits.flat().filter(({ event }) => event.sig !== undefined).length
      )
      for (const line of lines) {
        const json = read(line)
        // The cast: it has just been exported.
        const history = (json["history"] as ReadonlyArray<object>).map((entry) => ({ ...entry, position: 17 }))
        assert.isUndefined(verifyArchive("file", { ...json, history }, made.agents).flaw)
      }
    })
  )

  it.effect("does not hold once something was added, dropped or written in another way", () =>
    Effect.gen(function* () {
      const made = yield* histories(1)
      const json = (yield* linesOf(made)).map(read).find((one) => one["record_id"] === "long-1") ?? {}
      const history = json["history"] as ReadonlyArray<Record<string, unknown>>
      const flawOf = (changed: unknown) => verifyArchive("archive", changed, made.agents).flaw
      const instead = (index: number, more: object) =>
        history.map((entry, at) => (at === index ? { ...entry, ...more } : entry))
      assert.deepStrictEqual(flawOf({ ...json, history: instead(2, { note: "by hand" }) }), {
        revision: 3,
        problem: "It has what this version does not know: note"
      })
      assert.deepInclude(flawOf({ ...json, history: instead(1, { at: "yesterday" }) }), { revision: 2 })
      assert.deepInclude(flawOf({ ...json, history: history.slice(0, -1) }), { revision: history.length - 1 })
      assert.deepInclude(flawOf({ ...json, history: null }), { revision: 0 })
      assert.deepInclude(flawOf({ ...json, attempt: 7 }), {
        problem: "The record is written otherwise than it was put on record: attempt"
      })
      assert.deepInclude(verifyArchive("archive", null, []), { recordId: id("(unreadable)"), entries: 0 })
      // What a program wrote that knows of no histories has none to compare.
      const { head: _, history: __, revision: ___, ...seed } = json
      assert.isUndefined(flawOf(seed))
      assert.isTrue(Result.isSuccess(decodeArchived("archive", seed)))
    })
  )

  it.effect("names what is unknown, what is missing and what is written otherwise", () =>
    Effect.gen(function* () {
      const made = yield* histories(1)
      const json = (yield* linesOf(made)).map(read).find((one) => one["record_id"] === "long-1") ?? {}
      // The cast: it has just been exported.
      const [created = {}, ...rest] = json["history"] as ReadonlyArray<Record<string, unknown>>
      const problemOf = (entry: object, more: object = {}) =>
        verifyArchive("archive", { ...json, ...more, history: [entry, ...rest] }, made.agents).flaw?.problem
      assert.strictEqual(
        problemOf({ ...created, note: 1, at: String(created["at"]).replace("Z", "+00:00") }),
        "It has what this version does not know: note; It is written otherwise than it was put on record: at"
      )
      const { attempt: _, ...without } = json
      assert.deepStrictEqual(verifyArchive("archive", without, made.agents).flaw, {
        revision: rest.length + 1,
        problem: "The record lacks attempt"
      })
      assert.strictEqual(problemOf(created, { note: null }), "The record has what this version does not know: note")
    })
  )

  it.effect("does not hold from the entry on with which its history cannot go on, wherever that is", () =>
    Effect.gen(function* () {
      const made = yield* histories(1)
      const json = (yield* linesOf(made)).map(read).find((one) => one["record_id"] === "long-1") ?? {}
      // The cast: it has just been exported.
      const history = json["history"] as ReadonlyArray<Record<string, unknown>>
      for (const [index] of history.entries()) {
        // A second beginning, which no history goes on with.
        const broken = history.with(index, history[0] ?? {})
        const { entries, flaw } = verifyArchive("archive", { ...json, history: broken }, made.agents)
        assert.strictEqual(entries, history.length)
        if (index === 0) assert.isUndefined(flaw)
        else assert.strictEqual(flaw?.revision, index + 1)
      }
    })
  )

  it.effect("tells who has signed without their keys, and of a program that has changed a state", () =>
    Effect.gen(function* () {
      const made = yield* histories(1)
      const all = (yield* linesOf(made)).map(read)
      const [signed, signatures] = all.reduce<readonly [number, number]>(
        ([signed, signatures], json) => {
          const verified = verifyArchive("archive", json, [])
          return [signed + verified.signed, signatures + verified.signatures]
        },
        [0, 0]
      )
      const events = made.commits.flat().map(({ event }) => event)
      assert.deepStrictEqual([signed, signatures], [0, events.filter(({ sig }) => sig !== undefined).length])
      const json = all.find((one) => one["status"] === "pending") ?? {}
      assert.isUndefined(verifyArchive("archive", json, []).isEdited)
      const { flaw, isEdited } = verifyArchive("archive", { ...json, status: "failed" }, [])
      assert.deepStrictEqual([isEdited, flaw?.revision], [true, json["revision"]])
    })
  )

  it.effect("tells of every byte that was changed, and in which handoff", () =>
    Effect.gen(function* () {
      const made = yield* histories(2)
      const lines = yield* linesOf(made)
      const chance = chanceOf(1)
      const count = tally()
      for (let done = 0; done < 1000; done++) {
        const line = chance.pick(lines)
        const { record_id: name } = read(line)
        const mutation = mutated(line, chance)
        if (mutation.isBroken) {
          count.note(true, mutation, String(name))
          continue
        }
        const { flaw, recordId } = verifyArchive("archive", JSON.parse(mutation.text), made.agents)
        // Under another name it is another handoff, and its entries were written for this one.
        const isNamed = recordId === name || mutation.at < line.indexOf(",")
        count.note(flaw !== undefined && isNamed, mutation, String(name))
      }
      assert.deepStrictEqual(count.missed, [])
      // Not only such as any reader would stumble on.
      assert.isBelow(count.counts()["invalid JSON"] ?? 0, 600)
    })
  )
})
