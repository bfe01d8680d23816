import {
  type AgentId,
  type Deliverable,
  type ErrorOf,
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
  receiverOf,
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

import type { RoutingOptions } from "../routing/HandoffRouter.ts"
import type { Circumstances } from "../routing/NameRules.ts"
import { checkRequest } from "../routing/Names.ts"
import { type HandoffStore, nowIn } from "../store/HandoffStore.ts"
import type { Choose } from "./Choosing.ts"
import type { Entries } from "./Entries.ts"
import { drawId } from "./Ids.ts"
import { laterReviewersOf } from "./PartyNames.ts"
import type { Box } from "./SchemaBox.ts"
import { type Actor, contentSchemas, hasSchemas, type VerbError, type Verbs } from "./Verbs.ts"

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

const decodeRequest = Schema.decodeUnknownResult(Schema.toType(HandoffRequest), {
  errors: "all",
  onExcessProperty: "error"
})
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
}

type CommitError = KeyRequired | RevisionConflict | StoreError
type CreateError = InvalidInput | NotYourHandoff | HandoffExists | NoCapableAgent | CommitError

// Stands in errors for the id of a handoff that has none yet.
const unnamed = RecordId.make("(new)")

/** The arguments of a new handoff, taken over from the caller. */
const givenOf = <Ask, Options>(ask: Ask, options: Options) =>
  Result.all({ ask: takeOver("request", ask), options: takeOver("options", options) })

// Not DateTime.add, which would bring calendars into the bundle for browsers.
const later = ({ epochMilliseconds }: DateTime.Utc, milliseconds: Milliseconds): DateTime.Utc =>
  DateTime.makeUnsafe(epochMilliseconds + milliseconds)

/** Gives the request of a handoff that is created at a moment. */
type RequestAt = (createdAt: DateTime.Utc) => HandoffRequest

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

