/** Reopens a handoff that ended without being completed. Loaded on first use: few programs work dead letters off. */
import {
  AgentId,
  type ErrorOf,
  type HandoffRecord,
  type InputOf,
  type InvalidInput,
  invalidInput,
  InvalidTransition,
  isReopenable,
  legacyOf,
  receiverOf,
  type RecordId,
  reopening,
  reopenInput,
  type storeVerbs,
  successorId,
  takeOver
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { HandoffStore } from "../store/HandoffStore.ts"
import type { Creation, Plan } from "./Creation.ts"
import * as Delegating from "./Delegating.ts"
import type { Entries } from "./Entries.ts"
import { isPart } from "./Parts.ts"
import type { Verbs } from "./Verbs.ts"

/** The changes of a request, the id of the new handoff, and the actor, which must be the sender. */
export type ReopenOptions = InputOf<typeof storeVerbs.reopen> & { readonly by?: AgentId }

type Reopened = Effect.Effect<HandoffRecord, ErrorOf<typeof storeVerbs.reopen>>

const decode = Schema.decodeUnknownResult(Schema.Struct({ by: Schema.optionalKey(AgentId), ...reopenInput.fields }), {
  errors: "all",
  onExcessProperty: "error"
})

const validate = (given: ReopenOptions): Result.Result<ReopenOptions, InvalidInput> =>
  Result.flatMap(takeOver("reopen", given), (options) =>
    Result.mapBoth(decode(options), {
      onSuccess: () => options,
      onFailure: (error) => invalidInput("reopen", error)
    })
  )

/** A moment of the old request for a handoff that begins at another one: if it has passed, it gets as much time as before. */
const renewed = (due: DateTime.Utc, createdAt: DateTime.Utc, at: DateTime.Utc): DateTime.Utc => {
  if (due.epochMilliseconds > at.epochMilliseconds) return due
  // Not DateTime.add, which would bring calendars into the bundle for browsers.
  return DateTime.makeUnsafe(at.epochMilliseconds + due.epochMilliseconds - createdAt.epochMilliseconds)
}

/** Makes the plan of the new handoff from the record of the old one. */
const planOf = (
  read: Creation["read"],
  old: HandoffRecord,
  options: ReopenOptions
): Result.Result<Plan, InvalidInput> => {
  const { by: _, id, ...changes } = options
  const { acceptBy, deadline, retryOf: __, ...request } = old.request
  return Result.map(read({ ...request, toAgent: receiverOf(old), ...changes }), ({ requestAt, sender }) => ({
    sender,
    isRouted: false,
    id,
    requestAt: (at) => ({
      ...(deadline === undefined ? {} : { deadline: renewed(deadline, old.createdAt, at) }),
      ...(acceptBy === undefined ? {} : { acceptBy: renewed(acceptBy, old.createdAt, at) }),
      ...requestAt(at),
      retryOf: old.recordId
    })
  }))
}

// The cast below: the request names its receiver, and the list of verbs names the errors of a delegation.
/** Makes the verb over a store. */
export const make =
  (store: HandoffStore["Service"], entries: Entries, verbs: Verbs, creation: Creation) =>
  (recordId: RecordId, given: ReopenOptions = {}): Reopened =>
    Effect.gen(function* () {
      const { begun, notTheSender, read } = creation
      const options = yield* Effect.fromResult(validate(given))
      const old = yield* verbs.turns(recordId, verbs.attempt(recordId, Effect.succeed))
      const { fromAgent, parent } = old.request
      yield* notTheSender(fromAgent, options.by, recordId, "reopen") ?? Effect.void
      if (!isReopenable(old)) {
        const { from: allowedFrom } = reopening
        return yield* new InvalidTransition({ recordId, status: old.status, event: "reopen", allowedFrom })
      }
      const history = yield* store.history(recordId)
      const handBack = legacyOf(history.map(({ event }) => event))
      const plan = Result.map(planOf(read, old, options), (plan) => ({ ...plan, handBack }))
      const id = options.id ?? successorId(recordId)
      return parent !== undefined && (yield* isPart(store, old))
        ? yield* Delegating.make(store, entries, verbs, creation).delegated(parent, () => plan, { by: fromAgent }, id)
        : yield* begun(yield* Effect.fromResult(plan), id)
    }) as Reopened
