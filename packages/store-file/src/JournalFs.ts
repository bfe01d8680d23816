/**
 * What the store knows of the disk: a dozen operations. One layer is Node's, the other is the simulated disk of the tests.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

/**
 * An operation on the disk failed. `code` is the system's (`ENOSPC`, `EIO`), or one of ours for a path that is refused:
 * `NOT_A_FILE`, `NETWORK_FS`.
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
  NETWORK_FS: "it is on a network file system, where locks and flushes cannot be trusted",
  ENOENT: "it does not exist",
  NO_DIRECTORY: "the directory it is to be in does not exist",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  EMFILE: "this process has too many open files",
  ENFILE: "the system has too many open files",
  EIO: "the disk reported an error",
  EISDIR: "it is a directory"
}

/**
 * What tells one file, and one state of it, from another.
 */
export interface FileStat {
  /** Device and inode: changes when another file is renamed into place. */
  readonly inode: string
  readonly size: number
  /** Changes with every write and every rename into place, as finely as the file system's clock ticks. */
  readonly version: string
  /** When it was last written, in milliseconds since the epoch. */
  readonly modified: number
  /** Permission bits. */
  readonly mode: number
}

/**
 * An open file. Every write goes to its end.
 */
export interface JournalFile {
  readonly stat: Effect.Effect<FileStat, FsError>
  /** The bytes from `offset` to the end. */
  readonly readFrom: (offset: number) => Effect.Effect<Buffer, FsError>
  /** How many bytes were taken, which may be fewer than given. */
  readonly append: (bytes: Buffer) => Effect.Effect<number, FsError>
  /** The bytes, and the length, are on the disk. After a failure they may be lost although they still read well. */
  readonly sync: Effect.Effect<void, FsError>
  readonly truncate: (length: number) => Effect.Effect<void, FsError>
  readonly close: Effect.Effect<void>
}

/**
 * A kernel lock with three modes, freed when its holder dies. Nothing here waits: `false` means another holds it.
 */
export interface FileLock {
  /** `false` when the lock file may only be read: then there is presence and nothing more. */
  readonly writable: boolean
  /** Presence: held beside others, and beside one reservation. */
  readonly share: Effect.Effect<boolean, FsError>
  readonly unshare: Effect.Effect<void>
  /** One at a time, beside the presence of others. */
  readonly reserve: Effect.Effect<boolean, FsError>
  /** Only to be had while nobody is present, oneself included. */
  readonly exclude: Effect.Effect<boolean, FsError>
  /** Ends a reservation or an exclusion. */
  readonly release: Effect.Effect<void>
}

/**
 * The disk, as the file store sees it.
 */
export class JournalFs extends Context.Service<
  JournalFs,
  {
    /** Follows symbolic links once; refuses what is no regular file, and network file systems unless they are allowed. */
    readonly resolve: (
      path: string,
      options: { readonly allowNetworkFileSystem: boolean }
    ) => Effect.Effect<string, FsError>
    /** The whole file, with its state before the first byte was read. */
    readonly read: (path: string) => Effect.Effect<{ readonly stat: FileStat; readonly bytes: Buffer }, FsError>
    /** Nothing when there is no such file. Cheap: it is asked before every read of the store. */
    readonly stat: (path: string) => Effect.Effect<FileStat | undefined, FsError>
    /** A new file; fails with `EEXIST` when there is one. */
    readonly create: (path: string, mode: number) => Effect.Effect<JournalFile, FsError>
    readonly open: (path: string) => Effect.Effect<JournalFile, FsError>
    readonly rename: (from: string, to: string) => Effect.Effect<void, FsError>
    readonly unlink: (path: string) => Effect.Effect<void, FsError>
    /** The names in a directory are on the disk. */
    readonly syncDirectory: (path: string) => Effect.Effect<void, FsError>
    readonly list: (path: string) => Effect.Effect<ReadonlyArray<string>, FsError>
    /** The lock of this path; it takes nothing yet. The mode is for the file it creates. */
    readonly lock: (path: string, mode: number) => Effect.Effect<FileLock, FsError, Scope.Scope>
  }
>()("@aumai/handoff-store-file/JournalFs") {}
