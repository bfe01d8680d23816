/** Works through the inbox of an agent. When a worker dies, another one takes over its handoffs. */
import type { After, AgentId, InvalidInput, KeyRequired, JsonObject, StoreError } from "@aumai/handoff-protocol"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import { HandoffManager } from "../engine/HandoffManager.ts"
import { keepPresent } from "../routing/PresenceBatch.ts"
import { AgentStore } from "../store/AgentStore.ts"
import { HandoffStore, nowIn } from "../store/HandoffStore.ts"
import { hold } from "./Holding.ts"
import type { ReadsBack, Work } from "./Work.ts"

export { GiveUp, type Work } from "./Work.ts"

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
}

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

/** Warns of the first of several errors in a row. */
const warnOnce = (what: string) => {
  let isKnown = false
  return {
    of: ({ message }: StoreError) =>
      Effect.suspend(() => {
        if (isKnown) return Effect.void
        isKnown = true
        return Console.warn(`${what}: ${message}`)
      }),
    over: Effect.sync(() => void (isKnown = false))
  }
}

const awaitAll = (fibers: ReadonlyArray<Fiber.Fiber<unknown, unknown>>) => Effect.asVoid(Fiber.awaitAll(fibers))

/**
 * Claims the handoffs of an agent, the most urgent first, and completes each with the result of the handler. The worker
 * renews the lease while the handler runs. If the handoff is lost, the worker interrupts the handler, and its later writes
 * are refused. It notices within a second if the store hints at the change, otherwise when it renews the lease. If the
 * handler fails, the handoff is released for another attempt with backoff, or fails in the last attempt. If the handler
 * fails with `GiveUp`, the handoff fails immediately.
 *
 * An interrupted worker stops claiming, waits for the grace period, and releases the unfinished
 * handoffs. A running worker also sweeps, so that the handoffs of dead workers return. Every thirty seconds the workers of
 * a process record, in one write, which of their registered agents are present.
 *
 * Fails only if the store is corrupt or the lease is invalid (`InvalidInput`); while the store is unavailable, the worker
 * retries.
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
): Effect.Effect<never, InvalidInput | KeyRequired | StoreError, HandoffManager | HandoffStore | AgentStore | R> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { concurrency = 1, lease = "1 minute", grace = "10 seconds", readBack } = options
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
      const holder = {
        manager,
        agent,
        lease: milliseconds,
        now,
        hinted: () => hint.await,
        changed: () => Effect.asVoid(Effect.timeoutOption(hint.await, patience)),
        leaveBy: () => leaveBy
      }

      const warnOfClaims = warnOnce(`Claiming for ${agent} fails and is retried`)
      const claim = manager.claim(agent, { lease: milliseconds, readsBack: readBack !== undefined }).pipe(
        Effect.tap(warnOfClaims.over),
        Effect.catch((error) =>
          error._tag !== "StoreError" || error.reason === "corrupt"
            ? Effect.fail(error)
            : Effect.as(warnOfClaims.of(error), Option.none<After<"Accepted">>())
        )
      )

      const slot: Effect.Effect<void, InvalidInput | KeyRequired | StoreError, R> = Effect.gen(function* () {
        while (!closing.isOpen()) {
          // Before the inbox is read, so that a handoff that arrives meanwhile ends the wait.
          const changed = holder.changed()
          const claimed = yield* claim
          if (Option.isSome(claimed)) yield* hold(holder, claimed.value, handler, readBack)
          else yield* Effect.raceFirst(changed, closing.await)
        }
      })

      const warnOfSweeps = warnOnce("Sweeping fails and is retried")
      const sweep = manager.sweep.pipe(Effect.tap(warnOfSweeps.over), Effect.catch(warnOfSweeps.of))
      const sweeping = Effect.forever(Effect.andThen(sweep, Effect.sleep(sweepInterval(milliseconds))))
      yield* Effect.forkScoped(sweeping)

      // Detached, because the finalizer ends them after the grace period when this fiber is interrupted.
      const slots = yield* Effect.forEach(Array.from({ length: concurrency }), () => Effect.forkDetach(slot))
      yield* Effect.addFinalizer(() =>
        Effect.gen(function* () {
          yield* closing.open
          leaveBy = (yield* now).epochMilliseconds + Duration.toMillis(grace) + farewell
          yield* Effect.timeoutOption(awaitAll(slots), grace)
          yield* Fiber.interruptAll(slots)
        })
      )
      const warnOfPresence = warnOnce(`Recording the presence of ${agent} fails and is retried`)
      const present = keepPresent(agents, agent, now, (write) =>
        write.pipe(Effect.tap(warnOfPresence.over), Effect.catch(warnOfPresence.of))
      )
      // Forked after the finalizer so that it stops first: a worker that shuts down must not send heartbeats.
      yield* Effect.forkScoped(present)
      yield* Fiber.joinAll(slots)
      return yield* Effect.never
    })
  )
