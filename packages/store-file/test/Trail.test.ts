import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { HandoffStore } from "@aumai/handoff-core"
import { flawIn, RecordId, StoreError } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { advance, createOne } from "../../testing/src/handoffs.ts"
import { newRecord, rewrite } from "../../testing/src/python.ts"
import { FileStore, type JournalFile, JournalFs, NodeJournalFs } from "../src/index.ts"
import { temporaryDirectory } from "./processes.ts"

interface Place {
  readonly path: string
  readonly trail: string
  readonly journal: string
  /** The names of the files that the store has saved beside its own. */
  readonly aside: () => ReadonlyArray<string>
  /** The text of the only file that the store has saved. */
  readonly saved: () => string
}

const inStore = <A, E, R>(body: (place: Place) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const directory = temporaryDirectory()
    const path = join(directory.path, "handoffs.json")
    const aside = () => readdirSync(directory.path).filter((name) => /\.(conflict|unreadable)-/.test(name))
    const saved = () => {
      const [name, ...more] = aside()
      assert(name !== undefined && more.length === 0, aside().join())
      return readFileSync(join(directory.path, name), "utf8")
    }
    return Effect.ensuring(
      body({ path, trail: `${path}-trail`, journal: `${path}-journal`, aside, saved }),
      Effect.sync(() => directory[Symbol.dispose]())
    )
  })

/** Uses the store as one process, on a disk that a test may watch. */
const use = <A, E>(
  { path }: Pick<Place, "path">,
  body: Effect.Effect<A, E, HandoffStore>,
  options: { readonly oneShot?: boolean; readonly disk?: Layer.Layer<JournalFs> } = {}
) =>
  Effect.provide(
    body,
    Layer.fresh(FileStore.layerOn({ path, oneShot: options.oneShot ?? true })).pipe(
      Layer.provide(options.disk ?? NodeJournalFs.layer)
    ),
    { local: true }
  )

const step = (id: string) =>
  Effect.flatMap(HandoffStore, (store) =>
    Effect.flatMap(Effect.flatMap(store.get(RecordId.make(id)), Effect.fromOption), advance)
  )

/** The events of each handoff, as their names; a flaw fails the test. */
const histories = Effect.gen(function* () {
  const store = yield* HandoffStore
  const found: Record<string, ReadonlyArray<string>> = {}
  for (const record of yield* store.list({ _tag: "All" }, { limit: 100 })) {
    const events = (yield* store.history(record.recordId)).map(({ event }) => event)
    assert.isUndefined(flawIn(record.recordId, events, record), record.recordId)
    found[record.recordId] = events.map(({ _tag }) => _tag)
  }
  return found
})

/** A real disk whose operations a test changes. */
const disk = (change: (fs: JournalFs["Service"]) => Partial<JournalFs["Service"]>) =>
  Layer.effect(
    JournalFs,
    Effect.map(JournalFs, (fs) => JournalFs.of({ ...fs, ...change(fs) }))
  ).pipe(Layer.provide(NodeJournalFs.layer))

/** Copies the files of a store as `kill -9` would leave them. */
const killed = (from: string, to: string) => {
  mkdirSync(join(to, ".."))
  for (const suffix of ["", "-journal", "-trail"])
    if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix)
  copyFileSync(from.replace(/\.json$/, ".log.json"), to.replace(/\.json$/, ".log.json"))
}

