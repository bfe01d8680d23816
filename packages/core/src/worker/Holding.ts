import {
  completionOf,
  type After,
  type Answer,
  type Artifact,
  type HandoffNotFound,
  type HandoffRecord,
  type InvalidInput,
  type JsonObject,
  movesOf,
  type OwnEvidence,
  startAwaits,
  type StoreError,
  takeOver,
  type Transition,
  transitions
} from "@aumai/handoff-protocol"
import * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"

import { actAs } from "../engine/ActAs.ts"
import { EndsLastAttempt } from "../engine/LastAttempt.ts"
import type { VerbError } from "../engine/Verbs.ts"
import type { Ending } from "./Breaker.ts"
import { type Failure, usualFailure, wordsOf } from "./Failures.ts"
import { reasonOf, recordable, stackOf } from "./Reason.ts"
import { keepRenewed } from "./RenewalBatch.ts"
import { retryWhile } from "./Retrying.ts"
import { pauseAfter } from "./RetryPause.ts"
import { expiring, watching } from "./Watching.ts"
import { CannotWork, GiveUp, type Holder, type ReadsBack, type Work } from "./Work.ts"

/** A value as it is now. One that cannot be taken over is refused when the work is completed. */
const asNow = <A>(value: A): A => Result.getOrElse(takeOver("", value), () => value)

// Loaded on first use, because most handlers delegate nothing.
const results = Effect.promise(() => import("../engine/Results.ts"))

const shutDown = "The worker was shut down."

/** An error that ended a handler, apart from those of the engine. */
interface Thrown {
  readonly error: unknown
}

/**
 * Holds one claimed handoff, or one whose work was returned, while a handler works on it: starts it, renews the lease,
 * records the outcome, and interrupts the handler as soon as the handoff is lost. Fails only if the handler cannot run at all.
 */
