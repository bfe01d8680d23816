import type { HandoffRecord, RecordId } from "@aumai/handoff-protocol"

import type { Rewrite } from "./Retention.ts"

/** The conflict at the first handoff of a rewrite that has another revision; `undefined` without one. */
export const rewriteConflict = (
  { drop = [], put = [] }: Rewrite,
  revisionOf: (id: RecordId) => number
): Pick<HandoffRecord, "recordId" | "revision"> | undefined =>
  [...drop, ...put.map(({ base, record: { recordId } }) => ({ recordId, revision: base }))].find(
    ({ recordId, revision }) => revisionOf(recordId) !== revision
  )
