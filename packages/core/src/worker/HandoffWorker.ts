/** Works through the inbox of an agent. When a worker dies, another one takes over its handoffs. */
import {
  type After,
  type AgentId,
  type InvalidInput,
  type JsonObject,
  type KeyRequired,
  type RetryPolicy,
  type StoreError
} from "@aumai/handoff-protocol"
import * as Console from "effect/Console"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"

import { HandoffManager } from "../engine/HandoffManager.ts"
import { keepPresent } from "../routing/PresenceBatch.ts"
import { AgentStore } from "../store/AgentStore.ts"
import { HandoffStore, nowIn } from "../store/HandoffStore.ts"
import * as Breaker from "./Breaker.ts"
import * as Deliveries from "./Deliveries.ts"
import type { Classify } from "./Failures.ts"
import { hold } from "./Holding.ts"
import { warnOnce } from "./WarnOnce.ts"
import type { CannotWork, Holder, ReadsBack, Work, WorkFailure, WorkLog } from "./Work.ts"

export type { BreakerOptions } from "./Breaker.ts"
export { type Classify, type Failure, type FailureKind, usualFailure } from "./Failures.ts"
export { usualRetry } from "./RetryPause.ts"
export { CannotWork, GiveUp, type Work, type WorkFailure, type WorkLog } from "./Work.ts"

/** Options of a worker. */
export interface WorkOptions<E = never, R = never> {
  /** The number of handoffs that it works on at once. Default: 1. */
  readonly concurrency?: number
  /**
   * The time after a crash until other workers may take over. The lease is renewed three times in that period. Default: one
   * minute. A worker sweeps twice per lease, but at most ten times a second and at least every five seconds; a lost
   * handoff waits for the next sweep.
   */
  readonly lease?: Duration.Input
  /** The time that an interrupted worker waits for its handlers before it releases their handoffs. Default: ten seconds. */
  readonly grace?: Duration.Input
  /** Restates the briefing of a handoff that requires it. Default: the worker skips such handoffs. */
  readonly readBack?: ReadsBack<E, R>
  /**
   * The pauses between attempts, and the errors that are final. The fields of the request's policy come before these.
   * Default: `usualRetry`.
   */
  readonly retry?: RetryPolicy
  /** Judges what the handler threw. Default: `usualFailure`. */
  readonly classify?: Classify
  /** Pauses the worker after failures in a row. */
  readonly breaker?: Breaker.BreakerOptions
  /** Learns of each failure of the handler, with what it threw. */
  readonly onError?: (failure: WorkFailure) => void
  /** Takes the messages of the worker. Default: warnings go to the console. */
  readonly log?: WorkLog
  /** Ends the worker after one handoff. It waits for that handoff unless `until` is set. */
  readonly once?: boolean
  /**
   * Ends the worker at an empty inbox. `empty`: no handoff can be claimed now. `drained`: also none waits for a later
   * attempt. Default: the worker runs until it is interrupted.
   */
  readonly until?: "empty" | "drained"
}

// Handoffs that wait for a confirmation beside the slots of a worker. Each may be read every two seconds.
const mostAside = 100

const consoleLog: WorkLog = { info: () => Effect.void, warn: Console.warn }

// The longest wait for a hint, because a hint may be lost and a delayed handoff becomes ready without one.
const patience = "2 seconds"

// Milliseconds. The longest delay of an overdue event.
const longestSweep = 5000
// Milliseconds. A sweep reads the store once; ten a second are cheap, and a lease of a few milliseconds must not cause more.
const shortestSweep = 100

/**
 * The milliseconds between two sweeps: half of the lease, because a short lease asks for a fast takeover. A lost handoff
 * is taken over within one and a half leases of its last renewal, or five seconds after the lease ends if that is sooner.
 */
const sweepInterval = (lease: number): number => Math.max(shortestSweep, Math.min(lease / 2, longestSweep))

// Milliseconds after the grace period in which releases are retried. After that, the handoff returns when its lease expires.
const farewell = 5000

const awaitAll = (fibers: ReadonlyArray<Fiber.Fiber<unknown, unknown>>) => Effect.asVoid(Fiber.awaitAll(fibers))

/** The errors that end a worker. */
export type WorkError = CannotWork | InvalidInput | KeyRequired | StoreError

