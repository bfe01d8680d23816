/** How processes tell each other that the log grew: a notification at once, and looking now and then. */
import { Hints } from "@aumai/handoff-core"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import type { Connections } from "./Connections.ts"
import { channel, head, isListening, notify } from "./Statements.ts"

// A notification takes a lock that all others of the server want too: the first goes at once, those that come within
// this time share the next.
const quiet = "2 millis"

// While nobody listens, all that is to be found out is whether somebody does by now. Asked this often it costs a busy writer
// less than one percent, and who has just begun to listen learns of a commit this late at most.
const unheard = "20 millis"

export interface News {
  /** Says that this process has committed. */
  readonly tell: Effect.Effect<void>
  readonly changed: Stream.Stream<void>
}

export const make = (connections: Connections, pollInterval: Duration.Input): Effect.Effect<News, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { run, listen } = connections
    const own = Hints.make()

    // Behind every commit comes the question whether anybody listens, never before it: who listened by then is notified,
    // and who began later gets the hint of beginning, and reads a log that has the commit. No answer is used for a later
    // commit, so no clock matters, nor how many write. A writer that dies or is paused in between leaves it to the polls.
    const untold = yield* Latch.make()
    const tellOthers = Effect.uninterruptible(
      Effect.suspend(() => {
        untold.closeUnsafe()
        return Effect.orElseSucceed(run(notify), () => [])
      })
    )
    yield* Effect.addFinalizer(() => (untold.isOpen() ? tellOthers : Effect.void))
    yield* untold.whenOpen(tellOthers).pipe(
      Effect.flatMap((notified) => Effect.sleep(notified.length > 0 ? quiet : unheard)),
      Effect.forever,
      Effect.forkScoped
    )

    // Whoever begins to listen again has missed what came in between.
    const notified = Stream.unwrap(
      Effect.map(listen(channel, isListening), (queue) =>
        Stream.concat(
          Stream.succeed(undefined),
          Stream.map(Stream.fromQueue(queue), () => undefined)
        )
      )
    ).pipe(Stream.retry(Schedule.spaced(pollInterval)), Stream.orDie)

    // Not what was committed but what the log shows: a transaction of others may have held it back when the hint came.
    const polled = Stream.tick(pollInterval).pipe(
      Stream.mapEffect(() => Effect.orElseSucceed(Effect.map(run(head), String), () => "")),
      Stream.changes,
      Stream.drop(1),
      Stream.map(() => undefined)
    )

    const others = yield* Stream.share(Stream.merge(notified, polled), { capacity: 1, strategy: "sliding" })
    return {
      tell: Effect.sync(() => {
        own.give()
        untold.openUnsafe()
      }),
      changed: Stream.merge(own.changed, others)
    }
  })
