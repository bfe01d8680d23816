import {
  advance,
  AgentId,
  create,
  type HandoffEvent,
  type HandoffRecord,
  type HandoffRequest,
  type JsonObject,
  receiverOf,
  type RecordId,
  type RevisionConflict,
  type StoreError,
  type Transition,
  transitions
} from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { AgentStore } from "../AgentStore.ts"
import {
  type Change,
  type Entry,
  HandoffStore,
  type Page,
  type Position,
  type Tally,
  type View
} from "../HandoffStore.ts"

/**
 * A store has broken a law.
 *
 * @example
 * ```ts
 * import { MemoryStore } from "@aumai/handoff-core"
 * import * as StoreLaws from "@aumai/handoff-core/StoreLaws"
 * import * as Effect from "effect/Effect"
 *
 * const [first] = StoreLaws.laws
 * const verdict = first?.check.pipe(
 *   Effect.as("kept"),
 *   Effect.catchTag("LawBroken", ({ law, detail }) => Effect.succeed(`${law}: ${detail}`)),
 *   Effect.provide(MemoryStore.layer)
 * )
 * if (verdict !== undefined) console.log(await Effect.runPromise(verdict)) // "kept"
 * ```
 */
export class LawBroken extends Schema.TaggedError<LawBroken>()("LawBroken", {
  law: Schema.String,
  /** What the law expects and what the store did. */
  detail: Schema.String,
  /** The error that the store failed with, when that is how the law was broken. */
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message() {
    return `The store breaks the law "${this.law}": ${this.detail}`
  }
}

/** One promise of the store port, and the effect that fails with a sentence when a store does not keep it. */
export interface Law {
  readonly name: string
  readonly check: Effect.Effect<void, LawBroken, HandoffStore | AgentStore>
}

/** An expectation that was not met; the law adds its name. */
class Unmet extends Schema.TaggedError<Unmet>()("Unmet", { detail: Schema.String }) {}

/** What the body of a law may fail with. */
export type LawFailure = Unmet | StoreError | RevisionConflict

// A store that hangs breaks a law too. No law takes a tenth of this on a disk that has to seek.
const patience = "30 seconds"

/** Runs the body of a law on real time, also under a test clock: a store's own work takes the time that it takes. */
export const enforce = <E, R>(
  name: string,
  body: Effect.Effect<void, E | LawFailure, R>
): Effect.Effect<void, LawBroken, R> => {
  const broken = (cause: unknown) =>
    cause instanceof Unmet
      ? new LawBroken({ law: name, detail: cause.detail })
      : new LawBroken({ law: name, detail: `Expected no error, got ${String(cause)}`, cause })
  return body.pipe(
    Effect.mapError(broken),
    Effect.catchDefect((defect) => Effect.fail(broken(defect))),
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.fail(new LawBroken({ law: name, detail: `Expected an end within ${patience}, got none` }))
    }),
    Effect.provideService(Clock.Clock, Clock.Clock.defaultValue())
  )
}

/** States a law. */
export const law = (
  name: string,
  body: () => Generator<Effect.Effect<unknown, LawFailure, HandoffStore | AgentStore>, void, never>
): Law => ({ name, check: enforce(name, Effect.gen(body)) })

const show = (value: unknown): string => {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value))
  return text.length > 400 ? `${text.slice(0, 400)}… (${text.length} characters)` : text
}

/** Expects two values to be alike in everything they consist of. */
export const same = (what: string, actual: unknown, expected: unknown): Effect.Effect<void, Unmet> =>
  Equal.equals(actual, expected)
    ? Effect.void
    : Effect.fail(new Unmet({ detail: `Expected ${what} to be ${show(expected)}, got ${show(actual)}` }))

/** Expects something to be so. */
export const expect = (holds: boolean, sentence: string): Effect.Effect<void, Unmet> =>
  holds ? Effect.void : Effect.fail(new Unmet({ detail: sentence }))

/** The names that belong to one run of one law. */
export interface Own {
  readonly id: (name: string) => RecordId
  readonly agent: (name: string) => AgentId
  readonly has: (id: string) => boolean
}

