import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { HandoffManager } from "@aumai/handoff-core"
import { knownKeys, verifyAll, verifyArchive } from "@aumai/handoff-core/Verification"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

import { chanceOf } from "../../testing/src/chance.ts"
import { histories } from "../../testing/src/histories.ts"
import { fill, mutated, type Mutation, tally } from "../../testing/src/mutations.ts"
import { FileStore } from "../src/index.ts"
import { temporaryDirectory } from "./processes.ts"

/** The text of each record in a readable file. */
const recordsIn = (text: string) =>
  text
    .slice(2, -3)
    .split(/(?<=\n {2}\}),\n/)
    .map((record) => ({ record, id: String(JSON.parse(record).record_id) }))

/** Tests whether an offset in a record is in its history and not in the digits of a log position. */
const inHistory = (record: string) => {
  const begin = record.indexOf(`"history": [`)
  const places = [...record.matchAll(/"position": (\d+)/g)].map(({ 0: found, index }) => [
    index + `"position": `.length,
    index + found.length
  ])
  return (at: number) => at >= begin && !places.some(([from = 0, to = 0]) => at >= from && at < to)
}

describe("a byte changed in the readable file", () => {
  it.live("is found everywhere in a history", () =>
    Effect.gen(function* () {
      using directory = temporaryDirectory()
      const path = join(directory.path, "handoffs.json")
      const opened = () => HandoffManager.layer.pipe(Layer.provideMerge(FileStore.layer({ path })))
      const made = yield* histories(2)
      yield* Effect.provide(fill(made), opened())
      const now = yield* DateTime.now
      const text = readFileSync(path, "utf8")
      const records = recordsIn(text)
      assert.deepStrictEqual(
        records
          .map(({ record, id }) => verifyArchive(id, JSON.parse(record), knownKeys(made.agents, made.keys), now))
          .filter(({ flaw }) => flaw),
        []
      )
      /** The ids that verifying the changed file names, or the error of opening it. */
      const opens = ({ text: changed }: Mutation, record: string) =>
        Effect.gen(function* () {
          writeFileSync(
            path,
            text.replace(record, () => changed)
          )
          // It has every entry, so that opening would take the record from there.
          rmSync(`${path}-trail`, { force: true })
          return yield* Effect.provide(Stream.runCollect(verifyAll), opened()).pipe(
            Effect.map((all) => all.flatMap(({ flaw, recordId }) => (flaw === undefined ? [] : recordId)).join(", ")),
            Effect.catch(({ message }) => Effect.succeed(message))
          )
        })
      const chance = chanceOf(1)
      const count = tally()
      let refused = 0
      for (let run = 0; run < 1000; run++) {
        const { record, id } = chance.pick(records)
        const mutation = mutated(record, chance, inHistory(record))
        if (mutation.isBroken) {
          // The JSON parser finds these. Opening the store takes long, so only every tenth is opened.
          if (run % 10 > 0) count.note(true, mutation, id)
          else {
            const message = yield* opens(mutation, record)
            refused += 1
            count.note(message.includes(id), mutation, `${id}, with ${JSON.stringify(message)}`)
          }
          continue
        }
        const { flaw, recordId } = verifyArchive(id, JSON.parse(mutation.text), knownKeys(made.agents, made.keys), now)
        count.note(flaw !== undefined && recordId === id, mutation, id)
      }
      assert.deepStrictEqual(count.missed, [])
      assert.isAbove(refused, 0)
      writeFileSync(path, text)
      yield* Effect.provide(Stream.runDrain(verifyAll), opened())
    })
  )
})
