import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import {
  addMissingAgents,
  AgentStore,
  HandoffManager,
  HandoffStore,
  learnKeys,
  MemoryStore,
  type Position,
  type RegisteredAgent
} from "@aumai/handoff-core"
import * as Signing from "@aumai/handoff-core/Signing"
import { type KnownKeys, knownKeys, proveArchive, type Verified, verifyAll } from "@aumai/handoff-core/Verification"
import {
  type ArchivedHandoff,
  decodeArchived,
  encodeArchived,
  erased,
  type HandoffEvent,
  isKeyed,
  noKeys,
  type RecordId,
  signedText,
  type StoreError,
  withKeys
} from "@aumai/handoff-protocol"
import { FileStore } from "@aumai/handoff-store-file"
import { SqliteStore } from "@aumai/handoff-store-sqlite"
import { afterAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"

import { type Forgery, forgeries, forgedKeys, type Loot, victims } from "../src/forgeries.ts"
import { openBox } from "../src/openBox.ts"
import { seedsOf } from "../src/seeds.ts"
import { honestWorld, inStoreOf, names, restore, secrets, type World } from "../src/worlds.ts"

const { name: seedsName, seeds } = seedsOf([1], 1)

const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-forgeries-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
let files = 0
const path = (ending: string) => join(directory, `${(files += 1)}.${ending}`)
const stores: Readonly<Record<string, () => Layer.Layer<HandoffStore | AgentStore, StoreError>>> = {
  memory: () => MemoryStore.layer,
  file: () => FileStore.layer({ path: path("json") }),
  SQLite: () => SqliteStore.layer({ path: path("db") })
}

const loot = Effect.gen(function* (): Effect.fn.Return<Loot, unknown> {
  const [mallory, rotated, revoked] = yield* Effect.forEach(["mallory", "planner", "executor"], (name) =>
    Signing.signer(secrets[name] ?? "")
  )
  if (!mallory || !rotated || !revoked) throw new Error("There are three keys")
  return { mallory, rotated, revoked }
})

/** A world that begins with a copy of another one, and a world whose agents have the same keys and no history. */
const worlds = (seed: number) =>
  Effect.suspend(() => {
    const known = made.get(seed)
    if (known !== undefined) return Effect.succeed({ world: known })
    return Effect.map(
      Effect.flatMap(honestWorld(seed + 1_000_000), (origin) => honestWorld(seed, origin)),
      (world) => {
        made.set(seed, world)
        return { world }
      }
    )
  })
const made = new Map<number, World>()

/** Counts the entries that may be signed or keyless: honest ones, and those that the adversary owns up to. */
const allowed = (
  world: World,
  recordId: RecordId,
  history: ReadonlyArray<HandoffEvent>,
  isLimit: (event: HandoffEvent, text: string) => boolean,
  named?: ReadonlyArray<RegisteredAgent>
) => {
  const honest = world.archive.find(({ record }) => record.recordId === recordId)?.history ?? []
  const isHonest = (event: HandoffEvent, index: number) => Equal.equals(event, honest[index])
  const since = new Map(
    (named ?? world.agents).map(({ agentId, keys }) => [agentId, keys?.[0]?.since.epochMilliseconds])
  )
  const isUnkeyed = ({ at, by, keys = 0, log }: HandoffEvent) => {
    // Keys that a person names count from a moment on.
    const isBefore = at.epochMilliseconds < (since.get(by) ?? 0)
    if (log === undefined || (named !== undefined && isBefore)) return isBefore
    const keyLog = world.keys.filter((event) => event.log === log)
    // Of a log that is not known, nobody can say so.
    return keyLog.length > 0 && !isKeyed(keyLog.reduce(withKeys, noKeys), by, keys)
  }
  return {
    signed: history.filter(
      (event, index) =>
        isHonest(event, index) || event.by === names.mallory || isLimit(event, signedText(recordId, index + 1, event))
    ).length,
    keyless: history.filter((event, index) => isHonest(event, index) || !victims.includes(event.by) || isUnkeyed(event))
      .length
  }
}

const expectUnconfirmed = (
  verified: Verified,
  most: { readonly signed: number; readonly keyless: number },
  how: string
) => {
  if (verified.signed <= most.signed && verified.keyless <= most.keyless) return
  expect.fail(`${how}: at most ${JSON.stringify(most)}, but ${JSON.stringify(verified)}`)
}

const decoded = (all: ReadonlyArray<Forgery>) =>
  all.flatMap((forgery) => {
    const read = decodeArchived("forged", forgery.json)
    return Result.isSuccess(read) ? [{ ...forgery, handoff: read.success }] : []
  })

const imported = (handoffs: ReadonlyArray<ArchivedHandoff>) =>
  HandoffManager.use((manager) => Stream.runCollect(manager.import(Stream.fromIterable(handoffs))))

const verified = Effect.map(
  Stream.runCollect(verifyAll),
  (all) => new Map(all.map((one) => [one.recordId, one] as const))
)

/** Imports forgeries into the present store, and judges what it then has. */
const judgeImport = (world: World, seed: number, isLimit: Parameters<typeof allowed>[3]) =>
  Effect.gen(function* () {
    const all = forgeries(world, yield* loot, seed)
    for (const { events } of forgedKeys(world, yield* loot)) yield* Effect.ignore(learnKeys(events))
    const given = decoded(all)
    const reports = yield* imported(given.map(({ handoff }) => handoff))
    const found = yield* verified
    const { history } = yield* HandoffStore
    for (const [index, { handoff, how }] of given.entries()) {
      const { recordId } = handoff.record
      const one = found.get(recordId)
      if (one === undefined) continue
      const events = (yield* history(recordId)).map(({ event }) => event)
      const what = `seed ${seed}: ${how} (${JSON.stringify(reports[index])})`
      expectUnconfirmed(one, allowed(world, recordId, events, isLimit), what)
      // An import never makes the store look broken.
      if (one.flaw !== undefined) expect.fail(`${what}: ${JSON.stringify(one.flaw)}`)
    }
  })

/** Verifies the present store with forged rows: entries keep the positions of those that they replace, others come last. */
const verifiedAs = (forged: ReadonlyMap<RecordId, { readonly handoff: ArchivedHandoff }>) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const [log, epoch, end] = Option.getOrThrow(yield* store.end).split(".")
    let last = Number(end)
    const rewritten = HandoffStore.of({
      ...store,
      get: (id) => {
        const record = forged.get(id)?.handoff.record
        return record === undefined ? store.get(id) : Effect.succeed(Option.some(record))
      },
      list: (view, page) =>
        Effect.map(store.list(view, page), (records) =>
          records.map((record) => forged.get(record.recordId)?.handoff.record ?? record)
        ),
      history: (recordId) =>
        Effect.map(store.history(recordId), (entries) =>
          (forged.get(recordId)?.handoff.history ?? entries.map(({ event }) => event)).map((event, index) => ({
            event,
            recordId,
            revision: index + 1,
            // The cast: a position of this log.
            position: entries[index]?.position ?? (`${log}.${epoch}.${(last += 1)}` as Position)
          }))
        )
    })
    return yield* Effect.provide(
      verified,
      Layer.merge(Layer.fresh(HandoffManager.layer), Layer.succeed(HandoffStore, rewritten)).pipe(
        Layer.provide(Layer.succeed(HandoffStore, rewritten))
      ),
      { local: true }
    )
  })

