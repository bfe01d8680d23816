import type { Place } from "./SortKey.ts"

// Splicing an array of this length is one short memmove; searching it takes nine steps. 256 to 1024 measured alike.
const chunkSize = 512

const compare = (a: Place, b: Place): number =>
  a.major - b.major || a.minor - b.minor || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** The first index whose item is not before the place. */
const search = <A>(items: ReadonlyArray<A>, placeOf: (item: A) => Place, place: Place): number => {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    // The cast: middle is below the length.
    if (compare(placeOf(items[middle] as A), place) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Where a page begins. */
export type Start = { readonly from: Place } | { readonly after: Place }

/** A sorted set of places: insertion, removal and reading from a place cost the logarithm of the size. */
export interface OrderedIndex {
  readonly add: (place: Place) => void
  readonly remove: (place: Place) => void
  /** Up to `limit` places in order: from the first, from a place on, or those behind one. */
  readonly page: (limit: number, start?: Start) => ReadonlyArray<Place>
  readonly size: () => number
}

/** Makes an empty index: sorted chunks in a sorted array, a B-tree of two levels. */
export const make = (): OrderedIndex => {
  const chunks: Array<Array<Place>> = []
  let size = 0
  // The cast: no chunk is ever left empty.
  const last = (chunk: Array<Place>) => chunk[chunk.length - 1] as Place
  const self = (place: Place) => place

  return {
    size: () => size,
    add: (place) => {
      size += 1
      const end = chunks[chunks.length - 1]
      // Records mostly arrive in order: no search then, and a full chunk is left full instead of halved.
      if (end === undefined || compare(last(end), place) < 0) {
        if (end === undefined || end.length >= chunkSize) chunks.push([place])
        else end.push(place)
        return
      }
      const at = search(chunks, last, place)
      // The cast: the place is not behind the last one of all, so there is a chunk that reaches it.
      const chunk = chunks[at] as Array<Place>
      chunk.splice(search(chunk, self, place), 0, place)
      if (chunk.length > chunkSize) chunks.splice(at + 1, 0, chunk.splice(chunkSize / 2))
    },
    remove: (place) => {
      const at = search(chunks, last, place)
      const chunk = chunks[at]
      if (chunk === undefined) return
      const index = search(chunk, self, place)
      const found = chunk[index]
      if (found === undefined || compare(found, place) !== 0) return
      size -= 1
      if (chunk.length === 1) chunks.splice(at, 1)
      else chunk.splice(index, 1)
    },
    page: (limit, start) => {
      const places: Array<Place> = []
      const first = start === undefined ? undefined : "from" in start ? start.from : start.after
      let at = first === undefined ? 0 : search(chunks, last, first)
      let index = 0
      const chunk = chunks[at]
      if (start !== undefined && first !== undefined && chunk !== undefined) {
        index = search(chunk, self, first)
        const found = chunk[index]
        if ("after" in start && found !== undefined && compare(found, first) === 0) index += 1
      }
      for (; at < chunks.length && places.length < limit; at += 1) {
        const chunk = chunks[at] ?? []
        for (; index < chunk.length && places.length < limit; index += 1) {
          // The cast: index is below the length.
          places.push(chunk[index] as Place)
        }
        index = 0
      }
      return places
    }
  }
}
