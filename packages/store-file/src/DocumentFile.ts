/**
 * Keeps the documents in a file beside the records, rewritten as a whole under the same lock. Other programs that write
 * the records leave it alone.
 */
import { isUtf8 } from "node:buffer"

import { DocumentImage, type DocumentStore, documentsOver } from "@aumai/handoff-core"
import { JsonValue, Name, parseJson, type StoreError, readJson } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import * as Failure from "./Failure.ts"
import * as JournalWrite from "./JournalWrite.ts"
import * as Place from "./Place.ts"
import { locked, type Session } from "./Session.ts"

const Version = Schema.Int.check(Schema.isGreaterThan(0))

const File = Schema.Struct({
  /** The greatest version that a document has had, also one that was removed. */
  last: Schema.Int,
  documents: Schema.Array(Schema.Struct({ kind: Name, key: Name, version: Version, body: JsonValue }))
})

const decodeFile = Schema.decodeUnknownResult(File)

const decode = (bytes: Buffer): Result.Result<DocumentImage.DocumentImage, string> =>
  Result.flatMap(isUtf8(bytes) ? parseJson(bytes.toString("utf8")) : Result.fail("Expected UTF-8"), (json) =>
    Result.mapBoth(decodeFile(json), {
      onSuccess: ({ documents, last }) =>
        DocumentImage.make(
          documents.map((one) => ({ ...one, body: JSON.stringify(one.body) })),
          last
        ),
      onFailure: ({ message }) => message
    })
  )

const encode = (image: DocumentImage.DocumentImage): Buffer => {
  const documents = image.all().map((row) => ({ ...row, body: readJson(row.body) }))
  return Buffer.from(`${JSON.stringify({ last: image.last(), documents }, undefined, 2)}\n`)
}

/** Makes the documents of a session. */
export const make = (session: Session): DocumentStore["Service"] => {
  const { fs, paths } = session

  // Read each time, because the cache of the agents cannot tell two writes within one tick of the clock apart.
  const read = (operation: string): Effect.Effect<DocumentImage.DocumentImage, StoreError> =>
    Effect.gen(function* () {
      const stat = yield* fs.stat(paths.documents)
      if (stat === undefined) return DocumentImage.make()
      const image = decode((yield* fs.read(paths.documents)).bytes)
      return Result.isSuccess(image) ? image.success : yield* Failure.corrupt(operation, paths.documents, image.failure)
    }).pipe(Effect.catchTag("FsError", (cause) => Effect.fail(Failure.ofDisk(operation)(cause))))

  const look = <A>(
    operation: string,
    rows: (image: DocumentImage.DocumentImage) => Effect.Effect<A, StoreError>
  ): Effect.Effect<A, StoreError> =>
    Effect.flatMap(
      Effect.tap(read(operation), () => Place.check(session, operation)),
      rows
    )

  /** Runs a write of the image under the lock, and writes the file unless the versions differ. */
  const change = <A>(
    operation: string,
    edit: (image: DocumentImage.DocumentImage) => Effect.Effect<Result.Result<A, number>, StoreError>
  ) =>
    locked(
      session,
      operation,
      Effect.gen(function* () {
        const image = yield* read(operation)
        const edited = yield* edit(image)
        if (Result.isFailure(edited)) return edited
        if (session.lock === undefined) return yield* JournalWrite.readOnly(session, operation)
        const mode = (yield* fs.stat(paths.documents))?.mode ?? session.rest?.stat?.mode ?? JournalWrite.privateMode
        yield* Effect.mapError(
          JournalWrite.replaceFile(session, paths.documents, mode, encode(image)),
          Failure.ofDisk(operation, "in doubt")
        )
        return edited
      }).pipe(Effect.catchTag("FsError", (cause) => Effect.fail(Failure.ofDisk(operation)(cause))))
    )

  return documentsOver(paths.documents, {
    put: (kind, key, expected, body) => change("put document", (image) => image.put(kind, key, expected, body)),
    remove: (kind, key, expected) => change("remove document", (image) => image.remove(kind, key, expected)),
    get: (kind, key) => look("read document", (image) => image.get(kind, key)),
    list: (kind, after, limit) => look("list documents", (image) => image.list(kind, after, limit))
  })
}