// Ten of 36 characters: no two runs on one store share a name.
const ownLength = 10

/** Draws names that nobody else uses, so that a law may run on a store that is in use. */
export const drawOwn: Effect.Effect<Own> = Effect.map(Random.Random, (random) => {
  let prefix = "law-"
  for (let index = 0; index < ownLength; index++) prefix += Math.floor(random.nextDoubleUnsafe() * 36).toString(36)
  return {
    // The casts: what laws are named after is short and holds no character that an id must not hold.
    id: (name) => `${prefix}.${name}` as RecordId,
    agent: (name) => `${prefix}.${name}` as AgentId,
    has: (id) => id.startsWith(`${prefix}.`)
  }
})

/** Second number `n` of the time in which laws take place; milliseconds show what a store rounds. */
export const second = (n: number): DateTime.Utc => DateTime.makeUnsafe(1_790_000_000_123 + n * 1000)

/** What a law says of a handoff it begins; the rest does not matter to it. */
export interface Beginning {
  readonly from?: AgentId
  readonly to?: AgentId
  /** The second in which it is created. */
  readonly at?: number
  readonly priority?: number
  /** The second in which it falls due. */
  readonly due?: number
  /** So many seconds before, that is mentioned. */
  readonly remindBefore?: number
  readonly parent?: RecordId
  readonly context?: JsonObject
}

/** The change that begins a handoff. */
export const begin = (id: RecordId, beginning: Beginning = {}): Change => {
  const { from = AgentId.make(`${id}.from`), to = AgentId.make(`${id}.to`), at = 0 } = beginning
  const request: HandoffRequest = {
    fromAgent: from,
    toAgent: to,
    taskDescription: "Keep the law",
    context: beginning.context ?? {},
    priority: beginning.priority ?? 5,
    ...(beginning.due === undefined ? {} : { deadline: second(beginning.due) }),
    ...(beginning.remindBefore === undefined ? {} : { remindBefore: beginning.remindBefore * 1000 }),
    ...(beginning.parent === undefined ? {} : { parent: beginning.parent })
  }
  const event: HandoffEvent = { _tag: "Created", at: second(at), by: from, request }
  return { record: create(id, event), event }
}

/** The change that an event makes; a law only says what the lifecycle allows. */
export const moved = (record: HandoffRecord, event: Transition): Change => Result.getOrThrow(advance(record, event))

type Step = Transition["_tag"]

/** The change that takes a handoff one step on. */
export const step = (record: HandoffRecord, _tag: Step, at = 100, reason = "as the law wants it"): Change => {
  const { fromAgent } = record.request
  const fact = { at: second(at), by: transitions[_tag].by === "receiver" ? receiverOf(record) : fromAgent }
  // Laws ask for these when they like; what another program did need not have been due.
  const foreign = { ...fact, via: "foreign" } as const
  const events: { readonly [Tag in Step]: Extract<Transition, { readonly _tag: Tag }> } = {
    Accepted: { _tag: "Accepted", ...fact, reason },
    Rejected: { _tag: "Rejected", ...fact, reason },
    Started: { _tag: "Started", ...fact },
    Progressed: { _tag: "Progressed", ...fact, note: reason },
    Asked: { _tag: "Asked", ...fact, question: reason },
    Answered: { _tag: "Answered", ...fact, answer: reason },
    Restated: { _tag: "Restated", ...fact, readBack: { summary: reason } },
    Confirmed: { _tag: "Confirmed", ...foreign, correction: reason },
    Forwarded: { _tag: "Forwarded", ...fact, to: AgentId.make(`${record.recordId}.to.${record.revision}`), reason },
    Delegated: { _tag: "Delegated", ...fact, child: record.recordId },
    Attested: { _tag: "Attested", ...fact, statement: reason },
    Released: { _tag: "Released", ...fact, reason },
    Completed: { _tag: "Completed", ...fact, result: { reason } },
    Failed: { _tag: "Failed", ...fact, reason },
    Cancelled: { _tag: "Cancelled", ...fact, reason },
    Reminded: { _tag: "Reminded", ...foreign, of: "deadline" },
    Expired: { _tag: "Expired", ...foreign, missed: "deadline" }
  }
  return moved(record, events[_tag])
}

