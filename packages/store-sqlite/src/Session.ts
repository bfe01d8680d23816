/** One open database, and the two ways to work on it: in one synchronous step, alone or as a transaction. */
import type { DatabaseSync } from "node:sqlite"

import { StoreError } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

import * as Failure from "./Failure.ts"

export interface Session {
  readonly db: DatabaseSync
  readonly path: string
  /** Runs one piece of work, again while another process holds what it needs. */
  readonly attempt: <A>(operation: string, work: () => A) => Effect.Effect<A, StoreError>
  /** The same in a transaction that no other writer can come between. It is durable when this succeeds. */
  readonly transact: <A>(operation: string, work: () => A) => Effect.Effect<A, StoreError>
}

/**
 * How long SQLite itself waits for a lock, in milliseconds: it blocks the event loop meanwhile. Most commits of others
 * are over by then.
 */
export const nativeWait = 5

// Between the attempts, in milliseconds; drawn anew each time, so that those who wait do not meet again.
const longestPause = 8

export const make = (db: DatabaseSync, path: string, busyTimeout: number): Session => {
  const once = <A>(operation: string, work: () => A): Effect.Effect<A, StoreError> | "busy" => {
    try {
      return Effect.succeed(work())
    } catch (cause) {
      if (Failure.isBusy(cause)) return "busy"
      return Effect.fail(cause instanceof StoreError ? cause : Failure.of(operation, path, cause))
    }
  }

  const patiently = <A>(operation: string, work: () => A) =>
    Effect.gen(function* () {
      const until = (yield* Clock.currentTimeMillis) + busyTimeout
      while (true) {
        yield* Effect.sleep(longestPause * (yield* Random.next))
        const outcome = once(operation, work)
        if (outcome !== "busy") return yield* outcome
        if ((yield* Clock.currentTimeMillis) >= until) return yield* Failure.held(operation, path, busyTimeout)
      }
    })

  const attempt: Session["attempt"] = (operation, work) =>
    Effect.suspend(() => {
      const outcome = once(operation, work)
      return outcome === "busy" ? patiently(operation, work) : outcome
    })

  const rollBack = () => {
    if (db.isTransaction) db.exec("ROLLBACK")
  }
  const transact: Session["transact"] = (operation, work) =>
    attempt(operation, () => {
      let written = false
      try {
        rollBack()
        db.exec("BEGIN IMMEDIATE")
        const value = work()
        written = true
        db.exec("COMMIT")
        return value
      } catch (cause) {
        try {
          rollBack()
        } catch {
          // What went wrong first is what counts; the next transaction rolls back before it begins.
        }
        // A commit frame can be in the journal although its flush failed: the next recovery may find it.
        throw written && !Failure.isBusy(cause) ? Failure.of(operation, path, cause, "in doubt") : cause
      }
    })

  return { db, path, attempt, transact }
}
