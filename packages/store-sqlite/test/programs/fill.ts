/**
 * Commits until the store fails and prints the error. Then counts lost records through this store and through a second
 * one, deletes the ballast file to free space, and commits again.
 */
import { rmSync, writeFileSync, writeSync } from "node:fs"

import { HandoffStore } from "@aumai/handoff-core"
import type { HandoffRecord } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { createOne } from "../../../testing/src/handoffs.ts"
import { SqliteStore } from "../../src/index.ts"

const [path = "", ballast] = process.argv.slice(2)
const say = (line: string) => void writeSync(1, `${line}\n`)

// Reaching the file size limit kills the process by default.
process.on("SIGXFSZ", () => {})
if (ballast !== undefined) writeFileSync(ballast, Buffer.alloc(400_000))

const layer = SqliteStore.layer({ path })
const task = "x".repeat(5000)
const kept: Array<HandoffRecord> = []

const lost = Effect.gen(function* () {
  const store = yield* HandoffStore
  let lost = 0
  for (const { recordId } of kept) if (Option.isNone(yield* store.get(recordId))) lost += 1
  return lost
})

const fillUp = Effect.gen(function* () {
  for (let n = 0; ; n++) {
    const record = yield* createOne(`one-${n}`, task)
    kept.push(record)
    say(`${record.recordId} 1`)
  }
})

const program = Effect.gen(function* () {
  const error = yield* Effect.flip(fillUp)
  say(error._tag === "StoreError" ? `${error.reason}: ${error.detail}` : error._tag)
  say(`lost here: ${yield* lost}, there: ${yield* Effect.provide(lost, Layer.fresh(layer), { local: true })}`)
  if (ballast === undefined) return
  rmSync(ballast)
  yield* createOne("after", task)
  say(`of ${((yield* (yield* HandoffStore).tally)["pending"] ?? 0) - kept.length - 1} others`)
})

await Effect.runPromise(Effect.provide(program, layer))
