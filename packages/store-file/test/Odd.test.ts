import { readFileSync, utimesSync } from "node:fs"

import { HandoffManager, HandoffStore, type OddRecord } from "@aumai/handoff-core"
import { verifyAll } from "@aumai/handoff-core/Verification"
import { AgentId, StoreError } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import { advance, createOne } from "../../testing/src/handoffs.ts"
import { fileWith, layouts, oddBytes, oddKinds, placed, plainRecord } from "../../testing/src/odd.ts"
import { all, compact, good, id, indented, inFile, kind, layerOf, oddOnes, tabbed, timesIn } from "./oddFiles.ts"

/** Reads and writes with every method of the store, and checks that the odd record takes part in none. */
const useAll = (round: number) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const manager = yield* HandoffManager
    const before = yield* all
    assert.isFalse(before.some(({ recordId }) => recordId === id("odd")))
    const pending = before.filter(({ status }) => status === "pending").length
    assert.strictEqual((yield* store.tally)["pending"], pending)
    assert.strictEqual((yield* store.log({ limit: 1000 })).length >= before.length, true)
    const created = yield* createOne(`new-${round}`)
    yield* advance(created)
    assert.isTrue(Option.isSome(yield* store.get(id("good-3"))))
    const [first] = yield* store.list({ _tag: "Prefix", prefix: "good-" }, { limit: 1 })
    if (first !== undefined) yield* advance(first)
    assert.isTrue(Option.isSome(yield* manager.claim(AgentId.make("executor"))))
    yield* manager.sweep
    assert.strictEqual((yield* store.history(created.recordId)).length, 2)
  })

const checkOdd = (odd: ReadonlyArray<OddRecord>, hasId: boolean, index: number) => {
  assert.strictEqual(odd.length, 1)
  assert.strictEqual(odd[0]?.recordId, hasId ? "odd" : undefined)
  assert.strictEqual(odd[0]?.place, `[${index}]`)
  assert.isAbove(odd[0]?.reason.length ?? 0, 0)
}

describe.each(layouts)("a file in the layout: $name", (layout) => {
  it.live.each(oddKinds)("keeps the others workable, and the odd record byte for byte: $name", (one) =>
    Effect.gen(function* () {
      const bytes = oddBytes(one, layout)
      // The large one only once, because each takes a second.
      const places = one.name.includes("10 MB") ? (["middle"] as const) : (["first", "middle", "last"] as const)
      for (const place of places) {
        const { elements, index } = placed(good, bytes, place)
        yield* inFile(fileWith(elements, layout), ({ path, names }) =>
          Effect.gen(function* () {
            // A checkpoint after each commit, as far as the size of the file allows one.
            yield* Effect.provide(
              Effect.gen(function* () {
                assert.strictEqual((yield* all).length, good.length)
                checkOdd(yield* oddOnes, one.hasId !== false, index)
                yield* Effect.forEach([0, 1, 2], useAll)
                checkOdd(yield* oddOnes, one.hasId !== false, index)
              }),
              layerOf(path, { checkpointBytes: 1 })
            )
            assert.strictEqual(timesIn(path, bytes), 1, place)
            // Two one-shot commits and a fold at the end.
            yield* Effect.provide(createOne("once"), layerOf(path, { oneShot: true }))
            yield* Effect.provide(useAll(9), layerOf(path))
            assert.strictEqual(timesIn(path, bytes), 1, place)
            assert.deepStrictEqual(names(), [
              ".handoffs.json.lock",
              "handoffs.json",
              "handoffs.json-trail",
              "handoffs.log.json"
            ])
            const count = yield* Effect.provide(
              Effect.map(all, ({ length }) => length),
              layerOf(path)
            )
            assert.strictEqual(count, good.length + 5)
          })
        )
      }
    })
  )
})

describe("the id of an odd record", () => {
  it.live("is taken: every verb names the record, its place, the reason and the next command", () =>
    Effect.forEach(
      oddKinds.filter(({ hasId }) => hasId !== false),
      (one) =>
        inFile(fileWith([...good, oddBytes(one, indented)], indented), ({ path }) =>
          Effect.provide(
            Effect.gen(function* () {
              const store = yield* HandoffStore
              const manager = yield* HandoffManager
              const verbs: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
                store.get(id("odd")),
                store.history(id("odd")),
                manager.get(id("odd")),
                manager.find(id("odd")),
                manager.accept(id("odd")),
                manager.create({ fromAgent: "planner", toAgent: "executor", taskDescription: "Another" }, { id: "odd" })
              ]
              for (const verb of verbs) {
                const error = yield* Effect.flip(verb)
                assert(error instanceof StoreError)
                assert.strictEqual(error.reason, "corrupt")
                assert.match(
                  error.message,
                  /^Handoff odd at \[30\] in .*handoffs\.json cannot be read: .*doctor --set-aside/
                )
              }
              const conflict = yield* Effect.flip(createOne("odd"))
              assert.strictEqual(conflict._tag, "RevisionConflict")
              // A commit in the same group is not refused along with it.
              const results = yield* Effect.forEach(["odd", "beside"], (name) => Effect.exit(createOne(name)), {
                concurrency: "unbounded"
              })
              assert.deepStrictEqual(
                results.map(({ _tag }) => _tag),
                ["Failure", "Success"]
              )
            }),
            layerOf(path)
          )
        ),
      { discard: true }
    )
  )

  it.live("that two records have is that of neither", () =>
    Effect.forEach(layouts, (layout) =>
      inFile(fileWith([plainRecord("odd"), ...good, plainRecord("odd", { status: "accepted" })], layout), ({ path }) =>
        Effect.provide(
          Effect.gen(function* () {
            assert.strictEqual((yield* all).length, good.length)
            const odd = yield* oddOnes
            assert.deepStrictEqual(
              odd.map(({ place, recordId }) => [recordId, place]),
              [
                ["odd", "[0]"],
                ["odd", "[31]"]
              ]
            )
            assert.strictEqual((yield* Effect.flip(createOne("odd")))._tag, "RevisionConflict")
            yield* createOne("other")
          }),
          layerOf(path)
        ).pipe(
          Effect.andThen(
            Effect.sync(() => {
              // The cast: the test wrote this file.
              const ids = (JSON.parse(readFileSync(path, "utf8")) as ReadonlyArray<{ record_id: string }>).map(
                ({ record_id }) => record_id
              )
              assert.strictEqual(ids.filter((one) => one === "odd").length, 2)
            })
          )
        )
      )
    )
  )
})

