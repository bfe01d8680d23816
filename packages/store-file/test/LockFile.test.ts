import { readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { JournalFs } from "../src/JournalFs.ts"
import * as NodeJournalFs from "../src/NodeJournalFs.ts"
import { type Running, start, temporaryDirectory } from "./processes.ts"

const withLock = <A, E>(body: (path: string, fs: JournalFs["Service"]) => Effect.Effect<A, E, JournalFs>) =>
  Effect.suspend(() => {
    const directory = temporaryDirectory()
    return Effect.flatMap(JournalFs, (fs) => body(join(directory.path, ".handoffs.json.lock"), fs)).pipe(
      Effect.provide(NodeJournalFs.layer),
      Effect.ensuring(Effect.sync(() => directory[Symbol.dispose]()))
    )
  })

const lineOf = (running: Running) => Effect.promise(() => running.nextLine())
const kill = (running: Running) =>
  Effect.promise(() => {
    running.child.kill("SIGKILL")
    return running.exit
  })

describe("LockFile", () => {
  it.effect("separates its modes, even between two stores of one process", () =>
    withLock((path, fs) =>
      Effect.scoped(
        Effect.gen(function* () {
          const [one, two] = [yield* fs.lock(path, 0o600), yield* fs.lock(path, 0o600)]
          assert.isTrue((yield* one.share) && (yield* two.share))
          assert.isTrue(yield* one.reserve)
          assert.isFalse(yield* two.reserve)
          yield* one.release
          assert.isTrue(yield* two.reserve)
          yield* two.release
          yield* one.unshare
          assert.isFalse(yield* one.exclude)
          assert.isTrue(yield* two.reserve, "a refused exclusion holds nothing")
          yield* two.release
          yield* two.unshare
          assert.isTrue(yield* one.exclude)
          assert.isFalse(yield* two.share)
          yield* one.release
          assert.isTrue(yield* two.share)
          assert.strictEqual(statSync(path).size, 0)
        })
      )
    )
  )

  it.live("is released by kill -9 and never before", () =>
    withLock((path, fs) =>
      Effect.scoped(
        Effect.gen(function* () {
          const lock = yield* fs.lock(path, 0o600)
          const holder = start("holdLock.ts", path)
          assert.strictEqual(yield* lineOf(holder), "taken")
          assert.isFalse(yield* lock.reserve)
          holder.child.kill("SIGSTOP")
          yield* Effect.sleep(300)
          assert.isFalse(yield* lock.reserve, "a stopped holder still holds it")
          assert.isTrue(yield* lock.share)
          yield* kill(holder)
          assert.isTrue(yield* lock.reserve)
        })
      )
    )
  )

  it.live("refuses an exclusion until a process with a presence dies", () =>
    withLock((path, fs) =>
      Effect.scoped(
        Effect.gen(function* () {
          const lock = yield* fs.lock(path, 0o600)
          const other = start("holdLock.ts", path, "share")
          assert.strictEqual(yield* lineOf(other), "taken")
          assert.isFalse(yield* lock.exclude)
          yield* kill(other)
          assert.isTrue(yield* lock.exclude)
        })
      )
    )
  )

  it.live("can be opened while another process holds an exclusion", () =>
    withLock((path, fs) =>
      Effect.scoped(
        Effect.gen(function* () {
          const other = start("holdLock.ts", path, "exclude")
          assert.strictEqual(yield* lineOf(other), "taken")
          const lock = yield* fs.lock(path, 0o600)
          assert.isFalse(yield* lock.share)
          assert.isFalse(yield* lock.reserve)
          yield* kill(other)
          assert.isTrue(yield* lock.share)
          assert.isTrue(yield* lock.reserve)
        })
      )
    )
  )

  it.live("loses no update of two competing processes", () =>
    withLock((path) =>
      Effect.gen(function* () {
        const counter = `${path}.counter`
        writeFileSync(counter, "0")
        const fighters = [1, 2].map(() => start("countUnderLock.ts", path, counter, "60"))
        for (const fighter of fighters) assert.strictEqual(yield* Effect.promise(() => fighter.exit), 0)
        assert.strictEqual(readFileSync(counter, "utf8"), "120")
      })
    )
  )
})