/**
 * Claims the handoffs of an agent, the most urgent first, and completes each with the result of the handler. The worker
 * renews the lease while the handler runs. If the handoff is lost, the worker interrupts the handler, and its later writes
 * are refused. It notices within a second if the store hints at the change, otherwise when it renews the lease. If the
 * handler fails, the handoff is released for another attempt with backoff, or fails in the last attempt. If the handler
 * fails with `GiveUp`, the handoff fails immediately. After several failures in a row, the worker pauses and tries one.
 *
 * If the request asks for a review, the result is delivered; the worker takes up its work again if it is returned. After a
 * restart, another attempt is claimed once the lease has ended.
 *
 * An interrupted worker stops claiming, waits for the grace period, and releases the unfinished
 * handoffs. A running worker also sweeps, so that the handoffs of dead workers return. Every thirty seconds the workers of
 * a process record, in one write, which of their registered agents are present.
 *
 * Fails only if the store is corrupt, the lease is invalid (`InvalidInput`) or the handler cannot run (`CannotWork`); while
 * the store is unavailable, the worker retries.
 *
 * @example
 * ```ts
 * import { HandoffManager, MemoryStore } from "@aumai/handoff-core"
 * import * as HandoffWorker from "@aumai/handoff-core/HandoffWorker"
 * import { AgentId } from "@aumai/handoff-protocol"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Stream from "effect/Stream"
 *
 * const program = Effect.gen(function* () {
 *   const handoffs = yield* HandoffManager
 *   yield* handoffs.create({ fromAgent: "planner", toAgent: "executor", taskDescription: "Generate the Q3 report" })
 *   yield* HandoffWorker.run(AgentId.make("executor"), ({ record }) =>
 *     Effect.succeed({ report: `${record.request.taskDescription}: done` })
 *   ).pipe(Effect.forkScoped)
 *   const isDone = ({ event }: { readonly event: { readonly _tag: string } }) => event._tag === "Completed"
 *   return yield* Stream.runHead(Stream.filter(handoffs.changes(), isDone))
 * })
 * const layer = HandoffManager.layer.pipe(Layer.provideMerge(MemoryStore.layer))
 * const done = await Effect.runPromise(Effect.provide(Effect.scoped(program), layer))
 * console.log(done._tag) // "Some"
 * ```
 */
