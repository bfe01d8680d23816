/**
 * The SQL of the store, and the three arguments on which its correctness rests.
 *
 * **The log never skips.** An entry's position is (epoch, xid, n): the id of the transaction that wrote it, and its number
 * within that transaction. A reader sees entries below `pg_snapshot_xmin`, the oldest running transaction. Every transaction
 * below it has ended, and every later one gets a higher id, so no entry can appear before the reader's position. An open
 * transaction with an id, from any client of the server, delays the readers of the log there; nothing else waits.
 *
 * **The revisions of one handoff are in order.** A change is written only if the snapshot of its statement shows the previous
 * revision. The transaction that wrote that revision had ended when the snapshot was taken, so it already had its id. A
 * transaction gets its id with its first write, after its snapshot, because the statement is the whole transaction. So the
 * later revision has the higher id. This holds at READ COMMITTED, where a write that waited for another sees the row which
 * that one wrote: the first comparison is with the snapshot, the second (`base`) with that row.
 *
 * **The position of an entry tells which keys were in force.** A commit compares the number of keys that it names with the
 * one in its snapshot. A change of keys first locks the log against writers (`lockLog`), which waits for the commits under
 * way and holds up new ones. Then it compares and writes, and only then gets its id. So a commit that saw fewer keys had
 * ended before, and has a lower id. The server locks the tables of a statement when it plans it, or checks its prepared
 * plan, and takes the snapshot of its execution afterwards (https://postgr.es/m/flat/5075D8DF.6050500@fuzzy.cz). So a commit
 * that was held up sees the new keys, and gets a higher id. All writers of the log lock it before they write a row, so that
 * none of them waits for another in a circle.
 */
import { sortKeyOf, type View } from "@aumai/handoff-core"
import { type HandoffRecord, limits } from "@aumai/handoff-protocol"
import * as PgTypes from "@effect/sql-pg/PgTypes"

import { ints, longs, texts } from "./Arrays.ts"
import { version } from "./Schema.ts"

/** The state of one handoff after a commit. `base` is the revision before the commit, 0 for a new handoff. */
export interface StateRow {
  /** The number of the commit within the statement. */
  readonly commit: number
  readonly id: string
  readonly base: number
  readonly revision: number
  readonly status: string
  readonly to: string
  readonly from: string
  readonly parent: string | null
  readonly urgency: number
  readonly createdAt: number
  readonly dueAt: number | null
  readonly turn: string | null
  readonly latest: number
  readonly attempt: number
  readonly leaseUntil: number | null
  readonly otherDue: number | null
  /** The moment at which the clock ends the lease of the attempt before the commit, unless it was renewed past it. */
  readonly ends: number | null
  readonly record: string
  /** The number of keys that the commit names; `null` if it names none. */
  readonly keys: number | null
  /** The amounts that the state adds to the tally, besides its status. */
  readonly sums: ReadonlyArray<readonly [name: string, amount: number]>
}

/** An entry of the log, before it has a position. */
export interface LogRow {
  readonly id: string
  readonly revision: number
  readonly event: string
}

const change = `change AS (
    SELECT * FROM unnest($1::int4[], $2::text[], $3::int4[], $4::int4[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::int4[], $10::int8[], $11::int8[], $12::text[], $13::int4[], $14::text[], $15::int8[], $16::int4[], $17::int8[],
      $18::int8[], $19::int8[])
      AS c (commit, id, base, revision, status, to_agent, from_agent, parent, urgency, created_at, due_at, record, keys,
        turn, latest, attempt, lease_until, other_due, renewed_until)
  )`

/** The revision in the snapshot, which no base equals if the commit ends a lease that was renewed past the moment of it. */
const held = `coalesce((SELECT CASE WHEN r.renewed_until > c.renewed_until THEN -1 ELSE r.revision END
    FROM handoff_records r WHERE r.id = c.id), 0)`

/**
 * The columns of a renewal after a write of a row: it lasts until its attempt has ended, and then nobody has the turn. `due`
 * is when the new state is due without it.
 */
