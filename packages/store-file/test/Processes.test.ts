import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { makeOracle } from "./oracle.ts"
import { start, temporaryDirectory } from "./processes.ts"

const atRest = (directory: string) => {
  assert.deepStrictEqual(readdirSync(directory).toSorted(), [
    ".handoffs.json.lock",
    "handoffs.json",
    "handoffs.json-trail",
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
          Promise.all(workers.map(async (worker) => (await Promise.all([worker.exit, oracle.listen(worker)]))[0]))
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
        rmSync(`${path}-trail`)
        yield* oracle.verify(path)
        assert.isAbove(oracle.broken.filter((promise) => promise.startsWith("lost")).length, 0)
      }),
    60_000
  )
})

/** Changes of the lock file by another program, at moments that nobody knows. */
const damages = (lock: string) => ({
  scribble: () => appendFileSync(lock, "a note"),
  unlock: () => unlinkSync(lock)
})

describe("another program that damages the lock file", () => {
  for (const damage of ["scribble", "unlock"] as const) {
    it.live(
      `(${damage}) loses and doubles no acknowledged commit of eight processes that was not refused`,
      () =>
        Effect.gen(function* () {
          using directory = temporaryDirectory()
          const path = join(directory.path, "handoffs.json")
          const oracle = makeOracle()
          const meddle = damages(join(directory.path, ".handoffs.json.lock"))[damage]
          const workers = Array.from({ length: 8 }, (_, n) =>
            start("worker.ts", path, `m${n}`, "20", "20000", "reopens")
          )
          const ends = Promise.all(
            workers.map(async (worker) => (await Promise.all([worker.exit, oracle.listen(worker)]))[0])
          )
          let done = 0
          yield* Effect.promise(async () => {
            // Each damage comes after some commits, so that some process has noticed the one before.
            for (let heard = 0; oracle.commits() < 160; await new Promise((resolve) => setTimeout(resolve, 1))) {
              if (oracle.commits() < heard + 10 || !existsSync(`${path}-journal`)) continue
              heard = oracle.commits()
              try {
                meddle()
                done += 1
              } catch {
                // A process has just replaced the file.
              }
            }
            for (const { child } of workers) child.stdin?.end()
          })
          assert.deepStrictEqual(
            yield* Effect.promise(() => ends),
            workers.map(() => 0)
          )
          assert.isAbove(done, 5, "too few damages for a meaningful result")
          const aside = readdirSync(directory.path).filter((name) => name.includes(".conflict-"))
          const copies = aside.map((name, index) => {
            mkdirSync(join(directory.path, `${index}`))
            copyFileSync(join(directory.path, name), join(directory.path, `${index}`, "handoffs.json"))
            return join(directory.path, `${index}`, "handoffs.json")
          })
          yield* oracle.verify(path, copies)
          assert.deepStrictEqual(oracle.broken.slice(0, 10), [])
        }),
      120_000
    )
  }
})

describe("kill -9", () => {
  const kills = Number(process.env["KILLS"] ?? 120)

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
            await new Promise((resolve) => setTimeout(resolve, Math.random() * 250))
            worker.child.kill("SIGKILL")
            await listening
            await worker.exit
          }
        }
        yield* Effect.promise(() => Promise.all([0, 1, 2].map(reaper)))
        assert.isAbove(oracle.acknowledged(), kills, "too few commits for a meaningful result")
        assert.isTrue(existsSync(`${path}-journal`) || existsSync(path))
        yield* oracle.verify(path)
        assert.deepStrictEqual(oracle.broken.slice(0, 10), [])
        atRest(directory.path)
      }),
    300_000
  )
})
