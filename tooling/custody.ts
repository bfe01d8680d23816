/** Many workers over one store, under a clock and a chance of the test's own: they crash, stall, and meet a failing store. */
import { type AgentStore, type Change, HandoffManager, HandoffStore, type View } from "@aumai/handoff-core"
import * as HandoffWorker from "@aumai/handoff-core/HandoffWorker"
import {
  AgentId,
  dueAt,
  encodeEvent,
  type HandoffEvent,
  type HandoffRecord,
  HandoffStatus,
  isOpen,
  overdueEvent,
  RecordId,
  replay,
  StoreError,
  turnOf,
  apply
} from "@aumai/handoff-protocol"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { expect } from "vitest"

const agents = ["executor", "reviewer"].map((name) => AgentId.make(name))
const sender = AgentId.make("planner")
const lease = 15_000
const statuses = HandoffStatus.literals

/** What the promises are checked against: what a process was told that it has done. */
interface Report {
  readonly acknowledged: number
  readonly completed: number
  readonly crashes: number
  readonly stalls: number
  readonly faults: number
  readonly broken: ReadonlyArray<string>
}

/** One process: it may be cut off for ever, or stalled for a while, in the middle of whatever it does. */
interface Process {
  dead: boolean
  readonly own: ReturnType<Machine>
  readonly running: Latch.Latch
}

const away = (operation: string) =>
  new StoreError({ operation, reason: "unavailable", detail: "The store is away for a moment" })

/** An effect that may wait for the clock, such as for a lock: time goes on until it is done. */
const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkDetach(effect)
    for (let step = 0; fiber.pollUnsafe() === undefined; step++) {
      if (step > 100_000) return yield* Effect.die(new Error("what was asked for does not come to an end"))
      yield* TestClock.adjust(5)
    }
    return yield* Fiber.join(fiber)
  })

// A worker says every time what it has lost.
const silently = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Console.Console, (console) =>
    Effect.provideService(effect, Console.Console, { ...console, warn: () => {} })
  )

/** What the processes share: each opens the store anew, and what the machine keeps of one that was cut off is let go of. */
export type Machine = () => {
  readonly store: Layer.Layer<HandoffStore | AgentStore, StoreError>
  readonly kill: () => void
}

