import { HandoffManager } from "@aumai/handoff-core"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { commands } from "vitest/browser"

import {
  contents,
  type Expected,
  formats,
  createNext,
  expectedNext,
  misplaced,
  nextAfter
} from "../../testing/src/golden.ts"
import { IndexedDbStore } from "../src/index.ts"
import { type Dump, restoreRaw } from "./raw.ts"

const read = <A>(format: string, name: string) =>
  Effect.map(
    Effect.promise(() => commands.readFile(`packages/testing/golden/${format}/${name}`)),
    // The cast: these files are of this workspace.
    (text) => JSON.parse(text) as A
  )

describe.each(formats)("a database of %s", (format) => {
  it.live("has every record and entry, and goes on", () =>
    Effect.gen(function* () {
      const expected = yield* read<Expected>(format, "expected.json")
      const dump = yield* read<Dump>(format, "indexeddb.json")
      const name = `golden ${format}`
      yield* Effect.promise(() => restoreRaw(name, dump))
      yield* Effect.gen(function* () {
        expect(yield* contents).toEqual(expected.contents)
        expect(yield* misplaced).toEqual([])
        expect(yield* nextAfter(expected.positions.indexeddb)).toBe(expectedNext(format, expected))
        expect(yield* createNext).toBe(expected.contents.log.length)
      }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(IndexedDbStore.layer({ name })))))
    })
  )
})
