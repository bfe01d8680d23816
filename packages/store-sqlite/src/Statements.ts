/** The SQL of the store, prepared once per connection, and the conversion between rows and typed values. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite"

import {
  type CommitPlan,
  type DocumentRow,
  keysOf,
  keysWith,
  type Renewal,
  type SortKey,
  type StoredAgents,
  type StoredText,
  type View
} from "@aumai/handoff-core"
import { type HandoffRecord, type HandoffStatus, limits } from "@aumai/handoff-protocol"
import type * as DateTime from "effect/DateTime"

const columns = "SELECT id, revision, record, renewed_until FROM handoffs"

/** The statements that read growing tables. Each searches one index that returns its rows in order. */
export const reads = {
  standing: "SELECT revision, status, turn, attempt, renewed_until FROM handoffs WHERE id = ?",
  get: `${columns} WHERE id = ?`,
  history: "SELECT position, record_id, revision, event FROM log WHERE record_id = ? ORDER BY revision",
  log: "SELECT position, record_id, revision, event FROM log WHERE position > ? ORDER BY position LIMIT ?",
  All: `${columns} WHERE (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?`,
  Status: `${columns} WHERE status = ? AND (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?`,
  Inbox: `${columns} WHERE to_agent = ? AND status = ? AND (urgency, created_at, id) > (?, ?, ?)
    ORDER BY urgency, created_at, id LIMIT ?`,
  unreserved: `${columns} WHERE to_agent = ? AND status = ? AND (urgency, created_at, id) > (?, ?, ?)
    AND (SELECT until > ? AND until <= ? FROM reservations r
      WHERE r.id = handoffs.id AND r.revision = handoffs.revision) IS NOT TRUE
    ORDER BY urgency, created_at, id LIMIT ?`,
  Sent: `${columns} WHERE from_agent = ? AND (recency, id) > (?, ?) ORDER BY recency, id LIMIT ?`,
  Turn: `${columns} WHERE turn = ? AND (urgency, created_at, id) > (?, ?, ?) ORDER BY urgency, created_at, id LIMIT ?`,
  Recent: `${columns} WHERE (latest, id) > (?, ?) ORDER BY latest, id LIMIT ?`,
  RecentOf: `${columns} WHERE from_agent = ? AND (latest, id) > (?, ?) ORDER BY latest, id LIMIT ?`,
  Children: `${columns} WHERE parent = ? AND (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?`,
  Due: `${columns} WHERE due_at <= ? AND (due_at, created_at, id) > (?, ?, ?) ORDER BY due_at, created_at, id LIMIT ?`,
  Prefix: `${columns} WHERE id >= max(?, ?) AND id <= ? ORDER BY id LIMIT ?`,
  end: "SELECT max(position) AS position FROM log"
} as const satisfies Record<
  View["_tag"] | "RecentOf" | "unreserved" | "standing" | "get" | "history" | "log" | "end",
  string
>

// The greatest id. Its length is halved because a character beyond 16 bits counts as two.
const last = "\u{10ffff}".repeat(limits.nameLength / 2)

/** The parameters of a view's statement, except the last one, its limit. */
export const valuesOf = (view: View, { major, minor, id }: SortKey): ReadonlyArray<SQLInputValue> => {
  switch (view._tag) {
    case "All":
      return [major, id]
    case "Status":
      return [view.status, major, id]
    case "Inbox":
      return [view.agent, view.status, major, minor, id]
    case "Turn":
      return [view.agent, major, minor, id]
    case "Recent":
      return view.agent === undefined ? [major, id] : [view.agent, major, id]
    case "Sent":
      return [view.agent, major, id]
    case "Children":
      return [view.parent, major, id]
    case "Due":
      return [view.at.epochMilliseconds, major, minor, id]
    case "Prefix":
      // `id\0` is the first text after `id`. The prefix followed by the greatest id is after every id with the prefix.
      return [view.prefix, id === "" ? "" : `${id}\0`, view.prefix + last]
  }
}

interface Sum {
  readonly name: string
  readonly amount: number
}

type Values = ReadonlyArray<SQLOutputValue>

