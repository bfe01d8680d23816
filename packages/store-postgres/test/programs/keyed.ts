/**
 * Races commits with changes of keys. A `writer` commits lives in several lanes, whose entries name the keys that the lane
 * has read last; every other life begins in a commit of two handoffs. A `keeper` changes the keys whenever it sees a new
 * entry, until it is killed.
 */
import { AgentStore, type Commit, HandoffStore } from "@aumai/handoff-core"
import { keyLogId } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import type * as Option from "effect/Option"
import * as Result from "effect/Result"

import { PostgresStore } from "../../src/index.ts"
import { begun, keyAfter, keyCount, sealOf, stepOf } from "../sealed.ts"

const [role = "", url = "", name = "", count = "0"] = process.argv.slice(2)
const lanes = 4

const lane = Effect.fnUntraced(function* (index: number) {
  const store = yield* HandoffStore
  const { log } = yield* store.origin
  let seal = sealOf(log, yield* keyCount)
  /** Makes and commits changes until the keys that they name are those of the log. */
  const insist = Effect.fnUntraced(function* (make: () => Commit) {
    while (true) {
      const changes = make()
      const result = yield* Effect.result(store.commit(changes))
      if (Result.isSuccess(result)) return changes[0].record
      // No other writer has these handoffs.
      if (result.failure._tag !== "RevisionConflict" || result.failure.recordId !== keyLogId)
        return yield* result.failure
      seal = sealOf(log, yield* keyCount)
    }
  })
  for (let done = 0; done < Number(count); done++) {
    const id = `${name}.${index}.${done}`
    let record = yield* insist(() =>
      done % 2 === 0 ? [begun(id, seal)] : [begun(id, seal), begun(`${id}.beside`, seal)]
    )
    while (record.status !== "completed") {
      const before = record
      record = yield* insist(() => [stepOf(before, seal)])
    }
  }
})

const keeper = Effect.gen(function* () {
  const [agents, store] = [yield* AgentStore, yield* HandoffStore]
  const { log } = yield* store.origin
  // Changes the keys once at its start, by which the test knows that it has begun.
  let last: Option.Option<string> | undefined
  while (true) {
    const end = yield* store.end
    if (Equal.equals(end, last)) continue
    last = end
    yield* Effect.catchTag(agents.record([keyAfter(log, yield* keyCount)]), "RevisionConflict", () => Effect.void)
  }
})

const writer = Effect.forEach(
  Array.from({ length: lanes }, (_, index) => index),
  lane,
  { concurrency: "unbounded", discard: true }
)

await Effect.runPromise(
  Effect.provide(role === "keeper" ? keeper : writer, PostgresStore.layer({ url, maxConnections: 3 }))
)
