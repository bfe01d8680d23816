/**
 * Opens every combination of a file, a journal and a trail that one store had at some moment: as after a kill at any step,
 * after copying a part of a backup, and after a rewrite by a program that keeps no history.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { HandoffStore } from "@aumai/handoff-core"
import { encodeEvent, flawIn, type HandoffEvent, RecordId, StoreError } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"

import { advance, createOne } from "../../testing/src/handoffs.ts"
import { newRecord, rewrite } from "../../testing/src/python.ts"
import { FileStore, type JournalFile, JournalFs, NodeJournalFs } from "../src/index.ts"
import { temporaryDirectory } from "./processes.ts"

type Bytes = string | undefined

/** The different contents that each file had, by the moment at which it got them; `undefined` is no file. */
interface Moments {
  readonly rest: ReadonlyArray<Bytes>
  readonly journal: ReadonlyArray<Bytes>
  readonly trail: ReadonlyArray<Bytes>
}

const get = (id: string) =>
  Effect.flatMap(HandoffStore, (store) => Effect.flatMap(store.get(RecordId.make(id)), Effect.fromOption))

const step = (id: string) => Effect.flatMap(get(id), advance)

/** Runs a store through its life, and notes its files before each operation that changes one. */
const record = (path: string) =>
  Effect.gen(function* () {
    const [rest, journal, trail] = [new Set<Bytes>(), new Set<Bytes>(), new Set<Bytes>()]
    const note = Effect.sync(() => {
      for (const [suffix, seen] of [
        ["", rest],
        ["-journal", journal],
        ["-trail", trail]
      ] as const)
        seen.add(existsSync(path + suffix) ? readFileSync(path + suffix, "utf8") : undefined)
    })
    const watched = (file: JournalFile): JournalFile => ({
      ...file,
      append: (bytes) => Effect.tap(file.append(bytes), () => note)
    })
    const noted = Layer.effect(
      JournalFs,
      Effect.map(JournalFs, (fs) =>
        JournalFs.of({
          ...fs,
          open: (name) => Effect.map(fs.open(name), watched),
          create: (name, mode) => Effect.map(fs.create(name, mode), watched),
          rename: (from, to) => Effect.tap(fs.rename(from, to), () => note),
          unlink: (name) => Effect.tap(fs.unlink(name), () => note)
        })
      )
    ).pipe(Layer.provide(NodeJournalFs.layer))
    const within = <A, E>(oneShot: boolean, body: Effect.Effect<A, E, HandoffStore>) =>
      Effect.provide(
        body,
        Layer.fresh(FileStore.layerOn({ path, oneShot, checkpointBytes: 2500 })).pipe(Layer.provide(noted)),
        { local: true }
      )
    yield* note
    yield* within(true, createOne("a"))
    yield* within(true, step("a"))
    yield* within(
      false,
      Effect.gen(function* () {
        yield* createOne("b")
        for (const id of ["b", "a", "b"]) yield* step(id)
        yield* createOne("c")
      })
    )
    yield* within(true, step("c"))
    return { rest: [...rest], journal: [...journal], trail: [...trail] } satisfies Moments
  })

type Histories = ReadonlyMap<string, ReadonlyArray<string>>

const keyOf = (event: HandoffEvent) => JSON.stringify(encodeEvent(event))

/** All histories of a store, which must have no flaw. */
const read = (path: string, options: { readonly readOnly?: boolean } = {}) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const found = new Map<string, ReadonlyArray<HandoffEvent>>()
    for (const one of yield* store.list({ _tag: "All" }, { limit: 100 })) {
      const events = (yield* store.history(one.recordId)).map(({ event }) => event)
      assert.isUndefined(flawIn(one.recordId, events, one), one.recordId)
      found.set(one.recordId, events)
    }
    return found
  }).pipe(Effect.provide(Layer.fresh(FileStore.layer({ path, ...options })), { local: true }))

/** The revisions that the lines of a journal or a trail hold. */
const lineRevisions = (bytes: Bytes): ReadonlyArray<Revision> =>
  (bytes ?? "").split("\n").flatMap((line) => {
    if (line.length < 10) return []
    const { T = [] }: { readonly T?: ReadonlyArray<TrailLine | JournalLine> } = JSON.parse(line.slice(9))
    return T.map((one) =>
      "record" in one ? ([one.record.record_id, one.record.revision] as const) : ([one.id, one.revision] as const)
    )
  })

type Revision = readonly [id: string, revision: number]
type TrailLine = { readonly id: string; readonly revision: number }
type JournalLine = { readonly record: { readonly record_id: string; readonly revision: number } }
type RestRecord = { readonly record_id: string; readonly history?: ReadonlyArray<unknown> }