/** The changes of a whole life, from nothing through these steps. */
export const life = (
  id: RecordId,
  steps: ReadonlyArray<Step>,
  beginning?: Beginning
): readonly [Change, ...Array<Change>] => {
  const first = begin(id, beginning)
  const changes: [Change, ...Array<Change>] = [first]
  let { record } = first
  for (const [index, tag] of steps.entries()) {
    const change = step(record, tag, (beginning?.at ?? 0) + index + 1)
    changes.push(change)
    record = change.record
  }
  return changes
}

/** Expects a commit to lose, and says to whom it should have lost. */
export const loses = (what: string, changes: readonly [Change, ...Array<Change>]) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const outcome = yield* Effect.result(store.commit(changes))
    if (Result.isSuccess(outcome)) {
      return yield* new Unmet({ detail: `Expected ${what} to fail with RevisionConflict, but it succeeded` })
    }
    if (outcome.failure._tag !== "RevisionConflict") return yield* outcome.failure
    return outcome.failure
  })

/** What a store holds of one handoff: its state and its history, which must agree. */
export const held = (id: RecordId) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const record = yield* store.get(id)
    const history = yield* store.history(id)
    return { record, events: history.map(({ event }) => event), revisions: history.map(({ revision }) => revision) }
  })

/** The tally, without the names that come to nothing. */
export const tallied = Effect.map(
  Effect.flatMap(HandoffStore, (store) => store.tally),
  (tally): Tally => Object.fromEntries(Object.entries(tally).filter(([, amount]) => amount !== 0))
)

const pageSize = 256

/** A whole view, page by page, without what others have put into it. */
export const whole = (own: Own, view: View, limit = pageSize) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const records: Array<HandoffRecord> = []
    let after: HandoffRecord | undefined
    while (true) {
      const page: Page<HandoffRecord> = after === undefined ? { limit } : { limit, after }
      const slice = yield* store.list(view, page)
      if (slice.length > limit) {
        return yield* new Unmet({ detail: `Expected a page of at most ${limit} records, got ${slice.length}` })
      }
      for (const record of slice) if (own.has(record.recordId)) records.push(record)
      after = slice.at(-1)
      if (after === undefined || slice.length < limit) return records
    }
  })

/** The names of the records of a view, as the law gave them. */
export const names = (records: ReadonlyArray<{ readonly recordId: RecordId }>): ReadonlyArray<string> =>
  records.map(({ recordId }) => recordId.slice(recordId.indexOf(".") + 1))

/** Everything in the log behind a position, page by page, without what others have put into it. */
export const logAfter = (own: Own, position: Position | undefined, limit = pageSize) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const entries: Array<Entry> = []
    let after = position
    while (true) {
      const page: Page<Position> = after === undefined ? { limit } : { limit, after }
      const slice = yield* store.log(page)
      if (slice.length > limit) {
        return yield* new Unmet({ detail: `Expected a page of at most ${limit} entries, got ${slice.length}` })
      }
      for (const entry of slice) if (own.has(entry.recordId)) entries.push(entry)
      after = slice.at(-1)?.position
      if (after === undefined || slice.length < limit) return entries
    }
  })

/** Commits a record of no further interest, and gives its position: everything later stands behind it. */
export const mark = (own: Own, name = "mark") =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    yield* store.commit([begin(own.id(name))])
    const [entry] = yield* store.history(own.id(name))
    if (entry !== undefined) return entry.position
    return yield* new Unmet({ detail: "Expected a history after a commit, got none" })
  })

/** An entry without its position, for comparing with what was committed. */
export const facts = (entries: ReadonlyArray<Entry>) =>
  entries.map(({ recordId, revision, event }) => ({ recordId, revision, event }))

/** What the log should say of changes. */
export const factsOf = (changes: ReadonlyArray<Change>) =>
  changes.map(({ record: { recordId, revision }, event }) => ({ recordId, revision, event }))
