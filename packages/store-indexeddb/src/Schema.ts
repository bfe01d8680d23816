/** What is in the database: its object stores, their rows, and the index and order of each view. */
import { keysOf, type Keys, placeOf, type View } from "@aumai/handoff-core"
import { type HandoffRecord, limits } from "@aumai/handoff-protocol"

/** The version of the database. A page that finds a greater one leaves it alone. */
export const version = 1

export const storeNames = ["agents", "log", "meta", "records", "tally"] as const
export type StoreName = (typeof storeNames)[number]

/** A state. What is undefined is in no index, so those of `parent` and `dueAt` are sparse. */
export interface RecordValue extends Keys {
  readonly id: string
  readonly revision: number
  /** Indexes only ascend. */
  readonly newest: number
  readonly record: string
}

/** One of the sums that core lets a store keep. */
export interface TallyValue {
  readonly name: string
  readonly amount: number
}

/** An entry of the log. Its position is drawn by the database, in the order of transactions. */
export interface EntryValue {
  readonly position: number
  readonly id: string
  readonly revision: number
  readonly event: string
}

/** An agent. One that was written before agents had more than capabilities has these as JSON text, and no `agent`. */
export interface AgentValue {
  readonly id: string
  readonly agent?: string
  readonly capabilities?: string
  readonly lastSeen?: number | undefined
}

/** The later of two moments, where neither need be known. */
export const later = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a

/** The key of the only value in `meta`: which store this is. */
export const epochKey = "epoch"

interface ViewIndex {
  /** What the view asks to be equal. */
  readonly where: ReadonlyArray<keyof RecordValue>
  /** The rest of the order, before the id. */
  readonly order: ReadonlyArray<keyof RecordValue>
}

const indexes: Readonly<Record<Exclude<View["_tag"], "Prefix">, ViewIndex>> = {
  All: { where: [], order: ["createdAt"] },
  Status: { where: ["status"], order: ["createdAt"] },
  Inbox: { where: ["to", "status"], order: ["urgency", "createdAt"] },
  Sent: { where: ["from"], order: ["newest"] },
  Children: { where: ["parent"], order: ["createdAt"] },
  Due: { where: [], order: ["dueAt", "createdAt"] }
}

/** The index of the log that gives the history of one record. */
export const historyIndex = "history"

export const createStores = (database: IDBDatabase): void => {
  const records = database.createObjectStore("records", { keyPath: "id" })
  for (const [view, { where, order }] of Object.entries(indexes)) records.createIndex(view, [...where, ...order, "id"])
  const log = database.createObjectStore("log", { keyPath: "position", autoIncrement: true })
  log.createIndex(historyIndex, ["id", "revision"])
  database.createObjectStore("agents", { keyPath: "id" })
  database.createObjectStore("meta")
  database.createObjectStore("tally", { keyPath: "name" })
}

/** Whether a database has exactly our object stores. */
export const isOurs = ({ objectStoreNames }: IDBDatabase): boolean =>
  objectStoreNames.length === storeNames.length && storeNames.every((name) => objectStoreNames.contains(name))

export const valueOf = (record: HandoffRecord, text: string): RecordValue => {
  const keys = keysOf(record)
  return { id: record.recordId, revision: record.revision, ...keys, newest: -keys.createdAt, record: text }
}

/** Where a view is read from: its index; handoffs stand by their id without one. */
export const sourceOf = (view: View, records: IDBObjectStore): IDBObjectStore | IDBIndex =>
  view._tag === "Prefix" ? records : records.index(view._tag)

const equalsOf = (view: Exclude<View, { readonly _tag: "Prefix" }>): ReadonlyArray<string> => {
  switch (view._tag) {
    case "Status":
      return [view.status]
    case "Inbox":
      return [view.agent, view.status]
    case "Sent":
      return [view.agent]
    case "Children":
      return [view.parent]
    case "All":
    case "Due":
      return []
  }
}

/** The part of a view's index behind a record; nothing when nothing can be there. */
export const rangeOf = (view: View, after: HandoffRecord | undefined): IDBKeyRange | undefined => {
  if (view._tag === "Prefix") {
    // No id that begins so is behind this one: it is as long as an id may be, and of the last character.
    const end = view.prefix + "\uffff".repeat(limits.nameLength)
    if (after === undefined || after.recordId < view.prefix) return IDBKeyRange.bound(view.prefix, end)
    return after.recordId < end ? IDBKeyRange.bound(after.recordId, end, true) : undefined
  }
  const equal = equalsOf(view)
  // An array sorts after every number and text, so this ends all keys that begin alike.
  const end = view._tag === "Due" ? [view.at.epochMilliseconds, []] : [...equal, []]
  if (after === undefined) return IDBKeyRange.bound(equal, end)
  const { major, minor, id } = placeOf(view, after)
  const begin = [...equal, ...(indexes[view._tag].order.length === 2 ? [major, minor] : [major]), id]
  // A range that ends before it begins is refused; one behind a record that falls due later would.
  return indexedDB.cmp(begin, end) < 0 ? IDBKeyRange.bound(begin, end, true) : undefined
}