// The tables are STRICT, so these conversions only state the column types for the compiler.
const text = (value: SQLOutputValue | undefined): string => (typeof value === "string" ? value : "")
const record = ([id, revision, json, renewed]: Values): StoredText.RecordRow => ({
  id: text(id),
  revision: Number(revision),
  record: text(json),
  renewedUntil: renewed === null ? null : Number(renewed)
})
const entry = ([position, id, revision, event]: Values): StoredText.EntryRow => ({
  number: String(Number(position)),
  id: text(id),
  revision: Number(revision),
  event: text(event)
})
const sum = ([name, amount]: Values): Sum => ({ name: text(name), amount: Number(amount) })
const agent = ([id, agent, lastSeen]: Values): StoredAgents.AgentRow => ({
  id: text(id),
  agent: text(agent),
  lastSeen: lastSeen === null ? undefined : Number(lastSeen)
})
/** The state of a handoff before a commit, with the agent that owns the next move. */
export interface Standing extends CommitPlan.Standing {
  readonly turn: string | null
}

const standing = ([revision, status, turn, attempt, renewed]: Values): Standing => ({
  turn: turn === null ? null : text(turn),
  renewed: renewed === null ? undefined : { attempt: Number(attempt), until: Number(renewed) },
  revision: Number(revision),
  // The cast is safe because only the status of a record is written to this column.
  status: text(status) as HandoffStatus
})

const document = ([key, version, body]: Values): DocumentRow => ({
  key: text(key),
  version: Number(version),
  body: text(body)
})

const key = ([log, revision, event, position]: Values): StoredAgents.KeyRow => ({
  log: text(log),
  revision: Number(revision),
  event: text(event),
  number: position === null ? undefined : String(Number(position))
})

/** Prepares a statement that returns arrays, because building an object of three columns takes as long as finding its row. */
const prepare = (db: DatabaseSync, sql: string): StatementSync => {
  const statement = db.prepare(sql)
  statement.setReturnArrays(true)
  return statement
}

const rows = <Row>(db: DatabaseSync, sql: string, read: (values: Values) => Row) => {
  const statement = prepare(db, sql)
  // The cast states what setReturnArrays does, which the types of node:sqlite do not know.
  return (...values: ReadonlyArray<SQLInputValue>): ReadonlyArray<Row> =>
    (statement.all(...values) as unknown as ReadonlyArray<Values>).map(read)
}

const first = <Row>(db: DatabaseSync, sql: string, read: (values: Values) => Row) => {
  const statement = prepare(db, sql)
  return (...values: ReadonlyArray<SQLInputValue>): Row | undefined => {
    // The cast has the same reason as in `rows`.
    const found = statement.get(...values) as unknown as Values | undefined
    return found === undefined ? undefined : read(found)
  }
}

const run = (db: DatabaseSync, sql: string) => {
  const statement = db.prepare(sql)
  return (...values: ReadonlyArray<SQLInputValue>) => void statement.run(...values)
}

/** The prepared statements of one connection. */
export type Statements = ReturnType<typeof make>

