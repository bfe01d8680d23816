import type { ArchiveFile } from "../types/Retention.ts"

/**
 * The file of an archive at a path. It is written under another name, `.partial` behind the path, and renamed once it is
 * flushed. Nothing that exists is replaced.
 *
 * @example
 * ```ts
 * import { archiveFile, openHandoffs } from "@aumai/handoff/node"
 *
 * await using handoffs = await openHandoffs("memory:")
 * const quarter = new Date(Date.now() - 90 * 86_400_000)
 * const { handoffs: moved } = await handoffs.archive({ before: quarter, to: archiveFile("2026-q3.json") })
 * console.log(moved) // 0
 * ```
 */
export const archiveFile = (path: string): ArchiveFile => ({
  name: path,
  read: async () => {
    const { createReadStream, promises } = await import("node:fs")
    const stat = await promises.stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined
      throw error
    })
    if (stat === undefined) return undefined
    if (!stat.isFile()) throw new Error(`Expected ${path} to be a file`)
    return textOf(createReadStream(path, { highWaterMark: pieceBytes }))
  },
  write: async (text) => {
    const { link, open, rename, unlink } = await import("node:fs/promises")
    const partial = `${path}.partial`
    // Private, like the store that it comes from.
    const file = await open(partial, "w", 0o600)
    try {
      let [pieces, length]: [Array<string>, number] = [[], 0]
      const flushPieces = async () => {
        await file.appendFile(pieces.join(""))
        pieces = []
        length = 0
      }
      for await (const piece of text) {
        pieces.push(piece)
        length += piece.length
        if (length >= pieceBytes) await flushPieces()
      }
      await flushPieces()
      await file.sync()
    } finally {
      await file.close()
    }
    // A link never replaces a file, unlike a rename; some file systems have no links.
    await link(partial, path).then(
      () => unlink(partial),
      (error: NodeJS.ErrnoException) => {
        if (error.code === "EEXIST") throw new Error(`${path} exists; name another file`, { cause: error })
        return rename(partial, path)
      }
    )
    await syncDirectory(path)
  },
  flush: async () => {
    const { open } = await import("node:fs/promises")
    const file = await open(path, "r+")
    try {
      await file.sync()
    } finally {
      await file.close()
    }
    await syncDirectory(path)
  }
})

// One write of this size takes more time in the disk than in calls.
const pieceBytes = 1024 * 1024

/** Decodes bytes; rejects with an error for bytes that are not UTF-8. */
async function* textOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
  for await (const piece of bytes) yield decoder.decode(piece, { stream: true })
  yield decoder.decode()
}

/** Flushes the name of a file. Windows cannot open a directory, and flushes names itself. */
const syncDirectory = async (file: string): Promise<void> => {
  if (process.platform === "win32") return
  const [{ open }, path] = await Promise.all([import("node:fs/promises"), import("node:path")])
  const directory = await open(path.dirname(file), "r")
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
