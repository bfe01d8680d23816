/** Turns failures of the disk into a `StoreError` that says whether something was changed and what to do next. */
import { type OddRecord, oddName } from "@aumai/handoff-core"
import { type LogName, StoreError } from "@aumai/handoff-protocol"

import type { FsError } from "./JournalFs.ts"
import type { KnownLog } from "./LogText.ts"
import type { Paths } from "./Paths.ts"

const noSpace: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"])
const notFiles: ReadonlySet<string> = new Set(["NOT_A_FILE", "DANGLING", "EISDIR"])

const doubtful = "The change may have happened; read before repeating it"

/** Translates a failure of the disk, once. Pass `"in doubt"` if the commit may have happened although it failed. */
export const ofDisk =
  (operation: string, doubt?: "in doubt") =>
  (cause: FsError | StoreError): StoreError => {
    if (cause._tag === "StoreError") return cause
    const full = noSpace.has(cause.code)
    const advice = full
      ? `Nothing was changed; ${cause.code === "EFBIG" ? "raise the limit (ulimit -f)" : "free some space"} and repeat`
      : notFiles.has(cause.code)
        ? "Nothing was changed; move it away"
        : doubt === undefined
          ? "Nothing was changed"
          : doubtful
    return new StoreError({
      operation,
      reason: full && doubt === undefined ? "full" : "unavailable",
      detail: `${cause.message}. ${advice}`,
      cause
    })
  }

/** The same failure, for a commit that may have happened. */
export const inDoubt = ({ operation, detail, cause }: StoreError): StoreError =>
  new StoreError({
    operation,
    reason: "unavailable",
    detail: `${detail.replace(/\. Nothing was changed.*$/, "")}. ${doubtful}`,
    ...(cause === undefined ? {} : { cause })
  })

/** A stored file cannot be read. Its bytes stay unchanged. */
export const corrupt = (operation: string, path: string, why: string): StoreError =>
  new StoreError({
    operation,
    reason: "corrupt",
    detail: `${path} cannot be read: ${why}. It was left unchanged; restore it from a backup`
  })

/** One record of a file cannot be read, and the others can. */
export const odd = (operation: string, path: string, record: OddRecord): StoreError =>
  new StoreError({
    operation,
    reason: "corrupt",
    detail: `${oddName(record)} in ${path} cannot be read: ${record.reason}. It was left unchanged; correct it there, or move it to a file beside with 'aumai-handoff doctor --set-aside'`
  })

/** The file that names the log is missing, and cannot be inferred. */
export const lost = (operation: string, { log, rest }: Paths, why: string): StoreError =>
  new StoreError({
    operation,
    reason: "corrupt",
    detail: `${log} is missing, and ${why}. Nothing was changed; restore it from a backup, or import ${rest} into a new store`
  })

/** A journal or a trail of another store lies beside the file. */
export const ofAnother = (
  operation: string,
  { log, paths }: { readonly log: KnownLog; readonly paths: Paths },
  path: string,
  name: LogName | undefined
): StoreError =>
  new StoreError({
    operation,
    reason: "corrupt",
    detail: `${path} belongs to the log ${name}, and ${paths.rest} is the log ${log.origin?.log ?? log.header}. Nothing was changed; move ${path} back to its own store`
  })

/** The store is locked by another process, or read-only. */
export const unavailable = (operation: string, detail: string): StoreError =>
  new StoreError({ operation, reason: "unavailable", detail })

/** There is no store at the path, and it was not to be created. */
export const missing = (path: string): StoreError =>
  new StoreError({
    operation: "open",
    reason: "missing",
    detail: `There is no store at ${path}. Nothing was created; correct the path, or open it with create`
  })
