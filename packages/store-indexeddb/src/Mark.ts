/**
 * Notes outside the database that a store with this name exists. Without them, a browser that lost the database in a crash
 * would look like one that never had it.
 */
import * as Effect from "effect/Effect"

/** A place for notes. Each step fails if the browser forbids it. */
interface Place {
  readonly read: () => Promise<ReadonlyArray<string>>
  readonly write: (epoch: string) => Promise<void>
  readonly remove: () => Promise<void>
}

/** For pages. In Chromium, localStorage also survives an eviction, which removes databases and files. */
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
 * The origin's private files: for workers, which have no localStorage, and for pages, so that both see the same notes. The
 * epoch is the name of an empty file, because some browsers do not let a page write to one. Only in secure contexts.
 */
const inPrivateFiles = (name: string): Place => {
  const directory = async () => {
    const own = await (await navigator.storage.getDirectory()).getDirectoryHandle("aumai-handoff", { create: true })
    // A prefix, because "." and ".." are not valid file names.
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

/** Reads the noted epochs; empty if the browser keeps no notes. */
export const read = (name: string): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(
    Effect.forEach(placesOf(name), ({ read }) => Effect.orElseSucceed(Effect.tryPromise(read), () => [])),
    (found) => found.flat()
  )

const attempt = (step: () => Promise<void>): Effect.Effect<void> =>
  Effect.orElseSucceed(Effect.tryPromise(step), () => {})

/** Notes the epoch in every place that the browser allows. The next opening of the store tries the others again. */
export const write = (name: string, epoch: string): Effect.Effect<void> =>
  Effect.forEach(placesOf(name), ({ write }) => attempt(() => write(epoch)), { discard: true })

/** Tests whether this context can remove every note. */
export const isRemovable = (): boolean => "localStorage" in globalThis

/** Removes the notes that the browser lets it remove. */
export const remove = (name: string): Effect.Effect<void> =>
  Effect.forEach(placesOf(name), ({ remove }) => attempt(remove), { discard: true })
