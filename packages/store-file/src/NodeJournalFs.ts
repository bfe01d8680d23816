/**
 * Implements the disk with `node:fs`. Metadata operations are synchronous, because they take microseconds. Operations that
 * can wait for the disk run in the thread pool.
 */
import { basename, dirname, join, resolve as absolute } from "node:path"

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { FsError, type JournalFile, JournalFs } from "./JournalFs.ts"
import * as LockFile from "./LockFile.ts"
import { lookAt, regular, statOf } from "./NodeStat.ts"

// An import would run the module's getters, which load streams and readline and take three milliseconds.
const fs = process.getBuiltinModule("node:fs")

/** Up to this size, a synchronous read from the page cache is faster than the thread pool. */
const smallRead = 64 * 1024

/**
 * Up to this size, a synchronous write copies into the page cache in about ten microseconds; the thread pool takes fifty. It
 * does not wait for a flush of the journal, because the writer holds the lock.
 */
const smallWrite = 16 * 1024

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "EUNKNOWN"

const failure = (operation: string, path: string) => (cause: unknown) =>
  new FsError({ code: codeOf(cause), operation, path, cause })

const attempt = <A>(operation: string, path: string, run: () => A): Effect.Effect<A, FsError> =>
  Effect.try({ try: run, catch: failure(operation, path) })

/** Runs one call in the thread pool. */
const pooled = <A>(
  operation: string,
  path: string,
  start: (done: (cause: Error | null, value: A) => void) => void
): Effect.Effect<A, FsError> =>
  Effect.callback<A, FsError>((resume) =>
    start((cause, value) =>
      resume(cause === null ? Effect.succeed(value) : Effect.fail(failure(operation, path)(cause)))
    )
  )

// The end of a line and a few new ones.
const shortRead = 8 * 1024

const readShort = (fd: number, path: string, offset: number): Effect.Effect<Buffer, FsError> =>
  attempt("read", path, () => {
    const bytes = Buffer.allocUnsafe(shortRead)
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, shortRead, offset))
  })

const readFrom = (fd: number, path: string, offset: number, size: number): Effect.Effect<Buffer, FsError> => {
  const length = Math.max(0, size - offset)
  const bytes = Buffer.allocUnsafe(length)
  if (length <= smallRead) {
    return attempt("read", path, () => {
      let filled = 0
      while (filled < length) {
        const count = fs.readSync(fd, bytes, filled, length - filled, offset + filled)
        if (count === 0) break
        filled += count
      }
      return bytes.subarray(0, filled)
    })
  }
  const more = (filled: number): Effect.Effect<Buffer, FsError> =>
    Effect.flatMap(
      pooled<number>("read", path, (done) => fs.read(fd, bytes, filled, length - filled, offset + filled, done)),
      (count) =>
        count === 0 || filled + count === length
          ? Effect.succeed(bytes.subarray(0, filled + count))
          : more(filled + count)
    )
  return more(0)
}

const fileOf = (fd: number, path: string): JournalFile => {
  const stat = attempt("look at", path, () => statOf(fs.fstatSync(fd, { bigint: true })))
  return {
    stat,
    // A short read has reached the end, and saves the look at the size.
    readFrom: (offset) =>
      Effect.flatMap(readShort(fd, path, offset), (bytes) =>
        bytes.length < shortRead
          ? Effect.succeed(bytes)
          : Effect.flatMap(stat, ({ size }) => readFrom(fd, path, offset, size))
      ),
    append: (bytes) =>
      bytes.length <= smallWrite
        ? attempt("write", path, () => fs.writeSync(fd, bytes))
        : pooled<number>("write", path, (done) => fs.write(fd, bytes, 0, bytes.length, null, done)),
    sync: pooled<void>("flush", path, (done) => fs.fdatasync(fd, (cause) => done(cause, undefined))),
    truncate: (length) =>
      pooled<void>("truncate", path, (done) => fs.ftruncate(fd, length, (cause) => done(cause, undefined))),
    date: (modified) => attempt("date", path, () => fs.futimesSync(fd, modified / 1000, modified / 1000)),
    close: Effect.ignore(attempt("close", path, () => fs.closeSync(fd)))
  }
}

