/**
 * Lends sessions: opens one if none is idle, up to a limit, and goes on with those it has while the server accepts no more. An
 * idle session does not keep the process running.
 */
import { setTimeout } from "node:timers"

import type { PgConnection } from "@effect/sql-pg/PgConnection"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { SqlError } from "effect/sql/SqlError"

import { isCrowded, isReadOnly } from "./Failure.ts"
import type { Restore, Session } from "./Session.ts"

/** Lends a session for one effect. */
export type Use = <A, E>(f: (connection: PgConnection) => Effect.Effect<A, E>) => Effect.Effect<A, E | SqlError>

// Milliseconds after which an idle session is closed.
const idleTime = 60_000
// Milliseconds between two tries to open a session at a server that accepts no more.
const pause = 250
// The tries of a caller while there is no session at all: five seconds.
const tries = 20

/** Runs a timer that does not keep the process running. */
const later = (milliseconds: number, run: () => void): NodeJS.Timeout => setTimeout(run, milliseconds).unref()

/** Lends at most `most` sessions; closing the scope closes them. */
export const make = (
  open: (restore: Restore) => Effect.Effect<Session, SqlError>,
  most: number
): Effect.Effect<Use, never, Scope.Scope> =>
  Effect.gen(function* () {
    const permits = yield* Semaphore.make(most)
    /** The open sessions. */
    const all = new Set<Session>()
    /** The idle ones, the last used at the end. */
    const idle: Array<{ readonly session: Session; readonly since: number }> = []
    let limit = most
    let isClosed = false
    let closing: NodeJS.Timeout | undefined
    let growing: NodeJS.Timeout | undefined

    const close = (session: Session) =>
      Effect.andThen(
        Effect.sync(() => all.delete(session)),
        session.close
      )

    const closeIdle = () => {
      closing = undefined
      const old = idle.findIndex(({ since }) => performance.now() - since < idleTime)
      for (const { session } of idle.splice(0, old === -1 ? idle.length : old)) Effect.runFork(close(session))
      if (idle.length > 0) closing = later(idleTime, closeIdle)
    }

    /** Lends no more than `count` sessions, and after a while one more again. */
    const limitTo = (count: number): Effect.Effect<void> =>
      Effect.suspend(() => {
        limit = count
        if (limit < most) growing ??= later(pause * 4, grow)
        return permits.resize(count)
      })
    const grow = () => {
      growing = undefined
      if (!isClosed) Effect.runFork(limitTo(Math.min(limit + 1, most)))
    }

    const take = (restore: Restore): Effect.Effect<Session, SqlError> => {
      for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
        const { session } = last
        if (all.has(session) && !session.socket.destroyed) {
          session.socket.ref()
          return Effect.succeed(session)
        }
      }
      return Effect.tap(open(restore), (session) =>
        Effect.sync(() => {
          all.add(session)
          session.socket.once("close", () => all.delete(session))
        })
      )
    }

    const giveBack = (session: Session, exit: Exit.Exit<unknown, unknown>) =>
      Effect.suspend(() => {
        // A cancellation that comes late would hit the next statement, and a server that became a standby stays one.
        const isSpoilt =
          Exit.isFailure(exit) && (Cause.hasInterrupts(exit.cause) || isReadOnly(Cause.squash(exit.cause)))
        if (isClosed || isSpoilt || session.socket.destroyed) return close(session)
        session.socket.unref()
        idle.push({ session, since: performance.now() })
        closing ??= later(idleTime, closeIdle)
        return Effect.void
      })

    const lend: Use = (f) =>
      permits.withPermit(
        Effect.uninterruptibleMask((restore) =>
          Effect.flatMap(
            Effect.suspend(() => take(restore)),
            (session) => Effect.onExit(restore(f(session.connection)), (exit) => giveBack(session, exit))
          )
        )
      )

    const use = <A, E>(
      f: (connection: PgConnection) => Effect.Effect<A, E>,
      left = tries
    ): Effect.Effect<A, E | SqlError> =>
      lend(f).pipe(
        Effect.catchIf(isCrowded, (error) => {
          if (all.size > 0) return Effect.andThen(limitTo(all.size), use(f, left))
          return left > 0 ? Effect.andThen(Effect.sleep(pause), use(f, left - 1)) : Effect.fail(error)
        })
      )

    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        isClosed = true
        clearTimeout(closing)
        clearTimeout(growing)
        return Effect.forEach(
          idle.splice(0).map(({ session }) => session),
          close,
          { discard: true }
        )
      })
    )
    return (f) => use(f)
  })
