import type { HandoffRecord, RecordId } from "@aumai/handoff-protocol"

import { keysOf, type Keys, type View } from "./HandoffStore.ts"

/** The position of a record in a view: two numbers, then the id in code unit order. All ascend. */
export interface SortKey {
  readonly major: number
  readonly minor: number
  readonly id: string
}

export const older = (keys: Keys, id: RecordId): SortKey => ({ major: keys.createdAt, minor: 0, id })
export const newer = (keys: Keys, id: RecordId): SortKey => ({ major: -keys.createdAt, minor: 0, id })
export const urgent = (keys: Keys, id: RecordId): SortKey => ({ major: keys.urgency, minor: keys.createdAt, id })
export const recent = (keys: Keys, id: string): SortKey => ({ major: keys.latest, minor: 0, id })
export const named = (id: RecordId): SortKey => ({ major: 0, minor: 0, id })
export const due = (dueAt: number, keys: Keys, id: string): SortKey => ({ major: dueAt, minor: keys.createdAt, id })

/**
 * Computes the sort key of a record, which may have left the view since; a page begins after it. `All`, `Status` and
 * `Children` sort by `createdAt`, `Sent` by its negative, `Inbox` and `Turn` by `urgency` and `createdAt`, `Recent` by `latest`,
 * `Due` by `dueAt` and `createdAt`, `Prefix` by the id alone.
 */
export const sortKeyOf = (view: View, record: HandoffRecord): SortKey => {
  const keys = keysOf(record)
  switch (view._tag) {
    case "All":
    case "Status":
    case "Children":
      return older(keys, record.recordId)
    case "Inbox":
    case "Turn":
      return urgent(keys, record.recordId)
    case "Sent":
      return newer(keys, record.recordId)
    case "Recent":
      return recent(keys, record.recordId)
    case "Due":
      // A final record no longer has its due time; the deadline is the best estimate.
      return due(keys.dueAt ?? Math.trunc(record.request.deadline?.epochMilliseconds ?? 0), keys, record.recordId)
    case "Prefix":
      return named(record.recordId)
  }
}
