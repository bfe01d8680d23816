import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import * as MemoryStore from "../src/MemoryStore.ts"
import * as StoreLaws from "../src/StoreLaws.ts"

describe("the memory store", () => {
  for (const { name, check } of StoreLaws.laws) it.effect(name, () => Effect.provide(check, MemoryStore.layer))
})
