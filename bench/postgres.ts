/** Measures the PostgreSQL store: commits against hand-written SQL, the inbox, and changes in another process. */
import { type Change, keysOf, StoredText, tallyOf } from "@aumai/handoff-core"
import { AgentId, apply, create, HandoffRequest, RecordId } from "@aumai/handoff-protocol"
import { PostgresStore } from "@aumai/handoff-store-postgres"
import * as PgPool from "@effect/sql-pg/PgPool"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

import { startPostgres } from "../tooling/postgres.ts"
import {
  type Cost,
  interleaved,
  median,
  microseconds,
  milliseconds,
  perSecond,
  type Row,
  timed,
  times
} from "./measure.ts"
import { program } from "./program.ts"

const at = DateTime.makeUnsafe("2026-12-01T09:00:00Z")
const [planner, executor] = [AgentId.make("planner"), AgentId.make("executor")]

/** The four changes of a handoff from creation to completion. */
const life = (id: string): ReadonlyArray<Change> => {
  const request = HandoffRequest.make({
    fromAgent: planner,
    toAgent: executor,
    taskDescription: "Generate the Q3 financial summary report.",
    context: { quarter: "Q3", format: "PDF" }
  })
  const created = { _tag: "Created", at, by: planner, request } as const
  const changes: Array<Change> = [{ record: create(RecordId.make(id), created), event: created }]
  for (const event of [
    { _tag: "Accepted", at, by: executor },
    { _tag: "Started", at, by: executor },
    { _tag: "Completed", at, by: executor, result: { output: "report.pdf" } }
  ] as const) {
    const last = changes.at(-1)
    if (last !== undefined) changes.push({ record: Result.getOrThrow(apply(last.record, event)), event })
  }
  return changes
}

let drawn = 0
const freshLives = (count: number) => Array.from({ length: count }, () => life(`bench-${(drawn += 1)}`))

const columns = "id, base, revision, status, to_agent, from_agent, parent, urgency, created_at, due_at, record"
const log = "INSERT INTO handoff_log (epoch, xid, n, record_id, revision, event)"
const counts = `INSERT INTO handoff_tally AS k (name, slot, amount)
  SELECT status, pg_backend_pid() & 63, sum(n) FROM (SELECT status, 1 AS n FROM w UNION ALL SELECT previous, -1 FROM w
  WHERE previous IS NOT NULL) m GROUP BY status ORDER BY status ON CONFLICT (name, slot) DO UPDATE SET amount = k.amount + excluded.amount`

const countsAlone = (more = "") => `INSERT INTO handoff_tally AS k (name, slot, amount)
  SELECT status, pg_backend_pid() & 63, n FROM (SELECT status, 1 AS n FROM w WHERE previous IS DISTINCT FROM status
  UNION ALL SELECT previous, -1 FROM w WHERE previous <> status ${more}) m ORDER BY status
  ON CONFLICT (name, slot) DO UPDATE SET amount = k.amount + excluded.amount`
// The tally of a completion: its duration, and its duration bucket.
const elapsed = `UNION ALL SELECT 'elapsed' COLLATE "C", $7::int8 FROM w UNION ALL SELECT $8::text COLLATE "C", 1 FROM w`

const move = (counts: string) => `WITH w AS (
      UPDATE handoff_records SET base = $2 - 1, revision = $2, previous = status, status = $3, due_at = $4, record = $5
      WHERE id = $1 AND revision = $2 - 1 RETURNING id, previous, status
    ), c AS (${counts})
    ${log} SELECT 1, pg_current_xact_id(), 1, id, $2, $6 FROM w RETURNING n`

