import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { AgentStore, HandoffStore } from "@aumai/handoff-core"
import { AgentId, Capability } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"

import { createOne } from "../../testing/src/handoffs.ts"
import { FileStore, type FileStoreOptions, JournalFs, NodeJournalFs } from "../src/index.ts"
import { start, temporaryDirectory } from "./processes.ts"

/** The names and contents of the files in a directory. */
const contents = (directory: string) =>
  readdirSync(directory)
    .toSorted()
    .map((name) => [name, readFileSync(join(directory, name), "base64")])

const inDirectory = <A, E>(body: (directory: string, path: string) => Effect.Effect<A, E, Scope.Scope>) =>
  Effect.suspend(() => {
    const directory = temporaryDirectory()
    return Effect.ensuring(
      Effect.scoped(body(directory.path, join(directory.path, "handoffs.json"))),
      Effect.sync(() => directory[Symbol.dispose]())
    )
  })

const opened = (options: FileStoreOptions, fs: Layer.Layer<JournalFs> = NodeJournalFs.layer) =>
  Layer.build(Layer.fresh(Layer.provide(FileStore.layerOn(options), fs)))

const ids = Effect.flatMap(HandoffStore, (store) =>
  Effect.map(store.list({ _tag: "All" }, { limit: 1000 }), (records) => records.map(({ recordId }): string => recordId))
)

const read = (path: string): Effect.Effect<Array<string>, unknown> =>
  Effect.scoped(Effect.flatMap(opened({ path, readOnly: true }), (store) => Effect.provide(ids, store)))

/** A disk whose first read of the readable file waits after the bytes are read, and the two ends of that wait. */
const slowly = Effect.gen(function* () {
  const reached = yield* Deferred.make<void>()
  const go = yield* Deferred.make<void>()
  const layer = Layer.effect(
    JournalFs,
    Effect.map(JournalFs, (fs) =>
      JournalFs.of({
        ...fs,
        read: (path) =>
          Effect.tap(fs.read(path), () =>
            path.endsWith("handoffs.json")
              ? Effect.andThen(Deferred.succeed(reached, undefined), Deferred.await(go))
              : Effect.void
          )
      })
    )
  ).pipe(Layer.provide(NodeJournalFs.layer))
  return { layer, reached: Deferred.await(reached), go: Deferred.succeed(go, undefined) }
})

/** A disk that tells when a process had to wait for the lock. */
const telling = (waits: Deferred.Deferred<void>) =>
  Layer.effect(
    JournalFs,
    Effect.map(JournalFs, (fs) =>
      JournalFs.of({
        ...fs,
        lock: (path, mode) =>
          Effect.map(fs.lock(path, mode), (lock) => ({
            ...lock,
            reserve: Effect.tap(lock.reserve, (taken) => (taken ? Effect.void : Deferred.succeed(waits, undefined)))
          }))
      })
    )
  ).pipe(Layer.provide(NodeJournalFs.layer))

