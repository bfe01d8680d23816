/** The parts that laws are made of: expectations, unique names, changes, and reads without the records of others. */
import {
  advance,
  AgentId,
  begin as beginEntry,
  type Briefing,
  type HandoffEvent,
  type InvalidInput,
  type InvalidPosition,
  type HandoffRecord,
  type HandoffRequest,
  type JsonObject,
  LogName,
  receiverOf,
  Salt,
  type Seal,
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

import type { AgentStore } from "../store/AgentStore.ts"
import type { VersionConflict } from "../store/DocumentRows.ts"
import type { DocumentStore } from "../store/DocumentStore.ts"
import {
  type Change,
  type Entry,
  HandoffStore,
  type Page,
  type Position,
  type Tally,
  type View
} from "../store/HandoffStore.ts"

/** A store has broken a law. */
export class LawBroken extends Schema.TaggedError<LawBroken>()("LawBroken", {
  law: Schema.String,
  /** A sentence with the expected and the actual behaviour. */
  detail: Schema.String,
  /** The error of the store, if it broke the law by failing. */
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message() {
    return `The store breaks the law "${this.law}": ${this.detail}`
  }
}

/** One promise of the store port. `check` fails with a sentence if the store does not keep it. */
export interface Law {
  readonly name: string
  readonly check: Effect.Effect<void, LawBroken, HandoffStore | AgentStore | DocumentStore>
}

/** An unmet expectation. `enforce` adds the name of the law. */
class Unmet extends Schema.TaggedError<Unmet>()("Unmet", { detail: Schema.String }) {}

/** The failures of a law's body. */
export type LawFailure = Unmet | InvalidInput | StoreError | RevisionConflict | VersionConflict | InvalidPosition

// A store that hangs breaks a law. On a hard disk, a law takes less than a tenth of this.
const patience = "30 seconds"

/** Runs the body of a law on real time, even under a test clock, because the store's work takes real time. */
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

/** Makes a law. */
export const law = (
  name: string,
  body: () => Generator<Effect.Effect<unknown, LawFailure, HandoffStore | AgentStore | DocumentStore>, void, never>
): Law => ({ name, check: enforce(name, Effect.gen(body)) })

const show = (value: unknown): string => {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value))
  return text.length > 400 ? `${text.slice(0, 400)}… (${text.length} characters)` : text
}

/** Expects two values to be structurally equal. */
export const same = (what: string, actual: unknown, expected: unknown): Effect.Effect<void, Unmet> =>
  Equal.equals(actual, expected)
    ? Effect.void
    : Effect.fail(new Unmet({ detail: `Expected ${what} to be ${show(expected)}, got ${show(actual)}` }))

/** Expects a condition to hold. */
export const expect = (holds: boolean, sentence: string): Effect.Effect<void, Unmet> =>
  holds ? Effect.void : Effect.fail(new Unmet({ detail: sentence }))

/** The names of one run of one law. */
export interface Own {
  readonly id: (name: string) => RecordId
  readonly agent: (name: string) => AgentId
  readonly has: (id: string) => boolean
}

// Ten characters of 36, so that two runs on one store never share a name.
const ownLength = 10

/** Draws unique names, so that a law can run on a store that is in use. */
export const drawOwn: Effect.Effect<Own> = Effect.map(Random.Random, (random) => {
  let prefix = "law-"
  for (let index = 0; index < ownLength; index++) prefix += Math.floor(random.nextDoubleUnsafe() * 36).toString(36)
  return {
    // The casts are safe because these names are short and have only characters that an id allows.
    id: (name) => `${prefix}.${name}` as RecordId,
    agent: (name) => `${prefix}.${name}` as AgentId,
    has: (id) => id.startsWith(`${prefix}.`)
  }
})

/** Second number `n` of the laws' time. It has milliseconds, which reveal a store that rounds. */
export const second = (n: number): DateTime.Utc => DateTime.makeUnsafe(1_790_000_000_123 + n * 1000)

/** The fields of a new handoff that matter to a law. */
export interface Beginning {
  readonly from?: AgentId
  readonly to?: AgentId
  /** The second in which it is created. */
  readonly at?: number
  readonly priority?: number
  /** The second in which it falls due. */
  readonly due?: number
  /** The time of the reminder, in seconds before `due`. */
  readonly remindBefore?: number
  readonly parent?: RecordId
  readonly context?: JsonObject
  readonly briefing?: Briefing
  readonly review?: HandoffRequest["review"]
}

/** Seals entries for a log with this many entries in its key log. The salt is fixed, so that laws can compare entries. */
export const sealFor = (log: LogName, keys: number): Seal => ({
  log,
  keys,
  salt: () => Salt.make("salt".padEnd(22, "-")),
  signer: () => undefined
})

