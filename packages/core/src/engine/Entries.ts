/** Makes the entries that a store keeps out of events: linked to the entry before, and signed if the author has a key. */
import {
  advance,
  type AgentId,
  begin,
  frozen,
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

/**
 * Freezes an entry and the record after it: a store may hold these objects and give them to everybody. Everything in them
 * is the engine's own, because every verb takes over its arguments first.
 */
export const sealed = <C extends Change>(change: C): C => {
  frozen(change.event)
  frozen(change.record)
  return change
}

export const make = (signers: ReadonlyMap<AgentId, Signer>): Entries => {
  const signed = <Event extends HandoffEvent>(id: RecordId, revision: number, event: Event): Event => {
    const sign = signers.get(event.by)
    return sign === undefined ? event : { ...event, sig: sign(signedText(id, revision, event)) }
  }
  return {
    first: (id, event) => sealed(begin(id, signed(id, 1, event))),
    next: (record, event) => {
      const entry = signers.size === 0 ? event : signed(record.recordId, record.revision + 1, linked(record, event))
      return Result.mapBoth(advance(record, entry), {
        onSuccess: sealed,
        onFailure: (error) => {
          // Unreachable: the event is linked to this record, or not linked yet.
          if (error._tag === "BrokenChain") throw error
          return error
        }
      })
    }
  }
}