describe("the trail", () => {
  it.live("is not read while the file is the one that it ends at", () =>
    inStore((place) =>
      Effect.gen(function* () {
        yield* use(place, createOne("a"))
        const read: Array<string> = []
        const watched = disk((fs) => ({ read: (path) => Effect.suspend(() => (read.push(path), fs.read(path))) }))
        yield* use(place, histories, { disk: watched })
        yield* use(place, step("a"), { disk: watched })
        assert.notInclude(read, place.trail)
        rewrite(place.path, (records) => records)
        yield* use(place, histories, { disk: watched })
        assert.include(read, place.trail)
      })
    )
  )

  it.live("grows by one transaction with each one-shot commit, and with all those of a journal", () =>
    inStore((place) =>
      Effect.gen(function* () {
        yield* use(place, createOne("a"))
        const before = readFileSync(place.trail, "utf8")
        yield* use(place, step("a"))
        const after = readFileSync(place.trail, "utf8")
        assert.isTrue(after.startsWith(before))
        yield* use(place, Effect.andThen(createOne("b"), step("a")), { oneShot: false })
        const later = readFileSync(place.trail, "utf8")
        assert.isTrue(later.startsWith(after))
        assert.strictEqual(later.split(`{"T":`).length - 1, 4)
      })
    )
  )

  for (const oneShot of [true, false]) {
    it.live(`is flushed before the file is renamed into place, ${oneShot ? "one-shot" : "at closing"}`, () =>
      inStore((place) =>
        Effect.gen(function* () {
          yield* use(place, createOne("a"))
          const done: Array<string> = []
          const note = (what: string) => Effect.sync(() => done.push(what))
          const watched = disk((fs) => ({
            open: (path) =>
              Effect.map(fs.open(path), (file) =>
                path === place.trail
                  ? {
                      ...file,
                      append: (bytes: Buffer) => Effect.tap(file.append(bytes), () => note("append")),
                      sync: Effect.tap(file.sync, () => note("flush"))
                    }
                  : file
              ),
            rename: (from, to) =>
              Effect.tap(fs.rename(from, to), () => (to === place.path ? note("rename") : Effect.void))
          }))
          yield* use(place, step("a"), { oneShot, disk: watched })
          assert.deepStrictEqual(done, ["append", "flush", "rename"])
        })
      )
    )
  }

  it.live("of another store is refused by both names", () =>
    inStore((place) =>
      inStore((other) =>
        Effect.gen(function* () {
          yield* use(place, createOne("a"))
          yield* use(other, createOne("b"))
          copyFileSync(other.trail, place.trail)
          const bytes = readFileSync(place.path)
          for (const action of [Effect.asVoid(createOne("c")), Effect.asVoid(histories)]) {
            const error = yield* Effect.flip(use(place, action))
            assert(error instanceof StoreError)
            const names = [place, other].map(({ path }) => logOf(path))
            for (const part of [place.trail, ...names, "Nothing was changed"]) assert.include(error.message, part)
          }
          assert.deepStrictEqual(readFileSync(place.path), bytes)
          assert.deepStrictEqual(readFileSync(place.trail), readFileSync(other.trail))
        })
      )
    )
  )

  it.live("of a newer version is refused", () =>
    inStore((place) =>
      Effect.gen(function* () {
        yield* use(place, createOne("a"))
        const journal = { version: 2, generation: "g", base: null }
        const { crc32 } = process.getBuiltinModule("node:zlib")
        const json = JSON.stringify({ H: journal })
        writeFileSync(place.trail, `\n${crc32(json).toString(16).padStart(8, "0")} ${json}\n`)
        const error = yield* Effect.flip(use(place, createOne("b")))
        assert(error instanceof StoreError)
        for (const part of [place.trail, "version 2", "up to 1"]) assert.include(error.message, part)
      })
    )
  )

  it.live("is saved beside the file and written again if it is damaged", () =>
    inStore((place) =>
      Effect.gen(function* () {
        yield* use(place, createOne("a"))
        yield* use(place, step("a"))
        const text = readFileSync(place.trail, "utf8").replace("Accepted", "Accopted")
        writeFileSync(place.trail, text)
        // Not the file that it ends at.
        writeFileSync(place.path, `${readFileSync(place.path, "utf8")}\n`)
        yield* use(place, step("a"))
        assert.deepStrictEqual(yield* use(place, histories), { a: ["Created", "Accepted", "Started"] })
        assert.include(place.saved(), "Accopted")
        rewrite(place.path, (records) => records)
        assert.deepStrictEqual(yield* use(place, histories), { a: ["Created", "Accepted", "Started"] })
      })
    )
  )

  it.live("gives back the entries of a file that was deleted", () =>
    inStore((place) =>
      Effect.gen(function* () {
        yield* use(place, createOne("a"))
        yield* use(place, step("a"))
        rmSync(place.path)
        assert.deepStrictEqual(yield* use(place, histories), { a: ["Created", "Accepted"] })
        yield* use(place, createOne("b"), { oneShot: false })
        assert.deepStrictEqual(yield* use(place, histories), { a: ["Created", "Accepted"], b: ["Created"] })
      })
    )
  )

  it.live("loses the lines of a one-shot commit that gives up, because another program has written the file", () =>
    inStore((place) =>
      Effect.gen(function* () {
        yield* use(place, createOne("a"))
        const before = readFileSync(place.trail, "utf8")
        const meddling = disk((fs) => ({
          open: (path) =>
            Effect.map(fs.open(path), (file): JournalFile => ({
              ...file,
              append: (bytes) =>
                Effect.tap(file.append(bytes), () =>
                  Effect.sync(() => rewrite(place.path, (records) => [...records, newRecord("py")]))
                )
            }))
        }))
        const error = yield* Effect.flip(use(place, createOne("b"), { disk: meddling }))
        assert(error instanceof StoreError)
        assert.include(error.message, "try again")
        assert.strictEqual(readFileSync(place.trail, "utf8"), before)
        assert.deepStrictEqual(yield* use(place, histories), { a: ["Created"], py: ["Imported"] })
      })
    )
  )
})

