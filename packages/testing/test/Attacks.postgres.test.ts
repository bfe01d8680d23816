import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { makeDatabase } from "../../../tooling/databases.ts"
import { attacked } from "../src/attacked.ts"
import { runtimes } from "../src/runtimes.ts"

it.live.each(runtimes)("no attack breaks a PostgreSQL store in $name, takes its memory, or hangs", (runtime) =>
  Effect.gen(function* () {
    const url = yield* makeDatabase()
    assert.deepStrictEqual(yield* Effect.promise(() => attacked(runtime, url)), [])
  })
)
