/** Creates one handoff as a one-shot command does, and prints its id once that is acknowledged. */
import { writeSync } from "node:fs"

import * as Effect from "effect/Effect"

import { createOne } from "../../../testing/src/handoffs.ts"
import { FileStore } from "../../src/index.ts"

const [path = "", ...ids] = process.argv.slice(2)
for (const id of ids) {
  const layer = FileStore.layer({ path, oneShot: true, lockTimeout: "60 seconds" })
  const outcome = await Effect.runPromise(Effect.result(Effect.provide(createOne(id), layer)))
  writeSync(1, `${outcome._tag === "Success" ? "done" : "failed"} ${id}\n`)
}
