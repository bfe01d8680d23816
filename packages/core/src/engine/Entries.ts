/** Makes the entries that a store keeps out of events: linked to the entry before, and signed if the author has a key. */
import {
  advance,
  type AgentId,
  begin,
  type HandoffEvent,
  type HandoffRecord,
  type LifecycleError,
  linked,
  type Origin,
  type RecordId,
  signedText,
  type Transition
} from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import type { Signer } from "../routing/Signers.ts"
import type { Change } from "../store/HandoffStore.ts"

/** Makes the entries of one process. */
export interface Entries {
  readonly first: (id: RecordId, event: Origin) => Change
  readonly next: (record: HandoffRecord, event: Transition) => Result.Result<Change, LifecycleError>
}

export const make = (signers: ReadonlyMap<AgentId, Signer>): Entries => {
  const signed = <Event extends HandoffEvent>(id: RecordId, revision: number, event: Event): Event => {
    const sign = signers.get(event.by)
    return sign === undefined ? event : { ...event, sig: sign(signedText(id, revision, event)) }
  }
  return {
    first: (id, event) => begin(id, signed(id, 1, event)),
    next: (record, event) => {
      const entry = signers.size === 0 ? event : signed(record.recordId, record.revision + 1, linked(record, event))
      return Result.mapError(advance(record, entry), (error) => {
        // Unreachable: the event is linked to this record, or not linked yet.
        if (error._tag === "BrokenChain") throw error
        return error
      })
    }
  }
}
