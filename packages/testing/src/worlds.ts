/** Makes stores with everything that honest programs record: keys of every state, and entries of every kind and origin. */
import {
  AgentCapabilityRegistry,
  AgentStore,
  HandoffManager,
  HandoffStore,
  learnKeys,
  MemoryStore
} from "@aumai/handoff-core"
import type { Change, RegisteredAgent } from "@aumai/handoff-core"
import * as Signing from "@aumai/handoff-core/Signing"
import {
  advance,
  AgentId,
  type ArchivedHandoff,
  begin,
  decodeArchived,
  type HandoffRecord,
  HandoffRequest,
  type KeyEvent,
  type LogName,
  RecordId
} from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import { WebCrypto } from "effect/crypto/WebCrypto"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"

import { type Chance, chanceOf } from "./chance.ts"
import { openBox } from "./openBox.ts"

/** The agents, and one that is no agent. Mallory signs, too; the auditor and the clerk never do. */
export const names = {
  planner: AgentId.make("planner"),
  executor: AgentId.make("executor"),
  analyst: AgentId.make("analyst"),
  auditor: AgentId.make("auditor"),
  clerk: AgentId.make("clerk"),
  mallory: AgentId.make("mallory")
}
const { analyst, auditor, clerk, executor, mallory, planner } = names

/** The secret keys, each of 32 equal bytes. The planner rotates its key, and that of the executor is stolen and revoked. */
export const secrets = Object.fromEntries(
  ["planner", "planner's next", "executor", "executor's next", "analyst", "mallory", "operator"].map((name, index) => [
    name,
    Base64Url.encode(new Uint8Array(32).fill(index + 1))
  ])
)
const secret = (name: string): string => {
  const found = secrets[name]
  if (found === undefined) throw new Error(`There is no key ${name}`)
  return found
}

/** A write to a store. */
type Step =
  | { readonly commit: readonly [Change, ...ReadonlyArray<Change>] }
  | { readonly record: Parameters<AgentStore["Service"]["record"]>[0] }
  | { readonly put: RegisteredAgent }

/** The contents of a store, and how they came into it. */
export interface World {
  readonly seed: number
  readonly log: LogName
  /** The moment after the last entry. */
  readonly now: DateTime.Utc
  readonly steps: ReadonlyArray<Step>
  readonly archive: ReadonlyArray<ArchivedHandoff>
  readonly agents: ReadonlyArray<RegisteredAgent>
  readonly keys: ReadonlyArray<KeyEvent>
}

/** Draws the same names and salts for the same seed. */
const cryptoOf = (seed: number): Crypto => {
  const { below } = chanceOf(seed)
  const getRandomValues = <A>(array: A): A => {
    // The cast: names and salts are drawn from bytes.
    const bytes = array as Uint8Array
    for (let at = 0; at < bytes.length; at++) bytes[at] = below(256)
    return array
  }
  // The cast: nothing else of it is used.
  return { getRandomValues } as unknown as Crypto
}

/** Runs an effect over a new store, whose log gets the name of that of a world. */
export const inStoreOf =
  <E>(seed: number, layer: Layer.Layer<HandoffStore | AgentStore, E>) =>
  <A, E2, R>(effect: Effect.Effect<A, E2, R>) =>
    Effect.provideService(
      Effect.provide(
        effect,
        Layer.fresh(HandoffManager.layer).pipe(Layer.provideMerge(Layer.fresh(layer)), Layer.provide(openBox)),
        { local: true }
      ),
      WebCrypto,
      cryptoOf(seed)
    )

/** Writes a world into the store that has its log. */
export const restore = ({ log, steps }: World) =>
  Effect.gen(function* () {
    const [store, agents] = [yield* HandoffStore, yield* AgentStore]
    const origin = yield* store.origin
    if (origin.log !== log) return yield* Effect.die(new Error(`The store has the log ${origin.log}, not ${log}`))
    for (const step of steps) {
      yield* "commit" in step
        ? store.commit(step.commit)
        : "record" in step
          ? agents.record(step.record)
          : agents.put(step.put)
    }
  })

/** A memory store that keeps every write. */
const recorded = (steps: Array<Step>) =>
  Layer.effectContext(
    Effect.gen(function* () {
      const [store, agents] = [yield* HandoffStore, yield* AgentStore]
      const keeping = <A, E>(write: Effect.Effect<A, E>, step: Step) =>
        Effect.tap(write, () => Effect.sync(() => steps.push(step)))
      const handoffs = HandoffStore.of({
        ...store,
        commit: (commit) => keeping(store.commit(commit), { commit: [...commit] })
      })
      return Context.make(HandoffStore, handoffs).pipe(
        Context.add(AgentStore, {
          ...agents,
          record: (record) => keeping(agents.record(record), { record }),
          put: (put) => keeping(agents.put(put), { put })
        })
      )
    })
  ).pipe(Layer.provide(Layer.fresh(MemoryStore.layer)))

