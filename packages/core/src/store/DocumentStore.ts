import type { InvalidInput, JsonValue, StoreError } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"

import type { VersionConflict } from "./DocumentRows.ts"
import type { Page } from "./HandoffStore.ts"

/** A JSON value that is not a handoff, such as the position of a follower. */
export interface StoredDocument {
  /** The name within its kind: 1 to 128 characters. */
  readonly key: string
  /** The number of its last write. No later write of this kind and key gets the number again. */
  readonly version: number
  /** At most 1 MiB as JSON. */
  readonly body: JsonValue
}

/**
 * Keeps small JSON values beside the handoffs, by kind and key, with optimistic concurrency. The layer of the handoff store
 * provides it, too. Documents are no part of the log: `copy` and exports leave them out.
 *
 * @example
 * ```ts
 * import { DocumentStore, MemoryStore } from "@aumai/handoff-core"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function* () {
 *   const documents = yield* DocumentStore
 *   const first = yield* documents.put({ kind: "token", key: "ada", body: { scope: "read" }, version: 0 })
 *   yield* documents.put({ kind: "token", key: "ada", body: { scope: "write" }, version: first })
 *   return yield* documents.list("token", { limit: 10 })
 * })
 * const [token] = await Effect.runPromise(Effect.provide(program, MemoryStore.layer))
 * console.log(token?.body) // { scope: "write" }
 * ```
 */
export class DocumentStore extends Context.Service<
  DocumentStore,
  {
    /**
     * Writes a document and returns its new version, if its present version is `version`; 0 stands for a document that does
     * not exist. Of several writers with one version exactly one succeeds. Durable when it succeeds.
     */
    readonly put: (
      document: StoredDocument & { readonly kind: string }
    ) => Effect.Effect<number, InvalidInput | VersionConflict | StoreError>
    /** The document as it is now, including every write that succeeded before the call. */
    readonly get: (kind: string, key: string) => Effect.Effect<Option.Option<StoredDocument>, InvalidInput | StoreError>
    /** One page of the documents of a kind, by key; `after` is the last key of the page before. */
    readonly list: (
      kind: string,
      page: Page<string>
    ) => Effect.Effect<ReadonlyArray<StoredDocument>, InvalidInput | StoreError>
    /** Removes a document if its present version is `version`. Durable when it succeeds. */
    readonly remove: (
      kind: string,
      key: string,
      version: number
    ) => Effect.Effect<void, InvalidInput | VersionConflict | StoreError>
  }
>()("@aumai/handoff-core/DocumentStore") {}

/** Documents whose module is loaded on first use, because most programs keep none. */
export const lateDocuments = (load: () => Promise<DocumentStore["Service"]>): DocumentStore["Service"] => {
  let loading: Promise<DocumentStore["Service"]> | undefined
  const documents = Effect.promise(() => (loading ??= load()))
  return {
    put: (document) => Effect.flatMap(documents, ({ put }) => put(document)),
    get: (kind, key) => Effect.flatMap(documents, ({ get }) => get(kind, key)),
    list: (kind, page) => Effect.flatMap(documents, ({ list }) => list(kind, page)),
    remove: (kind, key, version) => Effect.flatMap(documents, ({ remove }) => remove(kind, key, version))
  }
}
