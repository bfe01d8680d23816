import {
  frozen,
  type HandoffRecord,
  type HandoffStatus,
  type InvalidPosition,
  type RecordId,
  type RevisionConflict,
  transitions
} from "@aumai/handoff-protocol"
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

import * as CommitPlan from "./CommitPlan.ts"
import {
  type Change,
  type Entry,
  keysOf,
  type LogOrigin,
  type Keys,
  type Page,
  type Position,
  type Tally,
  type View
} from "./HandoffStore.ts"
import * as OrderedIndex from "./OrderedIndex.ts"
import { beyond, numberIn, positionOf } from "./Positions.ts"
import { keysWith, type Renewal, renewedIn, renewedKeys, shownWith } from "./Renewals.ts"
import { due, named, newer, older, recent, type SortKey, sortKeyOf, urgent } from "./SortKey.ts"
import { tallyOf } from "./Tally.ts"

interface Held {
  /** As it is stored, and as readers see it. */
  record: HandoffRecord
  shown: HandoffRecord
  keys: Keys
  /** Its sort keys by age and by urgency, which never change. */
  readonly byAge: SortKey
  readonly byUrgency: SortKey
  readonly history: Array<Entry>
}

/**
 * The whole content of a store in memory, indexed for every view. The memory store consists of one, and the file store
 * builds on one. All functions are synchronous, so each call is atomic.
 */
export interface StoreImage {
  /** The log that entries are put into. */
  readonly origin: LogOrigin
  /**
   * The conflict at the first change whose revision is not the next of its record, or that names this log with another
   * number of keys; `undefined` without one.
   */
  readonly conflict: (changes: ReadonlyArray<Change>, keys: number) => RevisionConflict | undefined
  /**
   * Freezes changes, because everybody gets these objects, and adds them without checking their revisions.
   * The first gets `position`, by default the one after the last position, and each further change the next number.
   */
  readonly put: (changes: ReadonlyArray<Change>, position?: number) => void
  readonly get: (id: RecordId) => HandoffRecord | undefined
  /** The record without the renewal of its lease. */
  readonly stored: (id: RecordId) => HandoffRecord | undefined
  /** The state of a handoff that its next commit depends on. */
  readonly standing: (id: RecordId) => CommitPlan.Standing | undefined
  /** Renews leases, and returns the renewals that it refuses. */
  readonly renew: (renewals: ReadonlyArray<Renewal>, at: DateTime.Utc) => ReadonlyArray<Renewal>
  readonly list: (view: View, page: Page<HandoffRecord>) => ReadonlyArray<HandoffRecord>
  readonly history: (id: RecordId) => ReadonlyArray<Entry>
  readonly log: (page: Page<Position>) => Result.Result<ReadonlyArray<Entry>, InvalidPosition>
  readonly end: () => Position | undefined
  readonly tally: () => Tally
  /** The number of the last position, of an entry or reserved; 0 without one. */
  readonly lastPosition: () => number
  /** Keeps the positions up to this number for entries of the key log, so that no entry of a handoff gets them. */
  readonly reserve: (position: number) => void
  /** Every handoff with its entries, for a store that makes another image of them. */
  readonly all: () => ReadonlyMap<RecordId, Pick<Held, "record" | "history">>
}

/** One index per name, such as the inbox of each agent. An empty index is removed. */
const partitioned = () => {
  const indexes = new Map<string, OrderedIndex.OrderedIndex>()
  return {
    of: (name: string): OrderedIndex.OrderedIndex | undefined => indexes.get(name),
    add: (name: string, key: SortKey) => {
      let index = indexes.get(name)
      if (index === undefined) indexes.set(name, (index = OrderedIndex.make()))
      index.add(key)
    },
    remove: (name: string, key: SortKey) => {
      const index = indexes.get(name)
      index?.remove(key)
      if (index?.size() === 0) indexes.delete(name)
    }
  }
}

const startOf = (view: View, after: HandoffRecord | undefined): OrderedIndex.Start | undefined => {
  // The cast: the prefix is only compared with ids. `after` may sort before every id with the prefix.
  if (view._tag === "Prefix" && !(after && after.recordId >= view.prefix))
    return { from: named(view.prefix as RecordId) }
  return after && { after: sortKeyOf(view, after) }
}