const start = DateTime.makeUnsafe("2026-12-01T09:00:00Z")
const minute = 60_000

/** Runs an effect in a process that has the keys of these names, and those of their later keys. */
const process = (...holders: ReadonlyArray<keyof typeof names | "operator">) => {
  const keys = Object.fromEntries(
    holders.flatMap((name) =>
      name === "operator"
        ? []
        : [[name, Object.entries(secrets).flatMap(([of, key]) => (of.split("'")[0] === name ? [key] : []))]]
    )
  )
  const signing = Signing.layer(keys, holders.includes("operator") ? secret("operator") : undefined)
  return <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.provide(
      effect,
      Layer.fresh(Layer.merge(AgentCapabilityRegistry.layer, HandoffManager.layer)).pipe(
        Layer.provide(Layer.merge(signing, openBox))
      ),
      { local: true }
    )
}

const publicKeyOf = (name: string) => Effect.map(Signing.signer(secret(name)), ({ publicKey }) => publicKey)

/** Gives an agent a key. */
const register = (agent: AgentId, key: string, operator = false) =>
  Effect.gen(function* () {
    const publicKey = yield* publicKeyOf(key)
    yield* AgentCapabilityRegistry.use((registry) => registry.register(agent, ["report"], { publicKey, operator }))
  })

type Move = Effect.Effect<unknown, { readonly _tag: string }>

/** Moves a handoff on by verbs, at random, until it has ended or has had enough. */
const live = (first: HandoffRecord, chance: Chance) =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    const { recordId } = first
    for (let step = chance.below(7); step > 0; step--) {
      yield* TestClock.adjust(1000 * chance.below(90))
      yield* manager.sweep
      const record = yield* manager.get(recordId)
      const lease = chance.below(2) === 0 ? {} : { lease: minute }
      const moves: ReadonlyArray<Move> =
        record.status === "pending"
          ? [
              manager.accept(recordId, { reason: "Gladly", ...lease }),
              manager.accept(recordId, lease),
              manager.reject(recordId, { reason: "No time" }),
              manager.cancel(recordId, { reason: "Not needed" })
            ]
          : record.status === "accepted"
            ? [
                manager.start(recordId),
                manager.attest(recordId, { by: auditor, statement: "Seen" }),
                manager.progress(recordId, { note: "Half", fraction: 0.5 }),
                manager.forward(recordId, { to: clerk, reason: "Yours" })
              ]
            : record.status === "in_progress"
              ? [
                  manager.complete(recordId, { result: { pages: 3 } }),
                  manager.ask(recordId, { question: "Which quarter?" }),
                  manager.release(recordId, { reason: "Locked" }),
                  manager.fail(recordId, { reason: "Out of paper" })
                ]
              : record.status === "input_required"
                ? [manager.answer(recordId, { answer: "The third" }), manager.cancel(recordId)]
                : []
      if (moves.length === 0) return
      const refusals = new Set(["AlreadyHeld", "NoAttemptLeft", "NoHopLeft"])
      yield* Effect.catchIf(
        chance.pick<Move>(moves),
        ({ _tag }) => refusals.has(_tag),
        () => Effect.void
      )
    }
  })

/** The record of a program that keeps no histories. */
const elsewhere = (id: string, more: object = {}) =>
  Effect.map(DateTime.now, (now) =>
    Result.getOrThrow(
      decodeArchived("elsewhere", {
        record_id: id,
        request: { from_agent: auditor, to_agent: clerk, task_description: "Étude", context: {}, priority: 5 },
        status: "pending",
        created_at: DateTime.formatIso(now),
        updated_at: DateTime.formatIso(now),
        ...more
      })
    )
  )

const imported = (...handoffs: ReadonlyArray<ArchivedHandoff>) =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    const reports = yield* Stream.runCollect(manager.import(Stream.fromIterable(handoffs)))
    const refused = reports.find(({ outcome }) => outcome === "broken" || outcome === "conflict")
    if (refused !== undefined) return yield* Effect.die(new Error(`Refused: ${JSON.stringify(refused)}`))
  })