/** Hand-written statements: an insert, or an update of the row at a revision, for one change and for many. */
const byHand = {
  create: `WITH w AS (
      INSERT INTO handoff_records (${columns}) VALUES ($1, 0, 1, $2, $3, $4, $5, $6, $7, $8, $9)
      ON CONFLICT DO NOTHING RETURNING id, previous, status
    ), c AS (${countsAlone()})
    ${log} SELECT 1, pg_current_xact_id(), 1, id, 1, $10 FROM w RETURNING n`,
  move: move(countsAlone()),
  finish: move(countsAlone(elapsed)),
  createMany: `WITH v AS (
      SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int4[], $7::int8[], $8::int8[], $9::text[],
        $10::text[]) AS v (id, status, to_agent, from_agent, parent, urgency, created_at, due_at, record, event)
    ), w AS (
      INSERT INTO handoff_records (${columns})
      SELECT id, 0, 1, status, to_agent, from_agent, parent, urgency, created_at, due_at, record FROM v
      ON CONFLICT DO NOTHING RETURNING id, previous, status
    ), c AS (${counts})
    ${log} SELECT 1, pg_current_xact_id(), row_number() OVER (), id, 1, event FROM v JOIN w USING (id) RETURNING record_id`,
  moveMany: `WITH v AS (
      SELECT * FROM unnest($1::text[], $2::int4[], $3::text[], $4::int8[], $5::text[], $6::text[])
        AS v (id, revision, status, due_at, record, event)
    ), w AS (
      UPDATE handoff_records r
      SET base = v.revision - 1, revision = v.revision, previous = r.status, status = v.status, due_at = v.due_at, record = v.record
      FROM v WHERE r.id = v.id AND r.revision = v.revision - 1 RETURNING r.id, r.previous, r.status, r.revision, v.event
    ), c AS (${counts})
    ${log} SELECT 1, pg_current_xact_id(), row_number() OVER (), id, revision, event FROM w RETURNING record_id`
}

const { OID } = PgTypes
const array = (values: ReadonlyArray<unknown>, oid: number) => Result.getOrThrow(PgTypes.array(values, oid))
const long = (value: number | undefined) => (value === undefined ? null : BigInt(value))

const handWritten = (pool: PgPool.PgPool) => {
  const run = (sql: string, parameters: ReadonlyArray<unknown>) =>
    Effect.map(
      pool.use((connection) => connection.queryValues(sql, parameters)),
      (rows) => {
        if (rows.length === 0) throw new Error("the hand-written statement wrote nothing")
      }
    )
  const single = (change: Change) => {
    const { record, event } = StoredText.encode(change)
    const { recordId: id, revision } = change.record
    const keys = keysOf(change.record)
    const due = PgTypes.int8(long(keys.dueAt))
    const [, total, bucket] = tallyOf(change.record)
    const sums = total && bucket ? [PgTypes.int8(BigInt(total[1])), PgTypes.text(bucket[0])] : []
    return revision === 1
      ? run(byHand.create, [
          ...[id, keys.status, keys.to, keys.from].map(PgTypes.text),
          PgTypes.text(keys.parent ?? null),
          PgTypes.int4(keys.urgency),
          PgTypes.int8(BigInt(keys.createdAt)),
          due,
          PgTypes.text(record),
          PgTypes.text(event)
        ])
      : run(sums.length === 0 ? byHand.move : byHand.finish, [
          PgTypes.text(id),
          PgTypes.int4(revision),
          PgTypes.text(keys.status),
          due,
          PgTypes.text(record),
          PgTypes.text(event),
          ...sums
        ])
  }
  const many = (changes: ReadonlyArray<Change>) => {
    const rows = changes.map((change) => ({
      ...StoredText.encode(change),
      ...keysOf(change.record),
      id: change.record.recordId,
      revision: change.record.revision
    }))
    const text = (pick: (row: (typeof rows)[number]) => string | undefined) =>
      array(
        rows.map((row) => pick(row) ?? null),
        OID.text
      )
    const [id, status] = [text((row) => row.id), text((row) => row.status)]
    const due = array(
      rows.map((row) => long(row.dueAt)),
      OID.int8
    )
    const [record, event] = [text((row) => row.record), text((row) => row.event)]
    return rows[0]?.revision === 1
      ? run(byHand.createMany, [
          id,
          status,
          text((row) => row.to),
          text((row) => row.from),
          text((row) => row.parent),
          array(
            rows.map((row) => row.urgency),
            OID.int4
          ),
          array(
            rows.map((row) => BigInt(row.createdAt)),
            OID.int8
          ),
          due,
          record,
          event
        ])
      : run(byHand.moveMany, [
          id,
          array(
            rows.map((row) => row.revision),
            OID.int4
          ),
          status,
          due,
          record,
          event
        ])
  }
  return { single, many }
}

/** The number of times that the server flushes its log during some work, from its statistics. */
const flushesOf = <E, R>(pool: PgPool.PgPool, work: Effect.Effect<unknown, E, R>) =>
  Effect.gen(function* () {
    const flushes = Effect.gen(function* () {
      // Sessions report their statistics at most once per second.
      yield* Effect.sleep("1500 millis")
      const [row] = yield* pool.use((connection) =>
        connection.queryValues("SELECT sum(fsyncs)::int4 FROM pg_stat_io WHERE object = 'wal'", [])
      )
      return Number(row?.[0])
    })
    const before = yield* flushes
    yield* work
    return (yield* flushes) - before
  })

