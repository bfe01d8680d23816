import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { type HandoffManager, HandoffStore } from "@aumai/handoff-core"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { advance, createOne } from "../../testing/src/handoffs.ts"
import { fileWith, layouts, oddBytes } from "../../testing/src/odd.ts"
import { all, good, id, indented, inFile, kind, layerOf, oddOnes, timesIn } from "./oddFiles.ts"

describe("setting aside", () => {
  const move = Effect.flatMap(HandoffStore, (store) => store.setAside ?? Effect.succeedNone)

  it.live("moves the odd records to a file beside, and leaves a clean store", () =>
    Effect.forEach(layouts, (layout) =>
      Effect.forEach([true, false], (oneShot) => {
        const odd = ["NaN", "bytes that are not UTF-8", "a number"].map((name) => oddBytes(kind(name), layout))
        const [first, ...others] = odd
        return inFile(fileWith([first, ...good, ...others], layout), ({ path, names }) =>
          Effect.gen(function* () {
            const target = yield* Effect.provide(
              Effect.gen(function* () {
                if (!oneShot) yield* createOne("before")
                const moved = yield* move
                assert.deepStrictEqual(yield* oddOnes, [])
                assert.isTrue(Option.isNone(yield* move))
                yield* createOne("odd")
                return Option.getOrThrow(moved)
              }),
              layerOf(path, { oneShot })
            )
            assert.match(target, /handoffs\.json\.odd-\d+T\d+Z$/)
            for (const bytes of odd.slice(0, 2)) {
              assert.deepStrictEqual([timesIn(path, bytes), timesIn(target, bytes)], [0, 1])
            }
            assert.strictEqual(names().filter((name) => name.includes(".odd-")).length, 1)
            const after = yield* Effect.provide(Effect.all([all, oddOnes]), layerOf(path))
            assert.deepStrictEqual([after[0].length, after[1].length], [good.length + (oneShot ? 1 : 2), 0])
          })
        )
      })
    )
  )

  it.live("is seen by another process that has the store open", () =>
    inFile(fileWith([...good, oddBytes(kind("NaN"), indented)], indented), ({ path }) =>
      Effect.provide(
        Effect.gen(function* () {
          assert.strictEqual((yield* oddOnes).length, 1)
          yield* Effect.provide(move, Layer.fresh(layerOf(path, { oneShot: true })), { local: true })
          assert.strictEqual((yield* oddOnes).length, 0)
          yield* createOne("odd")
        }),
        layerOf(path)
      )
    )
  )
})

describe("another program beside an open store", () => {
  const rewriteWith = (path: string, change: (text: string) => string) =>
    Effect.sync(() => writeFileSync(path, change(readFileSync(path, "utf8"))))
  const last = /\n\]\n$/

  it.live("may write an odd record, which stays in the file", () =>
    inFile(fileWith(good, indented), ({ path, names }) =>
      Effect.gen(function* () {
        const bytes = oddBytes(kind("NaN"), indented)
        yield* Effect.provide(
          Effect.gen(function* () {
            yield* createOne("one")
            yield* rewriteWith(path, (text) => text.replace(last, `,\n  ${bytes.toString("utf8")},\n  7\n]\n`))
            assert.strictEqual((yield* all).length, good.length + 1)
            assert.deepStrictEqual(
              (yield* oddOnes).map(({ recordId }) => recordId),
              ["odd", undefined]
            )
            yield* createOne("two")
          }),
          layerOf(path)
        )
        assert.strictEqual(timesIn(path, bytes), 1)
        assert.isFalse(names().some((name) => name.includes("conflict")))
        assert.strictEqual((yield* Effect.provide(oddOnes, layerOf(path))).length, 2)
      })
    )
  )

  it.live("may keep the odd records as they are", () =>
    inFile(fileWith([...good, oddBytes(kind("NaN"), indented), 7_766_554_433], indented), ({ path, names }) =>
      Effect.gen(function* () {
        yield* Effect.provide(
          // Nothing is listed before, so that the odd records are not decoded yet.
          Effect.gen(function* () {
            yield* createOne("one")
            yield* rewriteWith(path, (text) => text.replace("Übergabe", "Handover"))
            yield* createOne("two")
          }),
          layerOf(path)
        )
        for (const bytes of [oddBytes(kind("NaN"), indented), Buffer.from("7766554433")])
          assert.strictEqual(timesIn(path, bytes), 1)
        // Only the record whose request was changed.
        const conflicts = names().filter((name) => name.includes("conflict"))
        assert.strictEqual(conflicts.length, 1)
        assert.strictEqual(timesIn(join(path, "..", conflicts[0] ?? ""), Buffer.from("NaN")), 0)
      })
    )
  )

  it.live("may repair an odd record, which is then read", () =>
    inFile(fileWith([...good, oddBytes(kind("NaN"), indented)], indented), ({ path }) =>
      Effect.provide(
        Effect.gen(function* () {
          yield* createOne("one")
          assert.strictEqual((yield* oddOnes).length, 1)
          yield* rewriteWith(path, (text) => text.replace("NaN", "1"))
          assert.strictEqual((yield* all).length, good.length + 2)
          assert.deepStrictEqual(yield* oddOnes, [])
          const record = yield* Effect.flatMap(HandoffStore, (store) => store.get(id("odd")))
          yield* advance(Option.getOrThrow(record))
        }),
        layerOf(path)
      )
    )
  )

  it.live("does not replace a record of this store by an odd one", () =>
    inFile(fileWith(good, indented), ({ path, names }) =>
      Effect.gen(function* () {
        yield* Effect.provide(
          Effect.gen(function* () {
            yield* createOne("odd")
            yield* rewriteWith(path, (text) =>
              text.replace(last, `,\n  ${oddBytes(kind("NaN"), indented).toString("utf8")}\n]\n`)
            )
            assert.strictEqual((yield* all).length, good.length + 1)
            assert.deepStrictEqual(yield* oddOnes, [])
          }),
          layerOf(path)
        )
        assert.strictEqual(names().filter((name) => name.includes("conflict")).length, 1)
      })
    )
  )
})

