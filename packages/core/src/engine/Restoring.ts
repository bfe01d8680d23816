/** Puts archived handoffs back at the positions that they had in this log. Loaded on first use. */
import type { ArchivedHandoff, Digest, StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import type { Entry, HandoffStore, Position } from "../store/HandoffStore.ts"
import { entryLeaf } from "./LeafHash.ts"

/** The number before that of a position, so that a page after it begins there. */
const before = (position: Position): Position => {
  const parts = position.split(".")
  const number = Number(parts.pop())
  // The cast: any text is a position.
  return [...parts, number - 1].join(".") as Position
}

/**
 * Puts a handoff back that this log has archived: `true` if every entry left exactly this leaf at its position. The log then
 * has the entries it had, so that no follower sees them again.
 */
export const restored = (
  store: HandoffStore["Service"],
  { history, positions, record }: ArchivedHandoff
): Effect.Effect<boolean, StoreError> =>
  Effect.gen(function* () {
    const retention = store.retention && (yield* store.retention)
    if (retention === undefined || positions?.length !== history.length) return false
    const entries: Array<Entry> = []
    for (const [index, event] of history.entries()) {
      // The cast: the store has a leaf at the position, or the handoff is not put back.
      const position = positions[index] as Position
      const entry: Entry = { position, recordId: record.recordId, revision: index + 1, event }
      const [run] = yield* retention.removed({ limit: 1, after: before(position) })
      const leaf: Digest | undefined = run?.first === position && run.level === 0 ? run.hash : undefined
      if (leaf !== entryLeaf(entry)) return false
      entries.push(entry)
    }
    return yield* retention
      .rewrite({ put: [{ record, entries, base: 0 }], retract: entries.map(({ position }) => position) })
      .pipe(
        Effect.as(true),
        Effect.catchTag("RevisionConflict", () => Effect.succeed(false))
      )
  })
