/** Claims like `claimer.ts`, with statements written by hand: the state, the log and the sums, without engine and digests. */
import { once } from "node:events"
import { DatabaseSync } from "node:sqlite"

import * as PgPool from "@effect/sql-pg/PgPool"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const [location = "", agent = "", claimers = "1"] = process.argv.slice(2)
const event = `{"_tag":"Accepted","by":"${agent}"}`
let claimed = 0

const claimPostgres = `
  WITH head AS (
    SELECT id FROM handoff_records WHERE to_agent = $1 AND status = 'pending'
    ORDER BY urgency, created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
  ), written AS (
    UPDATE handoff_records r SET base = 1, revision = 2, previous = 'pending', status = 'accepted', record = $2 || record
    FROM head WHERE r.id = head.id RETURNING r.id
  ), counted AS (
    INSERT INTO handoff_tally AS k (name, slot, amount)
    SELECT name, pg_backend_pid() & 63, amount FROM written, (VALUES ('accepted', 1), ('pending', -1)) m (name, amount)
    ON CONFLICT (name, slot) DO UPDATE SET amount = k.amount + excluded.amount
  ), logged AS (
    INSERT INTO handoff_log (epoch, xid, n, record_id, revision, event)
    SELECT 1, pg_current_xact_id(), 1, id, 2, $2 FROM written
  ) SELECT id FROM written`

const onPostgres = Effect.fnUntraced(function* () {
  const pool = yield* PgPool.make({ url: Redacted.make(location), maxConnections: 10 })
  const claim = pool.use((connection) =>
    connection.queryValues(claimPostgres, [PgTypes.text(agent), PgTypes.text(event)])
  )
  yield* claim.pipe(Effect.andThen(Effect.sync(() => (claimed += 1))))
  console.log("ready")
  yield* Effect.promise(() => once(process.stdin, "data"))
  const claimer = Effect.gen(function* () {
    while ((yield* claim).length > 0) claimed += 1
  })
  yield* Effect.all(
    Array.from({ length: Number(claimers) }, () => claimer),
    { concurrency: "unbounded", discard: true }
  )
}, Effect.scoped)

const onSqlite = async () => {
  const db = new DatabaseSync(location.slice("sqlite:".length), { timeout: 10_000 })
  db.exec("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000")
  const head = db.prepare(
    "SELECT id, record FROM handoffs WHERE to_agent = ? AND status = 'pending' ORDER BY urgency, created_at, id LIMIT ?"
  )
  const update = db.prepare("UPDATE handoffs SET revision = 2, status = 'accepted', record = ? WHERE id = ?")
  const append = db.prepare("INSERT INTO log (record_id, revision, event) VALUES (?, 2, ?)")
  const count = db.prepare(
    "INSERT INTO tally VALUES (?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount"
  )
  console.log("ready")
  await once(process.stdin, "data")
  for (;;) {
    db.exec("BEGIN IMMEDIATE")
    // One transaction for all claimers, like the group commit of the store.
    const rows = head.all(agent, Number(claimers))
    for (const { id = null, record } of rows) {
      update.run(`${event}${String(record)}`, id)
      append.run(id, event)
    }
    count.run("accepted", rows.length)
    count.run("pending", -rows.length)
    db.exec("COMMIT")
    claimed += rows.length
    if (rows.length === 0) break
  }
  db.close()
}

await (location.startsWith("sqlite:") ? onSqlite() : Effect.runPromise(onPostgres()))
console.log("done")
console.log(JSON.stringify({ claimed, conflicts: 0 }))
process.stdin.destroy()
