import { readdirSync } from "node:fs"

import { HandoffStore } from "@aumai/handoff-core"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"

import { createOne } from "../../testing/src/handoffs.ts"
import { SqliteStore } from "../src/index.ts"
import { inDirectory, type Running, start } from "./processes.ts"
import { verify } from "./verify.ts"

/** Collects the acknowledgements that a process prints until it ends. A kill can cut the last line short. */
const listen = async (running: Running, heard: Array<string>) => {
  for (let line = await running.nextLine(); line !== undefined; line = await running.nextLine()) {
    if (/^\S+ \d+$/.test(line)) heard.push(line)
  }
  return running.exit
}

describe("several processes on one file", () => {
  it.live("commit 250 times each from four processes without a busy error or a lost commit", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const heard: Array<string> = []
        const workers = [0, 1, 2, 3].map((n) => start("worker.ts", at("handoffs.db"), `w${n}`, "250"))
        const codes = yield* Effect.promise(() => Promise.all(workers.map((worker) => listen(worker, heard))))
        assert.deepStrictEqual(codes, [0, 0, 0, 0])
        assert.strictEqual(new Set(heard).size, 1000, "two were acknowledged the same revision")
        assert.deepStrictEqual(readdirSync(at(".")), ["handoffs.db"])
        yield* verify(at("handoffs.db"), heard)
      })
    )
  )

  it.live("open a new file at the same time", () =>
    inDirectory((at) =>
      Effect.promise(async () => {
        for (let round = 0; round < 3; round++) {
          const openers = Array.from({ length: 5 }, () => start("open.ts", at(`${round}.db`)))
          for (const opener of openers) assert.strictEqual(await opener.nextLine(), "ready")
          for (const { child } of openers) child.stdin?.write("go\n")
          for (const opener of openers) {
            assert.strictEqual(await opener.nextLine(), "opening")
            assert.strictEqual(await opener.nextLine(), "0")
            assert.strictEqual(await opener.exit, 0)
          }
        }
        assert.deepStrictEqual(readdirSync(at(".")).toSorted(), ["0.db", "1.db", "2.db"])
      })
    )
  )

  it.live("give a hint on `changed` when another process commits", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const store = yield* HandoffStore
        const hint = yield* Effect.forkChild(Stream.runHead(store.changed), { startImmediately: true })
        const worker = start("worker.ts", at("handoffs.db"), "other", "1")
        assert.strictEqual(yield* Effect.promise(() => worker.exit), 0)
        yield* Fiber.join(hint)
        assert.strictEqual((yield* store.log({ limit: 10 })).length, 1)
      }).pipe(Effect.provide(SqliteStore.layer({ path: at("handoffs.db") })))
    )
  )
})

describe("kill -9", () => {
  const kills = Number(process.env["KILLS"] ?? 30)
  const seed = process.env["SEED"] ?? "1"

  it.live(
    `loses no acknowledged commit at ${kills} random moments from seed ${seed}`,
    () =>
      inDirectory((at) =>
        Effect.gen(function* () {
          const heard: Array<string> = []
          for (let round = 0; round < kills / 2; round++) {
            // One file for ten rounds, so that every tenth round can also hit the creation of the schema.
            const path = at(`${Math.floor(round / 10)}.db`)
            if (round % 10 === 0) heard.length = 0
            const delays = [yield* Random.nextBetween(0, 80), yield* Random.nextBetween(0, 80)]
            yield* Effect.promise(() =>
              Promise.all(
                delays.map(async (delay, lane) => {
                  const worker = start("worker.ts", path, `k${round}.${lane}`, "1000000")
                  const first = await worker.nextLine()
                  assert.isDefined(first)
                  heard.push(first)
                  const listening = listen(worker, heard)
                  await new Promise((resolve) => setTimeout(resolve, delay))
                  worker.child.kill("SIGKILL")
                  await listening
                })
              )
            )
            yield* verify(path, heard)
          }
        }).pipe(Random.withSeed(seed))
      ),
    60_000 + kills * 1000
  )

  it.live(
    "during the creation of a file leaves one that can be opened",
    () =>
      inDirectory((at) =>
        Effect.gen(function* () {
          for (let round = 0; round < kills / 3; round++) {
            const path = at(`${round}.db`)
            const delay = yield* Random.nextBetween(0, 20)
            yield* Effect.promise(async () => {
              const opener = start("open.ts", path)
              await opener.nextLine()
              opener.child.stdin?.write("go\n")
              await opener.nextLine()
              await new Promise((resolve) => setTimeout(resolve, delay))
              opener.child.kill("SIGKILL")
              await opener.exit
            })
            yield* Effect.provide(createOne("one"), SqliteStore.layer({ path }))
            yield* verify(path, ["one 1"])
          }
        }).pipe(Random.withSeed(seed))
      ),
    60_000 + kills * 1000
  )
})
