import { type JsonValue, limits } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import { DocumentStore } from "../store/DocumentStore.ts"
import { drawOwn, expect, law, type Law, same } from "./kit.ts"

/** The version that a refused write names as the present one. */
const conflictOf = <A, E extends { readonly _tag: string }, R>(write: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.result(write), (written) =>
    Result.isSuccess(written) ? "success" : "actual" in written.failure ? written.failure.actual : written.failure._tag
  )

const bodyOf = (kind: string, key: string) =>
  DocumentStore.use(({ get }) =>
    Effect.map(get(kind, key), (found) => Option.getOrUndefined(Option.map(found, ({ body }) => body)))
  )

const rude: Readonly<Record<string, JsonValue>> = {
  __proto__: null,
  constructor: [],
  'it\'s "quoted"; -- \\': { "": 1 },
  " ": "a\u2028b",
  "a/b\\c:d%00?*": true,
  "Übergabe 引き渡し 👍": { 文: ["👩‍👩‍👧", ""] },
  ["x".repeat(limits.nameLength)]: -1.5e-7
}

/** The laws of the document store. */
export const documents: ReadonlyArray<Law> = [
  law("a document is written only over the version that its writer expects", function* () {
    const store = yield* DocumentStore
    const own = yield* drawOwn
    const [kind, other] = [own.id("kind"), own.id("other kind")]
    const put = (version: number, body: JsonValue, of: string = kind) =>
      store.put({ kind: of, key: "k", version, body })
    yield* same("a document that nobody wrote", yield* store.get(kind, "k"), Option.none())
    yield* same("the present version of a missing one", yield* conflictOf(put(1, "late")), 0)
    const first = yield* put(0, { step: 1 })
    yield* same("a second creation", yield* conflictOf(put(0, "late")), first)
    const second = yield* put(first, { step: 2 })
    yield* same("a write over an old version", yield* conflictOf(put(first, "late")), second)
    yield* expect(second > first, "Expected versions to grow")
    yield* same(
      "the document",
      yield* store.get(kind, "k"),
      Option.some({ key: "k", version: second, body: { step: 2 } })
    )
    yield* put(0, "of another kind", other)
    yield* same("a removal of an old version", yield* conflictOf(store.remove(kind, "k", first)), second)
    yield* store.remove(kind, "k", second)
    yield* same("a removed document", yield* store.get(kind, "k"), Option.none())
    yield* same("a second removal", yield* conflictOf(store.remove(kind, "k", second)), 0)
    yield* same("the same key of another kind", yield* bodyOf(other, "k"), "of another kind")
    const again = yield* put(0, "again")
    yield* expect(again > second, "Expected a version that no earlier document of the key had")
  }),

  law("of many writers with one version exactly one succeeds", function* () {
    const store = yield* DocumentStore
    const own = yield* drawOwn
    const kind = own.id("kind")
    let version = 0
    for (const round of [1, 2]) {
      const writes = Array.from({ length: 12 }, (_, n) =>
        Effect.result(store.put({ kind, key: "k", version, body: { round, n } }))
      )
      const results = yield* Effect.all(writes, { concurrency: "unbounded" })
      const won = results.flatMap((result, n) => (Result.isSuccess(result) ? [{ n, version: result.success }] : []))
      yield* same("the number of winners", won.length, 1)
      yield* same("the document of the winner", yield* bodyOf(kind, "k"), { round, n: won[0]?.n })
      version = won[0]?.version ?? 0
    }
  }),

  law("documents are listed by key, in pages that show each once", function* () {
    const store = yield* DocumentStore
    const own = yield* drawOwn
    const kind = own.id("kind")
    const keys = ["a", "a b", "a-b", "B", "b", "c", "ä", "名"]
    for (const key of keys.toReversed()) yield* store.put({ kind, key, version: 0, body: key })
    yield* store.put({ kind: own.id("kind 2"), key: "d", version: 0, body: "of another kind" })
    for (const limit of [1, 3, 100]) {
      const seen: Array<unknown> = []
      let after: string | undefined
      while (true) {
        const page = yield* store.list(kind, { limit, ...(after === undefined ? {} : { after }) })
        seen.push(...page.map(({ body }) => body))
        after = page.at(-1)?.key
        if (page.length < limit || seen.length > keys.length) break
      }
      yield* same(`the keys in pages of ${limit}`, seen, keys.toSorted())
    }
    yield* same("a page without a place", yield* store.list(kind, { limit: 0 }), [])
  }),

  law("any key and any JSON is kept unchanged, up to the limits, and nothing else is taken", function* () {
    const store = yield* DocumentStore
    const own = yield* drawOwn
    const kind = own.id("__proto__")
    const all: ReadonlyArray<readonly [key: string, body: JsonValue]> = [
      ...Object.entries(rude),
      // An own key of this name, as JSON.parse makes it.
      ["__proto__", JSON.parse('{"__proto__": {"polluted": true}, "toString": 0}') as JsonValue],
      ["large", "x".repeat(limits.jsonBytes - 2)]
    ]
    for (const [key, body] of all) {
      yield* store.put({ kind, key, version: 0, body })
      // As text, because a comparison would read the prototype instead of the key.
      yield* same(`the body of ${key}`, JSON.stringify(yield* bodyOf(kind, key)), JSON.stringify(body))
    }
    yield* same("the number of documents", (yield* store.list(kind, { limit: 100 })).length, all.length)
    const refused: ReadonlyArray<readonly [kind: string, key: string, body: unknown]> = [
      [kind, "", 1],
      ["", "k", 1],
      [kind, "a\0b", 1],
      [kind, "\ud83d", 1],
      [kind, "x".repeat(limits.nameLength + 1), 1],
      [kind, "k", "x".repeat(limits.jsonBytes)],
      [kind, "k", "a\0b"],
      [kind, "k", { n: Number.NaN }],
      [kind, "k", undefined]
    ]
    for (const [of, key, body] of refused) {
      // The cast makes arguments that JavaScript can pass.
      const put = store.put({ kind: of, key, version: 0, body: body as JsonValue })
      yield* same(`a refused document (${JSON.stringify(key).slice(0, 20)})`, yield* conflictOf(put), "InvalidInput")
    }
  })
]