/** An agent as a person names it: by the key in force. */
const latestKeys = ({ keys, ...agent }: RegisteredAgent): RegisteredAgent => ({
  ...agent,
  ...(keys === undefined ? {} : { keys: keys.slice(-1) })
})

const atTheEndOf = (world: World) => TestClock.setTime(world.now.epochMilliseconds + 1000)

const isSignedBy = (by: string, publicKey: string) => (event: HandoffEvent, text: string) =>
  event.by === by && event.sig !== undefined && Signing.isSignedBy(text, event.sig, publicKey as never)

describe(`an honest history (${seedsName})`, () => {
  it.effect("is added to an empty store, and copied from there, and every signature still counts", () =>
    Effect.gen(function* () {
      for (const seed of seeds) {
        const { world } = yield* worlds(seed)
        yield* atTheEndOf(world)
        const signed = new Map(
          world.archive.map(({ history, record }) => [
            record.recordId,
            history.filter(({ keys, sig }) => sig !== undefined && keys !== undefined).length
          ])
        )
        const copy = (from: Pick<World, "agents" | "archive" | "keys">) =>
          Effect.gen(function* () {
            yield* learnKeys(from.keys)
            const reports = yield* imported(from.archive)
            expect(reports.filter(({ outcome }) => outcome !== "added")).toEqual([])
            yield* addMissingAgents(from.agents)
            const found = [...(yield* verified).values()]
            expect(found.filter(({ flaw, unproven }) => flaw ?? unproven)).toEqual([])
            expect(new Map(found.map(({ recordId, signed }) => [recordId, signed]))).toEqual(signed)
            const agents = yield* AgentStore
            const archive = yield* HandoffManager.use((manager) => Stream.runCollect(manager.export))
            const keys = [...(yield* agents.keys).values()].flat().map(({ event }) => event)
            return { agents: yield* agents.all, archive, keys }
          })
        const first = yield* inStoreOf(seed + 2, MemoryStore.layer)(copy(world))
        const second = yield* inStoreOf(seed + 3, MemoryStore.layer)(copy(first))
        yield* inStoreOf(seed + 4, MemoryStore.layer)(copy(second))
        // Erased entries keep their proof.
        const archive = world.archive.map((one) => ({ ...one, history: one.history.map(erased) }))
        yield* inStoreOf(seed + 5, MemoryStore.layer)(copy({ ...world, archive }))
      }
    })
  )

  for (const [store, layer] of Object.entries(stores)) {
    it.effect(`holds in its own store, and is unchanged by its own archive: ${store}`, () =>
      Effect.gen(function* () {
        const { world } = yield* worlds(seeds[0] ?? 1)
        yield* atTheEndOf(world)
        yield* inStoreOf(
          world.seed,
          layer()
        )(
          Effect.gen(function* () {
            yield* restore(world)
            yield* learnKeys(world.keys)
            expect((yield* imported(world.archive)).filter(({ outcome }) => outcome !== "unchanged")).toEqual([])
            expect([...(yield* verified).values()].filter(({ flaw, unproven }) => flaw ?? unproven)).toEqual([])
          })
        )
      })
    )
  }

  it.effect("holds as an archive, whose agents a person names", () =>
    Effect.gen(function* () {
      for (const seed of seeds) {
        const { world } = yield* worlds(seed)
        yield* atTheEndOf(world)
        const known: KnownKeys = { ...knownKeys(world.agents, world.keys), isNamed: true }
        for (const one of world.archive) {
          const { flaw, signed } = yield* proveArchive("archive", encodeArchived(one), known)
          const signatures = one.history.filter(({ keys, sig }) => sig !== undefined && keys !== undefined).length
          expect([flaw, signed]).toEqual([undefined, signatures])
        }
      }
    }).pipe(Effect.provide(openBox))
  )
})

