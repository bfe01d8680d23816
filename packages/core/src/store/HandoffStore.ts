import {
  type AgentId,
  dueAt,
  dueWithoutLease,
  type HandoffEvent,
  type HandoffRecord,
  type HandoffStatus,
  type InvalidPosition,
  type LogName,
  receiverOf,
  type RecordId,
  type RevisionConflict,
  type StoreError,
  turnOf
} from "@aumai/handoff-protocol"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"

import type { OddRecord } from "./OddRecord.ts"
import type { Renewal } from "./Renewals.ts"
import type { Retention } from "./Retention.ts"

/** An event together with the state after it, as a store keeps them. */
export interface Change {
  /** The store must hold exactly the revision before its `revision`, or no record if it is 1. */
  readonly record: HandoffRecord
  readonly event: HandoffEvent
  /** The text of the event for a store of rows, if it is already computed. A store may write it instead of encoding again. */
  readonly text?: string
  /**
   * By this event, the clock ends a lease. The commit fails with a conflict if the lease was renewed past the moment of the
   * event: the caller has read it before the renewal.
   */
  readonly endsLease?: boolean
}

/** The changes of one atomic commit. */
export type Commit = NonEmptyReadonlyArray<Change>

/** The log of a store. */
export interface LogOrigin {
  /** Its name, drawn when the store was created. */
  readonly log: LogName
  /** Counts from 1 how often the log was restored from a copy: positions of another epoch are not valid. */
  readonly epoch: number
}

/** The position of an entry in the log: `<log>.<epoch>.<number>`. Only the store that made it can read it. */
export const Position = Schema.String.pipe(Schema.brand("Position"))
export type Position = typeof Position.Type

/** An entry of the log: an event of a handoff with its position. */
export interface Entry {
  /** The position in the log. It is opaque; `changes` resumes after it. */
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
  /** Open handoffs whose next move is this agent's, most urgent first. */
  | { readonly _tag: "Turn"; readonly agent: AgentId }
  /** Most recently changed first, of one sender or of all. A page begins after its record as the page before showed it. */
  | { readonly _tag: "Recent"; readonly agent?: AgentId }
  /** Oldest first. */
  | { readonly _tag: "Children"; readonly parent: RecordId }
  /** Open and due at this moment, earliest first. */
  | { readonly _tag: "Due"; readonly at: DateTime.Utc }
  /** Records whose id begins with this prefix, by id. */
  | { readonly _tag: "Prefix"; readonly prefix: string }

/** The inbox of an agent. */
export type InboxView = Extract<View, { readonly _tag: "Inbox" }>

/** A slice of a listing: at most `limit` items after `after`, the last item of the page before. */
export interface Page<A> {
  readonly limit: number
  readonly after?: A
}

/** The longest reservation, in milliseconds. A claimer that was stopped holds nothing back for longer. */
export const longestReservation = 1000

/** Sums by name. */
export type Tally = Readonly<Record<string, number>>

/**
 * A storage adapter. It compares revisions, then stores the next states and appends their events in one atomic write.
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
    /** The log of this store. It never changes while the store is open. */
    readonly origin: Effect.Effect<LogOrigin, StoreError>
    /**
     * Appends the events and replaces the states atomically. Durable when it succeeds. An event that names this log must
     * have `keys` equal to the number of entries in its key log (`AgentStore.record`), else the commit fails with a
     * conflict of `keyLogId`.
     */
    readonly commit: (changes: Commit) => Effect.Effect<void, RevisionConflict | StoreError>
    /**
     * Renews leases in one write, and returns the renewals that it refuses: the handoff is not held in that attempt with a
     * running lease, or an event of the clock is due at this moment. An earlier end than the present one changes nothing.
     * From then on, reads show the later end, as `lease.until`, and `Due` lists by it. A renewal is no entry of the log,
     * is forgotten with its attempt, and need not be durable: a crash may lose it.
     */
    readonly renew: (
      renewals: ReadonlyArray<Renewal>,
      at: DateTime.Utc
    ) => Effect.Effect<ReadonlyArray<Renewal>, StoreError>
    /** The current state, including every commit that succeeded before the call. */
    readonly get: (id: RecordId) => Effect.Effect<Option.Option<HandoffRecord>, StoreError>
    /** One page of a view; `after` is the last record of the page before. */
    readonly list: (view: View, page: Page<HandoffRecord>) => Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError>
    /**
     * Like `list` of an inbox, without the records that are reserved, and reserves those that it returns for
     * `milliseconds`, at most a second, or until their next revision. A reservation keeps other claimers from trying the same
     * record. It is a hint: `commit` ignores it. It need not survive a crash, and it never waits for its owner.
     */
    readonly reserve: (
      inbox: InboxView,
      page: Page<HandoffRecord>,
      milliseconds: number
    ) => Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError>
    /** Ends the reservations of records at these revisions before their time. */
    readonly unreserve: (records: ReadonlyArray<HandoffRecord>) => Effect.Effect<void, StoreError>
    /** All entries of one handoff, by revision. */
    readonly history: (id: RecordId) => Effect.Effect<ReadonlyArray<Entry>, StoreError>
    /**
     * One page of all entries, in commit order. An entry appears only once no earlier entry can still appear. Fails with
     * `InvalidPosition` if this log does not have the position.
     */
    readonly log: (page: Page<Position>) => Effect.Effect<ReadonlyArray<Entry>, InvalidPosition | StoreError>
    /** The position of the last entry that `log` shows; `None` while the log is empty. */
    readonly end: Effect.Effect<Option.Option<Position>, StoreError>
    /** The sums of `tallyOf` over all records. A name whose sum is zero may be missing. */
    readonly tally: Effect.Effect<Tally, StoreError>
    /**
     * The stored records that cannot be read. Their ids stay taken: `get`, `history` and `commit` fail for them, while `list`
     * and `log` leave them out. May read the whole store.
     */
    readonly odd: Effect.Effect<ReadonlyArray<OddRecord>, StoreError>
    /** Moves the odd records out of the store, and names the place where they are now; absent if the store cannot. */
    readonly setAside?: Effect.Effect<Option.Option<string>, StoreError>
    /** A hint that the log grew. May come late, twice or never. */
    readonly changed: Stream.Stream<void>
    /**
     * The moment by the clock that all machines of this store share, such as that of a database. A store of one machine
     * leaves it out.
     */
    readonly now?: Effect.Effect<DateTime.Utc>
    /** Loads the part that removes and erases; absent if the store only appends. Every use gets the same one. */
    readonly retention?: Effect.Effect<Retention>
  }