describe("a process that follows the journal of another", () => {
  const other = <A, E>(path: string, body: Effect.Effect<A, E, HandoffStore | HandoffManager>) =>
    Effect.provide(body, Layer.fresh(layerOf(path)), { local: true })
  const nan = oddBytes(kind("NaN"), indented)
  const insert = (path: string) =>
    Effect.sync(() => {
      const text = readFileSync(path, "utf8")
      writeFileSync(path, text.replace(/\n\]\n$/, `,\n  ${nan.toString("utf8")}\n]\n`))
    })

  it.live("keeps an odd record that the other one took over", () =>
    inFile(fileWith(good, indented), ({ path }) =>
      Effect.gen(function* () {
        yield* Effect.provide(
          Effect.gen(function* () {
            yield* createOne("one")
            yield* all
            yield* other(path, Effect.andThen(createOne("two"), Effect.andThen(insert(path), all)))
            assert.strictEqual((yield* all).length, good.length + 2)
            assert.strictEqual((yield* oddOnes).length, 1)
            yield* createOne("three")
          }),
          layerOf(path)
        )
        assert.strictEqual(timesIn(path, nan), 1)
      })
    )
  )

  it.live("takes a record that stands in place of an odd one", () =>
    inFile(fileWith([...good, nan], indented), ({ path }) =>
      Effect.gen(function* () {
        const repair = Effect.sync(() => writeFileSync(path, readFileSync(path, "utf8").replace("NaN", "1")))
        yield* Effect.provide(
          Effect.gen(function* () {
            yield* createOne("one")
            assert.strictEqual((yield* oddOnes).length, 1)
            yield* other(path, Effect.andThen(createOne("two"), Effect.andThen(repair, all)))
            assert.deepStrictEqual(yield* oddOnes, [])
            yield* advance(Option.getOrThrow(yield* Effect.flatMap(HandoffStore, (store) => store.get(id("odd")))))
          }),
          layerOf(path)
        )
        assert.strictEqual((yield* Effect.provide(all, layerOf(path))).length, good.length + 3)
      })
    )
  )

  it.live("does not bring back what the other one set aside", () =>
    inFile(fileWith([...good, nan], indented), ({ path }) =>
      Effect.gen(function* () {
        const move = Effect.flatMap(HandoffStore, (store) => store.setAside ?? Effect.succeedNone)
        yield* Effect.provide(
          Effect.gen(function* () {
            yield* createOne("one")
            assert.strictEqual((yield* oddOnes).length, 1)
            yield* other(path, Effect.andThen(move, createOne("odd")))
            assert.deepStrictEqual(yield* oddOnes, [])
            assert.strictEqual((yield* all).length, good.length + 2)
            yield* createOne("two")
          }),
          layerOf(path)
        )
        assert.strictEqual(timesIn(path, nan), 0)
        assert.strictEqual((yield* Effect.provide(all, layerOf(path))).length, good.length + 3)
      })
    )
  )
})