const renewedBy = (attempt: string, lease: string, other: string, due: string, turn: string, row = "") => {
  const lasts = `${row}attempt = ${attempt} AND ${turn} IS NOT NULL`
  return `renewed_until = CASE WHEN ${lasts} THEN ${row}renewed_until END,
      due_at = CASE WHEN ${lasts} AND ${lease} IS NOT NULL AND ${row}renewed_until IS NOT NULL
        THEN least(${other}, greatest(${lease}, ${row}renewed_until)) ELSE ${due} END,
      attempt = ${attempt}, lease_until = ${lease}, other_due = ${other}`
}

/**
 * The row of the store, read once for all of a statement. It is not there once a newer version has upgraded the tables: then
 * an entry would get no epoch, which the log refuses.
 */
const store = `store AS MATERIALIZED (SELECT epoch, keys FROM handoff_store WHERE version = ${version})`

/** Compares a number of keys with the one in the snapshot; NULL fits any. */
const fits = (keys: string) => `(${keys} = (SELECT store.keys FROM store)) IS NOT FALSE`

/** Adds a row with the number of keys in the snapshot, if a commit named another. */
const unlessKnown = (keys: string) => `
  UNION ALL SELECT NULL, false, false, keys FROM store WHERE keys <> ${keys}`

/**
 * Adds to the tally. Each sum has a row per slot, and sessions use different slots, so that writers do not wait for each
 * other.
 */
const counted = (moves: string) => `counted AS (
    INSERT INTO handoff_tally AS k (name, slot, amount) SELECT name, pg_backend_pid() & 63, ${moves} ORDER BY name
    ON CONFLICT (name, slot) DO UPDATE SET amount = k.amount + excluded.amount
  )`

const moved = `
      SELECT status AS name, 1 AS amount FROM written WHERE previous IS DISTINCT FROM status
      UNION ALL SELECT previous, -1 FROM written WHERE previous <> status`

const countedAlone = counted(`amount FROM (${moved}) moves`)

/** Like `countedAlone`, for a state that also adds other amounts than its status. */
const countedWhenDone = counted(`amount FROM (${moved}
      UNION ALL SELECT x.name, x.amount FROM unnest($20::text[], $21::int8[]) AS x (name, amount), written
    ) moves`)

const countedTogether = counted(`sum(amount) FROM (${moved}
      UNION ALL SELECT x.name, x.amount FROM unnest($23::text[], $24::text[], $25::int8[]) AS x (id, name, amount)
        WHERE x.id IN (SELECT id FROM written)
    ) moves GROUP BY name HAVING sum(amount) <> 0`)

const appended = `INSERT INTO handoff_log (epoch, xid, n, record_id, revision, event)
    SELECT (SELECT epoch FROM store), pg_current_xact_id(),`

// A new row has the moment of `StateRow.ends` as its renewal: NULL, because no lease ran before it.
const columns = `id, base, revision, status, to_agent, from_agent, parent, urgency, created_at, due_at, turn, latest, record,
  attempt, lease_until, other_due, renewed_until`

/** Writes a single change without arrays, because unpacking arrays would take longer than the write itself. */
const lone = (written: string, counted = countedAlone) => `
  WITH ${store}, written AS (${written} RETURNING id, previous, status), ${counted}, logged AS (
    ${appended} 1, id, $3, $14 FROM written
  )
  SELECT id, true, false, NULL::int4 FROM written${unlessKnown("$15")}`

const create = lone(`
    INSERT INTO handoff_records (${columns}) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
      $16, $17, $18, $19
    WHERE ${fits("$15")} ON CONFLICT (id) DO NOTHING`)

const update = `
    UPDATE handoff_records SET base = $2, revision = $3, previous = status, status = $4, to_agent = $5, from_agent = $6,
      parent = $7, urgency = $8, created_at = $9, turn = $11, latest = $12, record = $13,
      ${renewedBy("$16", "$17", "$18", "$10", "$11")}
    WHERE id = $1 AND revision = $2 AND ${fits("$15")} AND (renewed_until > $19) IS NOT TRUE`
const advance = lone(update)
const finish = lone(update, countedWhenDone)