/** Commits entries of format 1, as earlier versions did. */
const older = (id: string, from: AgentId, to: AgentId) =>
  Effect.gen(function* () {
    const { commit } = yield* HandoffStore
    const at = yield* DateTime.now
    const request = HandoffRequest.make({ fromAgent: from, toAgent: to, taskDescription: "Begun long ago" })
    const first = begin(RecordId.make(id), { _tag: "Created", at, by: from, request })
    yield* commit([first, Result.getOrThrow(advance(first.record, { _tag: "Accepted", at, by: to }))])
  })

/** Everything that honest programs do. With `origin`, the store begins with a copy of that world. */
const history = (chance: Chance, origin: World | undefined) =>
  Effect.gen(function* () {
    const create = (from: AgentId, to: AgentId, more: object = {}) =>
      HandoffManager.use((manager) =>
        manager.create({ fromAgent: from, toAgent: to, taskDescription: "Report", context: { page: 1 }, ...more })
      )
    const lives = (count: number) =>
      Effect.gen(function* () {
        for (let made = 0; made < count; made++) {
          const [from, to] = chance.pick([
            [planner, executor],
            [executor, analyst],
            [auditor, planner],
            [planner, clerk],
            [mallory, executor]
          ] as const)
          const deadline = DateTime.add(yield* DateTime.now, { minutes: 1 + chance.below(9) })
          const more = chance.pick([{}, { deadline, remindBefore: minute / 2 }, { maxAttempts: 1 }])
          yield* live(yield* create(from, to, more), chance)
        }
      })
    const everybody = process("planner", "executor", "analyst", "mallory")
    const beforeAnalyst = process("planner", "executor", "mallory")
    if (origin !== undefined) {
      yield* learnKeys(origin.keys)
      yield* process()(imported(...origin.archive))
    }
    yield* older(`old-${origin === undefined ? 1 : 2}`, planner, executor)
    yield* older(`older-${origin === undefined ? 1 : 2}`, auditor, clerk)
    yield* TestClock.adjust(2 * minute)
    yield* process("operator", "planner")(register(planner, "planner"))
    yield* process("operator", "executor")(register(executor, "executor"))
    yield* process("operator", "mallory")(register(mallory, "mallory"))
    yield* beforeAnalyst(lives(5))
    yield* process("operator", "analyst")(register(analyst, "analyst"))
    yield* everybody(lives(4))
    yield* process("planner")(register(planner, "planner's next"))
    yield* everybody(lives(4))
    yield* process("operator")(AgentCapabilityRegistry.use((registry) => registry.revoke(executor, "Stolen")))
    yield* process(
      "planner",
      "analyst",
      "mallory"
    )(HandoffManager.use(({ create }) => create({ fromAgent: planner, toAgent: executor, taskDescription: "Wait" })))
    yield* process("operator", "executor")(register(executor, "executor's next", true))
    yield* everybody(lives(4))
    yield* everybody(
      Effect.gen(function* () {
        const manager = yield* HandoffManager
        const whole = yield* create(planner, executor)
        yield* manager.accept(whole.recordId)
        yield* manager.delegate(whole.recordId, { toAgent: analyst, taskDescription: "Part" })
        yield* manager.cancel(whole.recordId, { reason: "Not needed" })
        // A beginning of format 1, continued in format 2.
        yield* manager.start(RecordId.make(`old-${origin === undefined ? 1 : 2}`))
        const id = `foreign-${origin === undefined ? 1 : 2}`
        const created_at = DateTime.formatIso(yield* DateTime.now)
        yield* imported(yield* elsewhere(id))
        yield* TestClock.adjust(minute)
        const response = { accepted: true, reason: "Taken", estimated_completion: null }
        yield* imported(yield* elsewhere(id, { status: "accepted", created_at, response }))
      })
    )
  })

/** Makes the world of a seed; the same seed makes the same one. */
export const honestWorld = (seed: number, origin?: World): Effect.Effect<World> =>
  Effect.gen(function* () {
    const steps: Array<Step> = []
    yield* TestClock.setTime(origin === undefined ? start.epochMilliseconds : origin.now.epochMilliseconds + minute)
    return yield* inStoreOf(
      seed,
      recorded(steps)
    )(
      Effect.gen(function* () {
        yield* history(chanceOf(seed), origin)
        const { log } = yield* (yield* HandoffStore).origin
        const agents = yield* AgentStore
        const archive = yield* Effect.flatMap(HandoffManager, (manager) => Stream.runCollect(manager.export))
        const keys = [...(yield* agents.keys).values()].flat().map(({ event }) => event)
        return { seed, log, now: yield* DateTime.now, steps, archive, agents: yield* agents.all, keys }
      })
    )
  }).pipe(Effect.orDie, Random.withSeed(seed), Effect.provide(TestClock.layer()))
