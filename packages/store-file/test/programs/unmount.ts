/** Unmounts the file system of an open store, and prints what a read and a commit say then, and what is at its path. */
import { execFileSync } from "node:child_process"
import { readdirSync, writeSync } from "node:fs"

import { HandoffStore } from "@aumai/handoff-core"
import type { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"

import { createOne } from "../../../testing/src/handoffs.ts"
import { FileStore } from "../../src/index.ts"

const [directory = ""] = process.argv.slice(2)
const say = (line: string) => void writeSync(1, `${line}\n`)

const program = Effect.gen(function* () {
  yield* createOne("one")
  execFileSync("umount", ["--lazy", directory])
  for (const use of [HandoffStore.use((store) => store.tally), createOne("two")]) {
    const error = yield* Effect.flip<unknown, unknown, HandoffStore>(use)
    // The cast is safe because only the store fails here.
    const { reason, detail } = error as StoreError
    say(`${reason}: ${detail}`)
  }
})

const store = FileStore.layer({ path: `${directory}/handoffs.json` })
// Warnings would be printed among the outcomes.
await Effect.runPromise(Effect.provide(program, Layer.provideMerge(store, Logger.layer([]))))
say(JSON.stringify(readdirSync(directory)))
