/** Runs the parts of the SQLite bench that need a separate process: `node sqliteChild.ts <role> <path> [number …]`. */
import { HandoffManager } from "@aumai/handoff-core"
import { SqliteStore } from "@aumai/handoff-store-sqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

import { ask } from "./sqliteByHand.ts"

/** Runs one handoff from creation to completion. */
export const lifecycle = (index: number) =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask(index))
    yield* manager.accept(recordId)
    yield* manager.start(recordId)
    yield* manager.complete(recordId, { result: { output: "report.pdf" } })
  })

/** Runs `each` lifecycles in sequence for each of `callers` concurrent callers. */
export const lifecycles = (callers: number, each: number) =>
  Effect.forEach(
    Array.from({ length: callers }, (_, caller) => caller),
    (caller) =>
      Effect.forEach(
        Array.from({ length: each }, (_, n) => caller * each + n),
        lifecycle,
        { discard: true }
      ),
    { concurrency: "unbounded", discard: true }
  )

/** Provides a manager on a SQLite store. */
export const managerOn = (path: string) =>
  HandoffManager.layer.pipe(Layer.provideMerge(SqliteStore.layer({ path, synchronous: "FULL" })))

/** Prints the time of every entry that it reads, and the processor time of following an idle store. */
const follow = (idle: number) =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    yield* Effect.forkChild(
      Stream.runForEach(manager.changes(), ({ recordId }) =>
        Effect.sync(() => process.stdout.write(`${recordId} ${process.hrtime.bigint()}\n`))
      ),
      { startImmediately: true }
    )
    yield* Effect.sleep(200)
    const before = process.cpuUsage()
    yield* Effect.sleep(idle)
    const { user, system } = process.cpuUsage(before)
    process.stdout.write(`idle ${(user + system) / 1000 / idle}\n`)
    yield* Effect.promise(() => new Promise((resolve) => process.stdin.once("data", resolve)))
    process.stdin.destroy()
  })

if (import.meta.main) {
  const [role, path = "", first = "0", second = "0"] = process.argv.slice(2)
  const program = role === "follow" ? follow(Number(first)) : lifecycles(Number(first), Number(second))
  await Effect.runPromise(Effect.provide(program, managerOn(path)))
}
