import {
  type AgentId,
  dueAt,
  type HandoffEvent,
  type HandoffRecord,
  type HandoffStatus,
  receiverOf,
  type RecordId,
  type RevisionConflict,
  type StoreError
} from "@aumai/handoff-protocol"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"

/** What a store keeps: the state after an event, together with the event. */
export interface Change {
  /** Its `revision` names the write: the store must hold exactly the revision before it, or nothing when it is 1. */
  readonly record: HandoffRecord
  readonly event: HandoffEvent
  /** The canonical JSON of the event, if its digest has just been computed: a store may write it instead of encoding again. */
  readonly text?: string
}

/** The changes of one commit: all of them are kept, or none. */
export type Commit = NonEmptyReadonlyArray<Change>

/**
 * Where an entry stands in the log. Opaque: only the store that gave it can read it.
 *
 * @example
 * ```ts
 * import { Position } from "@aumai/handoff-core"
 *
 * const remembered = Position.make("17")
 * ```
 */
export const Position = Schema.String.pipe(Schema.brand("Position"))
export type Position = typeof Position.Type

/** An entry of the log: an event of a handoff, and its place. */
export interface Entry {
  /** The place in the log. It is opaque; `changes` resumes after it. */
  readonly position: Position
  /** The id of the handoff. */
  readonly recordId: RecordId
  /** The number of the event within its handoff; 1 is the first. */
  readonly revision: number
  /** The event. */
  readonly event: HandoffEvent
}

/** The ways to list records; each is one index and one order. Ties break by age, then id. */
export type View =
  /** Oldest first. */
  | { readonly _tag: "All" }
  /** Oldest first. */
  | { readonly _tag: "Status"; readonly status: HandoffStatus }
  /** Most urgent first. */
  | { readonly _tag: "Inbox"; readonly agent: AgentId; readonly status: HandoffStatus }
  /** Newest first. */
  | { readonly _tag: "Sent"; readonly agent: AgentId }
  /** Oldest first. */
  | { readonly _tag: "Children"; readonly parent: RecordId }
  /** Open and due at that moment, earliest first. */
  | { readonly _tag: "Due"; readonly at: DateTime.Utc }
  /** Those whose id begins like this, by id. */
  | { readonly _tag: "Prefix"; readonly prefix: string }

/** A slice of a listing: at most `limit` items, those behind `after` (the last one of the page before). */
export interface Page<A> {
  readonly limit: number
  readonly after?: A
}

/** Sums by name. */
export type Tally = Readonly<Record<string, number>>

/**
 * A storage adapter: compares and appends. It is given the next state and the fact behind it, and keeps both or neither.
 * Every store satisfies the laws in `@aumai/handoff-core/StoreLaws`.
 *
 * @example
 * ```ts
 * import { HandoffStore, MemoryStore } from "@aumai/handoff-core"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function* () {
 *   const store = yield* HandoffStore
 *   return yield* store.list({ _tag: "All" }, { limit: 20 })
 * })
 * console.log(await Effect.runPromise(Effect.provide(program, MemoryStore.layer))) // []
 * ```
 */
export class HandoffStore extends Context.Service<
  HandoffStore,
  {
    /** Appends the events and replaces the states: all of them or none. Durable when it succeeds. */
    readonly commit: (changes: Commit) => Effect.Effect<void, RevisionConflict | StoreError>
    /** The current state. Sees every commit that succeeded before it. */
    readonly get: (id: RecordId) => Effect.Effect<Option.Option<HandoffRecord>, StoreError>
    /** One page of a view; `after` is the last record of the page before. */
    readonly list: (view: View, page: Page<HandoffRecord>) => Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError>
    /** All entries of one handoff, by revision. */
    readonly history: (id: RecordId) => Effect.Effect<ReadonlyArray<Entry>, StoreError>
    /** One page of all entries, in commit order. Never skips: a later entry is not shown before an earlier one settled. */
    readonly log: (page: Page<Position>) => Effect.Effect<ReadonlyArray<Entry>, StoreError>
    /** The position of the last entry that `log` shows; none while it is empty. */
    readonly end: Effect.Effect<Option.Option<Position>, StoreError>
    /** What `tallyOf` says of all records, added up. A name with the sum of zero may be missing. */
    readonly tally: Effect.Effect<Tally, StoreError>
    /** A hint that the log grew. May come late, twice or never. */
    readonly changed: Stream.Stream<void>
  }
>()("@aumai/handoff-core/HandoffStore") {}

/** What a store indexes of a record: plain strings and numbers, so that every index ascends and paging compares one tuple. */
export interface Keys {
  readonly status: HandoffStatus
  readonly to: AgentId
  readonly from: AgentId
  readonly parent: RecordId | undefined
  /** `10 - priority`: the most urgent is the smallest. */
  readonly urgency: number
  /** Milliseconds since 1970, UTC. */
  readonly createdAt: number
  /** Milliseconds since 1970, UTC; absent once nothing can fall due. */
  readonly dueAt: number | undefined
}

/**
 * What a store indexes of a record.
 *
 * @example
 * ```ts
 * import { keysOf } from "@aumai/handoff-core"
 * import type { HandoffRecord } from "@aumai/handoff-protocol"
 *
 * const isUrgent = (record: HandoffRecord) => keysOf(record).urgency < 3
 * ```
 */
export const keysOf = (record: HandoffRecord): Keys => {
  const due = dueAt(record)
  // A moment may lie between two milliseconds; its text, and an index, have whole ones.
  return {
    status: record.status,
    to: receiverOf(record),
    from: record.request.fromAgent,
    parent: record.request.parent,
    urgency: 10 - record.request.priority,
    createdAt: Math.trunc(record.createdAt.epochMilliseconds),
    dueAt: due && Math.trunc(due.epochMilliseconds)
  }
}
