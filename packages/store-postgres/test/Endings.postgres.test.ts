import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { makeDatabase } from "../../../tooling/databases.ts"
import { start } from "./processes.ts"

describe("a program that does not close the store", () => {
  it.live("ends by itself after its last call, also after it has followed the log", () =>
    Effect.gen(function* () {
      const running = start("forgetful.ts", yield* makeDatabase())
      const printed: Array<string> = []
      const code = yield* Effect.promise(async () => {
        for await (const line of running.lines) printed.push(line)
        return running.exit
      })
      assert.deepStrictEqual([printed, code], [["created", "followed"], 0])
    })
  )
})
