/**
 * Makes the entries that a store keeps out of events: linked to the entry before, sealed for the log of the store, and signed
 * if the author has a key. Nobody acts in the name of an agent whose key this process does not have.
 */
import {
  advance,
  type AgentId,
  begin,
  clock,
  frozen,
  type HandoffEvent,
  type HandoffRecord,
  isKeyed,
  isOfTime,
  keyAt,
  keyLogId,
  KeyRequired,
  type KeyState,
  type LifecycleError,
  noKeys,
  type Origin,
  type RecordId,
  type RevisionConflict,
  type Seal,
  type StoreError,
  type Transition,
  withKeys
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import { type Signer, Signers } from "../routing/Signers.ts"
import { AgentStore } from "../store/AgentStore.ts"
import { draws } from "../store/Draws.ts"
import { type Change, type Commit, HandoffStore } from "../store/HandoffStore.ts"
import { storedOf } from "../store/Renewals.ts"

/** Makes the entries of one process. */
export interface Entries {
  /** Reads the log and its keys, unless they are known; an entry can then be made. */
  readonly ready: Effect.Effect<void, StoreError>
  readonly first: (id: RecordId, event: Origin) => Result.Result<Change, KeyRequired>
  readonly next: (record: HandoffRecord, event: Transition) => Result.Result<Change, LifecycleError | KeyRequired>
  /** Commits entries. A conflict of `keyLogId` means that the keys have changed: `ready` then reads them again. */
  readonly commit: (changes: Commit) => Effect.Effect<void, RevisionConflict | StoreError>
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

/** The log and its keys as this process knows them. */
interface Known {
  readonly seal: Seal
  readonly keys: KeyState
}

// Loaded for a store whose agents had keys before it had a key log.
const keyLedger = Effect.promise(() => import("../routing/KeyLedger.ts"))

export const make = Effect.gen(function* () {
  const store = yield* HandoffStore
  const agents = yield* AgentStore
  const signers = yield* Signers
  const { salt } = yield* draws
  let known: Known | undefined
  let isStale = true

  /** The signer with the key in force; of an agent without a key, any signer. */
  const signerOf = (keys: KeyState, agent: AgentId): Signer | undefined => {
    const inForce = keyAt(keys, agent)
    const all = signers.get(agent)
    return isKeyed(keys, agent) ? all?.find(({ publicKey }) => publicKey === inForce) : all?.[0]
  }

  const context = yield* Effect.context<HandoffStore | AgentStore>()
  const adopt = Effect.flatMap(keyLedger, ({ make }) =>
    Effect.flatMap(Effect.provide(make, context), ({ adopt }) => adopt)
  )

  const read = Effect.gen(function* () {
    const { log } = yield* store.origin
    const written = (yield* agents.keys).get(log)
    // A key log that has begun has all keys. Most stores have none.
    const isOlder = written === undefined && (yield* agents.all).some(({ keys }) => keys !== undefined)
    if (isOlder) yield* adopt
    const entries = isOlder ? ((yield* agents.keys).get(log) ?? []) : (written ?? [])
    const keys = entries.reduce((state, { event }) => withKeys(state, event), noKeys)
    const signer = (agent: AgentId) => signerOf(keys, agent)?.sign
    isStale = false
    known = { seal: { log, keys: keys.revision, salt, signer }, keys }
  })

  const current = (): Known => {
    if (known === undefined) throw new Error("An entry was made before the log was read")
    return known
  }

  /** The refusal of an event in the name of an agent whose key in force this process does not have. */
  const keyNeeded = (event: HandoffEvent, isByTime: () => boolean): KeyRequired | undefined => {
    const { keys } = current()
    const { by: agentId } = event
    if (!isKeyed(keys, agentId) || isByTime()) return undefined
    if (signerOf(keys, agentId) !== undefined) return undefined
    const inForce = keyAt(keys, agentId)
    if (inForce !== undefined) return new KeyRequired({ agentId, publicKey: inForce })
    const last = keys.agents.get(agentId)?.changes.findLast(({ key }) => key !== undefined)?.key
    // Always there: an agent has a change only with a key.
    return last && new KeyRequired({ agentId, publicKey: last, of: "revoked" })
  }

  const entries: Entries = {
    ready: Effect.suspend(() => (isStale ? read : Effect.void)),
    first: (id, event) => {
      const refusal = keyNeeded(event, () => false)
      return refusal === undefined ? Result.succeed(sealed(begin(id, event, current().seal))) : Result.fail(refusal)
    },
    next: (record, event) => {
      const refusal = keyNeeded(event, () => isOfTime(record, event))
      if (refusal !== undefined) return Result.fail(refusal)
      const endsLease = event.by === clock && event.attempt !== undefined && isOfTime(record, event)
      return Result.mapBoth(advance(storedOf(record), event, current().seal), {
        onSuccess: (change): Change => sealed(endsLease ? { ...change, endsLease } : change),
        onFailure: (error) => {
          // Unreachable: the event is not linked yet.
          if (error._tag === "BrokenChain") throw error
          return error
        }
      })
    },
    commit: (changes) =>
      Effect.tapErrorTag(store.commit(changes), "RevisionConflict", ({ recordId }) =>
        Effect.sync(() => {
          // Other verbs under way go on with what is known, and meet the same conflict.
          if (recordId === keyLogId) isStale = true
        })
      )
  }
  return entries
})
