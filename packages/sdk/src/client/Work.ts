/** Working through an inbox with promises. Apart from the rest, so that it is loaded only where somebody works. */
import * as HandoffWorker from "@aumai/handoff-core/HandoffWorker"
import { Milliseconds, type ReadBack } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { CallOptions } from "../types/Options.ts"
import type { ReadsBack, WorkHandler } from "../types/WorkHandler.ts"
import { callback, checked } from "./Checked.ts"
import { GiveUp } from "./GiveUp.ts"
import * as Inputs from "./Inputs.ts"
import { copiedFromPlain, plain } from "./Plain.ts"

const options = checked(
  "work options",
  Schema.Struct({
    concurrency: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))),
    lease: Schema.optionalKey(Milliseconds),
    grace: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
    readBack: callback<ReadsBack>()
  })
)

const sentenceOf = (error: unknown): string =>
  error instanceof Error && error.message !== "" ? error.message : String(error)

/** What a handler threw, as the engine's own. */
const failureOf = (error: unknown) =>
  error instanceof GiveUp ? new HandoffWorker.GiveUp({ reason: error.message }) : sentenceOf(error)

/** What the handler said, as the engine's own, which judges it when it is handed back. */
// The cast: so it is typed, and a program in JavaScript is told when it is judged.
const own = (said: ReadonlyArray<unknown>) => copiedFromPlain(said) as ReadonlyArray<never>

/** Works until it is interrupted. */
export const work = (agent: string, handler: WorkHandler, said: CallOptions | undefined) => {
  const { readBack, ...others } = options(Inputs.saidIn(said))
  return HandoffWorker.run(
    Inputs.agentId(agent),
    ({ record, progress, ask, deliver, vouch }) =>
      Effect.tryPromise({
        try: async (signal) => {
          const ended = new AbortController()
          const speak = <A, E>(effect: Effect.Effect<A, E>): Promise<A> => {
            const spoken = Effect.runPromise(effect, { signal: AbortSignal.any([signal, ended.signal]) })
            // Nobody has to wait for it: what then fails must not end the process.
            spoken.catch(() => {})
            return spoken
          }
          try {
            const result = await handler(plain(record), {
              signal,
              progress: (said) => speak(progress(said)),
              ask: (question) => speak(ask(question)),
              deliver: (...artifacts) => deliver(...own(artifacts)),
              vouch: (...evidence) => vouch(...own(evidence))
            })
            return result ?? {}
          } finally {
            // A question that the handler no longer waits for would be looked after for ever.
            ended.abort()
          }
        },
        catch: failureOf
      }),
    readBack === undefined
      ? others
      : {
          ...others,
          readBack: (record) =>
            Effect.tryPromise({
              // The cast: the engine judges it like any other.
              try: async (signal) => copiedFromPlain(await readBack(plain(record), { signal })) as ReadBack,
              catch: failureOf
            })
        }
  )
}