/** Tests for a key after the end of a view that covers only a part of its index. */
const isPastEnd = (view: View, { major, id }: SortKey): boolean =>
  view._tag === "Due" ? major > view.at.epochMilliseconds : view._tag === "Prefix" ? !id.startsWith(view.prefix) : false

/** Makes one value per status. */
const byStatusOf = <A>(make: () => A): Readonly<Record<HandoffStatus, A>> => ({
  pending: make(),
  accepted: make(),
  in_progress: make(),
  input_required: make(),
  delivered: make(),
  completed: make(),
  rejected: make(),
  failed: make(),
  cancelled: make(),
  expired: make()
})

/** Makes an empty image of a log. */
export const make = (origin: LogOrigin): StoreImage => {
  const held = new Map<RecordId, Held>()
  const log: Array<Entry> = []
  const positions: Array<number> = []
  let reserved = 0
  const elapsed = new Map<string, number>()
  // Built on the first `Prefix` view, which most programs never read.
  let ids: OrderedIndex.OrderedIndex | undefined
  const all = OrderedIndex.make()
  const dueIndex = OrderedIndex.make()
  const byStatus = byStatusOf(OrderedIndex.make)
  const inboxes = byStatusOf(partitioned)
  const sent = partitioned()
  const turns = partitioned()
  // Built on the first `Recent` view, because they change with every commit and most programs never read them.
  let latest: { readonly all: OrderedIndex.OrderedIndex; readonly of: ReturnType<typeof partitioned> } | undefined
  const children = partitioned()

  /** Adds a handoff to the views that its changes move it between, or removes it. */
  const indexMoving = (change: "add" | "remove", { keys, byAge, byUrgency }: Held) => {
    byStatus[keys.status][change](byAge)
    inboxes[keys.status][change](keys.to, byUrgency)
    if (keys.dueAt !== undefined) dueIndex[change](due(keys.dueAt, keys, byAge.id))
    if (latest !== undefined) indexRecent(latest, change, keys, byAge.id)
  }

  const indexRecent = (
    { all, of }: NonNullable<typeof latest>,
    change: "add" | "remove",
    keys: Keys,
    id: SortKey["id"]
  ) => {
    const key = recent(keys, id)
    all[change](key)
    of[change](keys.from, key)
  }

  /** Moves a handoff between the agents that own its turn. Most changes leave it where it is. */
  const indexTurn = (before: Keys["turn"], { keys: { turn }, byUrgency }: Held) => {
    if (before === turn) return
    if (before !== undefined) turns.remove(before, byUrgency)
    if (turn !== undefined) turns.add(turn, byUrgency)
  }

  const begin = (id: RecordId, record: HandoffRecord, keys: Keys): Held => {
    const first: Held = {
      record,
      shown: record,
      keys,
      byAge: older(keys, id),
      byUrgency: urgent(keys, id),
      history: []
    }
    held.set(id, first)
    ids?.add(named(id))
    all.add(first.byAge)
    sent.add(keys.from, newer(keys, id))
    if (keys.parent !== undefined) children.add(keys.parent, first.byAge)
    return first
  }

  /** Adds one change. The views are updated once for adjacent changes of the same record. */
  const putOne = ({ record, event }: Change, position: number, isFollowed: boolean, follows: boolean) => {
    const id = record.recordId
    const entry: Entry = frozen({
      position: positionOf(origin, position),
      recordId: id,
      revision: record.revision,
      event
    })
    log.push(entry)
    positions.push(position)
    const known = held.get(id)
    const keys = keysWith(keysOf(record), known && renewedIn(known.keys))
    if (known !== undefined && !follows) indexMoving("remove", known)
    if (known !== undefined) count(known.record, -1)
    count(record, 1)
    const before = known?.keys.turn
    const one = known ?? begin(id, record, keys)
    one.record = frozen(record)
    one.shown = shownWith(record, keys.renewedUntil)
    one.keys = keys
    one.history.push(entry)
    indexTurn(before, one)
    if (!isFollowed) indexMoving("add", one)
  }

  /** Tests whether a lease could be renewed. */
  const renewOne = (renewal: Renewal, at: DateTime.Utc): boolean => {
    const one = held.get(renewal.recordId)
    const keys = one && renewedKeys(one.keys, renewal, at)
    if (one === undefined || keys === undefined) return false
    if (one.keys.dueAt !== undefined) dueIndex.remove(due(one.keys.dueAt, one.keys, one.byAge.id))
    if (keys.dueAt !== undefined) dueIndex.add(due(keys.dueAt, keys, one.byAge.id))
    one.keys = keys
    one.shown = shownWith(one.record, keys.renewedUntil)
    return true
  }

  /** Adds the sums of a completed handoff; the indexes count the statuses. */
  const count = (record: HandoffRecord, sign: number) => {
    if (record.status !== transitions.Completed.to) return
    const [, ...sums] = tallyOf(record)
    for (const [name, amount] of sums) elapsed.set(name, (elapsed.get(name) ?? 0) + sign * amount)
  }

  const indexIds = (): OrderedIndex.OrderedIndex => {
    const index = OrderedIndex.make()
    for (const id of [...held.keys()].toSorted()) index.add(named(id))
    return index
  }

  const indexLatest = () => {
    const made = { all: OrderedIndex.make(), of: partitioned() }
    for (const { byAge, keys } of [...held.values()].toSorted((a, b) => a.keys.latest - b.keys.latest)) {
      indexRecent(made, "add", keys, byAge.id)
    }
    return made
  }

  const indexOf = (view: View): OrderedIndex.OrderedIndex | undefined => {
    switch (view._tag) {
      case "All":
        return all
      case "Status":
        return byStatus[view.status]
      case "Inbox":
        return inboxes[view.status].of(view.agent)
      case "Sent":
        return sent.of(view.agent)
      case "Turn":
        return turns.of(view.agent)
      case "Recent": {
        latest ??= indexLatest()
        return view.agent === undefined ? latest.all : latest.of.of(view.agent)
      }
      case "Children":
        return children.of(view.parent)
      case "Due":
        return dueIndex
      case "Prefix":
        return (ids ??= indexIds())
    }
  }

  const standing = (id: RecordId): CommitPlan.Standing | undefined => {
    const one = held.get(id)
    if (one === undefined) return undefined
    const { revision, status } = one.record
    return { revision, status, renewed: renewedIn(one.keys) }
  }

  const lastPosition = () => Math.max(positions[positions.length - 1] ?? 0, reserved)

  return {
    origin,
    conflict: (changes, keys) =>
      CommitPlan.conflictIn(
        changes,
        (id) => standing(id)?.revision ?? 0,
        { log: origin.log, keys },
        (id) => standing(id)?.renewed
      ),
    put: (changes, position) => {
      let at = position ?? lastPosition() + 1
      let follows = false
      for (const [index, change] of changes.entries()) {
        const isFollowed = changes[index + 1]?.record.recordId === change.record.recordId
        putOne(change, at++, isFollowed, follows)
        follows = isFollowed
      }
    },
    get: (id) => held.get(id)?.shown,
    standing,
    stored: (id) => held.get(id)?.record,
    renew: (renewals, at) => renewals.filter((renewal) => !renewOne(renewal, at)),
    list: (view, page) => {
      const records: Array<HandoffRecord> = []
      for (const key of indexOf(view)?.page(Math.trunc(page.limit), startOf(view, page.after)) ?? []) {
        if (isPastEnd(view, key)) break
        // The casts: an index contains only ids of held records.
        records.push((held.get(key.id as RecordId) as Held).shown)
      }
      return records
    },
    history: (id) => held.get(id)?.history.slice() ?? [],
    log: ({ limit, after }) => {
      const read = numberIn(origin, after)
      if (Result.isFailure(read)) return Result.fail(read.failure)
      const position = Number(read.success ?? 0)
      if (after !== undefined && position > lastPosition()) return beyond(after)
      let low = 0
      let high = positions.length
      while (low < high) {
        const middle = (low + high) >>> 1
        if ((positions[middle] ?? 0) <= position) low = middle + 1
        else high = middle
      }
      return Result.succeed(log.slice(low, low + Math.max(0, limit)))
    },
    end: () => log.at(-1)?.position,
    tally: () => ({
      ...Object.fromEntries(Object.entries(byStatus).map(([status, index]) => [status, index.size()])),
      ...Object.fromEntries(elapsed)
    }),
    lastPosition,
    reserve: (position) => {
      reserved = Math.max(reserved, position)
    },
    all: () => held
  }
}
