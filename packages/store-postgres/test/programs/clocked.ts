/**
 * Works or sweeps on a machine whose clock is wrong by some milliseconds. The worker completes three handoffs, one after the
 * other, and prints the status and the attempt of each. The sweeper sweeps until they are completed, and prints how many
 * handoffs it changed.
 */
import { writeSync } from "node:fs"

import { HandoffManager, HandoffStore } from "@aumai/handoff-core"
import { AgentId } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { PostgresStore } from "../../src/index.ts"

const [url = "", wrong = "0", role = ""] = process.argv.slice(2)
const right = Date.now
Date.now = () => right() + Number(wrong)

const executor = AgentId.make("executor")
const rounds = 3
const completed = Effect.map(
  Effect.flatMap(HandoffStore, ({ tally }) => tally),
  (tally) => tally["completed"] ?? 0
)

const work = Effect.gen(function* () {
  const handoffs = yield* HandoffManager
  for (let round = 0; round < rounds; round++) {
    yield* handoffs.create({ fromAgent: "planner", toAgent: "executor", taskDescription: "Generate the Q3 report" })
    const { recordId } = Option.getOrThrow(yield* handoffs.claim(executor, { lease: 20_000 }))
    yield* handoffs.start(recordId)
    // The sweeper is many times through meanwhile.
    for (let n = 0; n < 100; n++) yield* handoffs.progress(recordId)
    const { attempt, status } = yield* handoffs.complete(recordId, { result: {} })
    writeSync(1, `${status} ${attempt}\n`)
  }
})

const sweep = Effect.gen(function* () {
  const handoffs = yield* HandoffManager
  let changed = 0
  while ((yield* completed) < rounds) changed += (yield* handoffs.sweep).length
  writeSync(1, `${changed}\n`)
})

const layer = HandoffManager.layer.pipe(Layer.provideMerge(PostgresStore.layer({ url, maxConnections: 2 })))
await Effect.runPromise(Effect.provide(role === "work" ? work : sweep, layer))