/** The log of the entries of most laws: that of no store, as after a copy. */
const elsewhere = sealFor(LogName.make("e".repeat(26)), 0)

/** The change that creates a handoff. */
export const begin = (id: RecordId, beginning: Beginning = {}, seal = elsewhere): Change => {
  const { from = AgentId.make(`${id}.from`), to = AgentId.make(`${id}.to`), at = 0 } = beginning
  const request: HandoffRequest = {
    fromAgent: from,
    toAgent: to,
    taskDescription: "Keep the law",
    context: beginning.context ?? {},
    priority: beginning.priority ?? 5,
    ...(beginning.due === undefined ? {} : { deadline: second(beginning.due) }),
    ...(beginning.remindBefore === undefined ? {} : { remindBefore: beginning.remindBefore * 1000 }),
    ...(beginning.parent === undefined ? {} : { parent: beginning.parent }),
    ...(beginning.briefing === undefined ? {} : { briefing: beginning.briefing }),
    ...(beginning.review === undefined ? {} : { review: beginning.review })
  }
  const event: HandoffEvent = { _tag: "Created", at: second(at), by: from, request }
  return beginEntry(id, event, seal)
}

/** The change that an event makes. Laws use only events that the lifecycle allows. */
export const moved = (record: HandoffRecord, event: Transition, seal = elsewhere): Change =>
  Result.getOrThrow(advance(record, event, seal))

type Step = Transition["_tag"]

/** The change of one step. */
export const step = (
  record: HandoffRecord,
  _tag: Step,
  at = 100,
  reason = "as the law wants it",
  seal = elsewhere
): Change => {
  const { fromAgent } = record.request
  const fact = { at: second(at), by: transitions[_tag].by === "receiver" ? receiverOf(record) : fromAgent }
  // Laws use these at any time, and only events of a foreign program need not be due.
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
    Delivered: { _tag: "Delivered", ...fact, result: { reason } },
    Approved: { _tag: "Approved", ...fact, reason },
    Returned: { _tag: "Returned", ...fact, missing: reason },
    Escalated: { _tag: "Escalated", ...foreign },
    Completed: { _tag: "Completed", ...fact, result: { reason } },
    Failed: { _tag: "Failed", ...fact, reason },
    Cancelled: { _tag: "Cancelled", ...fact, reason },
    Reminded: { _tag: "Reminded", ...foreign, of: "deadline" },
    Expired: { _tag: "Expired", ...foreign, missed: "deadline" }
  }
  return moved(record, events[_tag], seal)
}

/** The changes of a handoff from its creation through these steps. */
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

/** Expects a commit to fail with RevisionConflict, and returns the conflict. */
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

/** The record of a handoff in the store and its history, which must agree. */
export const held = (id: RecordId) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const record = yield* store.get(id)
    const history = yield* store.history(id)
    return { record, events: history.map(({ event }) => event), revisions: history.map(({ revision }) => revision) }
  })

/** The tally without sums of zero. */
export const tallied = Effect.map(
  Effect.flatMap(HandoffStore, (store) => store.tally),
  (tally): Tally => Object.fromEntries(Object.entries(tally).filter(([, amount]) => amount !== 0))
)

const pageSize = 256

/** Reads a whole view in pages, without the records of others. */
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

/** The names that the law gave to these records. */
export const names = (records: ReadonlyArray<{ readonly recordId: RecordId }>): ReadonlyArray<string> =>
  records.map(({ recordId }) => recordId.slice(recordId.indexOf(".") + 1))

/** Reads the log after a position in pages, without the entries of others. */
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

/** Commits a marker record and returns its position. All later entries are after it. */
export const mark = (own: Own, name = "mark") =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    yield* store.commit([begin(own.id(name))])
    const [entry] = yield* store.history(own.id(name))
    if (entry !== undefined) return entry.position
    return yield* new Unmet({ detail: "Expected a history after a commit, got none" })
  })

/** Entries without positions, for comparison with `factsOf`. */
export const facts = (entries: ReadonlyArray<Entry>) =>
  entries.map(({ recordId, revision, event }) => ({ recordId, revision, event }))

/** The entries that changes should make, without positions. */
export const factsOf = (changes: ReadonlyArray<Change>) =>
  changes.map(({ record: { recordId, revision }, event }) => ({ recordId, revision, event }))

/** Commits changes in random order, so that a view is not in order by accident. */
export const commitShuffled = (changes: ReadonlyArray<Change>) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    for (const change of yield* Random.shuffle(changes)) yield* store.commit([change])
  })
