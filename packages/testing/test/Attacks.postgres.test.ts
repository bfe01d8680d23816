import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { makeDatabase } from "../../../tooling/databases.ts"
import { attacked } from "../src/attacked.ts"
import { runtimes } from "../src/runtimes.ts"

it.live(
  "no attack breaks a PostgreSQL store, takes its memory, or hangs it",
  () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const [node] = runtimes
      assert.isDefined(node)
      assert.deepStrictEqual(yield* Effect.promise(() => attacked(node, url)), [])
    }),
  600_000
)
