import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { AgentStore, type Entry, HandoffStore, type LogOrigin, numberOf } from "@aumai/handoff-core"
import { AgentId, flawIn, type KeyEvent, type LogName, PublicKey, RecordId, StoreError } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"

import { created, createOne, nextOf } from "../../testing/src/handoffs.ts"
import { FileStore, FsError, JournalFs, NodeJournalFs } from "../src/index.ts"
import { temporaryDirectory } from "./processes.ts"
import { makeDisk } from "./SimulatedDisk.ts"
import { sealOf } from "./simulatedKeys.ts"

interface Place {
  readonly path: string
  /** The file that names the log. */
  readonly log: string
  /** The store as another process opens it. */
  readonly open: () => Layer.Layer<HandoffStore | AgentStore, StoreError>
}

const inStore = <A, E>(body: (place: Place) => Effect.Effect<A, E>) =>
  Effect.suspend(() => {
    const directory = temporaryDirectory()
    const path = join(directory.path, "handoffs.json")
    const place = {
      path,
      log: join(directory.path, "handoffs.log.json"),
      open: () => Layer.fresh(FileStore.layer({ path }))
    }
    return Effect.ensuring(
      body(place),
      Effect.sync(() => directory[Symbol.dispose]())
    )
  })

const elsewhere = <A, E>({ open }: Place, body: Effect.Effect<A, E, HandoffStore | AgentStore>) =>
  Effect.provide(body, open(), { local: true })

const origin = Effect.flatMap(HandoffStore, (store) => store.origin)
const allEntries = Effect.flatMap(HandoffStore, (store) => store.log({ limit: 100 }))
const linesOf = (entries: ReadonlyArray<Entry>) => entries.map(({ recordId, revision }) => `${recordId} ${revision}`)
const after = (entry: Entry | undefined) =>
  Effect.flatMap(HandoffStore, (store) => store.log({ limit: 100, ...(entry && { after: entry.position }) }))

const moment = DateTime.makeUnsafe("2026-12-01T09:00:00Z")

/** Creates a handoff whose entry names this log and this many of its keys. */
const createIn = (id: string, log: LogName, keys = 0) =>
  Effect.flatMap(HandoffStore, (store) => {
    const change = created(id, moment, undefined, sealOf({ log, keys }))
    return Effect.as(store.commit([change]), change.record)
  })

const keyAdded = ({ log }: Pick<LogOrigin, "log">, revision: number, at = moment) => {
  const agent = AgentId.make(`a${revision}`)
  const event: KeyEvent = { _tag: "KeyAdded", at, log, agent, key: PublicKey.make("k".repeat(43)), adopted: true }
  return { revision, event }
}

const addKey = (name: Pick<LogOrigin, "log">, revision: number, at = moment) =>
  Effect.flatMap(AgentStore, (agents) => agents.record([keyAdded(name, revision, at)]))

const keysIn = ({ log }: Pick<LogOrigin, "log">) =>
  Effect.map(
    Effect.flatMap(AgentStore, (agents) => agents.keys),
    (logs) => logs.get(log) ?? []
  )

const refusal = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), (error) => {
    assert(error instanceof StoreError)
    return error
  })

