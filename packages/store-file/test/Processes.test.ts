import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { makeOracle } from "./oracle.ts"
import { start, temporaryDirectory } from "./processes.ts"

const atRest = (directory: string) => {
  assert.deepStrictEqual(readdirSync(directory).toSorted(), [
    ".handoffs.json.lock",
    "handoffs.json",
    "handoffs.log.json"
  ])
  JSON.parse(readFileSync(join(directory, "handoffs.json"), "utf8"))
}

describe("real processes on one file", () => {
  it.live(
    "commit 250 times each from eight of them and lose nothing",
    () =>
      Effect.gen(function* () {
        using directory = temporaryDirectory()
        const path = join(directory.path, "handoffs.json")
        const oracle = makeOracle()
        const workers = Array.from({ length: 8 }, (_, index) => start("worker.ts", path, `w${index}`, "250"))
        const codes = yield* Effect.promise(() =>
          Promise.all(workers.map(async (worker) => [await worker.exit, await oracle.listen(worker)][0]))
        )
        assert.deepStrictEqual(
          codes,
          Array.from({ length: 8 }, () => 0)
        )
        assert.strictEqual(oracle.acknowledged(), 2000)
        atRest(directory.path)
        yield* oracle.verify(path)
        assert.deepStrictEqual(oracle.broken.slice(0, 10), [])
      }),
    120_000
  )

  it.live(
    "create twenty records from twenty of them at the same time",
    () =>
      Effect.gen(function* () {
        using directory = temporaryDirectory()
        const path = join(directory.path, "handoffs.json")
        const oracle = makeOracle()
        const workers = Array.from({ length: 20 }, (_, index) => start("worker.ts", path, `c${index}`, "1"))
        yield* Effect.promise(() => Promise.all(workers.map((worker) => oracle.listen(worker))))
        yield* Effect.promise(() => Promise.all(workers.map((worker) => worker.exit)))
        assert.strictEqual(oracle.acknowledged(), 20)
        atRest(directory.path)
        yield* oracle.verify(path)
        assert.deepStrictEqual(oracle.broken, [])
        // The check itself must notice a missing record.
        const [, ...others]: ReadonlyArray<unknown> = JSON.parse(readFileSync(path, "utf8"))
        writeFileSync(path, JSON.stringify(others, undefined, 2))
        yield* oracle.verify(path)
        assert.isAbove(oracle.broken.filter((promise) => promise.startsWith("lost")).length, 0)
      }),
    60_000
  )
})

describe("kill -9", () => {
  const kills = Number(process.env["KILLS"] ?? 210)

  it.live(
    "loses no acknowledged commit at any point",
    () =>
      Effect.gen(function* () {
        using directory = temporaryDirectory()
        const path = join(directory.path, "handoffs.json")
        const oracle = makeOracle()
        let left = kills
        const reaper = async (lane: number) => {
          for (let life = 0; left > 0; life += 1) {
            left -= 1
            const worker = start("worker.ts", path, `k${lane}.${life}`, "100000", "3000")
            const first = await worker.nextLine()
            assert.isDefined(first)
            const listening = oracle.listen(worker, first)
            await new Promise((resolve) => setTimeout(resolve, Math.random() * 120))
            worker.child.kill("SIGKILL")
            await listening
            await worker.exit
          }
        }
        yield* Effect.promise(() => Promise.all([0, 1, 2].map(reaper)))
        assert.isAbove(oracle.acknowledged(), kills * 2, "too few commits for a meaningful result")
        assert.isTrue(existsSync(`${path}-journal`) || existsSync(path))
        yield* oracle.verify(path)
        assert.deepStrictEqual(oracle.broken.slice(0, 10), [])
        atRest(directory.path)
      }),
    180_000
  )
})
