/** Keeps the documents of the database. Loaded on first use. */
import { type DocumentStore, documentsOver } from "@aumai/handoff-core"
import * as Result from "effect/Result"

import type { Transact } from "./Connection.ts"
import * as Failure from "./Failure.ts"
import { documentKey, type DocumentValue } from "./Schema.ts"

/** Makes the documents of one database. */
export const make = (name: string, transact: Transact): DocumentStore["Service"] =>
  documentsOver(Failure.named(name), {
    put: (kind, key, expected, body) =>
      transact<Result.Result<number, number>>({
        operation: "put document",
        mode: "readwrite",
        stores: ["documents", "meta"],
        body: ({ answer, store, when }) => {
          const [documents, meta] = [store("documents"), store("meta")]
          when<DocumentValue | undefined>(documents.get([kind, key]), (present) => {
            if ((present?.version ?? 0) !== expected) return answer(Result.fail(present?.version ?? 0))
            when<number | undefined>(meta.get(documentKey), (last = 0) => {
              const version = last + 1
              const value: DocumentValue = { kind, key, version, body }
              meta.put(version, documentKey)
              when(documents.put(value), () => answer(Result.succeed(version)))
            })
          })
        }
      }),
    remove: (kind, key, expected) =>
      transact<Result.Result<void, number>>({
        operation: "remove document",
        mode: "readwrite",
        stores: ["documents"],
        body: ({ answer, store, when }) => {
          const documents = store("documents")
          when<DocumentValue | undefined>(documents.get([kind, key]), (present) => {
            if (present === undefined || present.version !== expected) {
              return answer(Result.fail(present?.version ?? 0))
            }
            when(documents.delete([kind, key]), () => answer(Result.void))
          })
        }
      }),
    get: (kind, key) =>
      transact<DocumentValue | undefined>({
        operation: "read document",
        mode: "readonly",
        stores: ["documents"],
        body: ({ answer, store, when }) => when(store("documents").get([kind, key]), answer)
      }),
    list: (kind, after, limit) =>
      transact<Array<DocumentValue>>({
        operation: "list documents",
        mode: "readonly",
        stores: ["documents"],
        // An array sorts after every text, so this is an upper bound of all keys of the kind.
        body: ({ answer, store, when }) =>
          when(store("documents").getAll(IDBKeyRange.bound([kind, after], [kind, []], true), limit), answer)
      })
  })
