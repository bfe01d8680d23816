/** Simulates workers on one store with a test clock and seeded randomness: they crash, stall, and meet a failing store. */
import { AgentStore, type Change, HandoffManager, HandoffStore, type View } from "@aumai/handoff-core"
import * as HandoffWorker from "@aumai/handoff-core/HandoffWorker"
import * as Signing from "@aumai/handoff-core/Signing"
import { verifyCounts } from "@aumai/handoff-core/Verification"
import {
  type AgentId,
  HandoffStatus,
  type InvalidPosition,
  isOpen,
  RecordId,
  startAwaits,
  StoreError
} from "@aumai/handoff-protocol"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"

import {
  agents,
  auditor,
  chanceOf,
  isWaitedFor,
  lease,
  makeAsk,
  makeHandler,
  makeReadBack,
  partsOf,
  register,
  secrets,
  sender
} from "./custodyAgents.ts"
import * as Offers from "./custodyOffers.ts"
import { chainsHold, type Counts, isLeftWaiting, judge, shownLeases } from "./custodyPromises.ts"
import { openBox } from "./openBox.ts"

const statuses = HandoffStatus.literals

/** The result of a run: counts of its events, and the broken promises. */
export interface Report extends Counts {
  readonly acknowledged: number
  readonly completed: number
  readonly crashes: number
  readonly stalls: number
  readonly faults: number
  readonly renewed: number
  readonly broken: ReadonlyArray<string>
}

/** One process. It can crash or stall at any point. */
interface Process {
  dead: boolean
  readonly own: ReturnType<Machine>
  readonly running: Latch.Latch
}

const away = (operation: string) =>
  new StoreError({ operation, reason: "unavailable", detail: "The store is unavailable for a moment" })

/** Advances the test clock until an effect is done, because it may wait for a lock. */
const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkDetach(effect)
    for (let step = 0; fiber.pollUnsafe() === undefined; step++) {
      if (step > 100_000) return yield* Effect.die(new Error("the effect does not end"))
      yield* TestClock.adjust(5)
    }
    return yield* Fiber.join(fiber)
  })

// Hides the warnings of workers, which report every lost lease.
const silently = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Console.Console, (console) =>
    Effect.provideService(effect, Console.Console, { ...console, warn: () => {} })
  )

/** Makes a process on the shared machine: `store` opens the store, and `kill` releases its files and locks. */
export type Machine = () => {
  readonly store: Layer.Layer<HandoffStore | AgentStore, StoreError>
  readonly kill: () => void
}