describe("the name of the log", () => {
  it.live("is one for two processes that open an empty store at once, whichever writes first", () =>
    inStore((place) =>
      Effect.gen(function* () {
        const other = Effect.gen(function* () {
          yield* createOne("one")
          return yield* origin
        })
        const [here, there] = yield* Effect.provide(
          Effect.gen(function* () {
            assert.deepStrictEqual(yield* allEntries, [])
            assert.isFalse(existsSync(place.log), "reading names nothing")
            const there = yield* elsewhere(place, other)
            return [yield* origin, there]
          }),
          place.open()
        )
        assert.deepStrictEqual(here, there)
        assert.deepStrictEqual(JSON.parse(readFileSync(place.log, "utf8")), { ...here, format: 3, keys: [] })
        assert.deepStrictEqual(yield* elsewhere(place, origin), here)
      })
    )
  )

  it.live("is the same for all readers of a file of the Python library, until a commit writes it", () =>
    inStore((place) =>
      Effect.gen(function* () {
        copyFileSync(join(import.meta.dirname, "fixtures/handoffs-python.json"), place.path)
        const first = yield* elsewhere(place, allEntries)
        const name = yield* elsewhere(place, origin)
        assert.isTrue(first.every(({ position }) => position.startsWith(`${name.log}.1.`)))
        assert.isFalse(existsSync(place.log), "reading names nothing")
        yield* elsewhere(place, createOne("one"))
        assert.deepStrictEqual(JSON.parse(readFileSync(place.log, "utf8")), { ...name, format: 3, keys: [] })
        assert.deepStrictEqual(linesOf(yield* elsewhere(place, after(first.at(-1)))), ["one 1"])
      })
    )
  )

  it.live("stands in no position of the readable file, which holds flat events", () =>
    inStore((place) =>
      Effect.gen(function* () {
        const { log } = yield* elsewhere(place, origin)
        yield* elsewhere(place, createIn("one", log))
        const [record] = JSON.parse(readFileSync(place.path, "utf8"))
        assert.deepStrictEqual(record.history, [
          {
            _tag: "Created",
            at: "2026-12-01T09:00:00.000Z",
            by: "planner",
            log,
            salt: "s".repeat(22),
            position: moment.epochMilliseconds * 1000
          }
        ])
      })
    )
  )

  it.live("cannot change under a process that has the store open", () =>
    inStore((place) =>
      Effect.gen(function* () {
        yield* Effect.provide(
          Effect.gen(function* () {
            yield* createOne("one")
            const { log } = yield* origin
            const text = readFileSync(place.log, "utf8")
            writeFileSync(place.log, text.replace(log, "0".repeat(26)))
            const error = yield* refusal(createOne("two"))
            assert.strictEqual(error.reason, "unavailable")
            for (const part of [log, "0".repeat(26), "open it again"]) assert.include(error.message, part)
          }),
          place.open()
        )
        // The journal is now of another log.
        const journal = `${place.path}-journal`
        const bytes = readFileSync(journal)
        const error = yield* refusal(elsewhere(place, origin))
        for (const part of [journal, "belongs to the log", "0".repeat(26), "move"]) assert.include(error.message, part)
        assert.deepStrictEqual(readFileSync(journal), bytes)
        rmSync(journal)
        assert.strictEqual((yield* elsewhere(place, origin)).log, "0".repeat(26))
      })
    )
  )
})

