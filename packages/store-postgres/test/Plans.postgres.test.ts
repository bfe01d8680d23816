import type { View } from "@aumai/handoff-core"
import { AgentId, HandoffStatus, RecordId } from "@aumai/handoff-protocol"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

import { makeDatabase } from "../../../tooling/databases.ts"
import { created } from "../../testing/src/handoffs.ts"
import * as Address from "../src/Address.ts"
import * as AgentStatements from "../src/AgentStatements.ts"
import * as Connections from "../src/Connections.ts"
import { statements as DocumentStatements } from "../src/Documents.ts"
import * as Renewals from "../src/Renewals.ts"
import * as Reserving from "../src/Reserving.ts"
import * as Schema from "../src/Schema.ts"
import * as Statements from "../src/Statements.ts"

const at = DateTime.makeUnsafe("2026-12-01T09:00:00Z")
const agent = AgentId.make("executor")
const views: Readonly<Record<string, View>> = {
  handoff_all: { _tag: "All" },
  handoff_status: { _tag: "Status", status: "pending" },
  handoff_inbox: { _tag: "Inbox", agent, status: "pending" },
  handoff_sent: { _tag: "Sent", agent },
  handoff_turn: { _tag: "Turn", agent },
  handoff_recent: { _tag: "Recent" },
  handoff_recent_of: { _tag: "Recent", agent },
  handoff_children: { _tag: "Children", parent: RecordId.make("p") },
  handoff_due: { _tag: "Due", at },
  handoff_records_pkey: { _tag: "Prefix", prefix: "x" }
}
const after = created("x500", at).record
const place = { epoch: 1, xid: "3", n: 500 }

// All handoffs are in one inbox, so that the planner's guesses without statistics are as wrong as possible.
const fill = `
  INSERT INTO handoff_records SELECT 'x' || i, 0, 1, NULL, 'pending', 'executor', 'executor', 'p', 5, i, i, '{}', 'executor', -i
  FROM generate_series(1, 20000) i`
const fillLog = `INSERT INTO handoff_log SELECT 1, '3', i, 'x' || i, 1, '{}' FROM generate_series(1, 20000) i`

/** The lines of a statement's plan, with the rows that each node read. */
const explain = (run: Connections.Connections["run"], sql: string, parameters: ReadonlyArray<unknown>) =>
  Effect.map(run(`EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ${sql}`, parameters), (rows) =>
    rows.map(([line]) => String(line))
  )

/** The most rows that a node of a plan read. */
const mostRows = (plan: ReadonlyArray<string>) =>
  Math.max(...plan.map((line) => Number(/(?:actual rows=|Removed by Filter: )([\d.]+)/.exec(line)?.[1] ?? 0)))

const statistics = {
  "was never analyzed": [],
  "was analyzed while empty": ["ANALYZE handoff_records, handoff_log, handoff_agents, handoff_tally, handoff_keys"]
}

