import {
  AgentId,
  create,
  type HandoffEvent,
  HandoffExists,
  type HandoffRecord,
  HandoffRequest,
  InvalidInput,
  invalidInput,
  type JsonObject,
  NoCapableAgent,
  NotYourHandoff,
  RecordId,
  type RevisionConflict,
  type RoutingDecision,
  type StoreError
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { HandoffRouter, RoutingOptions } from "./HandoffRouter.ts"
import type { HandoffStore } from "./HandoffStore.ts"

/** What is asked for when a handoff is created. Without `toAgent` the router chooses the receiver. */
export interface NewHandoff {
  readonly fromAgent: string
  readonly toAgent?: string
  readonly taskDescription: string
  /** Whatever the receiver needs to know; at most 1 MiB as JSON. */
  readonly context?: JsonObject
  /** 1 to 10, 10 is most urgent; 5 when left out. */
  readonly priority?: number
  /** UTC, in the future; the handoff expires when it is still open at this moment. */
  readonly deadline?: DateTime.Utc
  /** UTC, in the future; the handoff expires when nobody has accepted it at this moment. */
  readonly acceptBy?: DateTime.Utc
  /** So many milliseconds before either moment its nearing is put on record. */
  readonly remindBefore?: number
  /** How often it may be attempted in all, 1 to 1000; 3 when left out. */
  readonly maxAttempts?: number
  /** Capabilities the receiver must have, when the router chooses. */
  readonly requires?: ReadonlyArray<string>
  /** The handoff that this one is a part of. */
  readonly parent?: string
}

/** How a handoff is created. */
export interface CreateOptions {
  /** An id of your own; creating again with the same id and request gives the handoff that is there. */
  readonly id?: string
  /** Who acts; must be the sender. Left out: the sender. */
  readonly by?: AgentId
  /** How far the router may go when no agent matches. */
  readonly routing?: RoutingOptions
}

// Crockford's base 32: no I, L, O and U, so that an id read aloud or copied by hand comes back as it was.
// https://www.crockford.com/base32.html
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

/** Twelve characters, 60 bits: after a million of them a clash has the chance of one in two million. */
const drawId: Effect.Effect<RecordId> = Effect.map(Random.Random, (random) => {
  let id = ""
  for (let index = 0; index < 12; index++) id += alphabet.charAt(Math.floor(random.nextDoubleUnsafe() * 32))
  // The cast: twelve characters of the alphabet are an id.
  return id as RecordId
})

// Twice the same id of 60 bits is chance; three times is a random source that repeats itself.
const draws = 3

const decodeRequest = Schema.decodeUnknownResult(Schema.toType(HandoffRequest), {
  errors: "all",
  onExcessProperty: "error"
})
const decodeId = Schema.decodeUnknownResult(Schema.Struct({ recordId: RecordId }))

/** The clocks of a request that have run out before it begins. */
const inThePast = ({ acceptBy, deadline }: HandoffRequest, now: DateTime.Utc): InvalidInput | undefined => {
  const isLate = (due: DateTime.Utc | undefined) => due !== undefined && due.epochMilliseconds <= now.epochMilliseconds
  const late = [...(isLate(acceptBy) ? ["accept_by"] : []), ...(isLate(deadline) ? ["deadline"] : [])]
  const issues = late.map((path) => ({ path, expected: "Expected a moment in the future" }))
  return issues.length === 0 ? undefined : new InvalidInput({ input: "request", issues })
}

// A receiver that passes every check, for a request that has none yet.
const unrouted = AgentId.make("unrouted")

/** A request with its receiver, and how it was chosen. */
interface Addressed {
  readonly request: HandoffRequest
  readonly routing?: RoutingDecision
}

type CommitError = RevisionConflict | StoreError
type CreateError = InvalidInput | NotYourHandoff | HandoffExists | NoCapableAgent | CommitError

// What an error calls a handoff that has no id yet.
const unnamed = RecordId.make("(new)")

/** The verb that brings handoffs about, over a store and a router. */
export const make = (store: HandoffStore["Service"], router: HandoffRouter["Service"]) => {
  /** The request to keep, with the receiver that the router chooses. */
  const addressed = Effect.fnUntraced(function* (request: HandoffRequest, routing?: RoutingOptions) {
    const decision = yield* router.route(request, routing)
    if (Option.isNone(decision)) {
      return yield* new NoCapableAgent({ fromAgent: request.fromAgent, requires: request.requires ?? [] })
    }
    return { request: { ...request, toAgent: decision.value.agent }, routing: decision.value }
  })

  const begin = (id: RecordId, at: DateTime.Utc, ask: Addressed): Effect.Effect<HandoffRecord, CommitError> => {
    const event: HandoffEvent = { _tag: "Created", at, by: ask.request.fromAgent, ...ask }
    const record = create(id, event)
    return Effect.as(store.commit([{ record, event }]), record)
  }

  const beginAnew = (left: number, at: DateTime.Utc, ask: Addressed): Effect.Effect<HandoffRecord, CommitError> => {
    const once = Effect.flatMap(drawId, (id) => begin(id, at, ask))
    return left === 0 ? once : Effect.catchTag(once, "RevisionConflict", () => beginAnew(left - 1, at, ask))
  }

  /** The handoff that already has this id, when it is the one that is asked for. */
  const existing = Effect.fnUntraced(function* (id: RecordId, ask: NewHandoff, request: HandoffRequest) {
    const found = yield* store.get(id)
    if (Option.isNone(found)) return undefined
    const { toAgent } = found.value.request
    const same = Equal.equals(found.value.request, ask.toAgent === undefined ? { ...request, toAgent } : request)
    return same ? found.value : yield* new HandoffExists({ recordId: id })
  })

  return (ask: NewHandoff, options: CreateOptions = {}): Effect.Effect<HandoffRecord, CreateError> => {
    const decoded = decodeRequest({ context: {}, priority: 5, ...ask, toAgent: ask.toAgent ?? unrouted })
    if (Result.isFailure(decoded)) return Effect.fail(invalidInput("request", decoded.failure))
    const request = decoded.success

    const anew = (begin: (at: DateTime.Utc, ask: Addressed) => Effect.Effect<HandoffRecord, CommitError>) =>
      Effect.flatMap(DateTime.now, (now): Effect.Effect<HandoffRecord, CreateError> => {
        const late = inThePast(request, now)
        if (late !== undefined) return Effect.fail(late)
        return ask.toAgent === undefined
          ? Effect.flatMap(addressed(request, options.routing), (complete) => begin(now, complete))
          : begin(now, { request })
      })

    if (options.id === undefined) {
      return notTheSender(request, options.by, unnamed) ?? anew((at, complete) => beginAnew(draws - 1, at, complete))
    }
    const named = decodeId({ recordId: options.id })
    if (Result.isFailure(named)) return Effect.fail(invalidInput("id", named.failure))
    const { recordId } = named.success
    const existingOr = <E>(otherwise: Effect.Effect<HandoffRecord, E>) =>
      Effect.flatMap(existing(recordId, ask, request), (there): Effect.Effect<HandoffRecord, E> =>
        there === undefined ? otherwise : Effect.succeed(there)
      )
    const once = anew((at, complete) => begin(recordId, at, complete))
    // Another process may have created it since we looked; then that one counts.
    const orAnother = Effect.catchTag(once, "RevisionConflict", (conflict) => existingOr(Effect.fail(conflict)))
    return notTheSender(request, options.by, recordId) ?? existingOr(orAnother)
  }
}

const notTheSender = ({ fromAgent: expected }: HandoffRequest, by: AgentId | undefined, recordId: RecordId) =>
  by === undefined || by === expected
    ? undefined
    : Effect.fail(new NotYourHandoff({ recordId, event: "Created", by, party: "sender", expected }))
