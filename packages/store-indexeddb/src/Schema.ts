/** The database's object stores, their rows, and the index and order of each view. */
import {
  type DocumentRow,
  keysOf,
  type Keys,
  keysWith,
  type Renewed,
  sortKeyOf,
  StoredText,
  type View
} from "@aumai/handoff-core"
import { type Digest, type HandoffRecord, limits } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

/** The version of the database. A page that finds a higher one refuses it. */
export const version = 4

/** The object stores. */
export const storeNames = ["agents", "documents", "keys", "log", "meta", "records", "removed", "tally"] as const
export type StoreName = (typeof storeNames)[number]

/** A record. A row is not in an index over an undefined field, so those on `parent`, `turn` and `dueAt` are sparse. */
export interface RecordValue extends Keys {
  readonly id: string
  readonly revision: number
  /** The negated `createdAt`, because an index is only ascending. */
  readonly newest: number
  readonly record: string
}

/** One sum of the tally. */
export interface TallyValue {
  readonly name: string
  readonly amount: number
}

/** An entry of the log. The database assigns its position, in the order of transactions. */
export interface EntryValue {
  readonly position: number
  readonly id: string
  readonly revision: number
  readonly event: string
}

/** The entries that were removed at adjacent leaves, in one hash. */
export interface RemovedValue {
  readonly first: number
  readonly last: number
  readonly level: number
  readonly hash: Digest
}

/** An agent. A row of the first version has `capabilities` as JSON text, and no `agent`. */
export interface AgentValue {
  readonly id: string
  readonly agent?: string
  readonly capabilities?: string
  readonly lastSeen?: number | undefined
}

/** An entry of a key log. One of the log of this store has a position, from the sequence of the log. */
export interface KeyValue {
  readonly log: string
  readonly revision: number
  readonly event: string
  readonly position?: number | undefined
}

/** A document. Its version comes from a counter in `meta`. */
export interface DocumentValue extends DocumentRow {
  readonly kind: string
}

/** The later of two moments, each of which may be unknown. */
export const later = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a

/**
 * The keys of the values in `meta`: the random id of the database, the name of the log, the last version of a document, and
 * the reservations of claimers.
 */
export const epochKey = "epoch"
export const logKey = "log"
export const documentKey = "documents"
export const reservedKey = "reserved"

/** The range of the key log of one log. */
export const ofLog = (log: string): IDBKeyRange => IDBKeyRange.bound([log], [log, []])

interface ViewIndex {
  /** The fields that must equal the view's parameters. */
  readonly where: ReadonlyArray<keyof RecordValue>
  /** The sort fields, before the id. */
  readonly order: ReadonlyArray<keyof RecordValue>
}

/** The index of `Recent` for one sender. */
const recentOf = "RecentOf"

const indexes: Readonly<Record<Exclude<View["_tag"], "Prefix"> | typeof recentOf, ViewIndex>> = {
  All: { where: [], order: ["createdAt"] },
  Status: { where: ["status"], order: ["createdAt"] },
  Inbox: { where: ["to", "status"], order: ["urgency", "createdAt"] },
  Sent: { where: ["from"], order: ["newest"] },
  Turn: { where: ["turn"], order: ["urgency", "createdAt"] },
  Recent: { where: [], order: ["latest"] },
  [recentOf]: { where: ["from"], order: ["latest"] },
  Children: { where: ["parent"], order: ["createdAt"] },
  Due: { where: [], order: ["dueAt", "createdAt"] }
}

type IndexName = keyof typeof indexes
const createIndex = (records: IDBObjectStore, name: IndexName) => {
  const { where, order } = indexes[name]
  records.createIndex(name, [...where, ...order, "id"])
}
/** The name of the index of a view. */
const indexOf = (view: Exclude<View, { readonly _tag: "Prefix" }>): IndexName =>
  view._tag === "Recent" && view.agent !== undefined ? recentOf : view._tag

/** The index of the log that gives the history of one record. */
export const historyIndex = "history"

/**
 * Gives every row of an older version its keys, one row at a time. An odd row is in no view that it cannot be sorted in, but
 * every list leaves it out anyway.
 */
