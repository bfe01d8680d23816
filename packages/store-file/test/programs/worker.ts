/**
 * Commits to a shared store and prints each attempt and acknowledgement as a line of JSON. Tests kill it at any moment and
 * check the lines. With a fifth argument it goes on when a commit
 * fails, opens the store again when it is refused, and closes it when its input ends.
 */
import { once } from "node:events"
import { writeSync } from "node:fs"

import { type Change, HandoffStore } from "@aumai/handoff-core"
import { encodeEvent, type HandoffRecord } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { created, nextOf } from "../../../testing/src/handoffs.ts"
import { FileStore } from "../../src/index.ts"

const [path = "", name = "", count = "0", checkpointBytes = "20000", reopens = ""] = process.argv.slice(2)

const say = (what: "try" | "done", { record, event }: Change) => {
  const { recordId: id, revision } = record
  // writeSync, because process.stdout may write to a pipe after the next commit.
  writeSync(1, `${JSON.stringify({ what, id, revision, key: JSON.stringify(encodeEvent(event)) })}\n`)
}

const pick = <A>(items: ReadonlyArray<A>): A | undefined => items[Math.floor(Math.random() * items.length)]

let done = 0
let refusals = 0
const program = Effect.gen(function* () {
  const store = yield* HandoffStore
  while (done < Number(count)) {
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
      onFailure: (error) => {
        if (error._tag === "RevisionConflict") return Effect.succeed(false)
        refusals += 1
        return reopens === "" || refusals > 5 ? Effect.fail(error) : Effect.succeed(false)
      }
    })
    if (isDone) {
      say("done", change)
      done += 1
      refusals = 0
    }
  }
  // Only the processes that have read a commit can restore it.
  if (reopens !== "") yield* Effect.promise(() => once(process.stdin.resume(), "end"))
})

const life = Effect.provide(
  program,
  Layer.fresh(FileStore.layer({ path, checkpointBytes: Number(checkpointBytes), lockTimeout: "60 seconds" }))
)
await Effect.runPromise(reopens === "" ? life : Effect.retry(life, { while: ({ _tag }) => _tag === "StoreError" }))
