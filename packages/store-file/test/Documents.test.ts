import { readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import type { DocumentStore } from "@aumai/handoff-core"
import type { StoreError } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"

import { type FileStoreOptions, make } from "../src/FileStore.ts"
import * as NodeJournalFs from "../src/NodeJournalFs.ts"
import { temporaryDirectory } from "./processes.ts"

type Documents = DocumentStore["Service"]

const open = (options: FileStoreOptions): Effect.Effect<Documents, StoreError, Scope.Scope> =>
  Effect.map(Effect.provide(make(options), NodeJournalFs.layer), ({ documents }) => documents)

const inDirectory = (body: (path: string, file: string) => Effect.Effect<void, unknown, Scope.Scope>) =>
  Effect.scoped(
    Effect.suspend(() => {
      const directory = temporaryDirectory()
      return Effect.ensuring(
        body(join(directory.path, "handoffs.json"), join(directory.path, "handoffs.documents.json")),
        Effect.sync(() => directory[Symbol.dispose]())
      )
    })
  )

describe("the documents of a file", () => {
  it.live("are one for all processes, of which one wins, and stay when another program rewrites the records", () =>
    inDirectory((path, file) =>
      Effect.gen(function* () {
        const stores = [yield* open({ path }), yield* open({ path }), yield* open({ path })]
        const put = (store: Documents, version: number, body: number) =>
          Effect.result(store.put({ kind: "token", key: "ada", version, body }))
        const results = yield* Effect.all(
          stores.map((store, n) => put(store, 0, n)),
          { concurrency: "unbounded" }
        )
        const won = results.findIndex(Result.isSuccess)
        assert.strictEqual(results.filter(Result.isSuccess).length, 1)
        writeFileSync(path, "[]\n")
        for (const { get } of stores) {
          assert.deepStrictEqual(yield* get("token", "ada"), Option.some({ key: "ada", version: 1, body: won }))
        }
        assert.strictEqual(statSync(file).mode & 0o777, 0o600)
        const reader = yield* open({ path, readOnly: true })
        assert.deepStrictEqual(yield* reader.list("token", { limit: 1 }), [{ key: "ada", version: 1, body: won }])
        const error = yield* Effect.flip(reader.put({ kind: "token", key: "ada", version: 1, body: 9 }))
        assert(error._tag === "StoreError" && error.reason === "unavailable", error.message)
      })
    )
  )

  it.live("are refused as corrupt if they cannot be read, and stay unchanged", () =>
    inDirectory((path, file) =>
      Effect.gen(function* () {
        const store = yield* open({ path })
        for (const text of [
          "{",
          "[]",
          '{"last": 1, "documents": [{"kind": "", "key": "k", "version": 1, "body": 1}]}'
        ]) {
          writeFileSync(file, text)
          const errors = [
            yield* Effect.flip(store.get("token", "ada")),
            yield* Effect.flip(store.put({ kind: "token", key: "ada", version: 0, body: 1 }))
          ]
          for (const error of errors) {
            assert(error._tag === "StoreError" && error.reason === "corrupt", error.message)
            assert.include(error.message, file)
          }
          assert.strictEqual(readFileSync(file, "utf8"), text)
        }
      })
    )
  )
})
