/** Takes a lock, prints the outcome, and holds the lock until it is killed. */
import * as Effect from "effect/Effect"

import { JournalFs } from "../../src/JournalFs.ts"
import * as NodeJournalFs from "../../src/NodeJournalFs.ts"

const [path = "", mode = "reserve"] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const fs = yield* JournalFs
  const lock = yield* fs.lock(path, 0o600)
  const taken = mode === "share" ? yield* lock.share : mode === "exclude" ? yield* lock.exclude : yield* lock.reserve
  process.stdout.write(taken ? "taken\n" : "refused\n")
  if (taken) yield* Effect.sleep("1 minute")
})

await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(NodeJournalFs.layer)))