const rounds = 5
const callers = 64

const commits = Effect.fnUntraced(function* (url: string) {
  const { handoffs } = yield* PostgresStore.make({ url })
  const pool = yield* PgPool.make({ url: Redacted.make(url) })
  const hand = handWritten(pool)
  const [alone, grouped] = [250, callers * 10]
  const each = { concurrency: 1, discard: true } as const
  const steps = [0, 1, 2, 3]
  const column = (lives: ReadonlyArray<ReadonlyArray<Change>>, step: number) =>
    lives.flatMap((changes) => changes.slice(step, step + 1))
  const share = (lives: ReadonlyArray<ReadonlyArray<Change>>) =>
    Array.from({ length: lives.length / callers }, (_, n) => lives.slice(n * callers, (n + 1) * callers))
  const runs = rounds + 2
  // The changes are made here, so that making them is not measured.
  const work = {
    ours: freshLives(alone * runs),
    hand: freshLives(alone * runs),
    oursGrouped: freshLives(grouped * runs),
    handGrouped: freshLives(grouped * runs)
  }
  const next = (name: keyof typeof work, count: number) => work[name].splice(0, count)
  const programs = {
    ours: () => Effect.forEach(next("ours", alone).flat(), (change) => handoffs.commit([change]), each),
    hand: () => Effect.forEach(next("hand", alone).flat(), hand.single, each),
    oursGrouped: () => {
      const lives = next("oursGrouped", grouped)
      return Effect.forEach(
        Array.from({ length: callers }, (_, caller) => lives.filter((_, n) => n % callers === caller)),
        (mine) => Effect.forEach(mine.flat(), (change) => handoffs.commit([change]), each),
        { concurrency: "unbounded", discard: true }
      )
    },
    handGrouped: () =>
      Effect.forEach(
        share(next("handGrouped", grouped)),
        (lives) => Effect.forEach(steps, (step) => hand.many(column(lives, step)), each),
        each
      )
  }
  for (const program of Object.values(programs)) yield* program()
  const run = Effect.runPromiseWith(yield* Effect.context())
  const costs = yield* Effect.promise(() =>
    interleaved(rounds, {
      ours: () => run(programs.ours()),
      hand: () => run(programs.hand()),
      oursGrouped: () => run(programs.oursGrouped()),
      handGrouped: () => run(programs.handGrouped())
    })
  )
  const rows = (name: string, lives: number, ours: Cost, hand: Cost, what: string, aim: string, flushes: number) => [
    {
      name: `PostgreSQL store, ${name}: commits`,
      ours: perSecond(lives * 4, ours),
      against: `${what} ${perSecond(lives * 4, hand)}`,
      ratio: times(hand.wall / ours.wall),
      aim
    },
    {
      name: `PostgreSQL store, ${name}: cost of a lifecycle`,
      ours: `${microseconds(lives, ours.cpu)} CPU, besides the server's`,
      against: `${what} ${microseconds(lives, hand.cpu)}`,
      ratio: `${(flushes / lives).toFixed(3)} fsync`,
      aim: ""
    }
  ]
  const aloneFlushes = yield* flushesOf(pool, programs.ours())
  const groupedFlushes = yield* flushesOf(pool, programs.oursGrouped())
  return [
    ...rows("1 caller", alone, costs.ours, costs.hand, "hand-written statement", "≥ 0.85×", aloneFlushes),
    ...rows("64 callers", grouped, costs.oursGrouped, costs.handGrouped, "groups of 64", "≥ 0.8×", groupedFlushes)
  ]
})

/** Fills the inbox of a new agent. */
const fill = Effect.fnUntraced(function* (url: string, agent: string, count: number) {
  const { handoffs } = yield* PostgresStore.make({ url })
  const pool = yield* PgPool.make({ url: Redacted.make(url) })
  const id = `${agent}-seed`
  const event = {
    _tag: "Created",
    at,
    by: planner,
    request: HandoffRequest.make({
      fromAgent: planner,
      toAgent: AgentId.make(agent),
      taskDescription: "Generate the Q3 financial summary report."
    })
  } as const
  yield* handoffs.commit([{ record: create(RecordId.make(id), event), event }])
  yield* pool.use((connection) =>
    connection.queryValues(
      `WITH copies AS (
         INSERT INTO handoff_records (${columns})
         SELECT $1 || i, base, revision, status, to_agent, from_agent, parent, i % 10, created_at + i, due_at,
           replace(record, $2, $1 || i)
         FROM handoff_records, generate_series(1, $3::int4) i WHERE id = $2 RETURNING id
       ) ${log} SELECT 1, pg_current_xact_id(), row_number() OVER (), c.id, 1, event FROM copies c, handoff_log WHERE record_id = $2`,
      [PgTypes.text(`${agent}-`), PgTypes.text(id), PgTypes.int4(count - 1)]
    )
  )
})

