import { AgentId, type Digest, type KeyEvent, LogName, PublicKey, RecordId } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import * as Effect from "effect/Effect"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { AgentStore, type KeyEntry } from "../src/store/AgentStore.ts"
import { type Entry, HandoffStore, Position } from "../src/store/HandoffStore.ts"
import { checkpoint as latest, compactRange, holds, leafHash } from "../src/verification/Checkpoint.ts"
import { ask, later, start, test } from "./managing.ts"

// The leaves and roots that the reference implementations of RFC 6962 and RFC 9162 test themselves with:
// https://github.com/transparency-dev/merkle/blob/main/testonly/constants.go
const leaves = ["", "\0", "\u0010", " !", "01", "@ABC", "PQRSTUVW", "`abcdefghijklmno"]
const roots = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
]

const hash = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => sha256(concatBytes(...parts))

/** The root as RFC 9162 defines it, by recursion over all leaves. */
const defined = (texts: ReadonlyArray<string>): Uint8Array => {
  const [first = ""] = texts
  if (texts.length === 0) return hash()
  if (texts.length === 1) return hash(Uint8Array.of(0), utf8ToBytes(first))
  const split = 2 ** Math.floor(Math.log2(texts.length - 1))
  return hash(Uint8Array.of(1), defined(texts.slice(0, split)), defined(texts.slice(split)))
}

const rootOf = (texts: ReadonlyArray<string>): Digest => {
  const range = compactRange()
  for (const text of texts) range.push(leafHash(text))
  assert.strictEqual(range.size(), texts.length)
  return range.root()
}

describe("a compact range", () => {
  it("has the published roots", () => {
    assert.deepStrictEqual(
      roots.map((_, size) => rootOf(leaves.slice(0, size))),
      roots
    )
  })

  it("has the root that the definition gives, for every size and for text beyond ASCII", () => {
    const texts = Array.from({ length: 130 }, (_, index) => `引き渡し ${index} 🤝`)
    for (let size = 0; size <= texts.length; size++) {
      const some = texts.slice(0, size)
      assert.strictEqual(rootOf(some), bytesToHex(defined(some)))
    }
  })
})

/** Creates and accepts `count` handoffs: more entries than one page of the log has, if there are enough. */
const lived = (count: number) =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    for (let index = 0; index < count; index++) {
      const { recordId } = yield* manager.create(ask)
      yield* manager.accept(recordId)
    }
  })

type Change = (entries: ReadonlyArray<Entry>) => ReadonlyArray<Entry>

/** A store whose log is changed by `change`, read in the same pages. */
const changed = (store: HandoffStore["Service"], change: Change) => ({
  ...store,
  log: ({ after, limit }: Parameters<typeof store.log>[0]) =>
    Effect.map(store.log({ limit: 10_000 }), (entries) => {
      const all = change(entries)
      const from = after === undefined ? 0 : all.findIndex(({ position }) => position === after) + 1
      return all.slice(from, from + limit)
    })
})

