/** Opens a store when it reads a line, and prints a line before and after. */
import { once } from "node:events"
import { writeSync } from "node:fs"

import { HandoffStore } from "@aumai/handoff-core"
import * as Effect from "effect/Effect"

import { SqliteStore } from "../../src/index.ts"

const [path = ""] = process.argv.slice(2)

writeSync(1, "ready\n")
await once(process.stdin, "data")
process.stdin.destroy()
writeSync(1, "opening\n")
const { pending = 0 } = await Effect.runPromise(
  Effect.provide(
    HandoffStore.use((store) => store.tally),
    SqliteStore.layer({ path })
  )
)
writeSync(1, `${pending ?? 0}\n`)
