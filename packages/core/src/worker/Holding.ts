import {
  type After,
  type AgentId,
  type Artifact,
  type FailureCode,
  type HandoffNotFound,
  type HandoffRecord,
  type InvalidInput,
  type JsonObject,
  movesOf,
  type OwnEvidence,
  type ReadBack,
  startAwaits,
  type StoreError,
  Text,
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
import type { VerbError } from "../engine/Verbs.ts"

/**
 * What a handler fails with when another attempt would not help. Whatever else it fails with leads to one.
 *
 * @example
 * ```ts
 * import { GiveUp } from "@aumai/handoff-core/HandoffWorker"
 *
 * console.log(new GiveUp({ reason: "The request names no file." }).message) // The request names no file.
 * ```
 */
export class GiveUp extends Schema.TaggedError<GiveUp>()("GiveUp", { reason: Schema.String }) {
  override get message() {
    return this.reason
  }
}

/** One handoff in the hands of a worker. */
export interface Work {
  /** As it stood when the work began. What the attempts before have learnt is in its `handBack`. */
  readonly record: After<"Started">
  /** Says how far it is. The lease is renewed without that, too. */
  readonly progress: (said?: {
    readonly note?: string
    readonly fraction?: number
  }) => Effect.Effect<void, InvalidInput>
  /** Asks the sender, and waits for the answer. */
  readonly ask: (question: string) => Effect.Effect<string, InvalidInput>
  /** What is handed back beside the result, once the handler is done. */
  readonly deliver: (...artifacts: ReadonlyArray<Artifact>) => void
  /** What speaks for the work, handed back with it. */
  readonly vouch: (...evidence: ReadonlyArray<OwnEvidence>) => void
}

/** How a worker restates the briefing of a handoff that asks for it. */
export type ReadsBack<E, R> = (record: After<"Accepted">) => Effect.Effect<ReadBack, E, R>

/** What the holder of a handoff needs. */
export interface Holder {
  readonly manager: HandoffManager["Service"]
  readonly agent: AgentId
  /** In milliseconds. */
  readonly lease: number
  /** What waits until something may have changed after the call. */
  readonly changed: () => Effect.Effect<void>
  /** The moment, in epoch milliseconds, after which nothing is tried again: the worker is to end. */
  readonly leaveBy: () => number
}

// Soon at first, for most troubles pass; five minutes apart at last, so that one that stays costs little.
const firstPause = 1000
const longestPause = 300_000

/** When a failed attempt may be followed by the next: twice as late each time, by chance up to half of that earlier. */
const pauseAfter = (attempt: number): Effect.Effect<number> =>
  Effect.map(Random.next, (chance) =>
    // Whole, as moments are.
    Math.round(Math.min(firstPause * 2 ** (attempt - 1), longestPause) * (0.5 + chance / 2))
  )

// Milliseconds before a store is asked again, half as many more each time.
const soon = 50
const later = 2000

/** Again and again while it fails with what may pass. A Schedule says the same, for three of the KiB that a browser loads. */
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

/** A sentence as the trail can keep it. */
const kept = (sentence: string): string =>
  Result.getOrElse(
    Schema.decodeUnknownResult(Text)(sentence),
    () => "It failed, and what it said cannot be kept: it is too long, or it is no text."
  )

const shutDown = "The worker was shut down."

/** Why an attempt failed, as the sentence that the trail keeps. */
const reasonOf = (cause: Cause.Cause<unknown>): string => {
  const failure = Cause.squash(cause)
  return kept(failure instanceof Error && failure.message !== "" ? failure.message : String(failure))
}

/**
 * Holds one claimed handoff while a handler works on it: begins, renews the lease, hands back what came of it, and lets go
 * of the handler as soon as the handoff is no longer held.
 */
export const hold = <E, R>(
  { manager, agent, lease, changed, leaveBy }: Holder,
  claimed: After<"Accepted">,
  handler: (work: Work) => Effect.Effect<JsonObject, E, R>,
  readBack?: ReadsBack<E, R>
): Effect.Effect<void, never, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const { recordId, attempt } = claimed
      const act = actAs(manager, { agent, attempt })
      const lost = yield* Latch.make()
      let why = ""
      // The verbs of a holder one after the other: while it asks, the lease rests and is not to be renewed.
      const turn = yield* Semaphore.make(1)
      let until = 0
      /** Remembers how long it is held. */
      const noted = <A extends HandoffRecord>(record: A): A => {
        // A lease that rests does not run out.
        until = ("lease" in record && record.lease?.until?.epochMilliseconds) || Infinity
        return record
      }
      noted(claimed)

      const may = (record: HandoffRecord, event: Transition["_tag"]): boolean =>
        movesOf(record).some((move) => move.event === event)

      const has = ({ attempt: current, status }: HandoffRecord, event: Transition["_tag"]): boolean =>
        current === (event === "Released" ? attempt + 1 : attempt) &&
        // There is nothing to renew while it waits for an answer, whoever has asked: it is still held.
        status === (event === "Progressed" ? transitions.Asked.to : transitions[event].to)

      /** The handoff is somebody else's by now, or nobody's: the handler is let go of, and goes no further. */
      const lose = (sentence: string): Effect.Effect<never> =>
        Effect.suspend(() => {
          why = sentence
          lost.openUnsafe()
          return Effect.never
        })

      /** Whether the store may take it the next time, while the lease lasts. */
      const mayPass = (error: VerbError): Effect.Effect<boolean> =>
        Effect.map(
          DateTime.now,
          (now) =>
            now.epochMilliseconds < Math.min(until, leaveBy()) &&
            (error._tag === "RevisionConflict" || (error._tag === "StoreError" && error.reason !== "corrupt"))
        )

      // The lease rests while it asks, so that only the store's health matters.
      const mayPassReading = (error: HandoffNotFound | StoreError): Effect.Effect<boolean> =>
        Effect.succeed(error._tag === "StoreError" && error.reason !== "corrupt")

      /** A verb until the store has taken it. It may have been taken though the store failed. */
      const insist = <A extends HandoffRecord>(
        event: Transition["_tag"],
        verb: Effect.Effect<A, VerbError>
      ): Effect.Effect<A, VerbError> =>
        retryWhile(verb, mayPass).pipe(
          Effect.catch((error): Effect.Effect<A, VerbError> =>
            error._tag === "InvalidInput"
              ? Effect.fail(error)
              : Effect.flatMap(Effect.option(manager.get(recordId)), (found) =>
                  // The cast: it stands where the event leads, which makes it what the verb gives.
                  Option.isSome(found) && has(found.value, event)
                    ? Effect.succeed(found.value as A)
                    : Effect.fail(error)
                )
          ),
          Effect.map(noted)
        )

      const orLose = <A>(verb: Effect.Effect<A, VerbError>): Effect.Effect<A, InvalidInput> =>
        verb.pipe(Effect.catch((error) => (error._tag === "InvalidInput" ? Effect.fail(error) : lose(error.message))))

      const progress: Work["progress"] = (said = {}) =>
        Effect.asVoid(turn.withPermits(1)(orLose(insist("Progressed", act("progress", { recordId, ...said })))))

      const answered: Effect.Effect<string, InvalidInput> = Effect.suspend(() => {
        const later = changed()
        return Effect.flatMap(orLose(retryWhile(manager.get(recordId), mayPassReading)), (record) => {
          if (has(record, "Asked")) return Effect.andThen(later, answered)
          noted(record)
          return has(record, "Answered") && "answer" in record && record.answer !== undefined
            ? Effect.succeed(record.answer.answer)
            : lose("It was taken away while it waited for an answer.")
        })
      })
      const ask: Work["ask"] = (question) =>
        turn.withPermits(1)(Effect.andThen(orLose(insist("Asked", act("ask", { recordId, question }))), answered))

      const renewing = Effect.forever(Effect.andThen(Effect.sleep(Math.ceil(lease / 3)), Effect.orDie(progress())))

      /** Back for another attempt; in the last one it has failed. */
      const release = (reason: string, wait: number): Effect.Effect<HandoffRecord, VerbError> =>
        Effect.flatMap(DateTime.now, (now) =>
          insist<HandoffRecord>(
            "Released",
            act("release", {
              recordId,
              reason,
              notBefore: DateTime.makeUnsafe(now.epochMilliseconds + wait)
            })
          )
        ).pipe(Effect.catchTag("NoAttemptLeft", () => fail(reason, "attempts_exhausted")))
      const fail = (reason: string, code?: FailureCode): Effect.Effect<HandoffRecord, VerbError> =>
        insist("Failed", act("fail", { recordId, reason, ...(code === undefined ? {} : { code }) }))

      const finish = (exit: Exit.Exit<JsonObject, E>): Effect.Effect<HandoffRecord, VerbError> => {
        if (Exit.isSuccess(exit)) {
          const handed = {
            result: exit.value,
            ...(artifacts.length === 0 ? {} : { artifacts }),
            ...(evidence.length === 0 ? {} : { evidence })
          }
          return insist<HandoffRecord>("Completed", act("complete", { recordId, ...handed })).pipe(
            // What is no result this time will not be one the next time.
            Effect.catchTag("InvalidInput", ({ message }) => fail(kept(message))),
            // What was not handed back, or not yet, may be the next time.
            Effect.catchTag(["NotDelivered", "OpenChildren"], ({ message }) => again(kept(message)))
          )
        }
        const failure = Cause.squash(exit.cause)
        return failure instanceof GiveUp ? fail(reasonOf(exit.cause)) : again(reasonOf(exit.cause))
      }
      const again = (reason: string) => Effect.flatMap(pauseAfter(attempt), (wait) => release(reason, wait))

      const artifacts: Array<Artifact> = []
      const evidence: Array<OwnEvidence> = []
      const deliver: Work["deliver"] = (...more) => void artifacts.push(...more)
      const vouch: Work["vouch"] = (...more) => void evidence.push(...more)

      /** Waits for the sender's word on what was restated; the lease rests meanwhile. */
      const confirmed: Effect.Effect<HandoffRecord, InvalidInput> = Effect.suspend(() => {
        const later = changed()
        return Effect.flatMap(orLose(retryWhile(manager.get(recordId), mayPassReading)), (record) =>
          record.attempt === attempt && startAwaits(record) === "sender"
            ? Effect.andThen(later, confirmed)
            : Effect.succeed(noted(record))
        )
      })
      const keeping = Effect.raceFirst(
        renewing,
        Effect.map(lost.await, () => why)
      )
      const begin = Effect.suspend(() => insist("Started", act("start", { recordId })))
      const beginning: Effect.Effect<After<"Started">, E | VerbError | string, R> = readBack === undefined ||
      startAwaits(claimed) === undefined
        ? begin
        : Effect.gen(function* () {
            // Who reads may take longer than the lease lasts.
            const said = yield* restore(
              Effect.raceFirst(
                readBack(claimed),
                Effect.flatMap(keeping, (why) => Effect.fail(why))
              )
            )
            // One that failed may have been taken, and confirmed since: said again it would take that back.
            const restate = Effect.flatMap(manager.get(recordId), (record): Effect.Effect<HandoffRecord, VerbError> =>
              record.attempt === attempt && may(record, "Restated") && startAwaits(record) !== "receiver"
                ? Effect.succeed(record)
                : act("restate", { recordId, readBack: said })
            )
            const restated = yield* insist("Restated", restate)
            if (startAwaits(restated) === "sender")
              yield* restore(Effect.raceFirst(confirmed, Effect.as(lost.await, restated)))
            return yield* begin
          })
      const started = yield* Effect.exit(beginning)
      if (Exit.isFailure(started)) {
        yield* Console.warn(`Handoff ${recordId} was claimed, but not begun: ${reasonOf(started.cause)}`)
        // So that nobody waits for its lease to run out. It may be lost already, or the store away: then that says so.
        const isShutDown = Cause.hasInterruptsOnly(started.cause) && leaveBy() < Infinity
        const reason = isShutDown ? shutDown : reasonOf(started.cause)
        const wait = isShutDown ? 0 : yield* pauseAfter(attempt)
        const given = Cause.squash(started.cause) instanceof GiveUp ? fail(reason) : release(reason, wait)
        // Not Effect.ignore, which brings loggers to a browser.
        yield* given.pipe(Effect.catch(() => Effect.void))
        return
      }
      // Suspended: a handler may throw before it gives an effect.
      const working = Effect.exit(
        Effect.suspend(() => handler({ record: started.value, progress, ask, deliver, vouch }))
      )
      const end = yield* Effect.exit(restore(Effect.raceFirst(working, keeping)))
      const outcome = Exit.isSuccess(end) ? end.value : undefined
      if (typeof outcome === "string") {
        yield* Console.warn(`Handoff ${recordId} is no longer held in attempt ${attempt}: ${outcome}`)
        return
      }
      // A late writer is refused: what it did is not handed back.
      yield* (outcome === undefined ? release(shutDown, 0) : finish(outcome)).pipe(
        Effect.catch(({ message }) =>
          Console.warn(`What came of handoff ${recordId} in attempt ${attempt} was not taken: ${message}`)
        )
      )
    })
  )
