import * as StoreLaws from "@aumai/handoff-core/StoreLaws"
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { SqliteStore } from "../src/index.ts"
import { inDirectory } from "./processes.ts"

describe("SqliteStore keeps the laws of every store", () => {
  for (const { name, check } of StoreLaws.laws) {
    it.live(name, () => inDirectory((at) => Effect.provide(check, SqliteStore.layer({ path: at("handoffs.db") }))))
  }
  for (const { name, check } of StoreLaws.reopening) {
    it.live(name, () => inDirectory((at) => check(SqliteStore.layer({ path: at("handoffs.db") }))))
  }
})