/**
 * Writes rows sorted by id, and then the tally sorted by name. All statements take their locks in this order, so that no
 * two of them deadlock.
 */
const write = (rows: string) => `written AS (
    INSERT INTO handoff_records AS r
      (${columns})
    SELECT ${columns} FROM ${rows}
    ON CONFLICT (id) DO UPDATE SET
      base = excluded.base, revision = excluded.revision, previous = r.status, status = excluded.status,
      to_agent = excluded.to_agent, from_agent = excluded.from_agent, parent = excluded.parent,
      urgency = excluded.urgency, created_at = excluded.created_at, turn = excluded.turn, latest = excluded.latest,
      record = excluded.record,
      ${renewedBy("excluded.attempt", "excluded.lease_until", "excluded.other_due", "excluded.due_at", "excluded.turn", "r.")}
    WHERE r.revision = excluded.base AND (r.renewed_until > excluded.renewed_until) IS NOT TRUE
    RETURNING id, previous, status
  ), ${countedTogether}, logged AS (
    ${appended} e.n, e.id, e.revision, e.event
    FROM unnest($20::text[], $21::int4[], $22::text[]) WITH ORDINALITY AS e (id, revision, event, n)
    WHERE e.id IN (SELECT id FROM written)
  )`

/** Writes commits of one row each that share no handoff. Returns the written ids in the columns of `whole`. */
const each = `
  WITH ${store}, ${change}, ${write(`change c WHERE ${held} = base AND ${fits("c.keys")}`)}
  SELECT id, true, false, NULL::int4 FROM written${unlessKnown("ANY ($13)")}`

/**
 * Writes commits that share no handoff, each as a whole or not at all. Returns two flags per row: written, and unfit. A
 * commit with a row that does not fit the snapshot, or that names other keys, is left out. If another writer takes some
 * rows of a commit while this statement runs, the commit must not be written in part: the statement then divides by zero,
 * which rolls all of it back, and is retried.
 */
const whole = `
  WITH ${store}, ${change}, judged AS (
    SELECT c.*, ${held} AS held FROM change c
  ), fitting AS (
    SELECT * FROM judged c WHERE ${fits("c.keys")} AND commit NOT IN (SELECT commit FROM judged WHERE held <> base)
  ), ${write("fitting")}
  SELECT j.id, w.id IS NOT NULL, w.id IS NULL AND (j.held <> j.base OR f.id IS NOT NULL),
    CASE WHEN w.id IS NULL AND f.id IS NOT NULL AND (SELECT count(*) FROM change c WHERE c.commit = j.commit) > 1
      THEN 1 / (j.base - f.held) END
  FROM judged j LEFT JOIN fitting f ON f.id = j.id LEFT JOIN written w ON w.id = j.id${unlessKnown("ANY ($13)")}`

const loneParameters = (row: StateRow, event: string) => [
  PgTypes.text(row.id),
  PgTypes.int4(row.base),
  PgTypes.int4(row.revision),
  PgTypes.text(row.status),
  PgTypes.text(row.to),
  PgTypes.text(row.from),
  PgTypes.text(row.parent),
  PgTypes.int4(row.urgency),
  PgTypes.int8(BigInt(row.createdAt)),
  PgTypes.int8(row.dueAt === null ? null : BigInt(row.dueAt)),
  PgTypes.text(row.turn),
  PgTypes.int8(BigInt(row.latest)),
  PgTypes.text(row.record),
  PgTypes.text(event),
  PgTypes.int4(row.keys),
  PgTypes.int4(row.attempt),
  PgTypes.int8(row.leaseUntil === null ? null : BigInt(row.leaseUntil)),
  PgTypes.int8(row.otherDue === null ? null : BigInt(row.otherDue)),
  PgTypes.int8(row.ends === null ? null : BigInt(row.ends)),
  ...(row.sums.length === 0 ? [] : [texts(row.sums.map(([name]) => name)), longs(row.sums.map(([, amount]) => amount))])
]

