/** Commits to a shared store and prints each acknowledged revision. Tests kill it at any moment. */
import { writeSync } from "node:fs"

import { HandoffStore } from "@aumai/handoff-core"
import type { HandoffRecord } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

import { created, nextOf } from "../../../testing/src/handoffs.ts"
import { SqliteStore } from "../../src/index.ts"

const [path = "", name = "", count = "0"] = process.argv.slice(2)

const pick = <A>(items: ReadonlyArray<A>): A | undefined => items[Math.floor(Math.random() * items.length)]

const program = Effect.gen(function* () {
  const store = yield* HandoffStore
  for (let done = 0; done < Number(count);) {
    const at = yield* DateTime.now
    const open: Array<HandoffRecord> = []
    for (const status of ["pending", "accepted", "in_progress"] as const) {
      open.push(...(yield* store.list({ _tag: "Status", status }, { limit: 4 })))
    }
    const known = pick(open)
    const step = known === undefined || Math.random() < 0.3 ? undefined : nextOf(known, at)
    const change = step ?? created(`${name}-${done}`, at)
    const isDone = yield* Effect.as(store.commit([change]), true).pipe(
      Effect.catchTag("RevisionConflict", () => Effect.succeed(false))
    )
    if (!isDone) continue
    done += 1
    // writeSync, because process.stdout may write to a pipe after the next commit.
    writeSync(1, `${change.record.recordId} ${change.record.revision}\n`)
  }
})

await Effect.runPromise(Effect.provide(program, SqliteStore.layer({ path })))