export const run = <E, R>(
  agent: AgentId,
  handler: (work: Work) => Effect.Effect<JsonObject, E, R>,
  options: WorkOptions<E, R> = {}
): Effect.Effect<void, WorkError, HandoffManager | HandoffStore | AgentStore | R> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { concurrency = 1, lease = "1 minute", grace = "10 seconds", log = consoleLog, readBack, until } = options
      const manager = yield* HandoffManager
      const store = yield* HandoffStore
      const now = nowIn(store)
      const agents = yield* AgentStore
      const milliseconds = Math.round(Duration.toMillis(lease))
      let hint = Latch.makeUnsafe()
      yield* Effect.forkScoped(
        Stream.runForEach(store.changed, () =>
          Effect.sync(() => {
            const waited = hint
            // A wait that begins now is for the next hint.
            hint = Latch.makeUnsafe()
            waited.openUnsafe()
          })
        ),
        { startImmediately: true }
      )
      const closing = yield* Latch.make()
      let leaveBy = Infinity
      const breaker = Breaker.make(options.breaker ?? {}, log)
      const permits = yield* Semaphore.make(concurrency)
      const ended = yield* Deferred.make<void, WorkError>()
      // Detached, because the finalizer ends them after the grace period when this fiber is interrupted.
      const slots = new Set<Fiber.Fiber<void, WorkError>>()
      let [aside, held, left] = [0, 0, options.once === true ? 1 : Infinity]

      /** The place of one handoff: among those that the worker works on, or beside them while its sender is waited for. */
      const seatOf = () => {
        const seat = { hasPermit: true, steppedAside: false }
        return {
          seat,
          stepAside: Effect.suspend(() => {
            if (aside >= mostAside) return Effect.void
            aside += 1
            seat.steppedAside = true
            seat.hasPermit = false
            return Effect.andThen(permits.release(1), begin)
          }),
          stepBack: Effect.uninterruptibleMask((restore) =>
            seat.hasPermit
              ? Effect.void
              : Effect.andThen(
                  restore(permits.take(1)),
                  Effect.sync(() => void (seat.hasPermit = true))
                )
          )
        }
      }
      const deliveries = Deliveries.make(manager)
      const holder: Omit<Holder, "stepAside" | "stepBack"> = {
        manager,
        store,
        agent,
        lease: milliseconds,
        now,
        hinted: () => hint.await,
        changed: () => Effect.asVoid(Effect.timeoutOption(hint.await, patience)),
        leaveBy: () => leaveBy,
        retry: options.retry ?? {},
        classify: options.classify ?? ((_, usual) => usual),
        delivered: deliveries.add,
        onError: options.onError ?? (() => {}),
        log
      }

      const warnOfClaims = warnOnce(`Claiming for ${agent} fails and is retried`, log.warn)
      let isReached = true
      const claim = manager.claim(agent, { lease: milliseconds, readsBack: readBack !== undefined }).pipe(
        Effect.tap(() => {
          isReached = true
          return warnOfClaims.over
        }),
        Effect.catch((error) => {
          isReached = false
          return error._tag !== "StoreError" || error.reason === "corrupt"
            ? Effect.fail(error)
            : Effect.as(warnOfClaims.of(error), Option.none<After<"Accepted">>())
        })
      )

      /** Tests that no handoff of the inbox is left for this worker, now or later. */
      const isDrained = manager.listAll({ _tag: "Inbox", agent, status: "pending" }).pipe(
        Stream.filter(({ request }) => readBack !== undefined || request.briefing?.readBack === undefined),
        Stream.runHead,
        Effect.map(Option.isNone),
        Effect.catch(() => Effect.succeed(false))
      )
      const isDone = Effect.suspend(() =>
        until === undefined || !isReached
          ? Effect.succeed(false)
          : until === "empty"
            ? Effect.succeed(true)
            : held > 0
              ? Effect.succeed(false)
              : isDrained
      )

      const next: Effect.Effect<Option.Option<After<"Accepted"> | After<"Returned">>, WorkError> = Effect.flatMap(
        deliveries.returned,
        (again): typeof next => (Option.isSome(again) ? Effect.succeed(again) : claim)
      )

      /** Takes up returned work or claims a handoff, and works on it. Returns `false` if the inbox has no handoff for it. */
      const round = (place: ReturnType<typeof seatOf>, isTrial: boolean): Effect.Effect<boolean, WorkError, R> =>
        Effect.gen(function* () {
          left -= 1
          const claimed = closing.isOpen() ? Option.none() : yield* next
          if (Option.isNone(claimed)) {
            left += 1
            yield* breaker.leave(isTrial, "neither")
            return false
          }
          held += 1
          const ending = yield* Effect.ensuring(
            hold({ ...holder, stepAside: place.stepAside, stepBack: place.stepBack }, claimed.value, handler, readBack),
            Effect.sync(() => void (held -= 1))
          )
          yield* breaker.leave(isTrial, ending)
          return true
        })

      const goesOn = () => !closing.isOpen() && left > 0
      const slot: Effect.Effect<void, WorkError, R> = Effect.gen(function* () {
        while (goesOn()) {
          // Before the inbox is read, so that a handoff that arrives meanwhile ends the wait.
          const changed = holder.changed()
          const isTrial = yield* Effect.raceFirst(breaker.enter, Effect.as(closing.await, false))
          yield* permits.take(1)
          const place = seatOf()
          const hasWorked = yield* Effect.ensuring(
            round(place, isTrial),
            Effect.suspend(() => (place.seat.hasPermit ? permits.release(1) : Effect.void))
          )
          if (place.seat.steppedAside) {
            // Another slot has begun in its place.
            aside -= 1
            return
          }
          if (!hasWorked) {
            if (yield* isDone) return
            yield* Effect.raceFirst(changed, closing.await)
          }
        }
      })
      const warnOfSweeps = warnOnce("Sweeping fails and is retried", log.warn)
      const sweep = manager.sweep.pipe(Effect.tap(warnOfSweeps.over), Effect.catch(warnOfSweeps.of))
      const sweeping = Effect.forever(Effect.andThen(sweep, Effect.sleep(sweepInterval(milliseconds))))
      yield* Effect.forkScoped(sweeping)

      let running = 0
      const counted = Effect.onExit(slot, (exit) => {
        running -= 1
        return exit._tag === "Failure"
          ? Deferred.failCause(ended, exit.cause)
          : running === 0
            ? Deferred.succeed(ended, undefined)
            : Effect.void
      })
      const context = yield* Effect.context<R>()
      const begin: Effect.Effect<void> = Effect.suspend(() => {
        running += 1
        return Effect.map(Effect.forkDetach(Effect.provideContext(counted, context)), (fiber) => {
          slots.add(fiber)
          // A worker that steps aside for each read-back begins a slot for each.
          fiber.addObserver(() => void slots.delete(fiber))
        })
      })
      yield* Effect.forEach(Array.from({ length: concurrency }), () => begin)
      yield* Effect.addFinalizer(() =>
        Effect.gen(function* () {
          yield* closing.open
          leaveBy = (yield* now).epochMilliseconds + Duration.toMillis(grace) + farewell
          yield* Effect.timeoutOption(awaitAll([...slots]), grace)
          yield* Fiber.interruptAll(slots)
        })
      )
      const warnOfPresence = warnOnce(`Recording the presence of ${agent} fails and is retried`, log.warn)
      const present = keepPresent(agents, agent, now, (write) =>
        write.pipe(Effect.tap(warnOfPresence.over), Effect.catch(warnOfPresence.of))
      )
      // Forked after the finalizer so that it stops first: a worker that shuts down must not send heartbeats.
      yield* Effect.forkScoped(present)
      yield* Deferred.await(ended)
    })
  )
