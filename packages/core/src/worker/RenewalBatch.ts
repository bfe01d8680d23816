/** Renews the leases of all handoffs that the workers of a process hold, in as few writes as possible. */
import type { RecordId, StoreError } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

import { type HandoffStore, nowIn } from "../store/HandoffStore.ts"

/** A lease that a worker keeps running. */
export interface Lease {
  readonly recordId: RecordId
  readonly attempt: number
  /** The time from one renewal to the next in milliseconds, a third of the lease. */
  readonly pace: number
  /** The length of the lease in milliseconds. */
  readonly length: () => number
  /** Learns when the lease ends from now on, in milliseconds since 1970. */
  readonly renewed: (until: number) => void
}

interface Held extends Lease {
  /** When it was renewed last, in milliseconds of this machine's clock. */
  renewedAt: number
  /** The store has refused to renew it. */
  isRefused: boolean
}

/** The leases of one store. */
interface Batch {
  readonly held: Set<Held>
  /** The write that is under way. */
  writing: Deferred.Deferred<void, StoreError> | undefined
  failure: { readonly at: number; readonly error: StoreError } | undefined
}

// Milliseconds from a failed write to the next one. The workers of a process try again at different times.
const between = 250

// By store, because each worker only has the store in common with the others of its process.
const batches = new WeakMap<HandoffStore["Service"], Batch>()

const batchOf = (store: HandoffStore["Service"]): Batch => {
  const batch = batches.get(store) ?? { held: new Set(), writing: undefined, failure: undefined }
  batches.set(store, batch)
  return batch
}

/** Writes the renewals of all leases that are due soon, too: those whose last one is more than half of their pace ago. */
const write = Effect.fnUntraced(function* (store: HandoffStore["Service"], { held }: Batch, clock: number) {
  const due = [...held].filter(({ isRefused, pace, renewedAt }) => !isRefused && clock - renewedAt >= pace / 2)
  const at = yield* nowIn(store)
  const renewals = due.map(({ attempt, length, recordId }) => ({
    recordId,
    attempt,
    until: DateTime.makeUnsafe(Math.trunc(at.epochMilliseconds + length()))
  }))
  const refused = new Set(yield* store.renew(renewals, at))
  for (const [index, one] of due.entries()) {
    const renewal = renewals[index]
    // Unreachable: there is one for each.
    if (renewal === undefined) continue
    one.isRefused = refused.has(renewal)
    if (one.isRefused) continue
    one.renewedAt = clock
    one.renewed(renewal.until.epochMilliseconds)
  }
})

/** Waits for the write that is under way, or begins one. */
const send = (store: HandoffStore["Service"], batch: Batch): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const clock = yield* Clock.currentTimeMillis
    if (batch.failure !== undefined && clock - batch.failure.at < between) return yield* batch.failure.error
    const writing = batch.writing ?? (yield* Deferred.make<void, StoreError>())
    if (batch.writing === undefined) {
      batch.writing = writing
      const written = Effect.tapError(write(store, batch, clock), (error) =>
        Effect.map(Clock.currentTimeMillis, (at) => void (batch.failure = { at, error }))
      )
      // Detached, because the worker that began it may end before the others have their answer.
      yield* Effect.forkDetach(
        Effect.onExit(written, (exit) => {
          batch.writing = undefined
          return Deferred.done(writing, exit)
        })
      )
    }
    yield* Deferred.await(writing)
  })

/**
 * Renews a lease at its pace until it is interrupted. `retried` repeats a write that fails; `refused` finds out why the
 * store refuses to renew the lease, and renews it if it still can.
 */
export const keepRenewed = (
  store: HandoffStore["Service"],
  lease: Lease,
  retried: (send: Effect.Effect<void, StoreError>) => Effect.Effect<void>,
  refused: Effect.Effect<void>
): Effect.Effect<never> =>
  Effect.flatMap(Clock.currentTimeMillis, (renewedAt) => {
    const batch = batchOf(store)
    const held: Held = { ...lease, renewedAt, isRefused: false }
    const beat = Effect.gen(function* () {
      const wait = held.renewedAt + lease.pace - (yield* Clock.currentTimeMillis)
      if (wait > 0) return yield* Effect.sleep(wait)
      yield* retried(send(store, batch))
      if (!held.isRefused) return
      yield* refused
      held.renewedAt = yield* Clock.currentTimeMillis
      held.isRefused = false
    })
    batch.held.add(held)
    return Effect.ensuring(
      Effect.forever(beat),
      Effect.sync(() => batch.held.delete(held))
    )
  })