describe("a lost file of the log", () => {
  it.live("is written again by a process that has the store open, with the keys", () =>
    inStore((place) =>
      Effect.provide(
        Effect.gen(function* () {
          const name = yield* origin
          yield* addKey(name, 1)
          const text = readFileSync(place.log, "utf8")
          rmSync(place.log)
          yield* createIn("one", name.log, 1)
          assert.strictEqual(readFileSync(place.log, "utf8"), text)
        }),
        place.open()
      )
    )
  )

  it.live("is written again with the name in the trail and the next epoch, if no entry names it", () =>
    inStore((place) =>
      Effect.gen(function* () {
        const { log } = yield* elsewhere(place, origin)
        yield* elsewhere(place, createOne("one"))
        rmSync(place.log)
        yield* elsewhere(place, createOne("two"))
        assert.deepStrictEqual(yield* elsewhere(place, origin), { log, epoch: 2 })
        assert.deepStrictEqual(linesOf(yield* elsewhere(place, allEntries)), ["one 1", "two 1"])
      })
    )
  )

  it.live("is written again with the name in the entries and the next epoch", () =>
    inStore((place) =>
      Effect.gen(function* () {
        const { log } = yield* elsewhere(place, origin)
        yield* elsewhere(place, createIn("one", log))
        const [before] = yield* elsewhere(place, allEntries)
        rmSync(place.log)
        assert.deepStrictEqual(yield* elsewhere(place, origin), { log, epoch: 2 })
        assert.isFalse(existsSync(place.log))
        yield* elsewhere(place, createIn("two", log))
        assert.deepStrictEqual(JSON.parse(readFileSync(place.log, "utf8")), { log, epoch: 2, format: 3, keys: [] })
        assert.deepStrictEqual(linesOf(yield* elsewhere(place, allEntries)), ["one 1", "two 1"])
        // This may be a copy that goes on differently, so that a follower of the original begins again.
        const refused = yield* Effect.result(elsewhere(place, after(before)))
        assert(Result.isFailure(refused) && refused.failure._tag === "InvalidPosition")
        assert.strictEqual(refused.failure.reason, "another_epoch")
      })
    )
  )

  type Fill = (name: LogOrigin) => Effect.Effect<unknown, unknown, HandoffStore | AgentStore>
  const lost: ReadonlyArray<readonly [name: string, fill: Fill]> = [
    ["if its entries name keys", (name) => Effect.andThen(addKey(name, 1), createIn("one", name.log, 1))],
    [
      "if its entries name several logs",
      ({ log }) => Effect.andThen(createIn("two", log), createIn("one", "0".repeat(26) as LogName))
    ]
  ]
  for (const [name, fill] of lost) {
    it.live(`leaves a store that can only be read, ${name}`, () =>
      inStore((place) =>
        Effect.gen(function* () {
          const { log } = yield* elsewhere(place, Effect.tap(origin, fill))
          const kept = readFileSync(place.log)
          const bytes = readFileSync(place.path)
          rmSync(place.log)
          // The trail names the log, too.
          rmSync(`${place.path}-trail`)
          yield* Effect.provide(
            Effect.gen(function* () {
              const store = yield* HandoffStore
              assert.isTrue(Option.isSome(yield* store.get(RecordId.make("one"))))
              assert.include(linesOf(yield* allEntries), "one 1")
              for (const write of [
                refusal(createIn("three", log)),
                refusal(createOne("three")),
                refusal(addKey({ log }, 1))
              ]) {
                const error = yield* write
                assert.strictEqual(error.reason, "corrupt")
                for (const part of [place.log, log, "restore it from a backup"]) assert.include(error.message, part)
              }
            }),
            place.open()
          )
          assert.isFalse(existsSync(place.log))
          assert.deepStrictEqual(readFileSync(place.path), bytes)
          writeFileSync(place.log, kept)
          yield* elsewhere(place, createOne("three"))
        })
      )
    )
  }

  it.live("is not replaced if it is damaged", () =>
    inStore((place) =>
      Effect.gen(function* () {
        const { log } = yield* elsewhere(place, origin)
        const entry = { revision: 1, position: 1, event: { _tag: "Founded", at: "2026-12-01T09:00:00Z", log } }
        const whole = { log, epoch: 1, keys: [entry] }
        const damaged: ReadonlyArray<unknown> = [
          "",
          [],
          { ...whole, log: "x" },
          { ...whole, epoch: 0 },
          { ...whole, keys: undefined },
          { ...whole, keys: [{ ...entry, revision: 2 }] },
          { ...whole, keys: [{ ...entry, position: undefined }] },
          { ...whole, keys: [{ ...entry, event: { ...entry.event, _tag: "Found" } }] },
          { ...whole, keys: [entry, { ...entry, revision: 2 }] },
          { ...whole, format: "3" },
          { ...whole, format: 4 }
        ]
        for (const json of damaged) {
          const text = json === "" ? "" : JSON.stringify(json)
          writeFileSync(place.log, text)
          const error = yield* refusal(elsewhere(place, createOne("one")))
          assert.strictEqual(error.reason, "corrupt", text)
          assert.include(error.message, place.log)
          assert.strictEqual(readFileSync(place.log, "utf8"), text)
        }
        writeFileSync(place.log, JSON.stringify(whole))
        yield* elsewhere(place, createIn("one", log, 1))
      })
    )
  )
})

