/** How processes tell each other that the log grew: a notification at once, and looking now and then. */
import { Hints } from "@aumai/handoff-core"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import type { Connections } from "./Connections.ts"
import { head, isListening } from "./Statements.ts"

const channel = "aumai_handoff"

// A notification takes a lock that all others of the server want too: the first goes at once, those that come within
// this time share the next.
const quiet = "2 millis"

export interface News {
  /** Says to this process that it has committed. */
  readonly tell: Effect.Effect<void>
  /** Says so to the others. */
  readonly tellOthers: Effect.Effect<void>
  readonly changed: Stream.Stream<void>
}

export const make = (connections: Connections, pollInterval: Duration.Input): Effect.Effect<News, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { run, listen } = connections
    const own = Hints.make()

    const news = yield* Queue.sliding<void>(1)
    const notify = Effect.ignore(run(`NOTIFY ${channel}`))
    yield* Queue.take(news).pipe(
      Effect.andThen(notify),
      Effect.andThen(Effect.sleep(quiet)),
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
      tell: Effect.sync(own.give),
      tellOthers: Effect.asVoid(Queue.offer(news, undefined)),
      changed: Stream.merge(own.changed, others)
    }
  })
