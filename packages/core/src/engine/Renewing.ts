/** Renews a lease without an entry, because a heartbeat without words is no history. */
import { type HandoffRecord, RevisionConflict, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import type { Change, HandoffStore } from "../store/HandoffStore.ts"
import { shownWith } from "../store/Renewals.ts"

/**
 * Renews the lease of a handoff up to the end that a report of progress would give it, and returns the record with that end.
 * Commits the report if no lease runs, because it is then the only trace of the receiver.
 */
export const renew = (
  store: HandoffStore["Service"],
  current: HandoffRecord,
  change: Change,
  commit: Effect.Effect<HandoffRecord, RevisionConflict | StoreError>
): Effect.Effect<HandoffRecord, RevisionConflict | StoreError> => {
  const { attempt, recordId, revision } = current
  const until = "lease" in change.record ? change.record.lease?.until : undefined
  if (until === undefined) return commit
  return Effect.flatMap(store.renew([{ recordId, attempt, until }], change.event.at), ([refused]) =>
    refused === undefined
      ? Effect.succeed(shownWith(current, Math.trunc(until.epochMilliseconds)))
      : // The handoff has changed since it was read.
        Effect.fail(new RevisionConflict({ recordId, revision: revision + 1 }))
  )
}