const addKeys = (records: IDBObjectStore): void => {
  const request = records.openCursor()
  request.addEventListener("success", () => {
    const cursor = request.result
    if (cursor === null) return
    // The cast: the rows are those of this store; their text is checked.
    const row = cursor.value as RecordValue
    const record = StoredText.readRecord(row)
    if (Result.isSuccess(record)) cursor.update(valueOf(record.success, row.record))
    cursor.continue()
  })
}

/** Creates the object stores and indexes that a database of an older version, 0 for a new one, does not have. */
export const createStores = (database: IDBDatabase, older: number, transaction: IDBTransaction): void => {
  database.createObjectStore("removed", { keyPath: "first" })
  if (older < 3) database.createObjectStore("documents", { keyPath: ["kind", "key"] })
  if (older < 2) database.createObjectStore("keys", { keyPath: ["log", "revision"] })
  if (older > 0) {
    const records = transaction.objectStore("records")
    addKeys(records)
    if (older < 3) for (const view of ["Turn", "Recent", recentOf] as const) createIndex(records, view)
    return
  }
  const records = database.createObjectStore("records", { keyPath: "id" })
  // The cast: the keys are those of the table.
  for (const view of Object.keys(indexes) as ReadonlyArray<IndexName>) createIndex(records, view)
  const log = database.createObjectStore("log", { keyPath: "position", autoIncrement: true })
  log.createIndex(historyIndex, ["id", "revision"])
  database.createObjectStore("agents", { keyPath: "id" })
  database.createObjectStore("meta")
  database.createObjectStore("tally", { keyPath: "name" })
}

/** The versions that added an object store; the first one has the others. */
const since: { readonly [Name in StoreName]?: number } = { keys: 2, documents: 3, removed: 4 }

/** Tests whether a database has exactly the object stores of a handoff store of a version. */
export const isOurs = ({ objectStoreNames }: IDBDatabase, of = version): boolean => {
  const names = storeNames.filter((name) => (since[name] ?? 1) <= of)
  return objectStoreNames.length === names.length && names.every((name) => objectStoreNames.contains(name))
}

/** The row of a record, whose lease may have been renewed. */
export const valueOf = (record: HandoffRecord, text: string, renewed?: Renewed): RecordValue => {
  const keys = keysWith(keysOf(record), renewed)
  return { id: record.recordId, revision: record.revision, ...keys, newest: -keys.createdAt, record: text }
}

/** The index of a view. Prefix reads the object store itself, whose key is the id. */
export const sourceOf = (view: View, records: IDBObjectStore): IDBObjectStore | IDBIndex =>
  view._tag === "Prefix" ? records : records.index(indexOf(view))

const equalsOf = (view: Exclude<View, { readonly _tag: "Prefix" }>): ReadonlyArray<string> => {
  switch (view._tag) {
    case "Status":
      return [view.status]
    case "Inbox":
      return [view.agent, view.status]
    case "Sent":
    case "Turn":
      return [view.agent]
    case "Recent":
      return view.agent === undefined ? [] : [view.agent]
    case "Children":
      return [view.parent]
    case "All":
    case "Due":
      return []
  }
}

/** The part of a view's index after a record; `undefined` if it must be empty. */
export const rangeOf = (view: View, after: HandoffRecord | undefined): IDBKeyRange | undefined => {
  if (view._tag === "Prefix") {
    // An upper bound of all ids with the prefix: the greatest character, repeated to the maximum length of an id.
    const end = view.prefix + "\uffff".repeat(limits.nameLength)
    if (after === undefined || after.recordId < view.prefix) return IDBKeyRange.bound(view.prefix, end)
    return after.recordId < end ? IDBKeyRange.bound(after.recordId, end, true) : undefined
  }
  const equal = equalsOf(view)
  // An array sorts after every number and text, so this is an upper bound of all keys with these values.
  const end = view._tag === "Due" ? [view.at.epochMilliseconds, []] : [...equal, []]
  if (after === undefined) return IDBKeyRange.bound(equal, end)
  const { major, minor, id } = sortKeyOf(view, after)
  const begin = [...equal, ...(indexes[indexOf(view)].order.length === 2 ? [major, minor] : [major]), id]
  // IDBKeyRange throws if the end is before the beginning, which happens after a record that is due later than `at`.
  return indexedDB.cmp(begin, end) < 0 ? IDBKeyRange.bound(begin, end, true) : undefined
}