const openFile = (path: string, flags: number, mode?: number): Effect.Effect<JournalFile, FsError> =>
  attempt("open", path, () => {
    // Without O_NONBLOCK, which Windows does not have, opening a FIFO waits for a writer.
    const fd = fs.openSync(path, flags | (fs.constants.O_NONBLOCK ?? 0), mode ?? 0o600)
    try {
      regular(fs.fstatSync(fd, { bigint: true }))
      // The umask would remove permissions that the replaced file had.
      if (mode !== undefined) fs.fchmodSync(fd, mode)
    } catch (cause) {
      fs.closeSync(fd)
      throw cause
    }
    return fileOf(fd, path)
  })

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR } = fs.constants

const read = (path: string) =>
  Effect.acquireUseRelease(
    openFile(path, O_RDONLY),
    (file) => Effect.flatMap(file.stat, (stat) => Effect.map(file.readFrom(0), (bytes) => ({ stat, bytes }))),
    (file) => file.close
  )

const ends = (path: string, length: number) =>
  attempt("read", path, () => {
    const size = fs.statSync(path, { throwIfNoEntry: false })?.size
    if (size === undefined) return undefined
    const fd = fs.openSync(path, O_RDONLY)
    try {
      const part = (start: number) => {
        const bytes = Buffer.alloc(Math.min(size, length))
        return bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, start))
      }
      return { first: part(0), last: part(Math.max(0, size - length)) }
    } finally {
      fs.closeSync(fd)
    }
  })

const syncDirectory = (path: string): Effect.Effect<void, FsError> =>
  Effect.acquireUseRelease(
    attempt("open", path, () => fs.openSync(path, O_RDONLY)),
    (fd) => pooled<void>("flush", path, (done) => fs.fsync(fd, (cause) => done(cause, undefined))),
    (fd) => Effect.ignore(attempt("close", path, () => fs.closeSync(fd)))
  )

/**
 * The `f_type` of file systems on another machine: NFS, SMB, SMB2, CIFS, NCP, AFS, Coda, 9P, Ceph, Lustre, GPFS, and the
 * shared folders of VMware and VirtualBox. Only Linux has fixed numbers.
 */
const networkFileSystems: ReadonlySet<number> = new Set([
  0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x564c, 0x5346414f, 0x73757245, 0x01021997, 0x00c36400, 0x0bd00bd0,
  0x47504653, 0xbacbacbc, 0x786f4256
])

const directoryOf = (path: string): string => {
  try {
    return fs.realpathSync.native(dirname(path))
  } catch (cause) {
    throw codeOf(cause) === "ENOENT" ? Object.assign(new Error(dirname(path)), { code: "NO_DIRECTORY" }) : cause
  }
}

/** Resolves symbolic links, even if the last one points to a file that does not exist yet. */
const follow = (path: string, hops = 0): string => {
  try {
    return fs.realpathSync.native(path)
  } catch (cause) {
    if (codeOf(cause) !== "ENOENT" || hops > 40) throw cause
  }
  const target =
    fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true ? fs.readlinkSync(path) : undefined
  return target === undefined
    ? join(directoryOf(path), basename(path))
    : follow(absolute(dirname(path), target), hops + 1)
}

const refuse = (code: string, path: string) => new FsError({ code, operation: "use", path })

const resolve = (path: string, options: { readonly allowNetworkFileSystem: boolean }) =>
  Effect.gen(function* () {
    const target = yield* attempt("find", path, () => follow(absolute(path)))
    const stats = yield* attempt("look at", target, () => fs.statSync(target, { throwIfNoEntry: false }))
    if (stats?.isDirectory() === true) return yield* refuse("EISDIR", path)
    if (stats !== undefined && !stats.isFile()) return yield* refuse("NOT_A_FILE", path)
    const { type } = yield* attempt("look at", target, () => fs.statfsSync(dirname(target)))
    const isNetwork = process.platform === "linux" && networkFileSystems.has(type >>> 0)
    if (isNetwork && !options.allowNetworkFileSystem) return yield* refuse("NETWORK_FS", path)
    return target
  })

/** Provides the disk of this machine. */
export const layer: Layer.Layer<JournalFs> = Layer.succeed(JournalFs, {
  resolve,
  read,
  ends,
  stat: (path) => attempt("look at", path, () => lookAt(path)),
  create: (path, mode) => openFile(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL, mode),
  open: (path) => openFile(path, O_RDWR | O_APPEND),
  rename: (from, to) => attempt("rename", from, () => fs.renameSync(from, to)),
  unlink: (path) => attempt("remove", path, () => fs.unlinkSync(path)),
  syncDirectory,
  list: (path) => attempt("list", path, () => fs.readdirSync(path)),
  lock: LockFile.open
})
