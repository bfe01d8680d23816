import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite"

import { type CommitPlan, keysOf, type Place, type StoredText, type View } from "@aumai/handoff-core"
import { type HandoffRecord, type HandoffStatus, limits } from "@aumai/handoff-protocol"

const columns = "SELECT id, revision, record FROM handoffs"

/** Every statement that reads what grows, each with one index that gives its rows in order. */
export const reads = {
  standing: "SELECT revision, status FROM handoffs WHERE id = ?",
  get: `${columns} WHERE id = ?`,
  history: "SELECT position, record_id, revision, event FROM log WHERE record_id = ? ORDER BY revision",
  log: "SELECT position, record_id, revision, event FROM log WHERE position > ? ORDER BY position LIMIT ?",
  All: `${columns} WHERE (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?`,
  Status: `${columns} WHERE status = ? AND (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?`,
  Inbox: `${columns} WHERE to_agent = ? AND status = ? AND (urgency, created_at, id) > (?, ?, ?)
    ORDER BY urgency, created_at, id LIMIT ?`,
  Sent: `${columns} WHERE from_agent = ? AND (recency, id) > (?, ?) ORDER BY recency, id LIMIT ?`,
  Children: `${columns} WHERE parent = ? AND (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?`,
  Due: `${columns} WHERE due_at <= ? AND (due_at, created_at, id) > (?, ?, ?) ORDER BY due_at, created_at, id LIMIT ?`,
  Prefix: `${columns} WHERE id >= max(?, ?) AND id <= ? ORDER BY id LIMIT ?`,
  end: "SELECT max(position) AS position FROM log"
} as const satisfies Record<View["_tag"] | "standing" | "get" | "history" | "log" | "end", string>

// A character beyond 16 bits counts as two.
const last = "\u{10ffff}".repeat(limits.nameLength / 2)

/** The values that a view's statement asks for, but the last, which is how many rows to give. */
export const valuesOf = (view: View, { major, minor, id }: Place): ReadonlyArray<SQLInputValue> => {
  switch (view._tag) {
    case "All":
      return [major, id]
    case "Status":
      return [view.status, major, id]
    case "Inbox":
      return [view.agent, view.status, major, minor, id]
    case "Sent":
      return [view.agent, major, id]
    case "Children":
      return [view.parent, major, id]
    case "Due":
      return [view.at.epochMilliseconds, major, minor, id]
    case "Prefix":
      // Behind an id comes first what it begins; and at the end of all that the prefix begins, the last id there can be.
      return [view.prefix, id === "" ? "" : `${id}\0`, view.prefix + last]
  }
}

interface Sum {
  readonly name: string
  readonly amount: number
}

type Values = ReadonlyArray<SQLOutputValue>

// The tables are STRICT, so that these only tell the compiler what the schema says.
const text = (value: SQLOutputValue | undefined): string => (typeof value === "string" ? value : "")
const record = ([id, revision, json]: Values): StoredText.RecordRow => ({
  id: text(id),
  revision: Number(revision),
  record: text(json)
})
const entry = ([position, id, revision, event]: Values): StoredText.EntryRow => ({
  position: String(Number(position)),
  id: text(id),
  revision: Number(revision),
  event: text(event)
})
const sum = ([name, amount]: Values): Sum => ({ name: text(name), amount: Number(amount) })
const agent = ([id, agent, lastSeen]: Values): StoredText.AgentRow => ({
  id: text(id),
  agent: text(agent),
  lastSeen: lastSeen === null ? undefined : Number(lastSeen)
})
const standing = ([revision, status]: Values): CommitPlan.Standing => ({
  revision: Number(revision),
  // The cast: only statuses of records are written there.
  status: text(status) as HandoffStatus
})

/** Rows as arrays: an object of three columns takes SQLite's binding as long as finding its row. */
const prepare = (db: DatabaseSync, sql: string): StatementSync => {
  const statement = db.prepare(sql)
  statement.setReturnArrays(true)
  return statement
}

const rows = <Row>(db: DatabaseSync, sql: string, read: (values: Values) => Row) => {
  const statement = prepare(db, sql)
  // The cast: it gives arrays.
  return (...values: ReadonlyArray<SQLInputValue>): ReadonlyArray<Row> =>
    (statement.all(...values) as unknown as ReadonlyArray<Values>).map(read)
}

const first = <Row>(db: DatabaseSync, sql: string, read: (values: Values) => Row) => {
  const statement = prepare(db, sql)
  return (...values: ReadonlyArray<SQLInputValue>): Row | undefined => {
    // The cast: as above.
    const found = statement.get(...values) as unknown as Values | undefined
    return found === undefined ? undefined : read(found)
  }
}

const run = (db: DatabaseSync, sql: string) => {
  const statement = db.prepare(sql)
  return (...values: ReadonlyArray<SQLInputValue>) => void statement.run(...values)
}

/** What the store says to its database. */
export type Statements = ReturnType<typeof make>

export const make = (db: DatabaseSync) => {
  const list = (view: View["_tag"]) => rows(db, reads[view], record)
  const insert = run(
    db,
    `INSERT INTO handoffs (id, revision, status, from_agent, to_agent, parent, urgency, created_at, due_at, record)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
  )
  // Who sent it, when and how urgent it is never changes: the indexes that only hold that are not touched, which spares
  // their pages. The one that holds the receiver holds the status, too.
  const update = run(
    db,
    "UPDATE handoffs SET revision = ?, status = ?, to_agent = ?, due_at = ?, record = ? WHERE id = ?"
  )
  return {
    standing: first(db, reads.standing, standing),
    get: first(db, reads.get, record),
    history: rows(db, reads.history, entry),
    log: rows(db, reads.log, entry),
    list: {
      All: list("All"),
      Status: list("Status"),
      Inbox: list("Inbox"),
      Sent: list("Sent"),
      Children: list("Children"),
      Due: list("Due"),
      Prefix: list("Prefix")
    } satisfies Record<View["_tag"], unknown>,
    insert: (record: HandoffRecord, text: string) => {
      const { status, from, to, parent = null, urgency, createdAt, dueAt = null } = keysOf(record)
      insert(record.recordId, record.revision, status, from, to, parent, urgency, createdAt, dueAt, text)
    },
    update: (record: HandoffRecord, text: string) => {
      const { status, to, dueAt = null } = keysOf(record)
      update(record.revision, status, to, dueAt, text, record.recordId)
    },
    append: run(db, "INSERT INTO log (record_id, revision, event) VALUES (?, ?, ?)"),
    end: first(db, reads.end, ([position]) => position ?? undefined),
    add: run(
      db,
      "INSERT INTO tally (name, amount) VALUES (?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount"
    ),
    tally: rows(db, "SELECT name, amount FROM tally", sum),
    putAgent: run(
      db,
      `INSERT INTO agents (id, agent, last_seen) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET agent = excluded.agent,
        last_seen = max(coalesce(last_seen, excluded.last_seen), coalesce(excluded.last_seen, last_seen))`
    ),
    seeAgent: run(db, "UPDATE agents SET last_seen = ?1 WHERE id = ?2 AND (last_seen IS NULL OR last_seen < ?1)"),
    removeAgent: run(db, "DELETE FROM agents WHERE id = ?"),
    agents: rows(db, "SELECT id, agent, last_seen FROM agents", agent),
    dataVersion: first(db, "PRAGMA data_version", ([version]) => version)
  }
}