const logOf = (path: string): string => JSON.parse(readFileSync(path.replace(/\.json$/, ".log.json"), "utf8")).log

describe("a file from a backup", () => {
  it.live("that is newer than the journal beside it is taken whole", () =>
    inStore((place) =>
      Effect.gen(function* () {
        const backup = join(place.path, "..", "backup", "handoffs.json")
        yield* use(place, createOne("a"))
        yield* use(
          place,
          Effect.andThen(
            step("a"),
            Effect.sync(() => killed(place.path, backup))
          ),
          { oneShot: false }
        )
        yield* use(place, step("a"))
        yield* use(place, step("a"))
        // The second backup into the same folder deletes nothing there, and is of a program that knows no trail.
        const text = readFileSync(place.path, "utf8").replace(`"revision"`, `"team": "blue",\n    "revision"`)
        writeFileSync(backup, text)
        rmSync(`${backup}-trail`)
        const whole = { a: ["Created", "Accepted", "Started", "Completed"] }
        assert.deepStrictEqual(yield* use({ path: backup }, histories), whole)
        assert.strictEqual(readFileSync(backup, "utf8"), text)
        assert.isFalse(existsSync(`${backup}-journal`))
      })
    )
  )

  it.live("that is older than the trail takes nothing away, and is saved beside before anything is written", () =>
    inStore((place) =>
      Effect.gen(function* () {
        yield* use(place, createOne("a"))
        const older = readFileSync(place.path, "utf8")
        for (let count = 0; count < 3; count += 1) yield* use(place, step("a"))
        writeFileSync(place.path, older)
        const whole = { a: ["Created", "Accepted", "Started", "Completed"] }
        assert.deepStrictEqual(yield* use(place, histories), whole)
        assert.deepStrictEqual(place.aside(), [])
        assert.strictEqual(readFileSync(place.path, "utf8"), older)
        yield* use(place, createOne("b"))
        assert.strictEqual(place.saved(), older)
        assert.deepStrictEqual(yield* use(place, histories), { ...whole, b: ["Created"] })
      })
    )
  )

  it.live("that was rewritten after a crash keeps the histories of its records in the trail", () =>
    inStore((place) =>
      Effect.gen(function* () {
        yield* use(place, createOne("a"))
        const crashed = join(place.path, "..", "crashed", "handoffs.json")
        yield* use(
          place,
          Effect.andThen(
            step("a"),
            Effect.sync(() => killed(place.path, crashed))
          ),
          { oneShot: false }
        )
        rewrite(crashed, (records) => [...records, newRecord("py")])
        const whole = { a: ["Created", "Accepted"], py: ["Imported"] }
        assert.deepStrictEqual(yield* use({ path: crashed }, histories), whole)
        assert.deepStrictEqual(yield* use({ path: crashed }, histories), whole)
      })
    )
  )

  it.live("without a trail begins the history of a record in an orphaned journal with its last state", () =>
    inStore((place) =>
      Effect.gen(function* () {
        yield* use(place, createOne("a"))
        const crashed = join(place.path, "..", "crashed", "handoffs.json")
        const body = Effect.andThen(
          Effect.andThen(step("a"), step("a")),
          Effect.sync(() => killed(place.path, crashed))
        )
        yield* use(place, body, { oneShot: false })
        rmSync(`${crashed}-trail`)
        rewrite(crashed, (records) => [...records, newRecord("py")])
        const begun = { a: ["Imported"], py: ["Imported"] }
        assert.deepStrictEqual(yield* use({ path: crashed }, histories), begun)
        yield* use({ path: crashed }, step("a"))
        assert.deepStrictEqual(yield* use({ path: crashed }, histories), { ...begun, a: ["Imported", "Completed"] })
        const name = readdirSync(join(crashed, "..")).find((file) => file.includes(".unreadable-"))
        assert.include(readFileSync(join(crashed, "..", name ?? ""), "utf8"), "Accepted")
      })
    )
  )
})
