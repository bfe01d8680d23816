/** Looks after the work that a worker has delivered for a review, and takes it up again if it is returned. */
import { type After, type HandoffRecord, type RecordId, transitions } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import type { HandoffManager } from "../engine/HandoffManager.ts"

// Deliveries that a worker looks after, and those that it reads before a claim. Work that is returned beside these waits
// until its lease ends, and is then claimed.
const mostDelivered = 1000
const mostLooks = 4

/** Makes the deliveries of one worker. */
export const make = ({ get }: Pick<HandoffManager["Service"], "get">) => {
  const attempts = new Map<RecordId, number>()
  return {
    add: ({ recordId, attempt }: HandoffRecord): void => {
      if (attempts.size < mostDelivered) attempts.set(recordId, attempt)
    },
    /** A delivery that was returned. Its attempt is this worker's alone until its lease ends. */
    returned: Effect.gen(function* () {
      for (const [id, attempt] of [...attempts].slice(0, mostLooks)) {
        // Before the read, so that no other slot takes it as well.
        attempts.delete(id)
        const found = Option.getOrUndefined(yield* Effect.option(get(id)))
        if (found?.status === transitions.Returned.to && found.attempt === attempt + 1) return Option.some(found)
        if (found === undefined || (found.status === transitions.Delivered.to && found.attempt === attempt))
          attempts.set(id, attempt)
      }
      return Option.none<After<"Returned">>()
    })
  }
}
