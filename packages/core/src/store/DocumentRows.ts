/** Makes a `DocumentStore` from the reads and writes of rows, whose bodies are JSON text. */
import {
  type InvalidInput,
  invalidInput,
  JsonValue,
  limits,
  Name,
  StoreError,
  takeOver,
  readJson
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { DocumentStore, StoredDocument } from "./DocumentStore.ts"
import { pageOf } from "./PageSize.ts"

/** A document has another version than the writer expects. */
export class VersionConflict extends Schema.TaggedError<VersionConflict>()("VersionConflict", {
  kind: Schema.String,
  key: Schema.String,
  /** The version that the writer expects; 0 for a document that does not exist. */
  expected: Schema.Number,
  /** The present version; 0 if there is no document. */
  actual: Schema.Number
}) {
  override get message() {
    const now = this.actual === 0 ? "does not exist" : `has version ${this.actual}`
    const then = this.expected === 0 ? "not to exist" : `to have version ${this.expected}`
    return `The ${this.kind} ${this.key} ${now}, and the writer expects it ${then}; read it and try again`
  }
}

/** A document as its row. */
export interface DocumentRow {
  readonly key: string
  readonly version: number
  readonly body: string
}

/** The reads and writes that a store implements. A write fails with the present version if it is not the expected one. */
export interface DocumentRows {
  readonly put: (
    kind: string,
    key: string,
    expected: number,
    body: string
  ) => Effect.Effect<Result.Result<number, number>, StoreError>
  readonly remove: (
    kind: string,
    key: string,
    expected: number
  ) => Effect.Effect<Result.Result<void, number>, StoreError>
  readonly get: (kind: string, key: string) => Effect.Effect<DocumentRow | undefined, StoreError>
  /** The rows of a kind after a key, by key; `after` is empty for the first page. */
  readonly list: (kind: string, after: string, limit: number) => Effect.Effect<ReadonlyArray<DocumentRow>, StoreError>
}

const names = Schema.decodeUnknownResult(Schema.Struct({ kind: Name, key: Name }), { errors: "all" })
const values = Schema.decodeUnknownResult(JsonValue, { errors: "all" })

/** Runs a read or a write with a valid kind and key. */
const named = <A, E>(kind: string, key: string, run: Effect.Effect<A, E>): Effect.Effect<A, E | InvalidInput> => {
  const checked = names({ kind, key })
  return Result.isSuccess(checked) ? run : Effect.fail(invalidInput("document", checked.failure))
}

/** The text of a body. */
const textOf = (body: unknown): Result.Result<string, InvalidInput> =>
  Result.flatMap(takeOver("body", body, { bytes: limits.jsonBytes, isContent: true }), (copy) =>
    Result.mapBoth(values(copy), {
      onSuccess: (value) => JSON.stringify(value),
      onFailure: (error) => invalidInput("body", error)
    })
  )

/** Makes the documents of a store; `place` names the store in errors. */
export const documentsOver = (place: string, rows: DocumentRows): DocumentStore["Service"] => {
  const read =
    (kind: string) =>
    ({ body, key, version }: DocumentRow): Effect.Effect<StoredDocument, StoreError> =>
      Effect.try({
        // The cast: parsed JSON is a JSON value. `textOf` wrote the text, so it has no number that a double cannot hold.
        try: () => ({ key, version, body: readJson(body) as JsonValue }),
        catch: (cause) => {
          const detail = `The ${kind} ${key} in ${place} is damaged. It was left unchanged; restore it from a backup`
          return new StoreError({ operation: "read document", reason: "corrupt", detail, cause })
        }
      })
  const judged =
    (kind: string, key: string, expected: number) =>
    <A>(written: Result.Result<A, number>): Effect.Effect<A, VersionConflict> =>
      Result.isSuccess(written)
        ? Effect.succeed(written.success)
        : Effect.fail(new VersionConflict({ kind, key, expected, actual: written.failure }))
  return {
    put: ({ body, key, kind, version }) => {
      const text = textOf(body)
      if (Result.isFailure(text)) return Effect.fail(text.failure)
      const put = Effect.suspend(() => rows.put(kind, key, version, text.success))
      return named(kind, key, Effect.flatMap(put, judged(kind, key, version)))
    },
    get: (kind, key) =>
      named(
        kind,
        key,
        Effect.flatMap(
          Effect.suspend(() => rows.get(kind, key)),
          (row) => (row === undefined ? Effect.succeedNone : Effect.asSome(read(kind)(row)))
        )
      ),
    list: (kind, { after, limit }) =>
      named(
        kind,
        after ?? kind,
        Effect.flatMap(
          Effect.suspend(() => {
            const most = pageOf(limit)
            return most === 0 ? Effect.succeed([]) : rows.list(kind, after ?? "", most)
          }),
          (page) => Effect.forEach(page, read(kind))
        )
      ),
    remove: (kind, key, version) =>
      named(
        kind,
        key,
        Effect.flatMap(
          Effect.suspend(() => rows.remove(kind, key, version)),
          judged(kind, key, version)
        )
      )
  }
}