>()("@aumai/handoff-core/HandoffStore") {}

/**
 * The moment by the clock of a store: its own if machines share it, otherwise that of this process. The engine dates events
 * and judges what is due by it.
 */
export const nowIn = ({ now = DateTime.now }: Pick<HandoffStore["Service"], "now">): Effect.Effect<DateTime.Utc> => now

/** The values of a record that a store indexes. Plain strings and numbers let every index ascend and a page compare one tuple. */
export interface Keys {
  readonly status: HandoffStatus
  readonly to: AgentId
  readonly from: AgentId
  readonly parent: RecordId | undefined
  /** The agent that owns the next move; `undefined` if the handoff has ended. */
  readonly turn: AgentId | undefined
  /** `10 - priority`, so that the most urgent sorts first. */
  readonly urgency: number
  /** Milliseconds since 1970, UTC. */
  readonly createdAt: number
  /** The negative of when it last changed, in milliseconds since 1970, so that the latest sorts first. */
  readonly latest: number
  /** Milliseconds since 1970, UTC; `undefined` if no timer is left. */
  readonly dueAt: number | undefined
  /** The same without the end of its lease. */
  readonly otherDue: number | undefined
  readonly attempt: number
  /** When its lease ends by its record, in milliseconds since 1970; `undefined` if no lease runs. */
  readonly leaseUntil: number | undefined
  /** When its lease ends since it was renewed, in milliseconds since 1970; `undefined` if it was not. */
  readonly renewedUntil: number | undefined
}

// Cut to whole milliseconds, as in the encoded record, because a moment may have fractions.
const millisecondOf = (moment: DateTime.Utc | undefined): number | undefined =>
  moment && Math.trunc(moment.epochMilliseconds)

/** Computes the values of a record that a store indexes, as if its lease was not renewed. */
export const keysOf = (record: HandoffRecord): Keys => {
  const leaseUntil = millisecondOf("lease" in record ? record.lease?.until : undefined)
  const due = millisecondOf(dueAt(record))
  return {
    status: record.status,
    to: receiverOf(record),
    from: record.request.fromAgent,
    parent: record.request.parent,
    turn: turnOf(record),
    urgency: 10 - record.request.priority,
    createdAt: Math.trunc(record.createdAt.epochMilliseconds),
    latest: -Math.trunc(record.updatedAt.epochMilliseconds),
    dueAt: due,
    // Fast path: most records have no running lease.
    otherDue: leaseUntil === undefined ? due : millisecondOf(dueWithoutLease(record)),
    attempt: record.attempt,
    leaseUntil,
    renewedUntil: undefined
  }
}
