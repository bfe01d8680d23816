import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { AgentStore, HandoffStore } from "@aumai/handoff-core"
import { AgentId, Capability, PublicKey, RecordId, StoreError } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { advance, createOne } from "../../testing/src/handoffs.ts"
import { FileStore, FsError, JournalFs, NodeJournalFs } from "../src/index.ts"
import { start, temporaryDirectory } from "./processes.ts"
import { makeDisk } from "./SimulatedDisk.ts"

const path = "/store/handoffs.json"
const get = (id: string) => Effect.flatMap(HandoffStore, (store) => store.get(RecordId.make(id)))

const inDirectory = <A, E>(body: (at: (name: string) => string) => Effect.Effect<A, E>) =>
  Effect.suspend(() => {
    const directory = temporaryDirectory()
    return Effect.ensuring(
      body((name) => join(directory.path, name)),
      Effect.sync(() => directory[Symbol.dispose]())
    )
  })

/** A read-only disk. File permissions would not do, because the tests may run as root. */
const readOnly = Layer.effect(
  JournalFs,
  Effect.gen(function* () {
    const fs = yield* JournalFs
    const refuse = (operation: string) => (name: string) =>
      Effect.fail(new FsError({ code: "EROFS", operation, path: name }))
    return JournalFs.of({
      ...fs,
      create: refuse("open"),
      open: refuse("open"),
      rename: refuse("rename"),
      unlink: refuse("remove"),
      lock: refuse("open the lock of")
    })
  })
)

describe("a full disk", () => {
  it.live("fails the commit, keeps everything readable, and accepts commits once there is space", () =>
    Effect.gen(function* () {
      const disk = makeDisk({ seed: 1, delay: 0 })
      const first = disk.process()
      const second = disk.process()
      yield* Effect.provide(
        Effect.gen(function* () {
          const record = yield* createOne("one")
          disk.setCapacity(disk.used() + 100)
          const error = yield* Effect.flip(advance(record))
          assert.strictEqual(error instanceof StoreError ? error.reason : error._tag, "full")
          assert.deepStrictEqual(yield* get("one"), Option.some(record))
          const other = Effect.provide(get("one"), Layer.fresh(FileStore.layerOn({ path })), { local: true })
          assert.deepStrictEqual(yield* Effect.provide(other, second.layer), Option.some(record))
          disk.setCapacity(Number.POSITIVE_INFINITY)
          assert.strictEqual((yield* advance(record)).status, "accepted")
        }),
        Layer.provide(FileStore.layerOn({ path }), first.layer)
      )
    })
  )
})

describe("a disk with space for a part of a line", () => {
  it.live("leaves no trace of the failed commit, even if only the last byte was missing", () =>
    Effect.gen(function* () {
      /** The size of a line, minus one byte. */
      const run = (room: (length: number) => number) =>
        Effect.gen(function* () {
          const disk = makeDisk({ seed: 1, delay: 0 })
          const store = Layer.provide(FileStore.layerOn({ path }), disk.process().layer)
          return yield* Effect.provide(
            Effect.gen(function* () {
              yield* createOne("one")
              const before = disk.used()
              yield* createOne("two")
              const length = disk.used() - before
              disk.setCapacity(disk.used() + room(length))
              const error = yield* Effect.flip(createOne("six"))
              assert.strictEqual(error instanceof StoreError ? error.reason : error._tag, "full")
              disk.setCapacity(Number.POSITIVE_INFINITY)
              yield* createOne("ten")
              assert.isTrue(Option.isSome(yield* get("ten")))
              const other = Layer.provide(FileStore.layerOn({ path }), disk.process().layer)
              return yield* Effect.provide(get("six"), Layer.fresh(other), { local: true })
            }),
            store
          )
        })
      for (const room of [0, 1, 2]) assert.isTrue(Option.isNone(yield* run(() => room)))
      for (const missing of [1, 2, 3]) assert.isTrue(Option.isNone(yield* run((length) => length - missing)))
    })
  )
})

describe("a read-only store", () => {
  it.live("can be read while its journal grows, and refuses commits", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const file = at("handoffs.json")
        const reader = Layer.provide(FileStore.layerOn({ path: file }), Layer.provide(readOnly, NodeJournalFs.layer))
        yield* Effect.provide(createOne("zero"), FileStore.layer({ path: file }))
        yield* Effect.provide(
          Effect.gen(function* () {
            const one = yield* createOne("one")
            const inside = Effect.gen(function* () {
              assert.deepStrictEqual(yield* get("one"), Option.some(one))
              const two = yield* Effect.provide(createOne("two"), Layer.fresh(FileStore.layer({ path: file })), {
                local: true
              })
              assert.deepStrictEqual(yield* get("two"), Option.some(two))
              const error = yield* Effect.flip(createOne("three"))
              assert.strictEqual(error instanceof StoreError ? error.reason : error._tag, "unavailable")
            })
            yield* Effect.provide(inside, Layer.fresh(reader), { local: true })
          }),
          FileStore.layer({ path: file })
        )
      })
    )
  )
})