/** Runs a simulation. The seed determines everything in it. */
export const simulate = (
  seed: number,
  makeMachine: Effect.Effect<Machine, never, Scope.Scope>
): Effect.Effect<Report, InvalidPosition | StoreError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const machine = yield* makeMachine
      const { between, chance, pick } = chanceOf(yield* Random.Random)
      const acknowledged: Array<Change> = []
      const beginnings = new Map<string, number>()
      const counts = { crashes: 0, stalls: 0, faults: 0, renewed: 0 }
      const shown = shownLeases()
      const offers = Offers.make()
      let faultRate = 0
      let isCalm = false

      /** Runs a store operation of a process: it may fail, and does not return while the process is dead or stalled. */
      const reaching =
        (process: Process) =>
        <A, E>(operation: string, call: Effect.Effect<A, E>, acknowledge?: () => void) =>
          Effect.gen(function* () {
            const gate = Effect.suspend(() => (process.dead ? Effect.never : process.running.await))
            yield* gate
            const fails = chance(faultRate)
            if (fails) counts.faults += 1
            // The operation fails before or after it happened; the process cannot know which.
            if (fails && chance(0.5)) return yield* away(operation)
            const value = yield* call
            yield* gate
            if (fails) return yield* away(operation)
            acknowledge?.()
            return value
          })

      /** The store as one process reaches it. */
      const seenBy = (process: Process, store: HandoffStore["Service"]): HandoffStore["Service"] => {
        const reach = reaching(process)
        const { reserve, unreserve } = offers.checked(store)
        /** Often takes long to arrive, so that a renewal and the end of its lease meet. */
        const slowly = <A, E>(call: Effect.Effect<A, E>) =>
          Effect.suspend(() => (chance(0.4) ? Effect.andThen(Effect.sleep(between(1, lease)), call) : call))
        return HandoffStore.of({
          ...store,
          commit: (changes) => {
            const commit = store.commit(changes)
            const arriving = changes.some(({ endsLease }) => endsLease === true) ? slowly(commit) : commit
            return reach("commit", arriving, () => acknowledged.push(...changes))
          },
          renew: (renewals, at) => {
            const renew = Effect.tap(store.renew(renewals, at), (refused) =>
              shown.noteRenewed(renewals.filter((one) => !refused.includes(one)))
            )
            return reach("renew", slowly(renew), () => void (counts.renewed += renewals.length))
          },
          get: (id) =>
            reach(
              "get",
              Effect.tap(store.get(id), (found) => shown.note(Option.toArray(found)))
            ),
          list: (view, page) => reach("list", Effect.tap(store.list(view, page), shown.note)),
          reserve: (...page) => reach("reserve", Effect.tap(reserve(...page), shown.note)),
          unreserve: (records) => reach("unreserve", unreserve(records)),
          history: (id) => reach("history", store.history(id)),
          log: (page) => reach("log", store.log(page)),
          changed: Stream.never
        })
      }

      const alive = new Map<Process, Fiber.Fiber<unknown, unknown>>()
      const newProcess = (): Process => ({ dead: false, running: Latch.makeUnsafe(true), own: machine() })
      // This scope is never closed, because a crashed process runs no finalizers.
      const scope = yield* Scope.make()
      const build = <A, E>(layer: Layer.Layer<A, E>) => Layer.buildWithScope(layer, scope)
      const opened = (process: Process) =>
        Effect.gen(function* () {
          const services = yield* build(process.own.store)
          const store = seenBy(process, Context.get(services, HandoffStore))
          const known = Context.get(services, AgentStore)
          const reach = reaching(process)
          const there = AgentStore.of({ ...known, seen: (id, at) => reach("seen", known.seen(id, at)) })
          return yield* build(
            HandoffManager.layer.pipe(
              Layer.provideMerge(Layer.succeed(HandoffStore, store)),
              Layer.provideMerge(Layer.succeed(AgentStore, there)),
              Layer.provide(Layer.merge(Layer.orDie(Signing.layer(secrets)), openBox))
            )
          )
        })
      const startWorker = (agent: AgentId, concurrency: number) =>
        Effect.gen(function* () {
          const process = newProcess()
          const services = yield* inTime(opened(process))
          const doing = { random: yield* Random.Random, isCalm: () => isCalm, beginnings }
          const handler = makeHandler(Context.get(services, HandoffManager), agent, doing)
          // A worker without a read-back does not claim handoffs whose briefing requires one.
          const readBack = isCalm || chance(0.8) ? { readBack: makeReadBack(doing) } : {}
          const work = HandoffWorker.run(agent, handler, { lease, concurrency, grace: 1000, ...readBack })
          alive.set(process, yield* Effect.forkDetach(Effect.provide(work, services)))
        })

      const senderProcess = newProcess()
      const senderServices = yield* inTime(opened(senderProcess))
      const manager = Context.get(senderServices, HandoffManager)
      const own = yield* inTime(build(senderProcess.own.store))
      const store = Context.get(own, HandoffStore)
      yield* inTime(register(Context.get(own, AgentStore)))
      const ids: Array<RecordId> = []
      const makeRequest = makeAsk(yield* Random.Random)
      const makePart = partsOf(yield* Random.Random)
      const ask = Effect.gen(function* () {
        const request = makeRequest(yield* DateTime.now)
        const made = yield* inTime(Effect.exit(manager.create(request)))
        if (Exit.isSuccess(made)) ids.push(made.value.recordId)
      })

      const listed = (view: View) => Effect.orElseSucceed(store.list(view, { limit: 1000 }), () => [])
      const isTime = (share: number) => isCalm || chance(share)
      /** The senders' answers to questions and read-backs. */
      const answerAll = Effect.gen(function* () {
        for (const { recordId } of yield* listed({ _tag: "Status", status: "input_required" })) {
          if (isTime(0.5)) yield* Effect.ignore(manager.answer(recordId, { answer: "Yes." }))
        }
        for (const record of yield* listed({ _tag: "Status", status: "accepted" })) {
          if (startAwaits(record) !== "sender" || isLeftWaiting(record) || !isTime(0.5)) continue
          yield* Effect.ignore(manager.confirm(record.recordId, chance(0.3) ? { correction: "Not quite." } : {}))
        }
      })
      /** The reviewers' verdicts on delivered work. Work that was returned enough is approved. */
      const reviewAll = Effect.gen(function* () {
        for (const { attempt, recordId } of yield* listed({ _tag: "Status", status: "delivered" })) {
          if (!isTime(0.3)) continue
          const isReturned = !isCalm && chance(0.7)
          const verdict = isReturned
            ? manager.return(recordId, { attempt, missing: "The sums." })
            : manager.approve(recordId, { attempt })
          yield* Effect.ignore(verdict)
        }
      })
      /** A random verb of another agent: reject, forward, attest, delegate or cancel. */
      const meddle = Effect.gen(function* () {
        const all = yield* listed({ _tag: "All" })
        const verb = between(0, 5)
        const isWhole = verb > 3 && chance(0.9)
        const record = pick(all.filter(({ parts, status }) => isOpen(status) && (!isWhole || parts !== undefined)))
        if (record === undefined) return
        const { recordId } = record
        if (verb === 0) yield* Effect.ignore(manager.reject(recordId, { reason: "No time." }))
        if (verb === 1)
          yield* Effect.ignore(manager.forward(recordId, { to: pick(agents) ?? sender, reason: "Take it." }))
        if (verb === 2) yield* Effect.ignore(manager.attest(recordId, { by: auditor, statement: "It was looked at." }))
        if (verb === 3) yield* Effect.ignore(manager.delegate(recordId, makePart(record)))
        if (verb > 3) yield* Effect.ignore(manager.cancel(recordId, { reason: "Not needed." }))
      })
      const broken: Array<string> = []
      const look = Effect.flatMap(chainsHold(store), (found) => Effect.sync(() => void broken.push(...found)))

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
        // Usually longer than its lease.
        yield* Effect.forkDetach(
          Effect.andThen(
            Effect.sleep(between(1, 4 * lease)),
            Effect.sync(() => process.running.openUnsafe())
          )
        )
      })

      for (const agent of agents) yield* startWorker(agent, between(1, 2))
      for (let round = between(20, 40); round > 0; round--) {
        faultRate = chance(0.2) ? 0.3 : 0
        if (chance(0.6)) yield* ask
        if (chance(0.15)) yield* crash
        if (chance(0.2)) yield* stall
        if (alive.size < 5 && chance(0.4)) yield* startWorker(pick(agents) ?? sender, between(1, 2))
        if (chance(0.07)) yield* inTime(Effect.ignore(manager.cancel(pick(ids) ?? RecordId.make("none"))))
        if (chance(0.4)) yield* inTime(meddle)
        if (chance(0.2)) yield* inTime(Effect.ignore(manager.sweep))
        if (chance(0.05)) yield* inTime(look)
        yield* Effect.forkDetach(Effect.andThen(answerAll, reviewAll))
        // Sometimes a jump, as after a machine was suspended.
        yield* TestClock.adjust(chance(0.1) ? between(lease, 20 * lease) : between(1, lease))
      }

      // The calm end: one worker per agent, and enough time for every attempt.
      faultRate = 0
      for (const process of alive.keys()) {
        process.dead = true
        process.own.kill()
      }
      isCalm = true
      const waiting = Effect.map(
        listed({ _tag: "Status", status: "accepted" }),
        (held) => held.filter(isLeftWaiting).length
      )
      // A handoff that waits for its sender indefinitely keeps one of a worker's places.
      const places = 3 + (yield* inTime(Effect.map(listed({ _tag: "All" }), (all) => all.filter(isWaitedFor).length)))
      for (const agent of agents) yield* startWorker(agent, places)
      const open = Effect.map(store.tally, (tally) =>
        statuses.filter(isOpen).reduce((sum, status) => sum + (tally[status] ?? 0), 0)
      )
      const isDone = Effect.zipWith(open, waiting, (open, waiting) => open === waiting)
      for (let round = 0; round < 60 && !(yield* inTime(isDone)); round++) {
        yield* Effect.forkDetach(Effect.andThen(answerAll, reviewAll))
        yield* TestClock.adjust(2 * lease)
      }
      for (const process of alive.keys()) process.dead = true
      const known = yield* inTime(Context.get(own, AgentStore).all)
      const judged = yield* inTime(judge(store, known, acknowledged, beginnings, shown))
      const { faults } = yield* inTime(Effect.provide(verifyCounts, Context.merge(own, senderServices)))
      return {
        ...counts,
        ...judged.counts,
        acknowledged: acknowledged.length,
        completed: (yield* inTime(store.list({ _tag: "Status", status: "completed" }, { limit: 10_000 }))).length,
        broken: [...broken, ...offers.broken, ...judged.broken, ...faults]
      }
    })
    // A separate clock per run, so that sleeping fibers of one run do not wake up in the next.
  ).pipe(Random.withSeed(seed), Effect.provide(TestClock.layer()), silently)
