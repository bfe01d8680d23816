/**
 * Commits to a shared store and prints each attempt and acknowledgement as a line of JSON. Tests kill it at any moment and
 * check the lines.
 */
import { writeSync } from "node:fs"

import { type Change, HandoffStore } from "@aumai/handoff-core"
import { encodeEvent, type HandoffRecord } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

import { created, nextOf } from "../../../testing/src/handoffs.ts"
import { FileStore } from "../../src/index.ts"

const [path = "", name = "", count = "0", checkpointBytes = "20000"] = process.argv.slice(2)

const say = (what: "try" | "done", { record, event }: Change) => {
  const { recordId: id, revision } = record
  // writeSync, because process.stdout may write to a pipe after the next commit.
  writeSync(1, `${JSON.stringify({ what, id, revision, key: JSON.stringify(encodeEvent(event)) })}\n`)
}

const pick = <A>(items: ReadonlyArray<A>): A | undefined => items[Math.floor(Math.random() * items.length)]

const program = Effect.gen(function* () {
  const store = yield* HandoffStore
  for (let done = 0; done < Number(count);) {
    const at = yield* DateTime.now
    const note = `${name} ${done} ${Math.random()}`
    const open: Array<HandoffRecord> = []
    for (const status of ["pending", "accepted", "in_progress"] as const) {
      open.push(...(yield* store.list({ _tag: "Status", status }, { limit: 4 })))
    }
    const known = pick(open)
    const step = known === undefined || Math.random() < 0.3 ? undefined : nextOf(known, at, note)
    const change = step ?? created(`${name}-${done}-${at.epochMilliseconds}`, at, note)
    say("try", change)
    const isDone = yield* Effect.matchEffect(store.commit([change]), {
      onSuccess: () => Effect.succeed(true),
      onFailure: (error) => (error._tag === "RevisionConflict" ? Effect.succeed(false) : Effect.fail(error))
    })
    if (isDone) {
      say("done", change)
      done += 1
    }
  }
})

await Effect.runPromise(
  Effect.provide(
    program,
    FileStore.layer({ path, checkpointBytes: Number(checkpointBytes), lockTimeout: "60 seconds" })
  )
)
