/** The options and the results of archiving and purging. */
import type { HandoffStatus } from "./HandoffRecord.ts"
import type { CallOptions } from "./Options.ts"

/**
 * The file of an archive, as text in UTF-8. `archiveFile` of `@aumai/handoff/node` makes one of a path; in a browser, write one
 * over the origin private file system.
 */
export interface ArchiveFile {
  /** The name for errors. */
  readonly name: string
  /** Reads it from the beginning; resolves with `undefined` if there is no file of this name. */
  readonly read: () => Promise<AsyncIterable<string> | undefined>
  /** Writes a new file, which gets its name only once all of it is flushed. */
  readonly write: (text: AsyncIterable<string>) => Promise<void>
  /** Flushes the file and its name. */
  readonly flush: () => Promise<void>
}

/** The options of `archive`. */
export interface ArchiveOptions extends CallOptions {
  /** Only handoffs that last changed before this moment, with all their parts. */
  readonly before: Date | string
  /** Only handoffs with one of these statuses, and their parts. Default: every final status. */
  readonly status?: ReadonlyArray<HandoffStatus> | undefined
  /** The file. One that exists must be an archive of this store that was interrupted, and is continued. */
  readonly to: ArchiveFile
}

/** The result of archiving. */
export interface ArchiveReport {
  /** The number of handoffs that left the store. */
  readonly handoffs: number
  /** The number of their entries. */
  readonly entries: number
  /** The number of handoffs of the archive that stay in the store, because they changed after it was written. */
  readonly kept: number
  /** The SHA-256 of the archive file; absent if there was nothing to archive. */
  readonly digest?: string
  /** The checkpoint of the log when the archive was written; absent if there was nothing to archive. */
  readonly checkpoint?: { readonly size: number; readonly root: string }
}

/** The options of `purge`. */
export interface PurgeOptions extends CallOptions {
  /** The agent that erases them; the log names it. */
  readonly by: string
  /** The reason, in words. It stays in the log, so do not repeat what is erased. Default: none. */
  readonly reason?: string | undefined
}

/** The result of purging. */
export interface PurgeReport {
  /** The handoffs whose texts were erased. */
  readonly purged: ReadonlyArray<string>
  /** The handoffs whose texts had been erased before. */
  readonly unchanged: ReadonlyArray<string>
}
