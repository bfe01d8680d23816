/**
 * The disk operations that the store needs. One layer uses Node's file system, another is the tests' simulated disk.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

/**
 * A failed disk operation. `code` is the system's (`ENOSPC`, `EIO`), or one of the store's own for a refused path:
 * `NOT_A_FILE`, `DANGLING`, `NETWORK_FS`, `NO_DIRECTORY`, `REPLACED`.
 */
export class FsError extends Schema.TaggedError<FsError>()("FsError", {
  code: Schema.String,
  operation: Schema.String,
  path: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message(): string {
    const why = sentences[this.code] ?? this.code
    return `Cannot ${this.operation} ${this.path}: ${why}`
  }
}

const sentences: Readonly<Record<string, string>> = {
  NOT_A_FILE: "it is not a regular file",
  DANGLING: "it is a symbolic link to a file that does not exist",
  REPLACED: "another program replaced it at the same moment",
  NETWORK_FS: "it is on a network file system, where locks and flushes are not reliable",
  ENOENT: "it does not exist",
  NO_DIRECTORY: "its directory does not exist",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is exhausted",
  EFBIG: "it has reached the limit of this process or file system for the size of a file",
  ENOTDIR: "a part of its path is not a directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  EMFILE: "this process has too many open files",
  ENFILE: "the system has too many open files",
  EIO: "the disk reported an error",
  EISDIR: "it is a directory"
}

/** The identity of a file and of one state of it. */
export interface FileStat {
  /** Device and inode. Changes when another file is renamed into place. */
  readonly inode: string
  readonly size: number
  /** Changes with every write and every rename into place, at the resolution of the file system's clock. */
  readonly version: string
  /** The time of the last write, in milliseconds since the epoch. */
  readonly modified: number
  /** The same time as exactly as the file system keeps it. A rename does not change it. */
  readonly written: string
  /** Permission bits. */
  readonly mode: number
  /** The number of its names: 0 once it is removed or replaced, more than one with hard links. */
  readonly links: number
}

/** An open file. Every write goes to its end. */
export interface JournalFile {
  readonly stat: Effect.Effect<FileStat, FsError>
  /** The bytes from `offset` to the end. */
  readonly readFrom: (offset: number) => Effect.Effect<Buffer, FsError>
  /** Appends and returns the number of bytes written, which can be smaller than given. */
  readonly append: (bytes: Buffer) => Effect.Effect<number, FsError>
  /** Flushes the bytes and the length to the disk. After a failure they may be lost although reads still return them. */
  readonly sync: Effect.Effect<void, FsError>
  readonly truncate: (length: number) => Effect.Effect<void, FsError>
  /** Sets the time of the last write, in milliseconds since the epoch. */
  readonly date: (modified: number) => Effect.Effect<void, FsError>
  readonly close: Effect.Effect<void>
}

/** A kernel lock with three modes, released when its holder dies. No call waits: `false` means that another holds it. */
export interface FileLock {
  /** `false` if the lock file is read-only; then only `share` can succeed. */
  readonly writable: boolean
  /** The lock file that this lock has open, as in `FileStat`. Its path can lead to another one later. */
  readonly inode: string
  /** Presence: several holders at a time, beside at most one reservation. */
  readonly share: Effect.Effect<boolean, FsError>
  readonly unshare: Effect.Effect<void>
  /** A reservation: one holder at a time, beside any number of presences. */
  readonly reserve: Effect.Effect<boolean, FsError>
  /** An exclusion: succeeds only without any presence, including the caller's own. */
  readonly exclude: Effect.Effect<boolean, FsError>
  /** Ends a reservation or an exclusion. */
  readonly release: Effect.Effect<void>
}

/** The disk as a service. */
export class JournalFs extends Context.Service<
  JournalFs,
  {
    /** Resolves symbolic links. Refuses a path that is not a regular file, and a network file system unless allowed. */
    readonly resolve: (
      path: string,
      options: { readonly allowNetworkFileSystem: boolean }
    ) => Effect.Effect<string, FsError>
    /** Reads the whole file. `stat` is its state before the first byte was read. */
    readonly read: (path: string) => Effect.Effect<{ readonly stat: FileStat; readonly bytes: Buffer }, FsError>
    /** The first and the last bytes of a file, at most `length` each; `undefined` if it does not exist. */
    readonly ends: (
      path: string,
      length: number
    ) => Effect.Effect<{ readonly first: Buffer; readonly last: Buffer } | undefined, FsError>
    /**
     * The state of a file; `undefined` if it does not exist. Refuses what is not a regular file. Must be cheap, because
     * every read of the store calls it.
     */
    readonly stat: (path: string) => Effect.Effect<FileStat | undefined, FsError>
    /** Creates a file; fails with `EEXIST` if it exists. */
    readonly create: (path: string, mode: number) => Effect.Effect<JournalFile, FsError>
    readonly open: (path: string) => Effect.Effect<JournalFile, FsError>
    readonly rename: (from: string, to: string) => Effect.Effect<void, FsError>
    readonly unlink: (path: string) => Effect.Effect<void, FsError>
    /** Flushes the names in a directory to the disk. */
    readonly syncDirectory: (path: string) => Effect.Effect<void, FsError>
    readonly list: (path: string) => Effect.Effect<ReadonlyArray<string>, FsError>
    /** Opens the lock of a path without locking it. `mode` is for the file that it creates. */
    readonly lock: (path: string, mode: number) => Effect.Effect<FileLock, FsError, Scope.Scope>
  }
>()("@aumai/handoff-store-file/JournalFs") {}