describe("a store of which nothing can be read", () => {
  it.live("is empty, and takes new handoffs", () =>
    inFile(fileWith([oddBytes(kind("NaN"), compact), 5, null], compact), ({ path }) =>
      Effect.gen(function* () {
        yield* Effect.provide(
          Effect.gen(function* () {
            assert.deepStrictEqual(yield* all, [])
            assert.strictEqual((yield* oddOnes).length, 3)
            yield* createOne("one")
          }),
          layerOf(path)
        )
        assert.strictEqual(timesIn(path, oddBytes(kind("NaN"), compact)), 1)
        assert.strictEqual((yield* Effect.provide(all, layerOf(path))).length, 1)
      })
    )
  )
})

describe("a file that is torn at the level of the array", () => {
  it.live.each([
    `[{"record_id": "a", `,
    `[{"record_id": "a"} {"record_id": "b"}]`,
    `[{"record_id": "a"},]`,
    `[{"a": [1}, {"b": 2]}]`,
    `[{"record_id": "a"}]]`,
    `{"record_id": "a"}`,
    `[NaN`,
    `["a]`,
    ``
  ])("is refused as a whole: %s", (text) =>
    inFile(Buffer.from(text), ({ path }) =>
      Effect.gen(function* () {
        // A file that was just written is read again for two seconds, because its writer may not have finished.
        utimesSync(path, 0, 0)
        const error = yield* Effect.flip(Effect.provide(all, layerOf(path)))
        assert.strictEqual(error.reason, "corrupt")
        assert.strictEqual(readFileSync(path, "utf8"), text)
      })
    )
  )

  it.live("never makes a record of what is nested in one", () => {
    const [inner, outer] = ["inner", "outer"].map((name) => fileWith([plainRecord(name)], indented).toString("utf8"))
    // Indented by hand as if the inner record stood in the array.
    const nested = `"more": [{\n  },\n${inner?.slice(2, -3)},\n  {\n    "record_id": "last"}],\n    "request"`
    return inFile(Buffer.from(outer?.replace(`"request"`, nested) ?? ""), ({ path }) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Effect.provide(all, layerOf(path)))
        assert.strictEqual(error.reason, "corrupt")
      })
    )
  })
})

describe("verification", () => {
  it.live("names the odd records first", () =>
    inFile(fileWith([...good, oddBytes(kind("NaN"), tabbed), 5], tabbed), ({ path }) =>
      Effect.gen(function* () {
        const verified = yield* Effect.provide(Stream.runCollect(verifyAll), layerOf(path))
        assert.strictEqual(verified.length, 32)
        assert.deepStrictEqual(
          verified.flatMap(({ flaw, recordId }) => (flaw === undefined ? [] : [[recordId, flaw.revision]])),
          [
            ["odd", 0],
            ["[31]", 0]
          ]
        )
      })
    )
  )
})

describe("a request of the Python library without a receiver", () => {
  it.live("is read as one for unrouted, and can be forwarded", () => {
    const record = plainRecord("empty")
    const file = fileWith([{ ...record, request: { ...record.request, to_agent: "" } }, ...good], indented)
    return inFile(file, ({ path }) =>
      Effect.provide(
        Effect.gen(function* () {
          const manager = yield* HandoffManager
          assert.deepStrictEqual(yield* oddOnes, [])
          assert.strictEqual((yield* manager.get(id("empty"))).request.toAgent, "unrouted")
          const forwarded = yield* manager.forward(id("empty"), { to: AgentId.make("executor") })
          assert.strictEqual(forwarded.status, "pending")
          assert.strictEqual(forwarded.hops?.length, 1)
          const claimed = yield* manager.accept(id("empty"))
          assert.strictEqual(claimed.status, "accepted")
        }),
        layerOf(path)
      )
    )
  })
})
