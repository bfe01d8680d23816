import { join } from "node:path"

import { HandoffManager } from "@aumai/handoff-core"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { copyOf, expectedOf } from "../../testing/src/golden-files.ts"
import { contents, formats, createNext, expectedNext, misplaced, nextAfter } from "../../testing/src/golden.ts"
import { SqliteStore } from "../src/index.ts"

describe.each(formats)("a database of %s", (format) => {
  it.live("has every record and entry, and goes on", () =>
    Effect.gen(function* () {
      const expected = expectedOf(format)
      const path = join(yield* copyOf(format, "sqlite"), "handoffs.db")
      yield* Effect.gen(function* () {
        expect(yield* contents).toEqual(expected.contents)
        expect(yield* misplaced).toEqual([])
        expect(yield* nextAfter(expected.positions.sqlite)).toBe(expectedNext(format, expected))
        expect(yield* createNext).toBe(expected.contents.log.length)
      }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(SqliteStore.layer({ path })))))
    })
  )
})
