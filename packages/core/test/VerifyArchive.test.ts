import { decodeArchived, encodeArchived } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

import { chanceOf } from "../../testing/src/chance.ts"
import { type Histories, histories } from "../../testing/src/histories.ts"
import { mutated, tally } from "../../testing/src/mutations.ts"
import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { HandoffStore } from "../src/store/HandoffStore.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"
import { knownKeys, type VerifiedArchive, verifyArchive } from "../src/verification/Verification.ts"
import { id, second } from "./fixtures.ts"

/** Verifies handoffs of an archive by the keys of the store that it comes from. */
const verifierOf = ({ agents, keys }: Pick<Histories, "agents" | "keys">) => {
  const known = knownKeys(agents, keys)
  return (input: string, json: unknown): VerifiedArchive => verifyArchive(input, json, known, second(0))
}
const withoutKeys = verifierOf({ agents: [], keys: [] })

/** The export of a store with these histories, by line. */
const linesOf = ({ commits }: Histories) =>
  Effect.gen(function* () {
    const { commit } = yield* HandoffStore
    for (const changes of commits) yield* commit(changes)
    const exported = yield* Stream.runCollect((yield* HandoffManager).export)
    return exported.map((handoff) => JSON.stringify(encodeArchived(handoff)))
  }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(Layer.fresh(MemoryStore.layer)))))

// The cast is safe because an exported line is a handoff.
const read = (line: string) => JSON.parse(line) as Record<string, unknown>

describe("an archive", () => {
  it.effect("holds after an export, with its signatures, and with the positions of the file store", () =>
    Effect.gen(function* () {
      const made = yield* histories(2)
      const verify = verifierOf(made)
      const lines = yield* linesOf(made)
      const verified = lines.map((line) => verify("archive", JSON.parse(line)))
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
        // The cast is safe because it has just been exported.
        const history = (json["history"] as ReadonlyArray<object>).map((entry) => ({ ...entry, position: 17 }))
        assert.isUndefined(verify("file", { ...json, history }).flaw)
      }
    })
  )

  it.effect("does not hold after an addition, a removal or another encoding", () =>
    Effect.gen(function* () {
      const made = yield* histories(1)
      const verify = verifierOf(made)
      const json = (yield* linesOf(made)).map(read).find((one) => one["record_id"] === "long-1") ?? {}
      const history = json["history"] as ReadonlyArray<Record<string, unknown>>
      const flawOf = (changed: unknown) => verify("archive", changed).flaw
      const instead = (index: number, more: object) =>
        history.map((entry, at) => (at === index ? { ...entry, ...more } : entry))
      assert.deepStrictEqual(flawOf({ ...json, history: instead(2, { note: "by hand" }) }), {
        revision: 3,
        problem: "It has keys that this version does not know: note"
      })
      assert.deepInclude(flawOf({ ...json, history: instead(1, { at: "yesterday" }) }), { revision: 2 })
      assert.deepInclude(flawOf({ ...json, history: history.slice(0, -1) }), { revision: history.length - 1 })
      assert.deepInclude(flawOf({ ...json, history: null }), { revision: 0 })
      assert.deepInclude(flawOf({ ...json, attempt: 7 }), {
        problem: "The record differs from what this version writes at: attempt"
      })
      assert.deepInclude(withoutKeys("archive", null), { recordId: id("(unreadable)"), entries: 0 })
      // A record of a program without histories has nothing to compare.
      const { head: _, history: __, revision: ___, ...seed } = json
      assert.isUndefined(flawOf(seed))
      assert.isTrue(Result.isSuccess(decodeArchived("archive", seed)))
    })
  )

  it.effect("names unknown keys, missing keys and another encoding", () =>
    Effect.gen(function* () {
      const made = yield* histories(1)
      const verify = verifierOf(made)
      const json = (yield* linesOf(made)).map(read).find((one) => one["record_id"] === "long-1") ?? {}
      // The cast is safe because it has just been exported.
      const [created = {}, ...rest] = json["history"] as ReadonlyArray<Record<string, unknown>>
      const problemOf = (entry: object, more: object = {}) =>
        verify("archive", { ...json, ...more, history: [entry, ...rest] }).flaw?.problem
      assert.strictEqual(
        problemOf({ ...created, note: 1, at: String(created["at"]).replace("Z", "+00:00") }),
        "It has keys that this version does not know: note; It differs from what this version writes at: at"
      )
      const { attempt: _, ...without } = json
      assert.deepStrictEqual(verify("archive", without).flaw, {
        revision: rest.length + 1,
        problem: "The record lacks attempt"
      })
      assert.strictEqual(
        problemOf(created, { note: null }),
        "The record has keys that this version does not know: note"
      )
    })
  )

  it.effect("does not hold from the first entry on that cannot follow the previous one", () =>
    Effect.gen(function* () {
      const made = yield* histories(1)
      const verify = verifierOf(made)
      const json = (yield* linesOf(made)).map(read).find((one) => one["record_id"] === "long-1") ?? {}
      // The cast is safe because it has just been exported.
      const history = json["history"] as ReadonlyArray<Record<string, unknown>>
      for (const [index] of history.entries()) {
        // A second creation, which cannot follow any entry.
        const broken = history.with(index, history[0] ?? {})
        const { entries, flaw } = verify("archive", { ...json, history: broken })
        assert.strictEqual(entries, history.length)
        if (index === 0) assert.isUndefined(flaw)
        else assert.strictEqual(flaw?.revision, index + 1)
      }
    })
  )

  it.effect("lists the signers without their keys, and detects a state changed by a program", () =>
    Effect.gen(function* () {
      const made = yield* histories(1)
      const all = (yield* linesOf(made)).map(read)
      const [signed, signatures] = all.reduce<readonly [number, number]>(
        ([signed, signatures], json) => {
          const verified = withoutKeys("archive", json)
          return [signed + verified.signed, signatures + verified.signatures]
        },
        [0, 0]
      )
      const events = made.commits.flat().map(({ event }) => event)
      assert.deepStrictEqual([signed, signatures], [0, events.filter(({ sig }) => sig !== undefined).length])
      const json = all.find((one) => one["status"] === "pending") ?? {}
      assert.isUndefined(withoutKeys("archive", json).isEdited)
      const { flaw, isEdited } = withoutKeys("archive", { ...json, status: "failed" })
      assert.deepStrictEqual([isEdited, flaw?.revision], [true, json["revision"]])
    })
  )

  it.effect("detects every changed byte and names its handoff", () =>
    Effect.gen(function* () {
      const made = yield* histories(2)
      const verify = verifierOf(made)
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
        const { flaw, recordId } = verify("archive", JSON.parse(mutation.text))
        // With another id it is another handoff, and its digests are for the former id.
        const isNamed = recordId === name || mutation.at < line.indexOf(",")
        count.note(flaw !== undefined && isNamed, mutation, String(name))
      }
      assert.deepStrictEqual(count.missed, [])
      // Most mutations must still be valid JSON.
      assert.isBelow(count.counts()["invalid JSON"] ?? 0, 600)
    })
  )
})
