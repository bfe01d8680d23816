import { StoreError } from "@aumai/handoff-protocol"

import type { FsError } from "./JournalFs.ts"

const doubtful = "The change may have happened; read before repeating it"

/** What a failure of the disk means to the caller. `doubt` says that a commit may have happened all the same. */
export const ofDisk =
  (operation: string, doubt?: "in doubt") =>
  (cause: FsError): StoreError => {
    const full = cause.code === "ENOSPC" || cause.code === "EDQUOT"
    const advice = full
      ? "Nothing was changed; free some space and repeat"
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

/** The same failure, of something that may have happened all the same. */
export const inDoubt = ({ operation, detail, cause }: StoreError): StoreError =>
  new StoreError({
    operation,
    reason: "unavailable",
    detail: `${detail.replace(/\. Nothing was changed.*$/, "")}. ${doubtful}`,
    ...(cause === undefined ? {} : { cause })
  })

/** What is stored cannot be read. Its bytes stay as they are. */
export const corrupt = (operation: string, path: string, why: string): StoreError =>
  new StoreError({ operation, reason: "corrupt", detail: `${path} cannot be read: ${why}. It was left as it is` })

/** Somebody else holds the store, or it may only be read. */
export const unavailable = (operation: string, detail: string): StoreError =>
  new StoreError({ operation, reason: "unavailable", detail })
