/** Archives a store to a file, and prints a line at every step, so that a test can kill it there. */
import { writeSync } from "node:fs"

import { archive } from "@aumai/handoff-core/Retention"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

import { archiveFile, storeLayer } from "../../src/node.ts"

const [location = "", path = ""] = process.argv.slice(2)
// Written at once, so that the step is not over when the test reads it.
const say = (line: string) => void writeSync(1, `${line}\n`)
const file = archiveFile(path)
say("begin")
const report = await Effect.runPromise(
  archive({
    before: DateTime.makeUnsafe(Date.now() + 60_000),
    file: {
      ...file,
      flush: async () => {
        say("flush")
        await file.flush()
        say("flushed")
      }
    },
    onProgress: (step) => Effect.sync(() => say(step))
  }).pipe(Effect.provide(storeLayer(location)))
)
say(`done ${report.handoffs}`)