/** The seeded run. Everything in it comes out of the seed. */
const simulate = (
  seed: number,
  makeMachine: Effect.Effect<Machine, never, Scope.Scope>
): Effect.Effect<Report, StoreError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const machine = yield* makeMachine
      const random = yield* Random.Random
      const chance = (share: number) => random.nextDoubleUnsafe() < share
      const between = (least: number, most: number) =>
        least + Math.floor(random.nextDoubleUnsafe() * (most - least + 1))
      const pick = <A>(items: ReadonlyArray<A>): A | undefined => items[between(0, items.length - 1)]

      const acknowledged: Array<Change> = []
      const counts = { crashes: 0, stalls: 0, faults: 0 }
      let faultRate = 0

      /** The store as one process reaches it. */
      const seenBy = (process: Process, store: HandoffStore["Service"]): HandoffStore["Service"] => {
        const reach = <A, E>(operation: string, call: Effect.Effect<A, E>, told?: () => void) =>
          Effect.gen(function* () {
            const gate = Effect.suspend(() => (process.dead ? Effect.never : process.running.await))
            yield* gate
            const fails = chance(faultRate)
            if (fails) counts.faults += 1
            // Before it happened, or after: the process cannot know.
            if (fails && chance(0.5)) return yield* away(operation)
            const value = yield* call
            yield* gate
            if (fails) return yield* away(operation)
            told?.()
            return value
          })
        return HandoffStore.of({
          ...store,
          commit: (changes) => reach("commit", store.commit(changes), () => acknowledged.push(...changes)),
          get: (id) => reach("get", store.get(id)),
          list: (view, page) => reach("list", store.list(view, page)),
          history: (id) => reach("history", store.history(id)),
          log: (page) => reach("log", store.log(page)),
          changed: Stream.never
        })
      }

      const handler = ({ record, progress, ask }: HandoffWorker.Work) =>
        Effect.gen(function* () {
          for (let step = between(0, 4); step > 0; step--) {
            yield* Effect.sleep(between(1, lease * 2))
            if (chance(0.3)) yield* Effect.ignore(progress({ fraction: 1 / step }))
            if (chance(0.15)) yield* Effect.ignore(ask("Shall I go on?"))
            if (chance(0.1)) return yield* Effect.fail("It did not work")
            if (chance(0.03)) return yield* new HandoffWorker.GiveUp({ reason: "It cannot work" })
          }
          return { attempt: record.attempt, begun: record.revision }
        })

      const alive = new Map<Process, Fiber.Fiber<unknown, unknown>>()
      const newProcess = (): Process => ({ dead: false, running: Latch.makeUnsafe(true), own: machine() })
      // What a process leaves behind when it is cut off is not tidied up by anybody.
      const scope = yield* Scope.make()
      const build = <A, E>(layer: Layer.Layer<A, E>) => Layer.buildWithScope(layer, scope)
      const opened = (process: Process) =>
        Effect.gen(function* () {
          const services = yield* build(process.own.store)
          const store = seenBy(process, Context.get(services, HandoffStore))
          return yield* build(
            HandoffManager.layer.pipe(
              Layer.provideMerge(Layer.succeed(HandoffStore, store)),
              Layer.provideMerge(Layer.succeedContext(services))
            )
          )
        })
      const startWorker = (agent: AgentId) =>
        Effect.gen(function* () {
          const process = newProcess()
          const services = yield* inTime(opened(process))
          const work = HandoffWorker.run(agent, handler, { lease, concurrency: between(1, 2), grace: 1000 })
          alive.set(process, yield* Effect.forkDetach(Effect.provide(work, services)))
        })

      const desk = newProcess()
      const atDesk = yield* inTime(opened(desk))
      const { create, cancel, answer, sweep } = Context.get(atDesk, HandoffManager)
      const store = Context.get(yield* inTime(build(desk.own.store)), HandoffStore)
      const ids: Array<RecordId> = []
      const ask = Effect.gen(function* () {
        const now = yield* DateTime.now
        const within = (least: number, most: number) => DateTime.add(now, { milliseconds: between(least, most) })
        const made = yield* inTime(
          Effect.exit(
            create({
              fromAgent: sender,
              toAgent: pick(agents) ?? sender,
              taskDescription: "Do it",
              priority: between(1, 10),
              maxAttempts: between(1, 4),
              ...(chance(0.3) ? { deadline: within(1000, 40 * lease) } : {}),
              ...(chance(0.2) ? { acceptBy: within(1000, 10 * lease) } : {}),
              ...(chance(0.3) ? { remindBefore: between(1, 5 * lease) } : {})
            })
          )
        )
        if (Exit.isSuccess(made)) ids.push(made.value.recordId)
      })

      const open = (view: View) => Effect.orElseSucceed(store.list(view, { limit: 1000 }), () => [])
      const answerAll = Effect.gen(function* () {
        for (const record of yield* open({ _tag: "Status", status: "input_required" })) {
          if (chance(0.5)) yield* Effect.ignore(answer(record.recordId, { answer: "Yes." }))
        }
      })

      const crash = Effect.sync(() => {
        const process = pick([...alive.keys()])
        if (process === undefined) return
        counts.crashes += 1
        process.dead = true
        process.own.kill()
        alive.delete(process)
      })
      const stall = Effect.gen(function* () {
        const process = pick([...alive.keys()])
        if (process === undefined) return
        counts.stalls += 1
        process.running.closeUnsafe()
        // Longer than its lease, most of the time.
        yield* Effect.forkDetach(
          Effect.andThen(
            Effect.sleep(between(1, 4 * lease)),
            Effect.sync(() => process.running.openUnsafe())
          )
        )
      })

      for (const agent of agents) yield* startWorker(agent)
      for (let round = between(20, 40); round > 0; round--) {
        faultRate = chance(0.2) ? 0.3 : 0
        if (chance(0.6)) yield* ask
        if (chance(0.15)) yield* crash
        if (chance(0.2)) yield* stall
        if (alive.size < 4 && chance(0.4)) yield* startWorker(pick(agents) ?? sender)
        if (chance(0.05)) yield* inTime(Effect.ignore(cancel(pick(ids) ?? RecordId.make("none"))))
        if (chance(0.2)) yield* inTime(Effect.ignore(sweep))
        yield* Effect.forkDetach(answerAll)
        // Now and then a jump, as of a machine that slept.
        yield* TestClock.adjust(chance(0.1) ? between(lease, 20 * lease) : between(1, lease))
      }

      // Calm again: one worker for each agent, and time enough for every attempt.
      faultRate = 0
      for (const process of alive.keys()) {
        process.dead = true
        process.own.kill()
      }
      for (const agent of agents) yield* startWorker(agent)
      const isCalm = Effect.map(store.tally, (tally) => statuses.every((status) => !isOpen(status) || !tally[status]))
      for (let round = 0; round < 60 && !(yield* inTime(isCalm)); round++) {
        yield* Effect.forkDetach(answerAll)
        yield* TestClock.adjust(2 * lease)
      }
      for (const process of alive.keys()) process.dead = true
      const broken = yield* inTime(judge(store, acknowledged))
      return {
        ...counts,
        acknowledged: acknowledged.length,
        completed: (yield* inTime(store.list({ _tag: "Status", status: "completed" }, { limit: 10_000 }))).length,
        broken
      }
    })
    // A clock of its own: what is left asleep of one run must not wake up in the next.
  ).pipe(Random.withSeed(seed), Effect.provide(TestClock.layer()), silently)