const parametersOf = (states: ReadonlyArray<StateRow>, entries: ReadonlyArray<LogRow>) => [
  ints(states.map((row) => row.commit)),
  texts(states.map((row) => row.id)),
  ints(states.map((row) => row.base)),
  ints(states.map((row) => row.revision)),
  texts(states.map((row) => row.status)),
  texts(states.map((row) => row.to)),
  texts(states.map((row) => row.from)),
  texts(states.map((row) => row.parent)),
  ints(states.map((row) => row.urgency)),
  longs(states.map((row) => row.createdAt)),
  longs(states.map((row) => row.dueAt)),
  texts(states.map((row) => row.record)),
  ints(states.map((row) => row.keys)),
  texts(states.map((row) => row.turn)),
  longs(states.map((row) => row.latest)),
  ints(states.map((row) => row.attempt)),
  longs(states.map((row) => row.leaseUntil)),
  longs(states.map((row) => row.otherDue)),
  longs(states.map((row) => row.ends)),
  texts(entries.map((row) => row.id)),
  ints(entries.map((row) => row.revision)),
  texts(entries.map((row) => row.event)),
  texts(states.flatMap((row) => row.sums.map(() => row.id))),
  texts(states.flatMap((row) => row.sums.map(([name]) => name))),
  longs(states.flatMap((row) => row.sums.map(([, amount]) => amount)))
]

/** The statement for commits that share no handoff, with their states in order of id and their entries in log order. */
export const commit = (
  states: ReadonlyArray<StateRow>,
  entries: ReadonlyArray<LogRow>
): readonly [sql: string, parameters: ReadonlyArray<PgTypes.Parameter>] => {
  const [state, ...others] = states
  const [entry, ...more] = entries
  const isLone = others.length === 0 && more.length === 0
  // A handoff that is created in a final status is rare, so it takes the statement for several rows.
  if (state !== undefined && entry !== undefined && isLone && (state.base > 0 || state.sums.length === 0)) {
    return [state.base === 0 ? create : state.sums.length === 0 ? advance : finish, loneParameters(state, entry.event)]
  }
  const isEach = new Set(states.map((row) => row.commit)).size === states.length
  return [isEach ? each : whole, parametersOf(states, entries)]
}

interface Listing {
  readonly where: string
  /** The sort columns. An index has them after the columns that `where` compares. */
  readonly order: ReadonlyArray<string>
}

const listings: Readonly<Record<View["_tag"], Listing>> = {
  All: { where: "true", order: ["created_at", "id"] },
  Status: { where: "status = $1", order: ["created_at", "id"] },
  Inbox: { where: "to_agent = $1 AND status = $2", order: ["urgency", "created_at", "id"] },
  Sent: { where: "from_agent = $1", order: ["(-created_at)", "id"] },
  Turn: { where: "turn = $1", order: ["urgency", "created_at", "id"] },
  Recent: { where: "true", order: ["latest", "id"] },
  Children: { where: "parent = $1", order: ["created_at", "id"] },
  Due: { where: "due_at <= $1", order: ["due_at", "created_at", "id"] },
  Prefix: { where: "id >= $1 AND id <= $2", order: ["id"] }
}

/** The listing of `Recent` for one sender. */
const recentOf: Listing = { where: "from_agent = $1", order: ["latest", "id"] }

// The greatest id. Its length is halved because a character beyond 16 bits counts as two.
const last = "\u{10ffff}".repeat(limits.nameLength / 2)

const subjectOf = (view: View): ReadonlyArray<PgTypes.Parameter> => {
  switch (view._tag) {
    case "All":
      return []
    case "Status":
      return [PgTypes.text(view.status)]
    case "Inbox":
      return [PgTypes.text(view.agent), PgTypes.text(view.status)]
    case "Sent":
    case "Turn":
      return [PgTypes.text(view.agent)]
    case "Recent":
      return view.agent === undefined ? [] : [PgTypes.text(view.agent)]
    case "Children":
      return [PgTypes.text(view.parent)]
    case "Due":
      return [PgTypes.int8(BigInt(Math.floor(view.at.epochMilliseconds)))]
    case "Prefix":
      // The prefix followed by the greatest id is after every id with the prefix.
      return [PgTypes.text(view.prefix), PgTypes.text(view.prefix + last)]
  }
}

