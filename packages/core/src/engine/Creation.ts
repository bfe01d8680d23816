import {
  type AgentId,
  type Deliverable,
  type HandBack,
  HandoffExists,
  type HandoffRecord,
  HandoffRequest,
  type InputOf,
  InvalidInput,
  invalidInput,
  keyLogId,
  type KeyRequired,
  limits,
  Milliseconds,
  NoCapableAgent,
  NotYourHandoff,
  type Origin,
  RecordId,
  type RevisionConflict,
  type RoutingDecision,
  type StoreError,
  type storeVerbs,
  takeOver,
  unrouted
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"

import type { RoutingOptions } from "../routing/HandoffRouter.ts"
import { checkRequest } from "../routing/Names.ts"
import { type HandoffStore, nowIn } from "../store/HandoffStore.ts"
import type { Choose } from "./Choosing.ts"
import type { Entries } from "./Entries.ts"
import { drawId } from "./Ids.ts"
import { laterReviewersOf } from "./PartyNames.ts"
import type { Box } from "./SchemaBox.ts"
import { contentSchemas, hasSchemas } from "./Verbs.ts"

/** The same type with plain strings for ids and names, because callers of `create` have not validated theirs yet. */
type Unbranded<A> = A extends string ? string : A extends ReadonlyArray<infer Item> ? ReadonlyArray<Unbranded<Item>> : A

type Ask = Omit<InputOf<typeof storeVerbs.create>, "id" | "routing">

/** The fields of a request. Without `toAgent` the router chooses the receiver. */
export type NewHandoff = { readonly [Key in keyof Ask]: Unbranded<Ask[Key]> } & { readonly fromAgent: string }

/** A part of a handoff to delegate; the holder of the whole is its sender. */
export type NewPart = Omit<NewHandoff, "fromAgent" | "parent">

/** Options of `create`. */
export interface CreateOptions {
  /** The id of the handoff. It makes the call idempotent: the same id and request return the existing handoff. */
  readonly id?: string
  /** The actor, which must be the sender. Default: the sender. */
  readonly by?: AgentId
  /** Limits on the router's choice. */
  readonly routing?: RoutingOptions
}

// Two collisions of 60 bits may be chance; a third means that the random source repeats itself.
const draws = 3

// Each conflict means that a key was registered or revoked meanwhile.
const tries = 8

// A caller cannot name the handoff that its request reopens: `reopen` does, after it has checked that.
const decodeRequest = Schema.decodeUnknownResult(
  Schema.toType(Schema.Struct(Struct.omit(HandoffRequest.fields, ["retryOf"]))),
  { errors: "all", onExcessProperty: "error" }
)
const times = Schema.Struct({
  acceptIn: Schema.UndefinedOr(Milliseconds),
  deadlineIn: Schema.UndefinedOr(Milliseconds)
})
const decodeTimes = Schema.decodeUnknownResult(times, { errors: "all" })
const decodeId = Schema.decodeUnknownResult(Schema.Struct({ recordId: RecordId }))

/** The error for a request whose timers are already in the past. */
const checkTimers = ({ acceptBy, deadline }: HandoffRequest, now: DateTime.Utc): InvalidInput | undefined => {
  const isLate = (due: DateTime.Utc | undefined) => due !== undefined && due.epochMilliseconds <= now.epochMilliseconds
  const late = [...(isLate(acceptBy) ? ["accept_by"] : []), ...(isLate(deadline) ? ["deadline"] : [])]
  const issues = late.map((path) => ({ path, expected: "Expected a moment in the future" }))
  return issues.length === 0 ? undefined : new InvalidInput({ input: "request", issues })
}

/** A request with the limits that hold if it names none, because a caller may name them as well. */
const withDefaults = (request: HandoffRequest): HandoffRequest => ({
  maxAttempts: limits.defaultAttempts,
  maxHops: limits.defaultHops,
  ...request
})

/** A request with its receiver, and the decision of the router if it chose the receiver. */
interface Addressed {
  readonly request: HandoffRequest
  readonly routing?: RoutingDecision
  readonly handBack?: HandBack
}

type CommitError = KeyRequired | RevisionConflict | StoreError
export type CreateError = InvalidInput | NotYourHandoff | HandoffExists | NoCapableAgent | CommitError

// Stands in errors for the id of a handoff that has none yet.
const unnamed = RecordId.make("(new)")

/** Takes the arguments of a new handoff over from the caller. */
const givenOf = <Ask, Options>(ask: Ask, options: Options) =>
  Result.all({ ask: takeOver("request", ask), options: takeOver("options", options) })

// Not DateTime.add, which would bring calendars into the bundle for browsers.
const later = ({ epochMilliseconds }: DateTime.Utc, milliseconds: Milliseconds): DateTime.Utc =>
  DateTime.makeUnsafe(epochMilliseconds + milliseconds)

/** Gives the request of a handoff that is created at a moment. */
type RequestAt = (createdAt: DateTime.Utc) => HandoffRequest

/** A valid request of a new handoff. */
export interface Plan {
  readonly sender: AgentId
  readonly requestAt: RequestAt
  /** The request names no receiver: the router chooses. */
  readonly isRouted: boolean
  readonly routing?: RoutingOptions | undefined
  /** The id that the caller chose. */
  readonly id?: RecordId | undefined
  /** The hand-back of the handoff that this one reopens. */
  readonly handBack?: HandBack | undefined
}

/** Validates a request and fills in its defaults. */
const read = ({
  acceptIn,
  deadlineIn,
  ...ask
}: NewHandoff): Result.Result<{ readonly sender: AgentId; readonly requestAt: RequestAt }, InvalidInput> => {
  const twice = [
    ...(acceptIn !== undefined && ask.acceptBy !== undefined ? ["acceptIn"] : []),
    ...(deadlineIn !== undefined && ask.deadline !== undefined ? ["deadlineIn"] : [])
  ]
  if (twice.length > 0) {
    const issues = twice.map((path) => ({ path, expected: "Expected a moment or the time to it, not both" }))
    return Result.fail(new InvalidInput({ input: "request", issues }))
  }
  const whole = Result.all([
    Result.mapError(decodeTimes({ acceptIn, deadlineIn }), (error) => invalidInput("request", error)),
    Result.mapError(decodeRequest({ context: {}, priority: 5, ...ask, toAgent: ask.toAgent ?? unrouted }), (error) =>
      invalidInput("request", error)
    )
  ])
  return Result.map(whole, ([{ acceptIn, deadlineIn }, request]) => ({
    sender: request.fromAgent,
    requestAt: (createdAt) => ({
      ...request,
      ...(acceptIn === undefined ? {} : { acceptBy: later(createdAt, acceptIn) }),
      ...(deadlineIn === undefined ? {} : { deadline: later(createdAt, deadlineIn) })
    })
  }))
}

export type Creation = ReturnType<typeof make>

/** Makes the verbs that create handoffs, over a store and a router. */
export const make = (store: HandoffStore["Service"], choose: Choose, entries: Entries, box: Box | undefined) => {
  /** Lets the router choose the receiver of a request. */
  const addressed = Effect.fnUntraced(function* (request: HandoffRequest, ask: Choose, routing?: RoutingOptions) {
    const exclude = [...(routing?.exclude ?? []), ...laterReviewersOf(request)]
    const decision = yield* ask(request, { ...routing, exclude })
    if (Option.isNone(decision)) {
      return yield* new NoCapableAgent({ fromAgent: request.fromAgent, requires: request.requires ?? [] })
    }
    return { request: { ...request, toAgent: decision.value.agent }, routing: decision.value }
  })

  const eventOf = (at: DateTime.Utc, ask: Addressed): Origin => ({
    _tag: "Created",
    at,
    by: ask.request.fromAgent,
    ...ask
  })

  const begin = (
    id: RecordId,
    at: DateTime.Utc,
    ask: Addressed,
    left = tries
  ): Effect.Effect<HandoffRecord, CommitError> =>
    Effect.flatMap(entries.ready, () => {
      const first = entries.first(id, eventOf(at, ask))
      if (Result.isFailure(first)) return Effect.fail(first.failure)
      const { record } = first.success
      return Effect.as(entries.commit([first.success]), record).pipe(
        // Another conflict means that the id is taken.
        Effect.catchIf(
          (error) => error._tag === "RevisionConflict" && error.recordId === keyLogId && left > 0,
          () => begin(id, at, ask, left - 1)
        )
      )
    })

  const beginWithNewId = (
    left: number,
    at: DateTime.Utc,
    ask: Addressed
  ): Effect.Effect<HandoffRecord, CommitError> => {
    const once = Effect.flatMap(drawId, (id) => begin(id, at, ask))
    return left === 0 ? once : Effect.catchTag(once, "RevisionConflict", () => beginWithNewId(left - 1, at, ask))
  }

  /** The handoff with this id; `undefined` if the id is free. Fails if its request differs. */
  const existing = Effect.fnUntraced(function* (id: RecordId, { isRouted, requestAt }: Plan) {
    const found = yield* store.get(id)
    if (Option.isNone(found)) return undefined
    const { toAgent } = found.value.request
    const request = requestAt(found.value.createdAt)
    const repeated = isRouted ? { ...request, toAgent } : request
    const same = Equal.equals(withDefaults(found.value.request), withDefaults(repeated))
    return same ? found.value : yield* new HandoffExists({ recordId: id })
  })

  /** Refuses schemas that are not valid or cannot be judged, because their handoff could not be completed. */
  const checkSchemas = (deliverables: ReadonlyArray<Deliverable>): Effect.Effect<void, InvalidInput> =>
    Effect.flatMap(
      Effect.promise(async () => (await contentSchemas()).schemaFaults(box, deliverables)),
      (issues) => (issues.length === 0 ? Effect.void : Effect.fail(new InvalidInput({ input: "request", issues })))
    )

  /** Checks the timers, names and schemas of a request, and chooses its receiver if it names none. */
  const complete = (
    { handBack, requestAt, ...how }: Plan,
    isPart: boolean,
    now: DateTime.Utc,
    ask = choose
  ): Effect.Effect<Addressed, InvalidInput | NoCapableAgent | StoreError> => {
    const request = requestAt(now)
    const late = checkTimers(request, now)
    if (late !== undefined) return Effect.fail(late)
    const left = handBack === undefined ? {} : { handBack }
    const whole: Effect.Effect<Addressed, NoCapableAgent | StoreError> = how.isRouted
      ? addressed(request, ask, how.routing)
      : Effect.succeed({ request, ...left })
    const { deliverables = [] } = request
    const checked = hasSchemas(deliverables) ? Effect.andThen(checkSchemas(deliverables), whole) : whole
    return Effect.andThen(checkRequest(request, { ...how, isPart }), checked)
  }

  const idOf = (id: string): Result.Result<RecordId, InvalidInput> =>
    Result.mapBoth(decodeId({ recordId: id }), {
      onFailure: (error) => invalidInput("id", error),
      onSuccess: ({ recordId }) => recordId
    })

  /** Creates a handoff, with this id if there is one. */
  const begun = (plan: Plan, id: RecordId | undefined): Effect.Effect<HandoffRecord, CreateError> => {
    const createWith = (begin: (at: DateTime.Utc, ask: Addressed) => Effect.Effect<HandoffRecord, CommitError>) =>
      Effect.flatMap(nowIn(store), (now) => Effect.flatMap(complete(plan, false, now), (ask) => begin(now, ask)))
    if (id === undefined) return createWith((at, ask) => beginWithNewId(draws - 1, at, ask))
    const existingOr = <E>(otherwise: Effect.Effect<HandoffRecord, E>) =>
      Effect.flatMap(existing(id, plan), (there): Effect.Effect<HandoffRecord, E> =>
        there === undefined ? otherwise : Effect.succeed(there)
      )
    const once = createWith((at, ask) => begin(id, at, ask))
    // On conflict another process has created it meanwhile, and that handoff is the result.
    return existingOr(Effect.catchTag(once, "RevisionConflict", (conflict) => existingOr(Effect.fail(conflict))))
  }

  const createOne = (asked: NewHandoff, opted: CreateOptions = {}): Effect.Effect<HandoffRecord, CreateError> => {
    const given = givenOf(asked, opted)
    if (Result.isFailure(given)) return Effect.fail(given.failure)
    const { ask, options } = given.success
    const decoded = read(ask)
    if (Result.isFailure(decoded)) return Effect.fail(decoded.failure)
    const named = options.id === undefined ? undefined : idOf(options.id)
    // Without an id, the sender is judged first.
    if (named !== undefined && Result.isFailure(named)) return Effect.fail(named.failure)
    const id = named?.success
    const { routing } = options
    const plan = { ...decoded.success, isRouted: ask.toAgent === undefined, id, routing }
    return notTheSender(plan.sender, options.by, id ?? unnamed) ?? begun(plan, id)
  }

  return { begun, complete, create: createOne, eventOf, existing, givenOf, idOf, notTheSender, read }
}

const notTheSender = (expected: AgentId, by: AgentId | undefined, recordId: RecordId, event = "Created") =>
  by === undefined || by === expected
    ? undefined
    : Effect.fail(new NotYourHandoff({ recordId, event, by, party: "sender", expected }))