describe("a checkpoint", () => {
  test("of an empty log is the hash of nothing, and holds for every later log of that name", function* () {
    const checkpoint = yield* latest
    const { log } = checkpoint
    assert.deepStrictEqual(checkpoint, { log, size: 0, root: roots[0] as Digest })
    yield* lived(1)
    assert.strictEqual((yield* holds(checkpoint)).outcome, "holds")
    const other = yield* holds({ ...checkpoint, root: roots[1] as Digest })
    assert.strictEqual(other.outcome, "other entries")
  })

  test("holds while the log grows, over several pages", function* () {
    for (const count of [1, 127, 1, 130]) {
      yield* lived(count)
      const checkpoint = yield* latest
      yield* lived(1)
      const { outcome, sentence } = yield* holds(checkpoint)
      assert.strictEqual(outcome, "holds")
      assert.include(sentence, `the first ${checkpoint.size} entries are those that the checkpoint saw`)
    }
    assert.strictEqual((yield* latest).size, 2 * (1 + 127 + 1 + 130 + 4))
  })

  test("covers what the log held when its reading began", function* () {
    const store = yield* HandoffStore
    const manager = yield* HandoffManager
    yield* lived(200)
    const growing = {
      ...store,
      log: (page: Parameters<typeof store.log>[0]) =>
        Effect.tap(store.log(page), () => Effect.orDie(manager.create(ask)))
    }
    assert.strictEqual((yield* Effect.provideService(latest, HandoffStore, growing)).size, 400)
  })

  test("finds every kind of change to the entries that it covers, and none to later entries", function* () {
    const store = yield* HandoffStore
    yield* lived(150)
    const checkpoint = yield* latest
    yield* lived(1)
    const outcomeAfter = (change: Change) =>
      Effect.map(
        Effect.provideService(holds(checkpoint), HandoffStore, changed(store, change)),
        ({ outcome }) => outcome
      )
    const at =
      (index: number, change: (entry: Entry) => ReadonlyArray<Entry>): Change =>
      (entries) =>
        entries.flatMap((entry, place) => (place === index ? change(entry) : [entry]))
    const removed = () => []
    const shorter: ReadonlyArray<Change> = [0, 256, 299].map((size) => (entries) => entries.slice(0, size))
    const others: ReadonlyArray<Change> = [
      at(0, removed),
      at(150, removed),
      at(299, removed),
      at(100, (entry) => [entry, entry]),
      at(257, (entry) => [{ ...entry, event: { ...entry.event, at: later(-1) } }]),
      at(257, (entry) => [{ ...entry, revision: entry.revision + 1 }]),
      at(257, (entry) => [{ ...entry, recordId: RecordId.make("other") }]),
      (entries) => [...entries.slice(0, 20), ...entries.slice(20, 22).toReversed(), ...entries.slice(22)]
    ]
    for (const change of shorter) assert.strictEqual(yield* outcomeAfter(change), "truncated")
    for (const change of others) assert.strictEqual(yield* outcomeAfter(change), "other entries")
    assert.strictEqual(yield* outcomeAfter(at(300, removed)), "holds")
  })

  test("covers the keys of agents, each at its position in the log", function* () {
    const store = yield* HandoffStore
    const agents = yield* AgentStore
    const { log } = yield* store.origin
    const key = PublicKey.make("k".repeat(43))
    const record = (revision: number, event: KeyEvent) => agents.record([{ revision, event }])
    yield* record(1, { _tag: "Founded", at: start, log })
    yield* lived(1)
    yield* record(2, { _tag: "KeyAdded", at: start, log, agent: AgentId.make("auditor"), key, adopted: true })
    yield* lived(1)
    const checkpoint = yield* latest
    assert.strictEqual(checkpoint.size, 6)
    yield* record(3, { _tag: "KeyAdded", at: start, log, agent: AgentId.make("witness"), key, adopted: true })
    assert.deepStrictEqual(yield* latest, checkpoint)
    yield* lived(1)
    assert.strictEqual((yield* latest).size, 9)
    const outcomeWith = (change: (entry: KeyEntry) => ReadonlyArray<KeyEntry>) =>
      Effect.map(
        Effect.provideService(holds(checkpoint), AgentStore, {
          ...agents,
          keys: Effect.map(agents.keys, (logs) => new Map([[log, (logs.get(log) ?? []).flatMap(change)]]))
        }),
        ({ outcome }) => outcome
      )
    const other = PublicKey.make("o".repeat(43))
    const [first] = yield* store.log({ limit: 1 })
    assert.strictEqual(yield* outcomeWith((entry) => [entry]), "holds")
    assert.strictEqual(yield* outcomeWith((entry) => (entry.revision === 3 ? [] : [entry])), "holds")
    const forged: ReadonlyArray<(entry: KeyEntry) => KeyEntry> = [
      (entry) => ({ ...entry, event: { ...entry.event, at: later(1) } }),
      (entry) => (entry.event._tag === "KeyAdded" ? { ...entry, event: { ...entry.event, key: other } } : entry),
      (entry) => (entry.revision === 2 ? { ...entry, position: first?.position ?? Position.make("") } : entry)
    ]
    for (const change of forged) assert.strictEqual(yield* outcomeWith((entry) => [change(entry)]), "other entries")
    assert.strictEqual(yield* outcomeWith(() => []), "other entries")
  })

  test("is of one log, and says so of another", function* () {
    const store = yield* HandoffStore
    const checkpoint = yield* latest
    const log = LogName.make("z".repeat(26))
    const copy = { ...store, origin: Effect.succeed({ log, epoch: 1 }) }
    assert.deepStrictEqual(yield* Effect.provideService(holds(checkpoint), HandoffStore, copy), {
      outcome: "other log",
      sentence: `The checkpoint is of the log ${checkpoint.log}, but this store has the log ${log}`
    })
  })
})