describe(`a forged history (${seedsName})`, () => {
  for (const [store, layer] of Object.entries(stores)) {
    it.effect(`is not confirmed by an import into the store that it forges: ${store}`, () =>
      Effect.gen(function* () {
        for (const seed of seeds) {
          const { world } = yield* worlds(seed)
          const { rotated } = yield* loot
          yield* atTheEndOf(world)
          // A key that was in force earlier can backdate entries of other logs, and of format 1.
          const isFormer = isSignedBy(names.planner, rotated.publicKey)
          for (let round = 0; round < (store === "memory" ? 3 : 1); round++) {
            yield* inStoreOf(
              world.seed,
              layer()
            )(
              Effect.andThen(
                restore(world),
                judgeImport(world, seed + round, (event, text) => event.log !== world.log && isFormer(event, text))
              )
            )
          }
        }
      })
    )
  }

  it.effect("is not confirmed by an import into a store that has the keys of its agents", () =>
    Effect.gen(function* () {
      for (const seed of seeds) {
        const { world } = yield* worlds(seed)
        const { rotated } = yield* loot
        yield* atTheEndOf(world)
        const isFormer = isSignedBy(names.planner, rotated.publicKey)
        yield* inStoreOf(
          seed + 7,
          MemoryStore.layer
        )(
          Effect.gen(function* () {
            yield* learnKeys(world.keys)
            yield* addMissingAgents(world.agents.map(latestKeys))
            yield* judgeImport(world, seed + 50, isFormer)
          })
        )
      }
    })
  )

  it.effect("is not confirmed in an archive, whatever key logs it has, if a person names the keys of its agents", () =>
    Effect.gen(function* () {
      for (const seed of seeds) {
        const { world } = yield* worlds(seed)
        const { rotated } = yield* loot
        yield* atTheEndOf(world)
        const isFormer = isSignedBy(names.planner, rotated.publicKey)
        const all = forgeries(world, yield* loot, seed + 60)
        const made = forgedKeys(world, yield* loot)
        const named = world.agents.map(latestKeys)
        for (const forged of [undefined, ...made]) {
          const others = world.keys.filter(({ log }) => log !== forged?.log)
          const beside = made.filter(({ log }) => !world.keys.some((event) => event.log === log))
          const events = [
            ...others,
            ...(forged?.events ?? []),
            ...beside.flatMap((one) => (one === forged ? [] : one.events))
          ]
          const known: KnownKeys = { ...knownKeys(named, events), isNamed: true }
          for (const { how, json } of all) {
            const one = yield* proveArchive("archive", json, known)
            const read = decodeArchived("archive", json)
            const history = Result.isSuccess(read) ? read.success.history : []
            const most = allowed(world, one.recordId, history, isFormer, named)
            // In a forged log, a victim can have had no key.
            const keyless = forged === undefined ? most.keyless : history.length
            expectUnconfirmed(one, { ...most, keyless }, `seed ${seed + 60}: ${how}, forged ${forged?.log}`)
          }
        }
      }
    }).pipe(Effect.provide(openBox))
  )

  it.effect("is not confirmed in a store whose handoffs the adversary has rewritten, but not its keys", () =>
    Effect.gen(function* () {
      for (const seed of seeds) {
        const { world } = yield* worlds(seed)
        const { revoked, rotated } = yield* loot
        yield* atTheEndOf(world)
        const [isFormer, isRevoked] = [
          isSignedBy(names.planner, rotated.publicKey),
          isSignedBy(names.executor, revoked.publicKey)
        ]
        // At a place where a key was in force, its holder can rewrite what it signed: a checkpoint finds that.
        const isLimit = (event: HandoffEvent, text: string) => isFormer(event, text) || isRevoked(event, text)
        const forged = new Map(
          decoded(forgeries(world, yield* loot, seed + 70)).map((one) => [one.handoff.record.recordId, one])
        )
        yield* inStoreOf(
          world.seed,
          MemoryStore.layer
        )(
          Effect.gen(function* () {
            yield* restore(world)
            for (const [recordId, one] of yield* verifiedAs(forged)) {
              const { handoff, how } = forged.get(recordId) ?? { handoff: undefined, how: "" }
              if (handoff === undefined) continue
              expectUnconfirmed(one, allowed(world, recordId, handoff.history, isLimit), `seed ${seed + 70}: ${how}`)
            }
          })
        )
      }
    })
  )
})