describe("every read uses one index and reads no more rows than its page", () => {
  for (const [name, before] of Object.entries(statistics)) {
    it.live(`when the database ${name}`, () =>
      Effect.gen(function* () {
        const connections = yield* Connections.make(yield* Address.read(yield* makeDatabase()), 1)
        yield* Schema.open(connections)
        const { run } = connections
        for (const sql of before) yield* run(sql)
        for (const table of ["handoff_records", "handoff_log"]) {
          yield* run(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`)
        }
        yield* run(fill)
        yield* run(fillLog)

        const check = Effect.fnUntraced(function* (
          index: string,
          [sql, parameters]: readonly [string, ReadonlyArray<unknown>],
          rows = 7
        ) {
          const plan = yield* explain(run, sql, parameters)
          const text = plan.join("\n")
          assert.include(text, index)
          assert.notMatch(text, /Sort|Bitmap|Seq Scan on handoff_(?!store)/, index)
          assert.isAtMost(mostRows(plan), rows, text)
        })
        for (const [index, view] of Object.entries(views)) {
          yield* check(`using ${index} `, Statements.list(view, 7, undefined))
          yield* check(`using ${index} `, Statements.list(view, 7, after))
        }
        // The first 100 records are reserved, and the table has many rows that no longer hold.
        yield* run(
          `INSERT INTO handoff_reserved SELECT 'x' || i, 1,
             clock_timestamp() + interval '1 second' * CASE WHEN i <= 100 THEN 0.9 ELSE -1 END
           FROM generate_series(1, 10000) i`
        )
        const inbox = { _tag: "Inbox", agent, status: "pending" } as const
        for (const place of [undefined, after]) {
          const plan = yield* explain(run, ...Reserving.reserve(inbox, 7, place, 1000))
          const text = plan.join("\n")
          assert.include(text, "Index Scan using handoff_inbox on handoff_records")
          assert.include(text, "Index Scan using handoff_reserved_pkey on handoff_reserved")
          assert.notMatch(text, /Seq Scan on handoff|Bitmap/)
          assert.isAtMost(mostRows(plan), 150, text)
        }
        const id = [PgTypes.text("x77")]
        yield* check("using handoff_records_pkey", [Statements.get, id])
        yield* check("using handoff_history", [Statements.history, id])
        yield* check("using handoff_log_pkey", [
          Statements.log,
          Statements.logParameters({ epoch: 0, xid: "0", n: 0 }, 7)
        ])
        yield* check("using handoff_log_pkey", [Statements.log, Statements.logParameters(place, 7)])
        for (const n of [500, 30_000]) {
          yield* check("using handoff_log_pkey", [Statements.reached, Statements.placeParameters({ ...place, n })])
        }
        yield* check("using handoff_log_pkey", [Statements.end, []])
        yield* check("using handoff_agents_pkey", [AgentStatements.all, []])
        yield* check("using handoff_keys_pkey", [AgentStatements.keys, []])
        yield* check("using handoff_documents_pkey", [DocumentStatements.get, [PgTypes.text("k"), PgTypes.text("77")]])
        yield* check("using handoff_documents_pkey", [
          DocumentStatements.list,
          [PgTypes.text("k"), PgTypes.text("77"), PgTypes.int4(7)]
        ])
        yield* check("using handoff_tally_pkey", [Statements.tally, []], HandoffStatus.literals.length * 64)
      })
    )

    it.live(`and a commit looks up its rows by id, when the database ${name}`, () =>
      Effect.gen(function* () {
        const connections = yield* Connections.make(yield* Address.read(yield* makeDatabase()), 1)
        yield* Schema.open(connections)
        const { run } = connections
        for (const sql of before) yield* run(sql)
        yield* run("ALTER TABLE handoff_records SET (autovacuum_enabled = off)")
        yield* run(fill)
        const states = Array.from({ length: 300 }, (_, n): Statements.StateRow => ({
          commit: n,
          id: `x${n}`,
          base: 1,
          revision: 2,
          status: "accepted",
          to: "executor",
          from: "executor",
          parent: null,
          urgency: 5,
          createdAt: 1,
          dueAt: null,
          turn: "executor",
          latest: -1,
          attempt: 1,
          leaseUntil: null,
          otherDue: null,
          ends: null,
          record: "{}",
          keys: 0,
          sums: []
        })).toSorted((a, b) => (a.id < b.id ? -1 : 1))
        const events = states.map(({ id }) => ({ id, revision: 2, event: "{}" }))
        const statements = [
          Statements.commit(states.slice(0, 1), events.slice(0, 1)),
          Statements.commit(states, events),
          Statements.commit(
            states.map((row) => ({ ...row, commit: 0 })),
            events
          )
        ]
        assert.strictEqual(new Set(statements.map(([sql]) => sql)).size, statements.length)
        for (const [sql, parameters] of statements) {
          const plan = yield* explain(run, sql, parameters)
          assert.include(plan.join("\n"), "Index Scan using handoff_records_pkey")
          assert.notMatch(plan.join("\n"), /Nested Loop|Seq Scan on handoff_(?!store)/)
          assert.isAtMost(mostRows(plan), 600)
          yield* run("UPDATE handoff_records SET base = 0, revision = 1 WHERE revision = 2")
          yield* run("TRUNCATE handoff_log")
        }
        yield* run("UPDATE handoff_records SET attempt = 1, lease_until = 5, due_at = 5 WHERE length(id) = 3")
        const renewals = states.map(({ id }) => ({
          recordId: RecordId.make(id),
          attempt: 1,
          until: DateTime.makeUnsafe(9)
        }))
        const plan = yield* explain(run, Renewals.statement, Renewals.parametersOf(renewals, DateTime.makeUnsafe(1)))
        assert.notMatch(plan.join("\n"), /Seq Scan on handoff_(?!store)/)
        assert.isAtMost(mostRows(plan), 600, plan.join("\n"))
      })
    )
  }
})
