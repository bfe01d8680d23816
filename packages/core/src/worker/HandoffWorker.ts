/** Works through an agent's inbox. What a worker leaves behind when it dies, the next one takes over. */
import type { After, AgentId, InvalidInput, JsonObject, StoreError } from "@aumai/handoff-protocol"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import { HandoffManager } from "../engine/HandoffManager.ts"
import { presence } from "../routing/Presence.ts"
import { AgentStore } from "../store/AgentStore.ts"
import { HandoffStore } from "../store/HandoffStore.ts"
import { hold, type ReadsBack, type Work } from "./Holding.ts"

export { GiveUp, type Work } from "./Holding.ts"

/** How a worker works. */
export interface WorkOptions<E = never, R = never> {
  /** How many handoffs at once; 1 when left out. */
  readonly concurrency?: number
  /**
   * How long after a crash others may take its work over; it is renewed three times in that time. A minute when left out.
   * A worker looks for what others have lost twice in that time, though at most ten times a second and at least every five
   * seconds: so much later than its lease has run out a handoff is taken over.
   */
  readonly lease?: Duration.Input
  /** How long work under way may go on when the worker is interrupted, before it is released. Ten seconds when left out. */
  readonly grace?: Duration.Input
  /** Restates the briefing of a handoff that asks for it. Left out: the worker passes these by. */
  readonly readBack?: ReadsBack<E, R>
}

// A hint may be lost, and what is delayed becomes ready without one: then this is how late the worker learns of it.
const patience = "2 seconds"

// Milliseconds. What is due happens this late at most, when nobody touches it.
const longestSweep = 5000
// Each sweep reads the store once, which it hardly notices ten times a second, and with leases of a few milliseconds would.
const shortestSweep = 100

/**
 * Milliseconds between two sweeps: half of the lease, for whoever chose a short one wants to know of a crash soon. What is
 * lost is then taken over within one and a half leases of its last renewal, or five seconds after its end if that is sooner.
 */
const sweepInterval = (lease: number): number => Math.max(shortestSweep, Math.min(lease / 2, longestSweep))

// Milliseconds after the grace time in which a store that fails is asked again to take what is given back. What it does not
// take by then comes back when its lease runs out.
const farewell = 5000

/** Warns of what a store says when it begins to, and not again while it goes on. */
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
 * Claims what waits for an agent, the most urgent first, and gives each handoff to the handler, which hands back its
 * result. The lease is renewed while it works; when the handoff is lost the handler is interrupted, and whatever it did
 * afterwards is refused. When it fails, the handoff is released for another attempt after a while, or has failed in the
 * last one; with `GiveUp` it fails at once. Interrupted, the worker claims no more, waits for its grace time, and then
 * releases what is still under way. It also sweeps, so what other workers have lost comes back. While it runs it notes
 * every thirty seconds that its agent, if that is registered, is there.
 *
 * Fails only when the store is corrupt, or when the lease is none (`InvalidInput`); while the store is unavailable the
 * worker tries again.
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
): Effect.Effect<never, InvalidInput | StoreError, HandoffManager | HandoffStore | AgentStore | R> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { concurrency = 1, lease = "1 minute", grace = "10 seconds", readBack } = options
      const manager = yield* HandoffManager
      const { changed } = yield* HandoffStore
      const { seen } = yield* AgentStore
      const milliseconds = Math.round(Duration.toMillis(lease))
      let hint = Latch.makeUnsafe()
      yield* Effect.forkScoped(
        Stream.runForEach(changed, () =>
          Effect.sync(() => {
            const waited = hint
            // Who begins to wait now waits for the next.
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
        changed: () => Effect.asVoid(Effect.timeoutOption(hint.await, patience)),
        leaveBy: () => leaveBy
      }

      const warnOfClaims = warnOnce("Nothing can be claimed now")
      const claim = manager.claim(agent, { lease: milliseconds, readsBack: readBack !== undefined }).pipe(
        Effect.tap(warnOfClaims.over),
        Effect.catch((error) =>
          error._tag === "InvalidInput" || error.reason === "corrupt"
            ? Effect.fail(error)
            : Effect.as(warnOfClaims.of(error), Option.none<After<"Accepted">>())
        )
      )

      const slot: Effect.Effect<void, InvalidInput | StoreError, R> = Effect.gen(function* () {
        while (!closing.isOpen()) {
          // Before the inbox is looked at: what comes meanwhile hints again.
          const changed = holder.changed()
          const claimed = yield* claim
          if (Option.isSome(claimed)) yield* hold(holder, claimed.value, handler, readBack)
          else yield* Effect.raceFirst(changed, closing.await)
        }
      })

      const warnOfSweeps = warnOnce("Nothing can be swept now")
      const sweep = manager.sweep.pipe(Effect.tap(warnOfSweeps.over), Effect.catch(warnOfSweeps.of))
      const sweeping = Effect.forever(Effect.andThen(sweep, Effect.sleep(sweepInterval(milliseconds))))
      yield* Effect.forkScoped(sweeping)

      // Not children of this fibre: they end in their own way when it is interrupted.
      const slots = yield* Effect.forEach(Array.from({ length: concurrency }), () => Effect.forkDetach(slot))
      yield* Effect.addFinalizer(() =>
        Effect.gen(function* () {
          yield* closing.open
          leaveBy = (yield* DateTime.now).epochMilliseconds + Duration.toMillis(grace) + farewell
          yield* Effect.timeoutOption(awaitAll(slots), grace)
          yield* Fiber.interruptAll(slots)
        })
      )
      const warnOfPresence = warnOnce("It cannot be noted now that the agent is there")
      const here = Effect.flatMap(DateTime.now, (now) => seen(agent, now)).pipe(
        Effect.tap(warnOfPresence.over),
        Effect.catch(warnOfPresence.of)
      )
      // Behind the finalizer, so that it ends before: who leaves does not say any more that it is there.
      yield* Effect.forkScoped(Effect.forever(Effect.andThen(here, Effect.sleep(presence.heartbeat))))
      yield* Fiber.joinAll(slots)
      return yield* Effect.never
    })
  )
