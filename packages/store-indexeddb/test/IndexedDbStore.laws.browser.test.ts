import * as StoreLaws from "@aumai/handoff-core/StoreLaws"
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { IndexedDbStore } from "../src/index.ts"

describe("IndexedDbStore keeps the laws of every store", () => {
  let stores = 0
  const fresh = () => IndexedDbStore.layer({ name: `laws ${(stores += 1)}` })

  for (const { name, check } of StoreLaws.laws) it.live(name, () => Effect.provide(check, fresh()))
  for (const { name, check } of StoreLaws.reopening) it.live(name, () => check(fresh()))
})