/** Prepares every statement on a connection. */
export const make = (db: DatabaseSync) => {
  const list = (view: View["_tag"] | "RecentOf") => rows(db, reads[view], record)
  const insert = run(
    db,
    `INSERT INTO handoffs (id, revision, status, from_agent, to_agent, parent, urgency, created_at, due_at, turn, latest, attempt, lease_until,
      other_due, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
  )
  // Sender, creation time and urgency never change, so this update leaves the indexes on them alone and writes fewer pages.
  const update = run(
    db,
    `UPDATE handoffs SET revision = ?, status = ?, to_agent = ?, due_at = ?, latest = ?, attempt = ?, lease_until = ?,
      other_due = ?, renewed_until = ?, record = ? WHERE id = ?`
  )
  // `max` of two values is NULL if one is; a handoff without another timer is due at the end of its lease.
  const renew = db.prepare(
    `UPDATE handoffs SET renewed_until = max(coalesce(renewed_until, 0), ?1),
        due_at = min(coalesce(other_due, ${Number.MAX_SAFE_INTEGER}), max(lease_until, coalesce(renewed_until, 0), ?1))
      WHERE id = ?2 AND attempt = ?3 AND lease_until IS NOT NULL AND due_at > ?4`
  )
  // A separate statement, because most changes leave the turn unchanged, and naming the column would rewrite its index.
  const pass = run(db, "UPDATE handoffs SET turn = ? WHERE id = ?")
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
      Turn: list("Turn"),
      Recent: list("Recent"),
      RecentOf: list("RecentOf"),
      Children: list("Children"),
      Due: list("Due"),
      Prefix: list("Prefix")
    } satisfies Record<View["_tag"] | "RecentOf", unknown>,
    insert: (record: HandoffRecord, text: string) => {
      const { attempt, createdAt, dueAt = null, from, latest, leaseUntil = null, ...keys } = keysOf(record)
      const { otherDue = null, parent = null, status, to, turn = null, urgency } = keys
      const lease = [attempt, leaseUntil, otherDue]
      const { recordId, revision } = record
      insert(recordId, revision, status, from, to, parent, urgency, createdAt, dueAt, turn, latest, ...lease, text)
    },
    /** `before` is its standing before the commit. */
    update: (record: HandoffRecord, text: string, before: Standing | undefined) => {
      const keys = keysWith(keysOf(record), before?.renewed)
      const { attempt, dueAt = null, latest, leaseUntil = null, otherDue = null, status, to, turn = null } = keys
      const lease = [attempt, leaseUntil, otherDue, keys.renewedUntil ?? null]
      update(record.revision, status, to, dueAt, latest, ...lease, text, record.recordId)
      if (turn !== before?.turn) pass(turn, record.recordId)
    },
    /** Renews a lease; `false` if it does not run in that attempt, or something is due. The row keeps the latest end. */
    renew: ({ attempt, recordId, until }: Renewal, at: DateTime.Utc): boolean => {
      const end = Math.trunc(until.epochMilliseconds)
      return renew.run(end, recordId, attempt, at.epochMilliseconds).changes === 1
    },
    hasAny: first(db, "SELECT 1 FROM handoffs WHERE to_agent = ? AND status = ? LIMIT 1", ([one]) => one),
    /** The records of an inbox without a reservation that ends between two moments. */
    unreserved: rows(db, reads.unreserved, record),
    reserveRecord: run(db, "INSERT OR REPLACE INTO reservations (id, revision, until) VALUES (?, ?, ?)"),
    unreserveRecord: run(db, "DELETE FROM reservations WHERE id = ? AND revision = ?"),
    /** Drops the reservations that do not end between two moments. */
    pruneReservations: run(db, "DELETE FROM reservations WHERE until <= ? OR until > ?"),
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
    seeAgents: run(
      db,
      `UPDATE agents SET last_seen = ?1
        WHERE id IN (SELECT value FROM json_each(?2)) AND (last_seen IS NULL OR last_seen < ?1)`
    ),
    removeAgent: run(db, "DELETE FROM agents WHERE id = ?"),
    agents: rows(db, "SELECT id, agent, last_seen FROM agents", agent),
    origin: first(db, "SELECT log, epoch FROM origin", ([log, epoch]) => ({ log: text(log), epoch: Number(epoch) })),
    keys: rows(db, "SELECT log, revision, event, position FROM keys ORDER BY log, revision", key),
    keyCount: first(db, "SELECT coalesce(max(revision), 0) FROM keys WHERE log = ?", ([count]) => Number(count)),
    addKey: run(db, "INSERT INTO keys (log, revision, event, position) VALUES (?, ?, ?, ?)"),
    // Takes the next position and frees its row: the sequence never gives a number twice.
    reserve: run(db, "INSERT INTO log (record_id, revision, event) VALUES ('', 0, '')"),
    reserved: first(db, "SELECT position FROM log WHERE record_id = ''", ([position]) => Number(position)),
    free: run(db, "DELETE FROM log WHERE record_id = ''"),
    // With the positions of the key log, which are not in the table of the log.
    last: first(db, "SELECT seq FROM sqlite_sequence WHERE name = 'log'", ([last]) => Number(last ?? 0)),
    document: first(db, "SELECT key, version, body FROM documents WHERE kind = ? AND key = ?", document),
    documents: rows(
      db,
      "SELECT key, version, body FROM documents WHERE kind = ? AND key > ? ORDER BY key LIMIT ?",
      document
    ),
    putDocument: first(db, "INSERT INTO documents (kind, key, body) VALUES (?, ?, ?) RETURNING version", ([version]) =>
      Number(version)
    ),
    removeDocument: run(db, "DELETE FROM documents WHERE kind = ? AND key = ?"),
    dataVersion: first(db, "PRAGMA data_version", ([version]) => version)
  }
}
