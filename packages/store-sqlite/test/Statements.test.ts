import { DatabaseSync } from "node:sqlite"

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { createOne } from "../../testing/src/handoffs.ts"
import { SqliteStore } from "../src/index.ts"
import { reads } from "../src/Statements.ts"
import { inDirectory } from "./processes.ts"

const expected: Record<keyof typeof reads, string | ReadonlyArray<string>> = {
  standing: "SEARCH handoffs USING INDEX sqlite_autoindex_handoffs_1 (id=?)",
  get: "SEARCH handoffs USING INDEX sqlite_autoindex_handoffs_1 (id=?)",
  history: "SEARCH log USING INDEX sqlite_autoindex_log_1 (record_id=?)",
  log: "SEARCH log USING INTEGER PRIMARY KEY (rowid>?)",
  All: "SEARCH handoffs USING INDEX handoffs_all ((created_at,id)>(?,?))",
  Status: "SEARCH handoffs USING INDEX handoffs_status (status=? AND (created_at,id)>(?,?))",
  Inbox: "SEARCH handoffs USING INDEX handoffs_inbox (to_agent=? AND status=? AND (urgency,created_at,id)>(?,?,?))",
  unreserved: [
    "SEARCH handoffs USING INDEX handoffs_inbox (to_agent=? AND status=? AND (urgency,created_at,id)>(?,?,?))",
    "CORRELATED SCALAR SUBQUERY 1",
    "SEARCH r USING PRIMARY KEY (id=?)"
  ],
  Sent: "SEARCH handoffs USING INDEX handoffs_sent (from_agent=? AND (recency,id)>(?,?))",
  Children: "SEARCH handoffs USING INDEX handoffs_children (parent=? AND (created_at,id)>(?,?))",
  Due: "SEARCH handoffs USING INDEX handoffs_due ((due_at,created_at,id)>(?,?,?) AND due_at<?)",
  Turn: "SEARCH handoffs USING INDEX handoffs_turn (turn=? AND (urgency,created_at,id)>(?,?,?))",
  Recent: "SEARCH handoffs USING INDEX handoffs_recent ((latest,id)>(?,?))",
  RecentOf: "SEARCH handoffs USING INDEX handoffs_recent_of (from_agent=? AND (latest,id)>(?,?))",
  Prefix: "SEARCH handoffs USING INDEX sqlite_autoindex_handoffs_1 (id>? AND id<?)",
  end: "SEARCH log"
}

describe("Statements", () => {
  it.live("each search one index that returns the rows in order, without a scan or a sort", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const path = at("handoffs.db")
        yield* Effect.provide(createOne("one"), SqliteStore.layer({ path }))
        using db = new DatabaseSync(path)
        const plans = Object.entries(reads).map(([name, sql]) => [
          name,
          db
            .prepare(`EXPLAIN QUERY PLAN ${sql}`)
            .all()
            .map(({ detail }) => detail)
        ])
        assert.deepStrictEqual(
          Object.fromEntries(plans),
          Object.fromEntries(Object.entries(expected).map(([name, plan]) => [name, [plan].flat()]))
        )
      })
    )
  )
})
