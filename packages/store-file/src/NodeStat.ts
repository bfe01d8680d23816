/** Looks at files with `node:fs`, and refuses what is not a regular file before anything opens it. */
import type { BigIntStats } from "node:fs"

import type { FileStat } from "./JournalFs.ts"

// Loaded like this for the reason given in NodeJournalFs.
const fs = process.getBuiltinModule("node:fs")

/** The part of the system's answer that the store needs. */
export const statOf = (stats: BigIntStats): FileStat => ({
  inode: `${stats.dev}:${stats.ino}`,
  size: Number(stats.size),
  version: `${stats.mtimeNs}:${stats.ctimeNs}`,
  modified: Number(stats.mtimeMs),
  written: String(stats.mtimeNs),
  mode: Number(stats.mode) & 0o777,
  links: Number(stats.nlink)
})

/**
 * The state of the file at a path; `undefined` if nothing is there. Opening a FIFO would hang, and a dangling symbolic link
 * would pass for a missing file, so these throw, as everything that is not a regular file does.
 */
export const lookAt = (path: string): FileStat | undefined => {
  const there = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false })
  if (there?.isSymbolicLink() !== true) return there && regular(there)
  const target = fs.statSync(path, { bigint: true, throwIfNoEntry: false })
  if (target === undefined) throw coded("DANGLING")
  return regular(target)
}

/** Passes the state of a regular file on, and throws for any other kind. */
export const regular = (stats: BigIntStats): FileStat => {
  if (stats.isFile()) return statOf(stats)
  throw coded(stats.isDirectory() ? "EISDIR" : "NOT_A_FILE")
}

const coded = (code: string): Error => Object.assign(new Error(code), { code })