export const hold = <E, R>(
  holder: Holder,
  claimed: After<"Accepted"> | After<"Returned">,
  handler: (work: Work) => Effect.Effect<JsonObject, E, R>,
  readBack?: ReadsBack<E, R>
): Effect.Effect<Ending, CannotWork, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const { manager, store, agent, lease, now, hinted, changed, leaveBy, log } = holder
      const { recordId, attempt } = claimed
      const act = actAs(manager, { agent, attempt })
      const lost = yield* Latch.make()
      let lostReason = ""
      // Runs the verbs of a holder one at a time: while a question is open, the lease rests and must not be renewed.
      const turn = yield* Semaphore.make(1)
      let leaseEnd = 0
      let length = lease
      /** Remembers when the lease of this record ends. */
      const trackLease = <A extends HandoffRecord>(record: A): A => {
        length = ("lease" in record && record.lease?.milliseconds) || lease
        // A resting lease does not expire.
        leaseEnd = ("lease" in record && record.lease?.until?.epochMilliseconds) || Infinity
        return record
      }
      trackLease(claimed)

      const may = (record: HandoffRecord, event: Transition["_tag"]): boolean =>
        movesOf(record).some((move) => move.event === event)

      const has = ({ attempt: current, status }: HandoffRecord, event: Transition["_tag"]): boolean =>
        event === "Released"
          ? current === attempt
            ? // The release of the last attempt fails the handoff.
              status === transitions.Failed.to
            : current === attempt + 1 && (status === transitions.Released.to || status === transitions.Released.or)
          : current === attempt &&
            // While the handoff waits for an answer there is nothing to renew, and it is still held.
            status === (event === "Progressed" ? transitions.Asked.to : transitions[event].to)

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
      // The answer to the question of an earlier attempt, which a shutdown ended.
      let earlier: Answer | undefined
      const ask: Work["ask"] = (question) =>
        Effect.suspend(() =>
          earlier?.question === question
            ? Effect.succeed(earlier.answer)
            : turn.withPermits(1)(
                Effect.andThen(orLose(persist("Asked", act("ask", { recordId, question }))), answered)
              )
        )

      const settled = Effect.flatMap(results, ({ partsOf }) => partsOf(store, manager.get, recordId))
      const parts: Work["parts"] = { settled: () => Effect.orDie(orLose(retryWhile(settled, mayPassReading))) }

      const renewing = keepRenewed(
        store,
        {
          recordId,
          attempt,
          pace: Math.ceil(lease / 3),
          length: () => length,
          renewed: (until) => void (leaseEnd = Math.max(leaseEnd, until))
        },
        (send) => Effect.orDie(orLose(retryWhile(send, mayPass))),
        Effect.orDie(progress())
      )

      /** Releases the handoff for another attempt after a pause, or fails it in the last one. */
      const release = (reason: string, failure: Failure, stack: object): Effect.Effect<HandoffRecord, VerbError> =>
        Effect.gen(function* () {
          const wait = yield* pauseAfter(claimed, holder.retry, failure)
          const notBefore = DateTime.makeUnsafe((yield* now).epochMilliseconds + wait)
          const released = act("release", { recordId, reason, notBefore, ...stack })
          return yield* persist<HandoffRecord>("Released", Effect.provideService(released, EndsLastAttempt, true))
        })
      /** Releases the handoff for another worker without counting the attempt. Never fails it. */
      const leave = (reason: string, stack: object = {}): Effect.Effect<HandoffRecord, VerbError> =>
        persist<HandoffRecord>("Released", act("release", { recordId, reason, code: "shutdown", ...stack }))
      // A failure while the program shuts down says little about the work: its children and connections end, too.
      const isLeaving = () => leaveBy() < Infinity
      const again = (reason: string, failure: Failure = { kind: "other" }, stack: object = {}) =>
        isLeaving() ? leave(reason, stack) : release(reason, failure, stack)
      const fail = (reason: string, stack: object = {}): Effect.Effect<HandoffRecord, VerbError> =>
        persist("Failed", act("fail", { recordId, reason, ...stack }))

      /** Judges what the handler threw, with the words that the policies call final. */
      const judged = ({ error }: Thrown): Effect.Effect<Failure> =>
        Effect.map(now, ({ epochMilliseconds }) => {
          const failure = holder.classify(error, usualFailure(error, epochMilliseconds))
          const words = new Set([...(claimed.request.retry?.final ?? []), ...(holder.retry.final ?? [])])
          const isFinal = failure.kind !== "broken" && wordsOf(error).some((word) => words.has(word))
          return isFinal ? { kind: "final" } : failure
        })

      /** Records an outcome. Warns if the store refuses it. */
      const told = (recording: Effect.Effect<HandoffRecord, VerbError>): Effect.Effect<void> =>
        recording.pipe(
          Effect.asVoid,
          // A late write is refused, and its outcome is dropped.
          Effect.catch(({ message }) =>
            log.warn(`The outcome of attempt ${attempt} at handoff ${recordId} was not recorded: ${message}`)
          )
        )

      /** Ends the attempt with what the handler threw. */
      const end = (thrown: Thrown): Effect.Effect<Ending, CannotWork> =>
        Effect.gen(function* () {
          const { error } = thrown
          const failure = yield* judged(thrown)
          const reason = reasonOf(error)
          const trace = failure.kind === "final" && error instanceof GiveUp ? undefined : stackOf(error)
          const stack = trace === undefined ? {} : { stack: trace }
          yield* Effect.sync(() => holder.onError({ ...failure, error, record: claimed }))
          if (failure.kind === "broken") {
            yield* told(leave(reason, stack))
            return yield* error instanceof CannotWork ? error : new CannotWork({ reason, cause: error })
          }
          yield* told(failure.kind === "final" ? fail(reason, stack) : again(reason, failure, stack))
          return failure.kind === "final" || isLeaving() ? "neither" : { failed: reason }
        })

      /** Completes the handoff, or ends the attempt without a valid result. */
      const finish = (result: JsonObject): Effect.Effect<Ending> =>
        Effect.gen(function* () {
          const payload = {
            result,
            ...(artifacts.length === 0 ? {} : { artifacts }),
            ...(evidence.length === 0 ? {} : { evidence })
          }
          let failed: string | undefined
          yield* told(
            persist<HandoffRecord>(completion, act("complete", { recordId, ...payload })).pipe(
              Effect.tap((record) => Effect.sync(() => void (completion === "Delivered" && holder.delivered(record)))),
              Effect.catchTag(["InvalidInput", "NotDelivered", "OpenChildren"], ({ _tag, message }) => {
                failed = recordable(message)
                // Another attempt would give an invalid result again, but may deliver what is missing.
                return _tag === "InvalidInput" ? fail(failed) : again(failed)
              })
            )
          )
          return failed === undefined ? "succeeded" : { failed }
        })
      const completion = completionOf(claimed)
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
      const holding = Effect.raceAllFirst([
        renewing,
        watching(holder, claimed, hinted(), lose),
        expiring(holder, claimed),
        Effect.map(lost.await, () => lostReason)
      ])
      const start = Effect.suspend(() =>
        claimed.status === transitions.Accepted.to
          ? persist("Started", act("start", { recordId }))
          : // Returned work is under way; its lease has run since then.
            Effect.as(persist<HandoffRecord>("Progressed", act("progress", { recordId })), claimed)
      )
      // The error of reading the briefing back.
      let thrown: Thrown | undefined
      const starting: Effect.Effect<After<"Started">, VerbError | string, R> = readBack === undefined ||
      claimed.status !== transitions.Accepted.to ||
      startAwaits(claimed) === undefined
        ? start
        : Effect.gen(function* () {
            // Reading back may take longer than the lease, so it is renewed meanwhile.
            const reading = Effect.exit(Effect.suspend(() => readBack(claimed)))
            const read = yield* restore(Effect.raceFirst(reading, Effect.flatMap(holding, Effect.fail)))
            if (Exit.isFailure(read)) {
              thrown = { error: Cause.squash(read.cause) }
              return yield* Effect.fail("Reading the briefing back failed.")
            }
            // A restate that failed may have been committed and confirmed; repeating it would undo the confirmation.
            const restate = Effect.flatMap(manager.get(recordId), (record): Effect.Effect<HandoffRecord, VerbError> =>
              record.attempt === attempt && may(record, "Restated") && startAwaits(record) !== "receiver"
                ? Effect.succeed(record)
                : act("restate", { recordId, readBack: read.value })
            )
            const restated = yield* persist("Restated", restate).pipe(
              // The function that reads back is at fault, as when it throws.
              Effect.tapErrorTag("ReadBackRefused", (error) => Effect.sync(() => (thrown = { error })))
            )
            if (startAwaits(restated) === "sender") {
              yield* holder.stepAside
              yield* restore(Effect.raceFirst(confirmed, Effect.as(lost.await, restated)))
              yield* restore(Effect.raceFirst(holder.stepBack, Effect.flatMap(holding, Effect.fail)))
            }
            return yield* start
          })
      const started = yield* Effect.exit(starting)
      if (Exit.isFailure(started)) {
        const failure = thrown?.error ?? Cause.squash(started.cause)
        yield* log.warn(`Handoff ${recordId} was claimed but could not be started: ${reasonOf(failure)}`)
        if (thrown !== undefined) return yield* end(thrown)
        // Returned now instead of when its lease expires. This may fail, because it may be lost or the store unavailable.
        const isShutDown = Cause.hasInterruptsOnly(started.cause) && isLeaving()
        // Not Effect.ignore, which adds loggers to the bundle for browsers.
        yield* again(isShutDown ? shutDown : reasonOf(failure)).pipe(Effect.catch(() => Effect.void))
        return "neither"
      }
      earlier = started.value.answer
      // Suspended, because a handler may throw synchronously.
      const working = Effect.exit(
        Effect.suspend(() => handler({ record: started.value, progress, ask, parts, deliver, vouch }))
      )
      const worked = yield* Effect.exit(restore(Effect.raceFirst(working, holding)))
      const outcome = Exit.isSuccess(worked) ? worked.value : undefined
      if (typeof outcome === "string") {
        yield* log.warn(`Handoff ${recordId} is no longer held in attempt ${attempt}: ${outcome}`)
        return "neither"
      }
      if (outcome === undefined) {
        yield* told(leave(shutDown))
        return "neither"
      }
      return yield* Exit.isSuccess(outcome) ? finish(outcome.value) : end({ error: Cause.squash(outcome.cause) })
    })
  )
