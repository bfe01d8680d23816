/**
 * Advances handoffs that other workers advance too, in several lanes and often with two changes per commit. Prints each
 * acknowledged revision. Tests kill it at any moment.
 */
import { writeSync } from "node:fs"

import { type Change, HandoffStore } from "@aumai/handoff-core"
import type { HandoffRecord } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

import { created, nextOf } from "../../../testing/src/handoffs.ts"
import { PostgresStore } from "../../src/index.ts"

const [url = "", name = "", count = "0"] = process.argv.slice(2)
const lanes = 6

const pick = <A>(items: ReadonlyArray<A>): A | undefined => items[Math.floor(Math.random() * items.length)]
const nameOf = ({ record }: Change) => `${record.recordId} ${record.revision}`

const lane = Effect.fnUntraced(function* (index: number) {
  const store = yield* HandoffStore
  for (let done = 0; done < Number(count);) {
    const at = yield* DateTime.now
    const open: Array<HandoffRecord> = []
    for (const status of ["pending", "accepted", "in_progress"] as const) {
      open.push(...(yield* store.list({ _tag: "Status", status }, { limit: 4 })))
    }
    const known = pick(open)
    const step = known === undefined || Math.random() < 0.2 ? undefined : nextOf(known, at)
    const id = `${name}.${index}.${done}`
    // A handoff created together with a step names that step, so that a test notices half of such a commit.
    const changes: readonly [Change, ...Array<Change>] =
      step === undefined
        ? [created(id, at)]
        : Math.random() < 0.5
          ? [step]
          : [step, created(id, at, `with ${nameOf(step)}`)]
    const isDone = yield* Effect.as(store.commit(changes), true).pipe(
      Effect.catchTag("RevisionConflict", () => Effect.succeed(false))
    )
    if (!isDone) continue
    done += 1
    // writeSync, because process.stdout may write to a pipe after the next commit.
    writeSync(1, changes.map((change) => `${nameOf(change)}\n`).join(""))
  }
})

await Effect.runPromise(
  Effect.forEach(
    Array.from({ length: lanes }, (_, index) => index),
    lane,
    {
      concurrency: "unbounded",
      discard: true
    }
  ).pipe(Effect.provide(PostgresStore.layer({ url, maxConnections: 3 })))
)
