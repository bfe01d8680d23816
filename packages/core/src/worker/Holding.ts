import {
  type After,
  type AgentId,
  type Artifact,
  type HandoffNotFound,
  type HandoffRecord,
  type InvalidInput,
  type JsonObject,
  movesOf,
  type OwnEvidence,
  type ReadBack,
  startAwaits,
  type StoreError,
  takeOver,
  type Transition,
  transitions
} from "@aumai/handoff-protocol"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"

import { actAs } from "../engine/ActAs.ts"
import type { HandoffManager } from "../engine/HandoffManager.ts"
import { EndsLastAttempt } from "../engine/LastAttempt.ts"
import type { VerbError } from "../engine/Verbs.ts"
import { reasonOf, recordable } from "./Reason.ts"

/**
 * The error of a handler if another attempt would not help. Any other error leads to another attempt.
 *
 * @example
 * ```ts
 * import { GiveUp } from "@aumai/handoff-core/HandoffWorker"
 *
 * console.log(new GiveUp({ reason: "The request names no file." }).message) // The request names no file.
 * ```
 */
export class GiveUp extends Schema.TaggedError<GiveUp>()("GiveUp", {
  reason: Schema.String,
  /** The error that led to it. The recorded reason tells it, too. */
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message() {
    return this.reason
  }
}

/** A handoff that a handler works on. */
export interface Work {
  /** The record when work began. Its `handBack` holds what earlier attempts learned. */
  readonly record: After<"Started">
  /** Reports progress. The worker renews the lease independently. */
  readonly progress: (update?: {
    readonly note?: string
    readonly fraction?: number
  }) => Effect.Effect<void, InvalidInput>
  /** Asks the sender, and waits for the answer. */
  readonly ask: (question: string) => Effect.Effect<string, InvalidInput>
  /** Adds artifacts to the completion. */
  readonly deliver: (...artifacts: ReadonlyArray<Artifact>) => void
  /** Adds evidence to the completion. */
  readonly vouch: (...evidence: ReadonlyArray<OwnEvidence>) => void
}

/** Restates the briefing of a handoff that requires it. */
export type ReadsBack<E, R> = (record: After<"Accepted">) => Effect.Effect<ReadBack, E, R>

/** The dependencies of a holder. */
export interface Holder {
  readonly manager: HandoffManager["Service"]
  readonly agent: AgentId
  /** The lease in milliseconds. */
  readonly lease: number
  /** The moment by the clock of the store. */
  readonly now: Effect.Effect<DateTime.Utc>
  /** Waits until the store may have changed after the call. */
  readonly changed: () => Effect.Effect<void>
  /** The moment, in epoch milliseconds, after which a worker that shuts down stops retrying. */
  readonly leaveBy: () => number
}

// The backoff between attempts in milliseconds. Most faults pass soon; a permanent one costs an attempt every five minutes.
const firstPause = 1000
const longestPause = 300_000

/** The pause after a failed attempt: doubles with each attempt, minus a random share of up to a half. */
const pauseAfter = (attempt: number): Effect.Effect<number> =>
  Effect.map(Random.next, (chance) =>
    // Rounded, because moments have whole milliseconds.
    Math.round(Math.min(firstPause * 2 ** (attempt - 1), longestPause) * (0.5 + chance / 2))
  )

// Milliseconds before a call to the store is retried; the pause grows by half each time.
const soon = 50
const later = 2000

/** Retries an effect while `mayPass` holds for its error. A Schedule would add three KiB to the bundle for browsers. */
const retryWhile = <A, E>(
  effect: Effect.Effect<A, E>,
  mayPass: (error: E) => Effect.Effect<boolean>,
  pause = soon
): Effect.Effect<A, E> =>
  Effect.catch((error: E) =>
    Effect.gen(function* () {
      if (!(yield* mayPass(error))) return yield* Effect.fail(error)
      yield* Effect.sleep(Math.round(pause * (0.5 + (yield* Random.next) / 2)))
      return yield* retryWhile(effect, mayPass, Math.min(1.5 * pause, later))
    })
  )(effect)

/** A value as it is now. One that cannot be taken over is refused when the work is completed. */
const asNow = <A>(value: A): A => Result.getOrElse(takeOver("", value), () => value)

const shutDown = "The worker was shut down."

/**
 * Holds one claimed handoff while a handler works on it: starts it, renews the lease, records the outcome, and interrupts
 * the handler as soon as the handoff is lost.
 */
export const hold = <E, R>(
  { manager, agent, lease, now, changed, leaveBy }: Holder,
  claimed: After<"Accepted">,
  handler: (work: Work) => Effect.Effect<JsonObject, E, R>,
  readBack?: ReadsBack<E, R>
): Effect.Effect<void, never, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const { recordId, attempt } = claimed
      const act = actAs(manager, { agent, attempt })
      const lost = yield* Latch.make()
      let lostReason = ""
      // Runs the verbs of a holder one at a time: while a question is open, the lease rests and must not be renewed.
      const turn = yield* Semaphore.make(1)
      let leaseEnd = 0
      /** Remembers when the lease of this record ends. */
      const trackLease = <A extends HandoffRecord>(record: A): A => {
        // A resting lease does not expire.
        leaseEnd = ("lease" in record && record.lease?.until?.epochMilliseconds) || Infinity
        return record
      }
      trackLease(claimed)

      const may = (record: HandoffRecord, event: Transition["_tag"]): boolean =>
        movesOf(record).some((move) => move.event === event)

      const has = ({ attempt: current, status }: HandoffRecord, event: Transition["_tag"]): boolean =>
        (current === (event === "Released" ? attempt + 1 : attempt) &&
          // While the handoff waits for an answer there is nothing to renew, and it is still held.
          status === (event === "Progressed" ? transitions.Asked.to : transitions[event].to)) ||
        // The release of the last attempt fails the handoff.
        (event === "Released" && current === attempt && status === transitions.Failed.to)

      /** Interrupts the handler, because the handoff is no longer held. */
      const lose = (sentence: string): Effect.Effect<never> =>
        Effect.suspend(() => {
          lostReason = sentence
          lost.openUnsafe()
          return Effect.never
        })

      /** Tests that a retry may succeed before the lease ends. */
      const mayPass = (error: VerbError): Effect.Effect<boolean> =>
        Effect.map(
          now,
          ({ epochMilliseconds }) =>
            epochMilliseconds < Math.min(leaseEnd, leaveBy()) &&
            (error._tag === "RevisionConflict" || (error._tag === "StoreError" && error.reason !== "corrupt"))
        )

      // The lease rests while a question is open, so a read may be retried indefinitely.
      const mayPassReading = (error: HandoffNotFound | StoreError): Effect.Effect<boolean> =>
        Effect.succeed(error._tag === "StoreError" && error.reason !== "corrupt")

      /** Runs a verb and retries it. A verb that failed may still have been committed, so the record decides at the end. */
      const persist = <A extends HandoffRecord>(
        event: Transition["_tag"],
        verb: Effect.Effect<A, VerbError>
      ): Effect.Effect<A, VerbError> =>
        retryWhile(verb, mayPass).pipe(
          Effect.catch((error): Effect.Effect<A, VerbError> =>
            error._tag === "InvalidInput"
              ? Effect.fail(error)
              : Effect.flatMap(Effect.option(manager.get(recordId)), (found) =>
                  // The cast: the record has the status after the event, so it is the result of the verb.
                  Option.isSome(found) && has(found.value, event)
                    ? Effect.succeed(found.value as A)
                    : Effect.fail(error)
                )
          ),
          Effect.map(trackLease)
        )

      const orLose = <A>(verb: Effect.Effect<A, VerbError>): Effect.Effect<A, InvalidInput> =>
        verb.pipe(Effect.catch((error) => (error._tag === "InvalidInput" ? Effect.fail(error) : lose(error.message))))

      const progress: Work["progress"] = (update = {}) =>
        Effect.asVoid(turn.withPermits(1)(orLose(persist("Progressed", act("progress", { recordId, ...update })))))

      const answered: Effect.Effect<string, InvalidInput> = Effect.suspend(() => {
        const later = changed()
        return Effect.flatMap(orLose(retryWhile(manager.get(recordId), mayPassReading)), (record) => {
          if (has(record, "Asked")) return Effect.andThen(later, answered)
          trackLease(record)
          return has(record, "Answered") && "answer" in record && record.answer !== undefined
            ? Effect.succeed(record.answer.answer)
            : lose("The handoff was taken away while its question waited for an answer.")
        })
      })
      const ask: Work["ask"] = (question) =>
        turn.withPermits(1)(Effect.andThen(orLose(persist("Asked", act("ask", { recordId, question }))), answered))

      const renewing = Effect.forever(Effect.andThen(Effect.sleep(Math.ceil(lease / 3)), Effect.orDie(progress())))

      /** Releases the handoff for another attempt, or fails it in the last one. */
      const release = (reason: string, wait: number): Effect.Effect<HandoffRecord, VerbError> =>
        Effect.flatMap(now, ({ epochMilliseconds }) =>
          persist<HandoffRecord>(
            "Released",
            act("release", {
              recordId,
              reason,
              notBefore: DateTime.makeUnsafe(epochMilliseconds + wait)
            }).pipe(Effect.provideService(EndsLastAttempt, true))
          )
        )
      const fail = (reason: string): Effect.Effect<HandoffRecord, VerbError> =>
        persist("Failed", act("fail", { recordId, reason }))

      const finish = (exit: Exit.Exit<JsonObject, E>): Effect.Effect<HandoffRecord, VerbError> => {
        if (Exit.isSuccess(exit)) {
          const payload = {
            result: exit.value,
            ...(artifacts.length === 0 ? {} : { artifacts }),
            ...(evidence.length === 0 ? {} : { evidence })
          }
          return persist<HandoffRecord>("Completed", act("complete", { recordId, ...payload })).pipe(
            // Another attempt would give an invalid result again.
            Effect.catchTag("InvalidInput", ({ message }) => fail(recordable(message))),
            // The next attempt may deliver what is missing.
            Effect.catchTag(["NotDelivered", "OpenChildren"], ({ message }) => again(recordable(message)))
          )
        }
        const failure = Cause.squash(exit.cause)
        return failure instanceof GiveUp ? fail(reasonOf(failure)) : again(reasonOf(failure))
      }
      const again = (reason: string) => Effect.flatMap(pauseAfter(attempt), (wait) => release(reason, wait))

      const artifacts: Array<Artifact> = []
      const evidence: Array<OwnEvidence> = []
      const deliver: Work["deliver"] = (...more) => void artifacts.push(...more.map(asNow))
      const vouch: Work["vouch"] = (...more) => void evidence.push(...more.map(asNow))

      /** Waits until the sender confirms or corrects the read-back; the lease rests meanwhile. */
      const confirmed: Effect.Effect<HandoffRecord, InvalidInput> = Effect.suspend(() => {
        const later = changed()
        return Effect.flatMap(orLose(retryWhile(manager.get(recordId), mayPassReading)), (record) =>
          record.attempt === attempt && startAwaits(record) === "sender"
            ? Effect.andThen(later, confirmed)
            : Effect.succeed(trackLease(record))
        )
      })
      const holding = Effect.raceFirst(
        renewing,
        Effect.map(lost.await, () => lostReason)
      )
      const start = Effect.suspend(() => persist("Started", act("start", { recordId })))
      const starting: Effect.Effect<After<"Started">, E | VerbError | string, R> = readBack === undefined ||
      startAwaits(claimed) === undefined
        ? start
        : Effect.gen(function* () {
            // Reading back may take longer than the lease, so it is renewed meanwhile.
            const restatement = yield* restore(
              Effect.raceFirst(readBack(claimed), Effect.flatMap(holding, Effect.fail))
            )
            // A restate that failed may have been committed and confirmed; repeating it would undo the confirmation.
            const restate = Effect.flatMap(manager.get(recordId), (record): Effect.Effect<HandoffRecord, VerbError> =>
              record.attempt === attempt && may(record, "Restated") && startAwaits(record) !== "receiver"
                ? Effect.succeed(record)
                : act("restate", { recordId, readBack: restatement })
            )
            const restated = yield* persist("Restated", restate)
            if (startAwaits(restated) === "sender")
              yield* restore(Effect.raceFirst(confirmed, Effect.as(lost.await, restated)))
            return yield* start
          })
      const started = yield* Effect.exit(starting)
      if (Exit.isFailure(started)) {
        const failure = Cause.squash(started.cause)
        yield* Console.warn(`Handoff ${recordId} was claimed but could not be started: ${reasonOf(failure)}`)
        // Returned now instead of when its lease expires. This may fail, because it may be lost or the store unavailable.
        const isShutDown = Cause.hasInterruptsOnly(started.cause) && leaveBy() < Infinity
        const reason = isShutDown ? shutDown : reasonOf(failure)
        const wait = isShutDown ? 0 : yield* pauseAfter(attempt)
        const ending = failure instanceof GiveUp ? fail(reason) : release(reason, wait)
        // Not Effect.ignore, which adds loggers to the bundle for browsers.
        yield* ending.pipe(Effect.catch(() => Effect.void))
        return
      }
      // Suspended, because a handler may throw synchronously.
      const working = Effect.exit(
        Effect.suspend(() => handler({ record: started.value, progress, ask, deliver, vouch }))
      )
      const end = yield* Effect.exit(restore(Effect.raceFirst(working, holding)))
      const outcome = Exit.isSuccess(end) ? end.value : undefined
      if (typeof outcome === "string") {
        yield* Console.warn(`Handoff ${recordId} is no longer held in attempt ${attempt}: ${outcome}`)
        return
      }
      // A late write is refused, and its outcome is dropped.
      yield* (outcome === undefined ? release(shutDown, 0) : finish(outcome)).pipe(
        Effect.catch(({ message }) =>
          Console.warn(`The outcome of attempt ${attempt} at handoff ${recordId} was not recorded: ${message}`)
        )
      )
    })
  )
