/** Gives hints that the log grew, across processes: through notifications, and through polling in case one is lost. */
import { Hints } from "@aumai/handoff-core"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import type { Connections } from "./Connections.ts"
import { isReadOnly } from "./Failure.ts"
import { end } from "./Statements.ts"

/**
 * Every listener holds this lock in shared mode, taken before it listens. A writer that gets it exclusively knows that
 * there are no listeners and skips the notification, which costs as much as a small commit and takes a server-wide lock.
 */
const listening = "29382028637498983"
/** Marks its session as a listener. */
const isListening = `SELECT pg_advisory_lock_shared(${listening})`
/** The channel of the notifications. */
const channel = "aumai_handoff"
/** Notifies and returns a row if there are listeners. */
const notify = `
  SELECT pg_notify('${channel}', '')
  WHERE CASE WHEN pg_try_advisory_lock(${listening}) THEN NOT pg_advisory_unlock(${listening}) ELSE true END`

// A notification takes a lock of the whole server. The first is sent at once; later ones within this time share the next.
const notifyPause = "2 millis"

// The time between two checks for listeners while there are no listeners. It costs a busy writer less than one percent,
// and delays the first hint of a new listener by at most this long.
const idlePause = "20 millis"

/** The hints of one store. */
export interface ChangeNotifications {
  /** Gives a hint to this process and to the others. Run it after a commit. */
  readonly announce: Effect.Effect<void>
  readonly changed: Stream.Stream<void>
}

/** Makes the hints of a store; closing the scope sends a notification that is still due. */
export const make = (
  connections: Connections,
  pollInterval: Duration.Input
): Effect.Effect<ChangeNotifications, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { run, listen } = connections
    const own = Hints.make()

    // The check for listeners comes after the commit, never before it. A process that listens by then is notified. One that
    // starts later gets its first hint for starting, and then reads a log that has the commit. No answer is reused for a
    // later commit, so clocks and the number of writers do not matter. If a writer dies in between, polling finds its commit.
    const due = yield* Latch.make()
    const notifyOthers = Effect.uninterruptible(
      Effect.suspend(() => {
        due.closeUnsafe()
        return Effect.orElseSucceed(run(notify), () => [])
      })
    )
    yield* Effect.addFinalizer(() => (due.isOpen() ? notifyOthers : Effect.void))
    yield* due.whenOpen(notifyOthers).pipe(
      Effect.flatMap((notified) => Effect.sleep(notified.length > 0 ? notifyPause : idlePause)),
      Effect.forever,
      Effect.forkScoped
    )

    // A listener that reconnects has missed notifications, so every connection begins with a hint.
    const heard = Stream.unwrap(
      Effect.map(listen(channel, isListening), (queue) =>
        Stream.concat(
          Stream.succeed(undefined),
          Stream.map(Stream.fromQueue(queue), () => undefined)
        )
      )
    ).pipe(
      // A standby refuses to listen, so polling alone tells what it has received.
      Stream.catchIf(isReadOnly, () => Stream.succeed(undefined)),
      Stream.retry(Schedule.spaced(pollInterval)),
      Stream.orDie
    )
    // The next transaction behind a pooler has another session, which does not listen.
    const notified = connections.address.isPooled ? Stream.succeed(undefined) : heard

    // Polls the end of the visible log, because an open transaction can hide a commit at the time of its notification.
    const polled = Stream.tick(pollInterval).pipe(
      Stream.mapEffect(() => Effect.orElseSucceed(Effect.map(run(end), String), () => "")),
      Stream.changes,
      Stream.drop(1),
      Stream.map(() => undefined)
    )

    const others = yield* Stream.share(Stream.merge(notified, polled), { capacity: 1, strategy: "sliding" })
    return {
      announce: Effect.sync(() => {
        own.give()
        due.openUnsafe()
      }),
      changed: Stream.merge(own.changed, others)
    }
  })
