/** One open database, and two ways to run a synchronous function on it: by itself, or in a transaction. */
import type { DatabaseSync } from "node:sqlite"

import { StoreError } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

import * as Failure from "./Failure.ts"
import type { Place } from "./Place.ts"

/** An open database that waits for the locks of other processes. */
export interface Session {
  readonly db: DatabaseSync
  readonly path: string
  /** Runs `work`, and repeats it while another process holds a lock, for at most `busyTimeout`. */
  readonly attempt: <A>(operation: string, work: () => A) => Effect.Effect<A, StoreError>
  /**
   * Runs `work` like `attempt`, in a transaction that locks out other writers. Durable when it succeeds; `fleeting` work may
   * be lost by a power cut, and waits for no flush.
   */
  readonly transact: <A>(operation: string, work: () => A, fleeting?: "fleeting") => Effect.Effect<A, StoreError>
  /** The files, once the database is open. From then on, every use checks that they are still in place. */
  place: Place | undefined
}

/**
 * The longest wait for a lock inside SQLite, in milliseconds. It blocks the event loop, but most commits of other
 * processes are done by then.
 */
export const nativeWait = 5

// Upper bound of the pause between attempts, in milliseconds. Each pause is random, so that waiting processes spread out.
const longestPause = 8

/** Makes a session on an open database. */
export const make = (db: DatabaseSync, path: string, busyTimeout: number): Session => {
  const once = <A>(operation: string, work: () => A): Effect.Effect<A, StoreError> | "busy" => {
    try {
      return Effect.succeed(work())
    } catch (cause) {
      if (Failure.isBusy(cause)) return "busy"
      return Effect.fail(cause instanceof StoreError ? cause : Failure.of(operation, path, cause))
    }
  }

  const retryWhileBusy = <A>(operation: string, work: () => A) =>
    Effect.gen(function* () {
      const until = (yield* Clock.currentTimeMillis) + busyTimeout
      while (true) {
        yield* Effect.sleep(longestPause * (yield* Random.next))
        const outcome = once(operation, work)
        if (outcome !== "busy") return yield* outcome
        if ((yield* Clock.currentTimeMillis) >= until) return yield* Failure.held(operation, path, busyTimeout)
      }
    })

  const run: Session["attempt"] = (operation, work) =>
    Effect.suspend(() => {
      const outcome = once(operation, work)
      return outcome === "busy" ? retryWhileBusy(operation, work) : outcome
    })

  const check = (operation: string, doubt?: "in doubt") => {
    const lost = session.place?.lost(operation, doubt)
    if (lost !== undefined) throw lost
  }

  const attempt: Session["attempt"] = (operation, work) =>
    run(operation, () => {
      const value = work()
      check(operation)
      return value
    })

  const rollBack = () => {
    if (db.isTransaction) db.exec("ROLLBACK")
  }
  const transact: Session["transact"] = (operation, work, fleeting) =>
    run(operation, () => {
      const value =
        fleeting === undefined ? inTransaction(operation, work) : unflushed(() => inTransaction(operation, work))
      check(operation, "in doubt")
      return value
    })

  // Read on first use, after the database was set up.
  let synchronous: number | undefined
  /** Runs a transaction without a flush. One step, so that no other transaction of this connection comes between. */
  const unflushed = <A>(transaction: () => A): A => {
    synchronous ??= Number(db.prepare("PRAGMA synchronous").get()?.["synchronous"])
    db.exec("PRAGMA synchronous = NORMAL")
    try {
      return transaction()
    } finally {
      db.exec(`PRAGMA synchronous = ${synchronous}`)
    }
  }

  const inTransaction = <A>(operation: string, work: () => A): A => {
    let written = false
    try {
      rollBack()
      db.exec("BEGIN IMMEDIATE")
      check(operation)
      const value = work()
      written = true
      db.exec("COMMIT")
      return value
    } catch (cause) {
      try {
        rollBack()
      } catch {
        // The first failure is the one to report; the next transaction rolls back before it begins.
      }
      // The commit frame can be in the journal although its flush failed, and the next recovery may apply it.
      throw written && !Failure.isBusy(cause) ? Failure.of(operation, path, cause, "in doubt") : cause
    }
  }

  const session: Session = { db, path, attempt, transact, place: undefined }
  return session
}
