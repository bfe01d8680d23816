import type { DatabaseSync, SQLInputValue } from "node:sqlite"

import { type CommitPlan, keysOf, type Place, type StoredText, type View } from "@aumai/handoff-core"
import type { HandoffRecord } from "@aumai/handoff-protocol"

const columns = "SELECT id, revision, record FROM handoffs"

/** Every statement that reads what grows, each with one index that gives its rows in order. */
export const reads = {
  standing: "SELECT revision, status FROM handoffs WHERE id = ?",
  get: `${columns} WHERE id = ?`,
  history: "SELECT position, record_id AS id, revision, event FROM log WHERE record_id = ? ORDER BY revision",
  log: "SELECT position, record_id AS id, revision, event FROM log WHERE position > ? ORDER BY position LIMIT ?",
  All: `${columns} WHERE (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?`,
  Status: `${columns} WHERE status = ? AND (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?`,
  Inbox: `${columns} WHERE to_agent = ? AND status = ? AND (urgency, created_at, id) > (?, ?, ?)
    ORDER BY urgency, created_at, id LIMIT ?`,
  Sent: `${columns} WHERE from_agent = ? AND (recency, id) > (?, ?) ORDER BY recency, id LIMIT ?`,
  Children: `${columns} WHERE parent = ? AND (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?`,
  Due: `${columns} WHERE due_at <= ? AND (due_at, created_at, id) > (?, ?, ?) ORDER BY due_at, created_at, id LIMIT ?`,
  Prefix: `${columns} WHERE id >= ? AND id < ? ORDER BY id LIMIT ?`,
  end: "SELECT max(position) AS position FROM log"
} as const satisfies Record<View["_tag"] | "standing" | "get" | "history" | "log" | "end", string>

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
      // Behind an id comes first what it begins; and behind all that the prefix begins, the last character there is.
      return [id === "" ? view.prefix : `${id}\0`, `${view.prefix}\u{10ffff}`]
  }
}

/** An entry as SQLite gives it. */
export interface LogRow {
  readonly position: number
  readonly id: string
  readonly revision: number
  readonly event: string
}

interface TallyRow {
  readonly name: string
  readonly amount: number
}

type Rows<Row> = (...values: ReadonlyArray<SQLInputValue>) => ReadonlyArray<Row>
type First<Row> = (...values: ReadonlyArray<SQLInputValue>) => Row | undefined

const rows = (db: DatabaseSync, sql: string): Rows<unknown> => {
  const statement = db.prepare(sql)
  return (...values) => statement.all(...values)
}

const first = (db: DatabaseSync, sql: string): First<unknown> => {
  const statement = db.prepare(sql)
  return (...values) => statement.get(...values)
}

const run = (db: DatabaseSync, sql: string) => {
  const statement = db.prepare(sql)
  return (...values: ReadonlyArray<SQLInputValue>) => void statement.run(...values)
}

/** What the store says to its database. */
export type Statements = ReturnType<typeof make>

export const make = (db: DatabaseSync) => {
  // The casts of rows, here and below: the tables are STRICT, so columns hold what the schema says they do.
  const list = (view: View["_tag"]) => rows(db, reads[view]) as Rows<StoredText.RecordRow>
  const insert = run(
    db,
    `INSERT INTO handoffs (id, revision, status, from_agent, to_agent, parent, urgency, created_at, due_at, record)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
  )
  // A request never changes: the indexes that only hold what it says are not touched, which spares their pages.
  const update = run(db, "UPDATE handoffs SET revision = ?, status = ?, due_at = ?, record = ? WHERE id = ?")
  return {
    standing: first(db, reads.standing) as First<CommitPlan.Standing>,
    get: first(db, reads.get) as First<StoredText.RecordRow>,
    history: rows(db, reads.history) as Rows<LogRow>,
    log: rows(db, reads.log) as Rows<LogRow>,
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
      const { status, dueAt = null } = keysOf(record)
      update(record.revision, status, dueAt, text, record.recordId)
    },
    append: run(db, "INSERT INTO log (record_id, revision, event) VALUES (?, ?, ?)"),
    end: first(db, reads.end) as First<{ readonly position: number | null }>,
    add: run(
      db,
      "INSERT INTO tally (name, amount) VALUES (?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount"
    ),
    tally: rows(db, "SELECT name, amount FROM tally") as Rows<TallyRow>,
    putAgent: run(
      db,
      "INSERT INTO agents (id, capabilities) VALUES (?, ?) ON CONFLICT DO UPDATE SET capabilities = excluded.capabilities"
    ),
    removeAgent: run(db, "DELETE FROM agents WHERE id = ?"),
    agents: rows(db, "SELECT id, capabilities FROM agents") as Rows<StoredText.AgentRow>,
    dataVersion: first(db, "PRAGMA data_version") as First<{ readonly data_version: number }>
  }
}
