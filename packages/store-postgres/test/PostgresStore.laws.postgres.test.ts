import * as StoreLaws from "@aumai/handoff-core/StoreLaws"
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll } from "vitest"

import { makeDatabase } from "../../../tooling/databases.ts"
import { PostgresStore } from "../src/index.ts"

describe("PostgresStore keeps the laws of every store", () => {
  const scope = Scope.makeUnsafe()
  let url = ""
  beforeAll(async () => {
    url = await Effect.runPromise(Scope.provide(makeDatabase(), scope))
  })
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

  for (const { name, check } of StoreLaws.laws) {
    it.live(name, () => Effect.suspend(() => Effect.provide(check, PostgresStore.layer({ url }))))
  }
  for (const { name, check } of StoreLaws.reopening) {
    it.live(name, () => Effect.suspend(() => check(PostgresStore.layer({ url }))))
  }
})
