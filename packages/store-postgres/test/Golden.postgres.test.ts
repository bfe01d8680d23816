import { HandoffManager } from "@aumai/handoff-core"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { connect, makeDatabase } from "../../../tooling/databases.ts"
import { expectedOf, textOf } from "../../testing/src/golden-files.ts"
import { contents, formats, createNext, expectedNext, misplaced, nextAfter } from "../../testing/src/golden.ts"
import { PostgresStore } from "../src/index.ts"

/** The statements of a plain dump. A line that begins with a backslash is for psql. */
const statementsOf = (dump: string): ReadonlyArray<string> => dump.replaceAll(/^\\.*$/gm, "").split(/(?<=;)\n/)

describe.each(formats)("a dump of %s", (format) => {
  it.live("has every record and entry, and goes on", () =>
    Effect.gen(function* () {
      const expected = expectedOf(format)
      const url = yield* makeDatabase()
      const run = yield* connect(url)
      for (const statement of statementsOf(textOf(format, "postgres.sql"))) yield* run(statement)
      yield* Effect.gen(function* () {
        expect(yield* contents).toEqual(expected.contents)
        expect(yield* misplaced).toEqual([])
        expect(yield* nextAfter(expected.positions.postgres)).toBe(expectedNext(format, expected))
        expect(yield* createNext).toBe(expected.contents.log.length)
      }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(PostgresStore.layer({ url })))))
    })
  )
})