describe("the keys", () => {
  it.live("precede every later commit of any process in the log, also if their time is later", () =>
    inStore((place) =>
      Effect.provide(
        Effect.gen(function* () {
          const name = yield* origin
          yield* createIn("one", name.log)
          const late = DateTime.makeUnsafe("2031-01-01T00:00:00Z")
          yield* elsewhere(place, addKey(name, 1, late))
          const [key] = yield* keysIn(name)
          assert(key?.position !== undefined)
          const { position } = key
          const store = yield* HandoffStore
          assert.deepStrictEqual(yield* store.log({ limit: 10, after: position }), [])
          yield* elsewhere(place, createIn("two", name.log, 1))
          yield* createIn("three", name.log, 1)
          assert.deepStrictEqual(linesOf(yield* store.log({ limit: 10, after: position })), ["two 1", "three 1"])
          const entries = yield* allEntries
          const numbers = [...entries.map((entry) => entry.position), position].map(numberOf)
          assert.strictEqual(new Set(numbers).size, 4)
        }),
        place.open()
      )
    )
  )

  it.live("keep their positions beside entries of another program at the same time", () =>
    inStore((place) =>
      Effect.gen(function* () {
        const name = yield* elsewhere(place, origin)
        yield* elsewhere(place, addKey(name, 1))
        const at = DateTime.formatIso(moment)
        const record = {
          record_id: "one",
          request: { from_agent: "a", to_agent: "b", task_description: "t" },
          status: "pending",
          created_at: at,
          updated_at: at
        }
        writeFileSync(place.path, JSON.stringify([record], undefined, 2))
        const [key] = yield* elsewhere(place, keysIn(name))
        const [entry] = yield* elsewhere(place, allEntries)
        assert(key !== undefined && entry !== undefined)
        assert.notStrictEqual(key.position, entry.position)
      })
    )
  )

  it.live("cannot be recorded in a read-only store", () =>
    inStore((place) =>
      Effect.gen(function* () {
        const name = yield* elsewhere(place, origin)
        const refuse = (operation: string) => (path: string) =>
          Effect.fail(new FsError({ code: "EROFS", operation, path }))
        const disk = Layer.effect(
          JournalFs,
          Effect.map(JournalFs, (fs) => JournalFs.of({ ...fs, create: refuse("open"), lock: refuse("lock") }))
        )
        const layer = FileStore.layerOn({ path: place.path }).pipe(
          Layer.provide(disk),
          Layer.provide(NodeJournalFs.layer)
        )
        yield* Effect.provide(
          Effect.gen(function* () {
            assert.deepStrictEqual(yield* origin, name)
            assert.deepStrictEqual(yield* keysIn(name), [])
            assert.include((yield* refusal(addKey(name, 1))).message, "read-only")
          }),
          Layer.fresh(layer)
        )
      })
    )
  )
})