/** A limit that the server accepts: an integer from 0. NaN becomes 0. */
export const limitOf = (limit: number) =>
  PgTypes.int8(BigInt(Math.max(0, Math.min(Math.trunc(limit) || 0, Number.MAX_SAFE_INTEGER))))

/** The condition and the order of a page of a view, after a record. `next` adds a parameter and returns its name. */
export const pageOf = (view: View, after: HandoffRecord | undefined) => {
  const { where, order } = view._tag === "Recent" && view.agent !== undefined ? recentOf : listings[view._tag]
  const parameters = [...subjectOf(view)]
  const next = (parameter: PgTypes.Parameter) => `$${parameters.push(parameter)}`
  let behind = ""
  if (after !== undefined) {
    const { major, minor, id } = sortKeyOf(view, after)
    const place = [BigInt(major), BigInt(minor)].slice(0, order.length - 1).map((part) => next(PgTypes.int8(part)))
    behind = ` AND (${order.join()}) > (${[...place, next(PgTypes.text(id))].join()})`
  }
  return { where: where + behind, order: order.join(), parameters, next }
}

/** The statement for one page of a view, after a record. */
export const list = (
  view: View,
  limit: number,
  after: HandoffRecord | undefined
): readonly [sql: string, parameters: ReadonlyArray<PgTypes.Parameter>] => {
  const { where, order, parameters, next } = pageOf(view, after)
  const sql = `SELECT id, revision, record, renewed_until FROM handoff_records WHERE ${where} ORDER BY ${order} LIMIT ${next(limitOf(limit))}`
  return [sql, parameters]
}

/** Reads one record by id. */
export const get = `SELECT id, revision, record, renewed_until FROM handoff_records WHERE id = $1`

/** The records after an id, in the order of the primary key. */
export const after = `SELECT id, revision, record, renewed_until FROM handoff_records WHERE id > $1 ORDER BY id LIMIT $2`

const entry = `epoch, concat_ws('.', xid, n), record_id, revision, event`

/** Reads the entries of one handoff. */
export const history = `SELECT ${entry} FROM handoff_log WHERE record_id = $1 ORDER BY revision`

/** The condition for entries that a reader of the log may see. */
const settled = `(epoch, xid, n) < ((SELECT epoch FROM handoff_store), pg_snapshot_xmin(pg_current_snapshot()), 0)`

/** Reads one page of the log after a place. */
export const log = `
  SELECT ${entry} FROM handoff_log
  WHERE (epoch, xid, n) > ($1::int4, $2::text::xid8, $3::int4) AND ${settled}
  ORDER BY epoch, xid, n LIMIT $4::int8`

/** Returns a row if an epoch reached a place: if it has an entry there or after it, of a handoff or of the key log, or one that was removed. */
export const reached = `
  SELECT 1 FROM handoff_log WHERE epoch = $1::int4 AND (xid, n) >= ($2::text::xid8, $3::int4)
  UNION ALL SELECT 1 FROM handoff_keys WHERE epoch = $1 AND (xid, n) >= ($2::text::xid8, $3)
  UNION ALL SELECT 1 FROM handoff_removed WHERE epoch = $1 AND (xid, n) >= ($2::text::xid8, $3)
  LIMIT 1`

/** Reads the last place that a reader of the log sees. */
export const end = `
  SELECT epoch, concat_ws('.', xid, n) FROM handoff_log WHERE ${settled}
  ORDER BY epoch DESC, xid DESC, n DESC LIMIT 1`

/** A place in the log. */
export interface Place {
  readonly epoch: number
  readonly xid: string
  readonly n: number
}

/** The parameters of `reached`, which are the first of `log`. */
export const placeParameters = ({ epoch, n, xid }: Place) => [PgTypes.int4(epoch), PgTypes.text(xid), PgTypes.int4(n)]

/** The parameters of `log`. */
export const logParameters = (after: Place, limit: number) => [...placeParameters(after), limitOf(limit)]

/** Reads the sums. */
export const tally = `SELECT name, sum(amount)::text FROM handoff_tally GROUP BY name`
