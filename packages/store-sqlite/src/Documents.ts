/** Keeps the documents of the database. A write of a document replaces its row, so that it gets a new version. */
import { type DocumentStore, documentsOver } from "@aumai/handoff-core"
import * as Result from "effect/Result"

import type { Session } from "./Session.ts"
import type { Statements } from "./Statements.ts"

/** Makes the documents of one database. */
export const make = (session: Session, statements: Statements): DocumentStore["Service"] => {
  const versionOf = (kind: string, key: string): number => statements.document(kind, key)?.version ?? 0
  return documentsOver(session.path, {
    put: (kind, key, expected, body) =>
      session.transact("put document", () => {
        const present = versionOf(kind, key)
        if (present !== expected) return Result.fail(present)
        statements.removeDocument(kind, key)
        return Result.succeed(statements.putDocument(kind, key, body) ?? 0)
      }),
    remove: (kind, key, expected) =>
      session.transact("remove document", () => {
        const present = versionOf(kind, key)
        if (present !== expected || present === 0) return Result.fail(present)
        statements.removeDocument(kind, key)
        return Result.void
      }),
    get: (kind, key) => session.attempt("read document", () => statements.document(kind, key)),
    list: (kind, after, limit) => session.attempt("list documents", () => statements.documents(kind, after, limit))
  })
}
