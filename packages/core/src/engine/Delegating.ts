/**
 * Delegates parts. Loaded on first use, because most handoffs have none. Imports nothing from `Creation.ts` but types: that
 * would split the bundle that a browser loads before it starts.
 */
import {
  type AgentId,
  type ErrorOf,
  HandoffExists,
  type HandoffRecord,
  type InvalidInput,
  receiverOf,
  type RecordId,
  type storeVerbs
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import type { HandoffStore } from "../store/HandoffStore.ts"
import type { CreateError, CreateOptions, Creation, NewPart, Plan } from "./Creation.ts"
import type { Entries } from "./Entries.ts"
import { drawId } from "./Ids.ts"
import type { Actor, VerbError, Verbs } from "./Verbs.ts"

/** Makes the verb over a store. */
export const make = (
  store: HandoffStore["Service"],
  entries: Entries,
  verbs: Verbs,
  { complete, eventOf, existing, givenOf, idOf, read }: Creation
) => {
  /** Delegates a part: one commit creates it and records the event of the whole. `planOf` is the plan of a holder. */
  const delegated = (
    parent: RecordId,
    planOf: (holder: AgentId) => Result.Result<Plan, InvalidInput>,
    { attempt, by }: Actor,
    id: RecordId | undefined
  ): Effect.Effect<HandoffRecord, CreateError | VerbError> =>
    Effect.suspend(() => {
      // The first read names the holder: after a forward, the call must not delegate in the name of the next holder.
      let firstHolder: AgentId | undefined
      return verbs.turns(
        parent,
        verbs.attempt(parent, (whole, at, found, choose) =>
          Effect.gen(function* () {
            const holder = (firstHolder ??= by ?? receiverOf(found))
            const plan = yield* Effect.fromResult(planOf(holder))
            const child = id ?? (yield* drawId)
            const there = id && (yield* existing(id, plan))
            if (there !== undefined) {
              // Anybody can create a handoff of this id and parent; only an entry of the whole makes it a part.
              const history = yield* store.history(parent)
              return history.some(({ event }) => event._tag === "Delegated" && event.child === child)
                ? there
                : yield* new HandoffExists({ recordId: child })
            }
            const delegation = yield* Effect.fromResult(
              entries.next(whole, {
                _tag: "Delegated",
                at,
                by: holder,
                child,
                ...(attempt === undefined ? {} : { attempt })
              })
            )
            const first = yield* Effect.fromResult(
              entries.first(child, eventOf(at, yield* complete(plan, true, at, choose)))
            )
            return yield* Effect.as(entries.commit([first, delegation]), first.record)
          })
        )
      )
    })

  /** Delegates a part of a handoff to another agent. */
  const delegate = (
    parent: RecordId,
    asked: NewPart,
    options: CreateOptions & Actor = {}
  ): Effect.Effect<HandoffRecord, CreateError | VerbError> => {
    const given = givenOf(asked, options)
    if (Result.isFailure(given)) return Effect.fail(given.failure)
    const { ask } = given.success
    const { id: name, routing, ...actor } = given.success.options
    const named = name === undefined ? undefined : idOf(name)
    if (named !== undefined && Result.isFailure(named)) return Effect.fail(named.failure)
    const id = named?.success
    const planOf = (fromAgent: AgentId) =>
      Result.map(read({ ...ask, fromAgent, parent }), (decoded) => ({
        ...decoded,
        isRouted: ask.toAgent === undefined,
        id,
        routing
      }))
    return delegated(parent, planOf, actor, id)
  }

  return {
    delegated,
    // The cast: the list of verbs names the lifecycle errors of Delegated, and Verbs.test.ts checks it.
    delegate: delegate as (
      ...given: Parameters<typeof delegate>
    ) => Effect.Effect<HandoffRecord, ErrorOf<typeof storeVerbs.delegate>>
  }
}