describe("a key whose writer dies before the name of the file is flushed", () => {
  /** The operations of a run, and whether the entry that names the key, or the key, survives a power cut. */
  const run = (seed: number, killAt?: number) =>
    Effect.gen(function* () {
      const disk = makeDisk({ seed, delay: 0, faults: killAt === undefined ? [] : [{ at: killAt, kind: "kill" }] })
      const [first, second] = [disk.process(), disk.process()]
      const path = "/store/handoffs.json"
      // Never closed, because a dead process cannot close its store.
      const using = (process: typeof first) =>
        Effect.flatMap(Scope.make(), (scope) =>
          FileStore.make({ path }).pipe(Effect.provide(process.layer), Scope.provide(scope))
        )
      const [writer, other] = [yield* using(first), yield* using(second)]
      const { log } = yield* writer.handoffs.origin
      const commit = ({ handoffs }: typeof writer, id: string, keys: number) =>
        handoffs.commit([created(id, moment, undefined, sealOf({ log, keys }))])
      yield* commit(writer, "one", 0)
      yield* commit(other, "two", 0)
      const before = disk.performed.length
      const recording = yield* Effect.forkDetach(writer.agents.record([keyAdded({ log }, 1)]))
      while (recording.pollUnsafe() === undefined && first.isAlive()) yield* Effect.yieldNow
      const known = (yield* other.agents.keys).get(log)?.length ?? 0
      yield* commit(other, "three", known)
      disk.powerCut()
      const left = yield* using(disk.process())
      const entries = yield* left.handoffs.log({ limit: 10 })
      return {
        flush: before + disk.performed.slice(before).indexOf("syncDirectory") + 1,
        isVisible: known === 1,
        named: entries.at(-1)?.event.keys ?? 0,
        keys: (yield* left.agents.keys).get(log)?.length ?? 0
      }
    })

  it.live("survives if another process has acknowledged an entry that names it", () =>
    Effect.gen(function* () {
      let visible = 0
      for (let seed = 1; seed <= 20; seed += 1) {
        const { flush } = yield* run(seed)
        const { isVisible, keys, named } = yield* run(seed, flush)
        if (isVisible) visible += 1
        assert.strictEqual(named, isVisible ? 1 : 0)
        assert.isAtLeast(keys, named, `seed ${seed}`)
      }
      assert.isAbove(visible, 10)
    })
  )
})

describe("events of another program", () => {
  const edit = (path: string, keepHistory: boolean) => {
    const [record] = JSON.parse(readFileSync(path, "utf8"))
    const { history, revision, ...known } = record
    const response = { accepted: true, reason: "Accepted by receiving agent.", estimated_completion: null }
    const edited = { ...known, status: "accepted", response, updated_at: "2030-01-01T00:00:00.000Z" }
    writeFileSync(path, JSON.stringify([keepHistory ? { ...edited, revision, history } : edited], undefined, 2))
  }
  const history = Effect.flatMap(HandoffStore, (store) => store.history(RecordId.make("one")))

  for (const where of ["at rest", "beside a journal"] as const) {
    it.live(`have the format of the history that they follow, and are the same for all readers, ${where}`, () =>
      inStore((place) =>
        Effect.gen(function* () {
          const { log } = yield* elsewhere(place, origin)
          yield* elsewhere(place, createIn("one", log))
          const read = Effect.gen(function* () {
            const [entries, record] = [yield* history, yield* held]
            assert.deepStrictEqual(
              entries.map(({ event }) => [event._tag, event.log]),
              [
                ["Created", log],
                ["Accepted", log]
              ]
            )
            assert.strictEqual(
              flawIn(
                record.recordId,
                entries.map(({ event }) => event),
                record
              ),
              undefined
            )
            return entries
          })
          if (where === "at rest") {
            edit(place.path, true)
            const first = yield* elsewhere(place, read)
            assert.deepStrictEqual(yield* elsewhere(place, read), first)
            return
          }
          const first = yield* Effect.provide(
            Effect.gen(function* () {
              yield* createIn("two", log)
              edit(place.path, false)
              return yield* read
            }),
            place.open()
          )
          assert.deepStrictEqual(yield* elsewhere(place, read), first)
        })
      )
    )
  }

  it.live("begin a history of format 1, which goes on in format 2", () =>
    inStore((place) =>
      Effect.gen(function* () {
        const { log } = yield* elsewhere(place, origin)
        yield* elsewhere(place, createIn("one", log))
        edit(place.path, false)
        rmSync(`${place.path}-trail`)
        yield* elsewhere(
          place,
          Effect.gen(function* () {
            const next = nextOf(yield* held, moment, "", sealOf({ log, keys: 0 }))
            assert(next !== undefined)
            yield* (yield* HandoffStore).commit([next])
          })
        )
        const entries = yield* elsewhere(place, history)
        assert.deepStrictEqual(
          entries.map(({ event }) => [event._tag, event.log]),
          [
            ["Imported", undefined],
            ["Started", log]
          ]
        )
      })
    )
  )
})

const held = Effect.flatMap(HandoffStore, (store) => Effect.map(store.get(RecordId.make("one")), Option.getOrThrow))
