/** Reads a read-only store and tries to commit to it. */
import { writeSync } from "node:fs"

import { HandoffStore } from "@aumai/handoff-core"
import * as Effect from "effect/Effect"

import { createOne } from "../../../testing/src/handoffs.ts"
import { SqliteStore } from "../../src/index.ts"

const [path = ""] = process.argv.slice(2)
// File permissions do not apply to root.
if (process.getuid?.() === 0) process.setuid?.(65534)

const program = Effect.gen(function* () {
  const { pending } = yield* HandoffStore.use((store) => store.tally)
  writeSync(1, `${pending} pending\n`)
  yield* createOne("another")
}).pipe(
  Effect.provide(SqliteStore.layer({ path })),
  Effect.catch((error) => Effect.sync(() => writeSync(1, `${error._tag}: ${error.message}\n`)))
)
await Effect.runPromise(program)