/** The promises that a history, and the state beside it, must keep. */
const judge = (store: HandoffStore["Service"], acknowledged: ReadonlyArray<Change>) =>
  Effect.gen(function* () {
    const broken: Array<string> = []
    const promise = (holds: boolean, sentence: string) => {
      if (!holds) broken.push(sentence)
    }
    const records = yield* store.list({ _tag: "All" }, { limit: 10_000 })
    const histories = new Map<RecordId, ReadonlyArray<HandoffEvent>>()
    for (const record of records) {
      const entries = yield* store.history(record.recordId)
      histories.set(
        record.recordId,
        entries.map(({ event }) => event)
      )
    }
    for (const { record, event } of acknowledged) {
      const kept = histories.get(record.recordId)?.[record.revision - 1]
      promise(
        // As text: the clock of a test may stand between two milliseconds, and text has whole ones.
        kept !== undefined && Equal.equals(encodeEvent(kept), encodeEvent(event)),
        `${record.recordId} revision ${record.revision}: ${event._tag} was acknowledged and is not there`
      )
    }
    for (const record of records) {
      const history = histories.get(record.recordId) ?? []
      for (const sentence of brokenIn(record, history)) broken.push(`${record.recordId} ${sentence}`)
    }
    return broken
  })

const brokenIn = (record: HandoffRecord, history: ReadonlyArray<HandoffEvent>): ReadonlyArray<string> => {
  const broken: Array<string> = []
  const promise = (holds: boolean, sentence: string) => {
    if (!holds) broken.push(sentence)
  }
  promise(Equal.equals(Result.getOrUndefined(replay(record.recordId, history)), record), "is not what its history says")
  const count = (tag: HandoffEvent["_tag"]) => history.filter(({ _tag }) => _tag === tag).length
  const has = record.status === "completed"
  promise(count("Completed") === (has ? 1 : 0), `is ${record.status} with ${count("Completed")} completions`)
  if (record.status === "completed") {
    const begun = history.findLastIndex(({ _tag }) => _tag === "Started") + 1
    promise(
      record.result["attempt"] === record.attempt && record.result["begun"] === begun,
      "was completed by an attempt that did not hold it"
    )
  }
  const accepted = new Map<number, number>()
  let attempt = 1
  for (const { _tag } of history) {
    if (_tag === "Accepted") accepted.set(attempt, (accepted.get(attempt) ?? 0) + 1)
    if (_tag === "Released") attempt += 1
  }
  promise(
    [...accepted.values()].every((times) => times === 1),
    "had two holders in one attempt"
  )
  promise(!isOpen(record.status), `is still ${record.status} though workers had time for it`)
  for (let length = 1; length <= history.length; length++) {
    const then = Result.getOrThrow(replay(record.recordId, history.slice(0, length)))
    if (!isOpen(then.status)) continue
    promise(turnOf(then) !== undefined, `had no turn as ${then.status}`)
    const due = dueAt(then)
    if (due === undefined) continue
    const event = overdueEvent(then, due)
    promise(
      event !== undefined && Result.isSuccess(apply(then, event)),
      `was due as ${then.status}, and nothing could happen`
    )
  }
  return broken
}

// The cast: core's tests are judged without the types of Node, and run in it.
const { env } = (
  globalThis as unknown as { readonly process: { readonly env: Readonly<Record<string, string | undefined>> } }
).process

/** So many seeds; `SIMULATION_SEEDS=20000` for more, `SIMULATION_SEED=123` for one again. */
export const seeds = (usual: number): ReadonlyArray<number> => {
  const only = env["SIMULATION_SEED"]
  if (only !== undefined) return [Number(only)]
  return Array.from({ length: Number(env["SIMULATION_SEEDS"] ?? usual) }, (_, index) => index + 1)
}

const explain = (file: string, seed: number, { broken, ...counts }: Report): string =>
  [
    `seed ${seed}: ${Object.entries(counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(", ")}`,
    ...broken.slice(0, 10).map((promise) => `  broken: ${promise}`),
    `  replay: SIMULATION_SEED=${seed} npx vitest run ${file}`
  ].join("\n")

/** Runs every seed on a machine of its own; fails with those that broke a promise, and with runs too tame to say anything. */
export const keepsPromises = (
  file: string,
  runs: ReadonlyArray<number>,
  machineOf: (seed: number) => Effect.Effect<Machine, never, Scope.Scope>
) =>
  Effect.gen(function* () {
    const failures: Array<string> = []
    const sums = { completed: 0, crashes: 0, stalls: 0, faults: 0 }
    for (const seed of runs) {
      const report = yield* simulate(seed, machineOf(seed))
      sums.completed += report.completed
      sums.crashes += report.crashes
      sums.stalls += report.stalls
      sums.faults += report.faults
      if (report.broken.length > 0) failures.push(explain(file, seed, report))
    }
    expect(failures.slice(0, 5).join("\n")).toBe("")
    for (const [what, sum] of Object.entries(sums)) {
      expect(sum, `too few were ${what} to say anything`).toBeGreaterThan(runs.length > 1 ? runs.length : -1)
    }
  })