/** Makes the verbs that create handoffs, over a store and a router. */
export const make = (
  store: HandoffStore["Service"],
  choose: Choose,
  entries: Entries,
  verbs: Verbs,
  box: Box | undefined
) => {
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
  const existing = Effect.fnUntraced(function* (id: RecordId, ask: NewHandoff, requestAt: RequestAt) {
    const found = yield* store.get(id)
    if (Option.isNone(found)) return undefined
    const { toAgent } = found.value.request
    const request = requestAt(found.value.createdAt)
    const repeated = ask.toAgent === undefined ? { ...request, toAgent } : request
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
    request: HandoffRequest,
    how: Circumstances & { readonly routing?: RoutingOptions | undefined },
    now: DateTime.Utc,
    ask = choose
  ): Effect.Effect<Addressed, InvalidInput | NoCapableAgent | StoreError> => {
    const late = checkTimers(request, now)
    if (late !== undefined) return Effect.fail(late)
    const whole: Effect.Effect<Addressed, NoCapableAgent | StoreError> = how.isRouted
      ? addressed(request, ask, how.routing)
      : Effect.succeed({ request })
    const { deliverables = [] } = request
    const checked = hasSchemas(deliverables) ? Effect.andThen(checkSchemas(deliverables), whole) : whole
    return Effect.andThen(checkRequest(request, how), checked)
  }

  const idOf = (id: string): Result.Result<RecordId, InvalidInput> =>
    Result.mapBoth(decodeId({ recordId: id }), {
      onFailure: (error) => invalidInput("id", error),
      onSuccess: ({ recordId }) => recordId
    })

  const createOne = (asked: NewHandoff, opted: CreateOptions = {}): Effect.Effect<HandoffRecord, CreateError> => {
    const given = givenOf(asked, opted)
    if (Result.isFailure(given)) return Effect.fail(given.failure)
    const { ask, options } = given.success
    const decoded = read(ask)
    if (Result.isFailure(decoded)) return Effect.fail(decoded.failure)
    const { requestAt, sender } = decoded.success

    const createWith = (
      id: RecordId | undefined,
      begin: (at: DateTime.Utc, ask: Addressed) => Effect.Effect<HandoffRecord, CommitError>
    ) =>
      Effect.flatMap(nowIn(store), (now) =>
        Effect.flatMap(
          complete(
            requestAt(now),
            { id, isRouted: ask.toAgent === undefined, isPart: false, routing: options.routing },
            now
          ),
          (ask) => begin(now, ask)
        )
      )

    if (options.id === undefined) {
      return (
        notTheSender(sender, options.by, unnamed) ??
        createWith(undefined, (at, complete) => beginWithNewId(draws - 1, at, complete))
      )
    }
    const named = idOf(options.id)
    if (Result.isFailure(named)) return Effect.fail(named.failure)
    const recordId = named.success
    const existingOr = <E>(otherwise: Effect.Effect<HandoffRecord, E>) =>
      Effect.flatMap(existing(recordId, ask, requestAt), (there): Effect.Effect<HandoffRecord, E> =>
        there === undefined ? otherwise : Effect.succeed(there)
      )
    const once = createWith(recordId, (at, complete) => begin(recordId, at, complete))
    // On conflict another process has created it meanwhile, and that handoff is the result.
    const orAnother = Effect.catchTag(once, "RevisionConflict", (conflict) => existingOr(Effect.fail(conflict)))
    return notTheSender(sender, options.by, recordId) ?? existingOr(orAnother)
  }

  /** Delegates a part of a handoff to another agent. One commit creates the part and records the event of the whole. */
  const delegate = (
    parent: RecordId,
    asked: NewPart,
    options: CreateOptions & Actor = {}
  ): Effect.Effect<HandoffRecord, CreateError | VerbError> => {
    const given = givenOf(asked, options)
    if (Result.isFailure(given)) return Effect.fail(given.failure)
    const { ask } = given.success
    const { attempt, by, id, routing } = given.success.options
    const named = id === undefined ? undefined : idOf(id)
    if (named !== undefined && Result.isFailure(named)) return Effect.fail(named.failure)
    return Effect.suspend(() => {
      // The first read names the holder: after a forward, the call must not delegate in the name of the next holder.
      let firstHolder: AgentId | undefined
      return verbs.turns(
        parent,
        verbs.attempt(parent, (whole, at, found, choose) =>
          Effect.gen(function* () {
            const holder = (firstHolder ??= by ?? receiverOf(found))
            const { requestAt } = yield* Effect.fromResult(read({ ...ask, fromAgent: holder, parent }))
            const child = named?.success ?? (yield* drawId)
            const there = named && (yield* existing(child, { ...ask, fromAgent: holder }, requestAt))
            if (there !== undefined) {
              // Anybody can create a handoff of this id and parent; only an entry of the whole makes it a part.
              const history = yield* store.history(parent)
              return history.some(({ event }) => event._tag === "Delegated" && event.child === child)
                ? there
                : yield* new HandoffExists({ recordId: child })
            }
            const delegated = yield* Effect.fromResult(
              entries.next(whole, {
                _tag: "Delegated",
                at,
                by: holder,
                child,
                ...(attempt === undefined ? {} : { attempt })
              })
            )
            const how = { id: named?.success, isRouted: ask.toAgent === undefined, isPart: true, routing }
            const first = yield* Effect.fromResult(
              entries.first(child, eventOf(at, yield* complete(requestAt(at), how, at, choose)))
            )
            return yield* Effect.as(entries.commit([first, delegated]), first.record)
          })
        )
      )
    })
  }

  return {
    create: createOne,
    // The cast: the list of verbs names the lifecycle errors of Delegated, and Verbs.test.ts checks it.
    delegate: delegate as (
      ...given: Parameters<typeof delegate>
    ) => Effect.Effect<HandoffRecord, ErrorOf<typeof storeVerbs.delegate>>
  }
}

const notTheSender = (expected: AgentId, by: AgentId | undefined, recordId: RecordId) =>
  by === undefined || by === expected
    ? undefined
    : Effect.fail(new NotYourHandoff({ recordId, event: "Created", by, party: "sender", expected }))
