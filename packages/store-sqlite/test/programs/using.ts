/**
 * Has a store open in one role. A reader and a writer act on each line of input, and print the number of handoffs, or the
 * reason and the sentence of the error. Ends with its input.
 */
import { writeSync } from "node:fs"
import { createInterface } from "node:readline"

import { HandoffStore } from "@aumai/handoff-core"
import type { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

import { createOne } from "../../../testing/src/handoffs.ts"
import { SqliteStore } from "../../src/index.ts"

const [path = "", role = "reader"] = process.argv.slice(2)
const say = (line: string) => void writeSync(1, `${line}\n`)

let written = 0
const write = Effect.suspend(() => createOne(`${role}-${process.pid}-${written++}`))
const count = Effect.gen(function* () {
  const store = yield* HandoffStore
  return (yield* store.list({ _tag: "All" }, { limit: 100_000 })).length
})

const act = Effect.match(role === "writer" ? Effect.andThen(write, count) : count, {
  onSuccess: (found) => say(`ok ${found}`),
  onFailure: (error) => {
    // The cast is safe because only the store fails here, beside conflicts, which are a defect of the test.
    const { reason, detail } = error as StoreError
    say(`${reason ?? error._tag}: ${detail}`)
  }
})

const lines = Stream.fromAsyncIterable(createInterface({ input: process.stdin }), String)
const program = Effect.andThen(
  act,
  Stream.runForEach(lines, () => act)
)

await Effect.runPromise(Effect.provide(program, SqliteStore.layer({ path })))
