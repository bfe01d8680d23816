/** Joins the lines of a journal whose base file no longer exists to the histories that are known without it. */
import { begin, entryDigest, type RecordId } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import type { Contents } from "./Contents.ts"
import type * as JournalText from "./JournalText.ts"
import * as RestFile from "./RestFile.ts"
import type * as RestRecord from "./RestRecord.ts"

/** A handoff as changes with the number of each position. Lists show only the last state, so every entry can carry it. */
export const placedOf = ({ record, entries }: RestRecord.Handoff): ReadonlyArray<JournalText.Placed> =>
  entries.map(({ event, position }, index) => ({ record: { ...record, revision: index + 1 }, event, position }))

/** The changes of a journal. A journal can contain a line twice. */
export const changesIn = (lines: ReadonlyArray<JournalText.Line>): ReadonlyArray<JournalText.Placed> => {
  let seen = 0
  return lines.flatMap((line) => {
    if (line._tag !== "Transaction") return []
    const changes = line.changes.filter(({ position }) => position > seen)
    seen = changes.at(-1)?.position ?? seen
    return changes
  })
}

/** The entries of changes. */
export const entriesOf = (changes: ReadonlyArray<JournalText.Placed>) =>
  changes.map(({ event, record: { recordId, revision } }) => ({ event, recordId, revision }))

/**
 * Adds the changes of a journal to contents. The entries before the first one come from the contents, or from the foreign
 * file if they are there and the change follows them. Otherwise the history begins with the last state that is known;
 * `false` if there is such a history.
 */
export const join = (
  contents: Contents,
  changes: ReadonlyArray<JournalText.Placed>,
  slices: ReadonlyMap<string, RestFile.Slice>
): boolean => {
  const last = new Map<RecordId, JournalText.Placed>()
  for (const change of changes) last.set(change.record.recordId, change)
  const restarted = new Set<RecordId>()
  for (const change of changes) {
    const { recordId, revision } = change.record
    if (restarted.has(recordId)) continue
    if (revision > revisionIn(contents, recordId) + 1) {
      const before = entriesBefore(change, slices)
      if (before === undefined) {
        restarted.add(recordId)
        // The cast is safe because the change itself is in the map.
        const first = asFirst(last.get(recordId) as JournalText.Placed)
        if (revisionIn(contents, recordId) === 0) contents.put([first])
        continue
      }
      contents.put(before)
    }
    contents.put([change])
  }
  return restarted.size === 0
}

const revisionIn = (contents: Contents, id: RecordId): number =>
  Result.getOrElse(contents.get(id), () => undefined)?.revision ?? 0

/** The entries of the foreign file before a change, if the change is linked to the last of them. */
const entriesBefore = (
  { event, record: { recordId, revision } }: JournalText.Placed,
  slices: ReadonlyMap<string, RestFile.Slice>
): ReadonlyArray<JournalText.Placed> | undefined => {
  const slice = slices.get(recordId)
  const there = slice && Result.getOrUndefined(RestFile.decode(recordId, slice))
  const entries = there?.entries.slice(0, revision - 1) ?? []
  const previous = entries[revision - 2]
  if (there === undefined || previous === undefined) return undefined
  return event.prev === undefined || event.prev === entryDigest(recordId, revision - 1, previous.event)
    ? placedOf({ record: there.record, entries })
    : undefined
}

/** The first entry of a history whose beginning is lost: the state that it had last. */
const asFirst = ({ event, position, record }: JournalText.Placed): JournalText.Placed => {
  const { head: _, ...state } = { ...record, revision: 1 }
  const { updatedAt: at } = record
  return { position, ...begin(record.recordId, { _tag: "Imported", at, by: event.by, via: "foreign", record: state }) }
}
