/** Recognizes a limit for the size of a file (`ulimit -f`, or that of the file system), which SQLite reports as an I/O error. */
import { closeSync, openSync, statSync, unlinkSync, writeSync } from "node:fs"

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** Tests whether a file beside the database can be no longer than the database or its journal is. */
export const isReached = (path: string): boolean => {
  const probe = `${path}-probe-${process.pid}`
  try {
    const fd = openSync(probe, "wx", 0o600)
    try {
      writeSync(fd, "0", Math.max(sizeOf(path), sizeOf(`${path}-wal`)))
    } finally {
      closeSync(fd)
      unlinkSync(probe)
    }
    return false
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EFBIG"
  }
}
