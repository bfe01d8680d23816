import { existsSync } from "node:fs"
import { join } from "node:path"

import { HandoffManager } from "@aumai/handoff-core"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { copyOf, expectedOf } from "../../testing/src/golden-files.ts"
import { contents, formats, createNext, expectedNext, misplaced, nextAfter } from "../../testing/src/golden.ts"
import { FileStore } from "../src/index.ts"

const layerOf = (path: string) => HandoffManager.layer.pipe(Layer.provideMerge(FileStore.layer({ path })))

describe.each(formats)("a file of %s", (format) => {
  const expected = expectedOf(format)

  for (const store of ["file", "journal"] as const) {
    it.live(`has every record and entry, and goes on: ${store}`, () =>
      Effect.gen(function* () {
        const path = join(yield* copyOf(format, store), "handoffs.json")
        expect(existsSync(`${path}-journal`)).toBe(store === "journal")
        yield* Effect.gen(function* () {
          expect(yield* contents).toEqual(expected.contents)
          expect(yield* misplaced).toEqual([])
          expect(yield* nextAfter(expected.positions[store])).toBe(expectedNext(format, expected))
        }).pipe(Effect.provide(layerOf(path)))
        expect(existsSync(`${path}-journal`)).toBe(false)
        // As this version has written it again.
        yield* Effect.gen(function* () {
          expect(yield* contents).toEqual(expected.contents)
          expect(yield* misplaced).toEqual([])
          expect(yield* createNext).toBe(expected.contents.log.length)
        }).pipe(Effect.provide(layerOf(path), { local: true }))
      })
    )
  }

  it.live("has every record that the Python library has written again", () =>
    Effect.gen(function* () {
      const path = join(yield* copyOf(format, "python"), "handoffs.json")
      yield* Effect.gen(function* () {
        expect(yield* contents).toEqual(expected.rewritten)
        expect(yield* misplaced).toEqual([])
        expect(yield* createNext).toBe(expected.rewritten.log.length)
      }).pipe(Effect.provide(layerOf(path)))
    })
  )
})
