/** A stored record that cannot be read. It blocks only its own id: listings, the log and the tally leave it out. */
export interface OddRecord {
  /** Its id; absent if that cannot be read either. */
  readonly recordId?: string
  /** Its place in a file, such as `[3]`; absent in a store of rows. */
  readonly place?: string
  /** The reason, as one sentence or its end. */
  readonly reason: string
  /** Its bytes as an element of an archive; absent if an archive cannot hold them. */
  readonly text?: string
}

/** Names an odd record in a sentence: `Handoff 7k2m at [3]`. */
export const oddName = ({ place, recordId }: OddRecord): string =>
  `${recordId === undefined ? "The record" : `Handoff ${recordId}`}${place === undefined ? "" : ` at ${place}`}`

/** Says of an odd record why it cannot be read. */
export const oddSentence = (odd: OddRecord): string => `${oddName(odd)} cannot be read: ${odd.reason}`

/** Says how many records a listing leaves out. */
export const oddCount = (count: number, store: string): string =>
  `${count === 1 ? "1 record" : `${count} records`} in ${store} cannot be read and ${count === 1 ? "is" : "are"} left out; 'verify' names ${count === 1 ? "it" : "them"}`
