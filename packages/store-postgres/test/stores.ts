/** Stores on databases of tests, and what their logs say. */
import type { Entry, HandoffStore, Position } from "@aumai/handoff-core"
import * as Effect from "effect/Effect"

import { PostgresStore } from "../src/index.ts"

export const open = (url: string, options: { readonly maxConnections?: number } = {}) =>
  Effect.map(PostgresStore.make({ url, ...options }), ({ handoffs }) => handoffs)

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
