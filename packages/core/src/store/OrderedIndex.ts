import type { SortKey } from "./SortKey.ts"

// Splicing an array of this length is one short memmove; searching it takes nine steps. 256 to 1024 measured the same.
const chunkSize = 512

const compare = (a: SortKey, b: SortKey): number =>
  a.major - b.major || a.minor - b.minor || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** The index of the first item that does not sort before the key. */
const search = <A>(items: ReadonlyArray<A>, keyOf: (item: A) => SortKey, key: SortKey): number => {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    // The cast: middle is below the length.
    if (compare(keyOf(items[middle] as A), key) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** The beginning of a page: a key, included or not. */
export type Start = { readonly from: SortKey } | { readonly after: SortKey }

/** A sorted set of keys. Insertion, removal and the start of a page take logarithmic time. */
export interface OrderedIndex {
  readonly add: (key: SortKey) => void
  readonly remove: (key: SortKey) => void
  /** At most `limit` keys in order, from the beginning or from `start` on. */
  readonly page: (limit: number, start?: Start) => ReadonlyArray<SortKey>
  readonly size: () => number
}

/** Makes an empty index: sorted chunks in a sorted array, a B-tree of two levels. */
export const make = (): OrderedIndex => {
  const chunks: Array<Array<SortKey>> = []
  let size = 0
  // The cast: no chunk is ever left empty.
  const last = (chunk: Array<SortKey>) => chunk[chunk.length - 1] as SortKey
  const self = (key: SortKey) => key

  return {
    size: () => size,
    add: (key) => {
      size += 1
      const end = chunks[chunks.length - 1]
      // Fast path: most records arrive in order, which needs no search and leaves chunks full instead of halved.
      if (end === undefined || compare(last(end), key) < 0) {
        if (end === undefined || end.length >= chunkSize) chunks.push([key])
        else end.push(key)
        return
      }
      const at = search(chunks, last, key)
      // The cast: the key does not sort after the last key, so a chunk covers it.
      const chunk = chunks[at] as Array<SortKey>
      chunk.splice(search(chunk, self, key), 0, key)
      if (chunk.length > chunkSize) chunks.splice(at + 1, 0, chunk.splice(chunkSize / 2))
    },
    remove: (key) => {
      const at = search(chunks, last, key)
      const chunk = chunks[at]
      if (chunk === undefined) return
      const index = search(chunk, self, key)
      const found = chunk[index]
      if (found === undefined || compare(found, key) !== 0) return
      size -= 1
      if (chunk.length === 1) chunks.splice(at, 1)
      else chunk.splice(index, 1)
    },
    page: (limit, start) => {
      const keys: Array<SortKey> = []
      const first = start === undefined ? undefined : "from" in start ? start.from : start.after
      let at = first === undefined ? 0 : search(chunks, last, first)
      let index = 0
      const chunk = chunks[at]
      if (start !== undefined && first !== undefined && chunk !== undefined) {
        index = search(chunk, self, first)
        const found = chunk[index]
        if ("after" in start && found !== undefined && compare(found, first) === 0) index += 1
      }
      for (; at < chunks.length && keys.length < limit; at += 1) {
        const chunk = chunks[at] ?? []
        for (; index < chunk.length && keys.length < limit; index += 1) {
          // The cast: index is below the length.
          keys.push(chunk[index] as SortKey)
        }
        index = 0
      }
      return keys
    }
  }
}