describe("refusals", () => {
  it.live("of a directory, a device and a missing directory name the path", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        mkdirSync(at("directory"))
        for (const file of [at("directory"), "/dev/null", at("nowhere/handoffs.json")]) {
          const error = yield* Effect.flip(Effect.provide(get("one"), FileStore.layer({ path: file })))
          assert.strictEqual(error.reason, "unavailable")
          assert.include(error.message, file)
        }
      })
    )
  )

  it.live("for a lock of a stopped process come after a wait, and the lock is not stolen", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const file = at("handoffs.json")
        const holder = start("holdLock.ts", at(".handoffs.json.lock"))
        assert.strictEqual(yield* Effect.promise(() => holder.nextLine()), "taken")
        holder.child.kill("SIGSTOP")
        const store = FileStore.layer({ path: file, lockTimeout: 300 })
        const error = yield* Effect.flip(Effect.provide(createOne("one"), Layer.fresh(store)))
        assert.strictEqual(error instanceof StoreError ? error.reason : error._tag, "unavailable")
        assert.include(error.message, "another process")
        holder.child.kill("SIGKILL")
        yield* Effect.promise(() => holder.exit)
        yield* Effect.provide(createOne("one"), Layer.fresh(store))
      })
    )
  )
})

describe("files", () => {
  it.live("are found through a symbolic link, which stays, and keep their mode", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        writeFileSync(at("real.json"), "[]", { mode: 0o640 })
        symlinkSync("real.json", at("link.json"))
        yield* Effect.provide(createOne("one"), FileStore.layer({ path: at("link.json") }))
        assert.include(readFileSync(at("real.json"), "utf8"), `"record_id": "one"`)
        assert.strictEqual(statSync(at("real.json")).mode & 0o777, 0o640)
      })
    )
  )

  it.live("of agents are read by other processes, and refused if damaged", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const open = () => Layer.fresh(FileStore.layer({ path: at("handoffs.json") }))
        const agents = Effect.flatMap(AgentStore, (store) => store.all)
        const bob = { agentId: AgentId.make("bob"), capabilities: [Capability.make("execute")] }
        yield* Effect.provide(
          Effect.gen(function* () {
            assert.deepStrictEqual(yield* agents, [])
            const put = Effect.flatMap(AgentStore, (store) => store.put(bob))
            yield* Effect.provide(put, open(), { local: true })
            assert.deepStrictEqual(yield* agents, [bob])
            writeFileSync(at("handoffs.agents.json"), "[{]")
            assert.strictEqual((yield* Effect.flip(agents)).reason, "corrupt")
            assert.strictEqual(
              (yield* Effect.flip(Effect.flatMap(AgentStore, (store) => store.put(bob)))).reason,
              "corrupt"
            )
            assert.strictEqual(readFileSync(at("handoffs.agents.json"), "utf8"), "[{]")
          }),
          open()
        )
      })
    )
  )

  it.live("of agents hold every field, and older ones with fewer fields can be read", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const open = () => Layer.fresh(FileStore.layer({ path: at("handoffs.json") }))
        const file = at("handoffs.agents.json")
        const moment = DateTime.makeUnsafe("2026-11-22T09:00:00.123Z")
        writeFileSync(file, `[{"agent_id":"alice","capabilities":["report"]},{"agent_id":"bob","capabilities":[]}]`)
        yield* Effect.provide(
          Effect.gen(function* () {
            const agents = yield* AgentStore
            const alice = { agentId: AgentId.make("alice"), capabilities: [Capability.make("report")] }
            const bob = { agentId: AgentId.make("bob"), capabilities: [] }
            assert.deepStrictEqual(yield* agents.all, [alice, bob])
            const keys = [{ publicKey: PublicKey.make("k".repeat(43)), since: moment }]
            yield* agents.put({ ...bob, capacity: 5, keys })
            yield* agents.seen([bob.agentId], moment)
            assert.deepStrictEqual(yield* agents.all, [alice, { ...bob, capacity: 5, keys, lastSeen: moment }])
            assert.deepStrictEqual(JSON.parse(readFileSync(file, "utf8")), [
              { agent_id: "alice", capabilities: ["report"] },
              {
                agent_id: "bob",
                capabilities: [],
                capacity: 5,
                keys: [{ public_key: "k".repeat(43), since: "2026-11-22T09:00:00.123Z" }],
                last_seen: "2026-11-22T09:00:00.123Z"
              }
            ])
            const before = statSync(file, { bigint: true })
            yield* agents.seen([bob.agentId], moment)
            yield* agents.seen([AgentId.make("nobody")], moment)
            assert.strictEqual(statSync(file, { bigint: true }).ino, before.ino, "writes nothing without a change")
            writeFileSync(file, `[{"agent_id":"bob","capabilities":[],"capacity":0,"last_seen":"yesterday"}]`)
            const error = yield* Effect.flip(agents.all)
            assert.strictEqual(error.reason, "corrupt")
            for (const part of ["agent [0]", "capacity", "last_seen"]) assert.include(error.message, part)
          }),
          open()
        )
      })
    )
  )
})
