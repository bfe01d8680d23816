/** Opens stores on test databases and reads their logs. */
import type { Entry, HandoffStore, Position } from "@aumai/handoff-core"
import * as Effect from "effect/Effect"

import { query } from "../../../tooling/databases.ts"
import { PostgresStore } from "../src/index.ts"

export const open = (url: string, options: { readonly maxConnections?: number } = {}) =>
  Effect.map(PostgresStore.make({ url, ...options }), ({ handoffs }) => handoffs)

/** Waits until a store has checked for listeners after its first commit. */
export const untilAsked = (url: string) =>
  Effect.gen(function* () {
    const asked = `SELECT count(*)::int4 FROM pg_stat_activity
      WHERE query LIKE '%pg_notify%' AND state = 'idle' AND datname = current_database() AND pid <> pg_backend_pid()`
    while (((yield* query(url, asked))[0]?.[0] ?? 0) === 0);
  })

export const wholeLog = (store: HandoffStore["Service"], from?: Position) =>
  Effect.gen(function* () {
    const entries: Array<Entry> = []
    let after = from
    while (true) {
      const page: ReadonlyArray<Entry> = yield* store.log({ limit: 100, ...(after === undefined ? {} : { after }) })
      if (page.length === 0) return entries
      entries.push(...page)
      after = page.at(-1)?.position
    }
  })

export const namesOf = (entries: ReadonlyArray<Entry>) =>
  entries.map(({ recordId, revision }) => `${recordId} ${revision}`)
