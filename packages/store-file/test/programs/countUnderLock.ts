/** Increments a number in a file repeatedly, each time under the lock. A lost update reveals a broken lock. */
import { readFileSync, writeFileSync } from "node:fs"

import * as Effect from "effect/Effect"

import { JournalFs } from "../../src/JournalFs.ts"
import * as NodeJournalFs from "../../src/NodeJournalFs.ts"

const [lockPath = "", counter = "", times = "0"] = process.argv.slice(2)

const once = Effect.gen(function* () {
  const fs = yield* JournalFs
  const lock = yield* fs.lock(lockPath, 0o600)
  for (let left = Number(times); left > 0;) {
    if (yield* lock.reserve) {
      const value = Number(readFileSync(counter, "utf8"))
      yield* Effect.sleep(1)
      writeFileSync(counter, String(value + 1))
      yield* lock.release
      left -= 1
    } else yield* Effect.sleep(1)
  }
})

await Effect.runPromise(Effect.scoped(once).pipe(Effect.provide(NodeJournalFs.layer)))
