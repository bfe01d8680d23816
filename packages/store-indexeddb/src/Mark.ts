/**
 * A note outside the database that a store of this name has been begun. A browser that comes back with an empty database
 * after a crash would otherwise look like one where nothing has been yet.
 */
import * as Effect from "effect/Effect"

/** Where a note can be kept. Any step may fail, where a browser forbids it. */
interface Place {
  readonly read: () => Promise<ReadonlyArray<string>>
  readonly write: (epoch: string) => Promise<void>
  readonly remove: () => Promise<void>
}

/** For pages. In Chromium it also outlives an eviction, which takes databases and files. */
const inLocalStorage = (name: string): Place => {
  const key = `aumai-handoff:${name}`
  return {
    read: async () => {
      const epoch = localStorage.getItem(key)
      return epoch === null ? [] : [epoch]
    },
    write: async (epoch) => localStorage.setItem(key, epoch),
    remove: async () => localStorage.removeItem(key)
  }
}

const namesIn = async (directory: FileSystemDirectoryHandle): Promise<ReadonlyArray<string>> => {
  const names: Array<string> = []
  for await (const name of directory.keys()) names.push(name)
  return names
}

/**
 * For workers, which have no localStorage, and for pages, so that each sees the other's: the origin's private files. The
 * epoch is the name of an empty file, because not every browser lets a page write into one. Secure contexts only.
 */
const inPrivateFiles = (name: string): Place => {
  const directory = async () => {
    const own = await (await navigator.storage.getDirectory()).getDirectoryHandle("aumai-handoff", { create: true })
    // A prefix, for neither "." nor ".." is a name.
    return own.getDirectoryHandle(`store ${encodeURIComponent(name)}`, { create: true })
  }
  return {
    read: async () => namesIn(await directory()),
    write: async (epoch) => void (await (await directory()).getFileHandle(epoch, { create: true })),
    remove: async () => {
      const files = await directory()
      for (const epoch of await namesIn(files)) await files.removeEntry(epoch)
    }
  }
}

const placesOf = (name: string): ReadonlyArray<Place> => [
  ...("localStorage" in globalThis ? [inLocalStorage(name)] : []),
  ...("navigator" in globalThis && "storage" in navigator ? [inPrivateFiles(name)] : [])
]

/** The epochs that are noted; none where nothing can be. */
export const read = (name: string): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(
    Effect.forEach(placesOf(name), ({ read }) => Effect.orElseSucceed(Effect.tryPromise(read), () => [])),
    (found) => found.flat()
  )

const attempt = (step: () => Promise<void>): Effect.Effect<void> =>
  Effect.orElseSucceed(Effect.tryPromise(step), () => {})

/** Notes it in every place that takes it; the next one to open the store tries again where none did. */
export const write = (name: string, epoch: string): Effect.Effect<void> =>
  Effect.forEach(placesOf(name), ({ write }) => attempt(() => write(epoch)), { discard: true })

/** Whether every note can be reached from here. */
export const isRemovable = (): boolean => "localStorage" in globalThis

/** Removes the notes, as far as the browser lets it. */
export const remove = (name: string): Effect.Effect<void> =>
  Effect.forEach(placesOf(name), ({ remove }) => attempt(remove), { discard: true })
