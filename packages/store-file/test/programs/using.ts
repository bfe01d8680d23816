/**
 * Has a store open in one role. Reads commands from its input: `open <path>`, `go`, and `close`. A reader and a writer act on
 * `open` and `go`, a follower on each hint of the store. Prints the outcome of each act: the number of handoffs, or the
 * reason and the sentence of the error; and `closed`.
 */
import { writeSync } from "node:fs"
import { createInterface } from "node:readline"

import { AgentStore, HandoffStore } from "@aumai/handoff-core"
import type { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import { createOne } from "../../../testing/src/handoffs.ts"
import { FileStore } from "../../src/index.ts"

const [role = "reader"] = process.argv.slice(2)
const say = (line: string) => void writeSync(1, `${line}\n`)

const count = Effect.gen(function* () {
  const store = yield* HandoffStore
  yield* (yield* AgentStore).all
  return (yield* store.list({ _tag: "All" }, { limit: 100_000 })).length
})
let written = 0
const write = Effect.suspend(() => createOne(`${role}-${written++}`))

const reported = (work: Effect.Effect<number, { readonly _tag: string }, HandoffStore | AgentStore>) =>
  Effect.match(work, {
    onSuccess: (found) => say(`ok ${found}`),
    onFailure: (error) => {
      // The cast is safe because only the store fails here; a conflict would be a defect of the test.
      const { reason, detail } = error as StoreError
      say(`${reason ?? error._tag}: ${detail}`)
    }
  })
const act = reported(role === "writer" ? Effect.andThen(write, count) : count)

/** Runs the commands until `close`. */
const use = (lines: AsyncIterator<string>) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    yield* act
    if (role === "follower") yield* Effect.forkScoped(Stream.runForEach(store.changed, () => reported(count)))
    while ((yield* Effect.promise(() => lines.next())).value !== "close") if (role !== "follower") yield* act
  }).pipe(Effect.scoped)

const program = Effect.gen(function* () {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  for (let line = yield* Effect.promise(() => lines.next()); line.done !== true;) {
    const layer = FileStore.layer({
      path: line.value.slice("open ".length),
      pollInterval: 20,
      lockTimeout: "60 seconds"
    })
    const scope = yield* Scope.make()
    const services = yield* Layer.buildWithScope(Layer.fresh(layer), scope)
    yield* Effect.provide(use(lines), services)
    yield* Scope.close(scope, Exit.void)
    say("closed")
    line = yield* Effect.promise(() => lines.next())
  }
})

// Warnings would be printed among the outcomes.
await Effect.runPromise(Effect.provide(program, Logger.layer([])))