const inbox = Effect.fnUntraced(function* (database: (name: string) => Effect.Effect<string, unknown>) {
  const heads = new Map<string, Cost>()
  const reads = 2000
  for (const count of [1000, 100_000]) {
    const url = yield* database(`inbox_${count}`)
    const pool = yield* PgPool.make({ url: Redacted.make(url) })
    const sql = (text: string) => pool.use((connection) => connection.queryValues(text))
    // Statistics of the empty table first, as the planner has them when a table was just filled.
    yield* Effect.scoped(PostgresStore.make({ url }))
    yield* sql("ALTER TABLE handoff_records SET (autovacuum_enabled = off)")
    yield* sql("ANALYZE handoff_records")
    yield* Effect.scoped(fill(url, "waiting", count))
    for (const analyzed of [false, true]) {
      if (analyzed) yield* sql("ANALYZE handoff_records")
      const { handoffs } = yield* PostgresStore.make({ url })
      const head = handoffs.list({ _tag: "Inbox", agent: AgentId.make("waiting"), status: "pending" }, { limit: 1 })
      yield* Effect.repeat(head, { times: 200 })
      const run = Effect.runPromiseWith(yield* Effect.context())
      const costs: Array<Cost> = []
      for (let round = 0; round < 3; round++) {
        costs.push(yield* Effect.promise(() => timed(() => run(Effect.repeat(head, { times: reads - 1 })))))
      }
      heads.set(`${count} ${analyzed}`, median(costs))
    }
  }
  const small = heads.get("1000 true")
  return [...heads].map(([name, cost]): Row => {
    const [count, analyzed] = name.split(" ")
    return {
      name: `PostgreSQL store, inbox head, ${Number(count).toExponential(0).replace("+", "")} waiting, ${analyzed === "true" ? "analyzed" : "analyzed only while empty"}`,
      ours: microseconds(reads, cost.wall),
      against: small === undefined ? "" : `1e3 waiting, analyzed ${microseconds(reads, small.wall)}`,
      ratio: times(cost.wall / (small?.wall ?? cost.wall)),
      aim: "≤ 1.3×"
    }
  })
})

const news = Effect.fnUntraced(function* (url: string) {
  const { handoffs } = yield* PostgresStore.make({ url })
  const follower = program("follower.ts", url)
  yield* Effect.promise(() => follower.line())
  const delays: Array<number> = []
  for (const [change] of freshLives(300)) {
    if (change === undefined) continue
    yield* handoffs.commit([change])
    const committed = performance.timeOrigin + performance.now()
    const seen = Number(yield* Effect.promise(() => follower.line()))
    delays.push(Math.max(0, seen - committed))
    yield* Effect.sleep(`${5 + Math.random() * 10} millis`)
  }
  yield* Effect.promise(() => follower.end())
  delays.sort((a, b) => a - b)
  const percentile = (share: number) => delays[Math.floor(delays.length * share)] ?? 0
  return [
    { share: 0.5, aim: "≤ 5 ms" },
    { share: 0.99, aim: "≤ 20 ms" }
  ].map(({ share, aim }): Row => ({
    name: `PostgreSQL store, commit to change in another process, p${share * 100}`,
    ours: milliseconds(percentile(share)),
    against: "",
    ratio: "",
    aim
  }))
})

/** Measures the postgres section. */
export const postgres = async (): Promise<ReadonlyArray<Row>> => {
  const server = await startPostgres({ durable: true })
  try {
    const database = Effect.fnUntraced(function* (name: string) {
      const pool = yield* PgPool.make({ url: Redacted.make(server.url) })
      yield* pool.use((connection) => connection.queryValues(`CREATE DATABASE ${name}`))
      return server.url.replace(/postgres$/, name)
    }, Effect.scoped)
    const all = Effect.gen(function* () {
      return [
        ...(yield* Effect.scoped(commits(yield* database("commits")))),
        ...(yield* Effect.scoped(inbox(database))),
        ...(yield* Effect.scoped(news(yield* database("news"))))
      ]
    })
    return await Effect.runPromise(all)
  } finally {
    await server.stop()
  }
}