describe("a store that is opened only to read", () => {
  it.live("is refused if it is not there, and not created", () =>
    inDirectory((directory, path) =>
      Effect.gen(function* () {
        for (const options of [{ readOnly: true }, { create: false }]) {
          const error = yield* Effect.flip(opened({ path, ...options }))
          assert.strictEqual(error.reason, "missing")
          assert.include(error.message, `There is no store at ${path}`)
        }
        assert.deepStrictEqual(readdirSync(directory), [])
      })
    )
  )

  it.live("is there as soon as an agent is registered", () =>
    inDirectory((_, path) =>
      Effect.gen(function* () {
        const agent = { agentId: AgentId.make("bob"), capabilities: [Capability.make("report")] }
        yield* Effect.provide(
          Effect.flatMap(AgentStore, (store) => store.put(agent)),
          FileStore.layer({ path }),
          { local: true }
        )
        assert.deepStrictEqual(yield* read(path), [])
      })
    )
  )

  it.live("stays corrupt if its file has no bytes", () =>
    inDirectory((directory, path) =>
      Effect.gen(function* () {
        writeFileSync(path, "")
        assert.strictEqual((yield* Effect.flip(opened({ path, readOnly: true }))).reason, "corrupt")
        assert.deepStrictEqual(contents(directory), [["handoffs.json", ""]])
      })
    )
  )

  it.live("gets no lock file, and refuses commits", () =>
    inDirectory((directory, path) =>
      Effect.gen(function* () {
        writeFileSync(path, "[]\n")
        const store = yield* opened({ path, readOnly: true })
        const error = yield* Effect.flip(Effect.provide(createOne("one"), store))
        assert.strictEqual(
          error.message,
          `${path} was opened to read only. Nothing was changed; open it without readOnly`
        )
        assert.deepStrictEqual(contents(directory), [["handoffs.json", Buffer.from("[]\n").toString("base64")]])
      })
    )
  )

  it.live("shows the commits of a writer that opens it later", () =>
    inDirectory((_, path) =>
      Effect.gen(function* () {
        writeFileSync(path, "[]\n")
        const reader = yield* opened({ path, readOnly: true })
        const writer = yield* opened({ path })
        for (const id of ["one", "two"]) {
          yield* Effect.provide(createOne(id), writer)
          assert.include(yield* Effect.provide(ids, reader), id)
        }
      })
    )
  )

  it.live("is read again under the lock if a writer appears between two reads", () =>
    inDirectory((directory, path) =>
      Effect.gen(function* () {
        yield* Effect.provide(createOne("one"), FileStore.layer({ path }), { local: true })
        yield* Effect.provide(createOne("two"), yield* opened({ path }))
        // A journal beside the file and no lock file, as in a backup of a store in use.
        const backup = join(directory, "backup")
        mkdirSync(backup)
        for (const name of ["handoffs.json", "handoffs.json-journal", "handoffs.log.json"]) {
          copyFileSync(join(directory, name), join(backup, name))
        }
        const copy = join(backup, "handoffs.json")
        const disk = yield* slowly
        const reading = yield* Effect.forkScoped(
          Effect.flatMap(opened({ path: copy, readOnly: true }, disk.layer), (store) => Effect.provide(ids, store)),
          { startImmediately: true }
        )
        yield* disk.reached
        // The writer folds the journal after the reader has read the file that the journal continues.
        yield* Effect.provide(createOne("three"), FileStore.layer({ path: copy }), { local: true })
        yield* disk.go
        assert.sameMembers(yield* Fiber.join(reading), ["one", "two", "three"])
      })
    )
  )

  it.live("does not keep the last writer from folding the journal", () =>
    inDirectory((directory, path) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const writer = yield* Scope.provide(opened({ path }), scope)
        yield* Effect.provide(createOne("one"), writer)
        const reader = yield* opened({ path, readOnly: true })
        yield* Scope.close(scope, Exit.void)
        assert.notInclude(readdirSync(directory), "handoffs.json-journal")
        assert.deepStrictEqual(yield* Effect.provide(ids, reader), ["one"])
      })
    )
  )

  it.live("is waited for by the last writer, which then folds the journal", () =>
    inDirectory((directory, path) =>
      Effect.gen(function* () {
        writeFileSync(path, "[]\n")
        const scope = yield* Scope.make()
        const waits = yield* Deferred.make<void>()
        const writer = yield* Scope.provide(opened({ path }, telling(waits)), scope)
        yield* Effect.provide(createOne("one"), writer)
        const disk = yield* slowly
        const reading = yield* Effect.forkScoped(Effect.scoped(opened({ path, readOnly: true }, disk.layer)), {
          startImmediately: true
        })
        yield* disk.reached
        const closing = yield* Effect.forkScoped(Scope.close(scope, Exit.void), { startImmediately: true })
        yield* Effect.raceFirst(Deferred.await(waits), Fiber.join(closing))
        yield* disk.go
        yield* Fiber.join(reading)
        yield* Fiber.join(closing)
        assert.notInclude(readdirSync(directory), "handoffs.json-journal")
        assert.deepStrictEqual(yield* read(path), ["one"])
      })
    )
  )

  it.live("has every acknowledged commit of a killed first process, and keeps its journal unchanged", () =>
    inDirectory((directory, path) =>
      Effect.gen(function* () {
        const worker = start("worker.ts", path, "w", "1000000", "1000000000")
        const created = new Set<string>()
        while (created.size < 20) {
          const line = yield* Effect.promise(worker.nextLine)
          const { what, id } = JSON.parse(line ?? "") as { readonly what: string; readonly id: string }
          if (what === "done") created.add(id)
        }
        worker.child.kill("SIGKILL")
        yield* Effect.promise(() => worker.exit)
        const left = contents(directory)
        assert.deepStrictEqual(
          left.map(([name]) => name),
          [".handoffs.json.lock", "handoffs.json-journal", "handoffs.log.json"]
        )
        assert.includeMembers(yield* read(path), [...created])
        assert.deepStrictEqual(contents(directory), left)
        // As in a backup, without the lock file.
        const backup = join(directory, "backup")
        mkdirSync(backup)
        for (const name of ["handoffs.json-journal", "handoffs.log.json"]) {
          copyFileSync(join(directory, name), join(backup, name))
        }
        assert.includeMembers(yield* read(join(backup, "handoffs.json")), [...created])
        assert.deepStrictEqual(readdirSync(backup).toSorted(), ["handoffs.json-journal", "handoffs.log.json"])
      })
    )
  )
})