const restRevisions = (bytes: Bytes): ReadonlyArray<Revision> => {
  const records: ReadonlyArray<RestRecord> = JSON.parse(bytes ?? "[]")
  return records.flatMap(({ history = [], record_id: id }) => history.map((_, index) => [id, index + 1] as const))
}

/** The number of entries of each record from the first on, and the records with entries after a gap. */
const expectedOf = (revisions: ReadonlyArray<Revision>) => {
  const known = new Map<string, Set<number>>()
  for (const [id, revision] of revisions) known.set(id, (known.get(id) ?? new Set()).add(revision))
  const lengths = new Map<string, number>()
  const gaps = new Set<string>()
  for (const [id, its] of known) {
    let length = 0
    while (its.has(length + 1)) length += 1
    if (length > 0) lengths.set(id, length)
    if (length < its.size) gaps.add(id)
  }
  return { gaps, lengths }
}

describe("a store from any file, journal and trail of its past", () => {
  for (const [name, isRewritten] of [
    ["as it was", false],
    ["rewritten by a program that keeps no history", true]
  ] as const) {
    it.live(
      `keeps every entry and invents none, with the file ${name}`,
      () =>
        Effect.gen(function* () {
          using directory = temporaryDirectory()
          const past = join(directory.path, "past")
          mkdirSync(past)
          const moments = yield* record(join(past, "handoffs.json"))
          const truth = yield* read(join(past, "handoffs.json"))
          const keys: Histories = new Map([...truth].map(([id, events]) => [id, events.map(keyOf)]))
          assert.isAbove(moments.rest.length * moments.journal.length * moments.trail.length, 200)
          let opened = 0
          for (const rest of moments.rest)
            for (const journal of moments.journal)
              for (const trail of moments.trail) {
                if (isRewritten && rest === undefined) continue
                const path = join(directory.path, "now", "handoffs.json")
                mkdirSync(join(path, ".."))
                copyFileSync(join(past, "handoffs.log.json"), join(path, "..", "handoffs.log.json"))
                const files = [
                  ["", rest],
                  ["-journal", journal],
                  ["-trail", trail]
                ] as const
                for (const [suffix, bytes] of files) if (bytes !== undefined) writeFileSync(path + suffix, bytes)
                if (isRewritten) rewrite(path, (records) => [...records, newRecord("py")])
                const what = files.map(([suffix, bytes]) => `${suffix}: ${bytes}`).join("\n")
                const { gaps, lengths } = expectedOf([
                  ...(isRewritten ? [] : restRevisions(rest)),
                  ...lineRevisions(journal),
                  ...lineRevisions(trail)
                ])
                const before = readdirSync(join(path, ".."))
                for (const use of ["to read", "to write", "again"] as const) {
                  const outcome = yield* Effect.result(read(path, { readOnly: use === "to read" }))
                  if (Result.isFailure(outcome)) {
                    assert(outcome.failure instanceof StoreError)
                    assert.include(outcome.failure.message, "it is missing, but the journal", what)
                    assert(rest === undefined && trail === undefined, what)
                    break
                  }
                  opened += 1
                  for (const [id, length] of lengths) {
                    const found = (outcome.success.get(id) ?? []).map(keyOf)
                    if (!gaps.has(id))
                      assert.deepStrictEqual(found.slice(0, length), keys.get(id)?.slice(0, length), what)
                  }
                  for (const [id, events] of outcome.success) {
                    if (id === "py" || id === "z") continue
                    for (const [index, event] of events.entries()) {
                      if (event.via === "foreign" && (isRewritten || gaps.has(id))) continue
                      assert.strictEqual(keyOf(event), keys.get(id)?.[index], `${id} ${index}\n${what}`)
                    }
                  }
                  if (isRewritten) assert.isTrue(outcome.success.has("py"), what)
                  if (use === "to read") assert.deepStrictEqual(readdirSync(join(path, "..")), before, what)
                  else if (use === "to write")
                    yield* Effect.provide(createOne("z"), Layer.fresh(FileStore.layer({ path, oneShot: true })))
                  else {
                    assert.isTrue(outcome.success.has("z"), what)
                    const left = readdirSync(join(path, "..")).filter((file) => file.endsWith("-journal"))
                    assert.deepStrictEqual(left, [], what)
                  }
                }
                rmSync(join(path, ".."), { recursive: true })
              }
          assert.isAbove(opened, 300)
        }),
      180_000
    )
  }
})
