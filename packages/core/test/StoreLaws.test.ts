import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"

import { seedsOf } from "../../testing/src/seeds.ts"
import { HandoffManager } from "../src/engine/HandoffManager.ts"
import * as StoreLaws from "../src/laws/StoreLaws.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"
import { brokenRetention } from "./brokenRetention.ts"
import { brokenReopened, brokenStores, sound, soundReopened } from "./brokenStores.ts"

describe("the laws", () => {
  for (const { name, check } of StoreLaws.laws) {
    // The memory store, made as the broken ones are.
    it.effect(`the memory store keeps: ${name}`, () => Effect.provide(check, sound))
  }

  it.effect("hold in sequence on a store that is in use", () =>
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      for (let n = 0; n < 300; n++) {
        yield* manager.create({ fromAgent: "someone", toAgent: "another", taskDescription: "Use the store" })
      }
      for (const { check } of StoreLaws.laws) yield* check
      for (const { check } of StoreLaws.laws) yield* check
    }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(MemoryStore.layer))))
  )

  const { name, seeds } = seedsOf([], 2)
  it.effect(`hold with any random seed (${name})`, () =>
    Effect.gen(function* () {
      for (const seed of seeds) {
        for (const { check } of StoreLaws.laws) {
          yield* check.pipe(Effect.provide(MemoryStore.layer), Random.withSeed(seed))
        }
      }
    })
  )

  it("have different names", () => {
    const names = [...StoreLaws.laws, ...StoreLaws.reopening].map(({ name }) => name)
    assert.strictEqual(new Set(names).size, names.length)
  })
})

describe("the laws detect a store", () => {
  const all = [...brokenStores, ...brokenRetention]
  for (const { fault, breaks, layer } of all) {
    it.effect(`that ${fault}`, () =>
      Effect.gen(function* () {
        const law = StoreLaws.laws.find(({ name }) => name === breaks)
        assert.isDefined(law, `no law is named "${breaks}"`)
        if (law === undefined) return
        const broken = yield* Effect.flip(Effect.provide(law.check, layer))
        assert.instanceOf(broken, StoreLaws.LawBroken)
        assert.strictEqual(broken.law, breaks)
        assert.match(broken.message, /^The store breaks the law ".+": Expected .+/s)
      })
    )
  }

  it("for each law at least once", () => {
    const found = new Set(all.map(({ breaks }) => breaks))
    const idle = StoreLaws.laws.filter(({ name }) => !found.has(name))
    assert.deepStrictEqual(
      idle.map(({ name }) => name),
      []
    )
  })
})

describe("reopening", () => {
  for (const { name, check } of StoreLaws.reopening) {
    it.effect(name, () => check(soundReopened()))
  }

  it.effect("loses the contents of the memory store", () =>
    Effect.gen(function* () {
      for (const { check } of StoreLaws.reopening) yield* Effect.flip(check(MemoryStore.layer))
    })
  )

  for (const { fault, breaks, open } of brokenReopened) {
    it.effect(`detects a store that ${fault}`, () =>
      Effect.gen(function* () {
        const law = StoreLaws.reopening.find(({ name }) => name === breaks)
        assert.isDefined(law, `no law is named "${breaks}"`)
        if (law === undefined) return
        const broken = yield* Effect.flip(law.check(open()))
        assert.strictEqual(broken.law, breaks)
      })
    )
  }
})
