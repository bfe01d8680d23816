/** Rewrites the content of a store in memory. Loaded on first use. */
import { RevisionConflict } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import { numberIn, numberOf } from "./Positions.ts"
import type { RemovedRun, Retention, Rewrite } from "./Retention.ts"
import { pageOfRuns, rewriteConflict, rewrittenIds, runsAfter } from "./Rewrites.ts"
import * as StoreImage from "./StoreImage.ts"

const beginning = DateTime.makeUnsafe(0)

/** A new image with the content of an image after a rewrite. It gives no position again. */
export const imageAfter = (image: StoreImage.StoreImage, rewrite: Rewrite): StoreImage.StoreImage => {
  const next = StoreImage.make(image.origin)
  const gone = new Set(rewrittenIds(rewrite))
  const all = [
    ...[...image.all()].flatMap(([id, { history, record }]) => (gone.has(id) ? [] : [{ entries: history, record }])),
    ...(rewrite.put ?? [])
  ].flatMap(({ entries, record }) =>
    entries.map(({ event, position, revision }) => ({
      event,
      number: numberOf(position),
      record: { ...record, revision }
    }))
  )
  all.sort((a, b) => a.number - b.number)
  // Lists show only the last state, so every earlier entry can carry it.
  for (const { event, number, record } of all) next.put([{ event, record }], number)
  for (const recordId of image.all().keys()) {
    const renewed = gone.has(recordId) ? undefined : image.standing(recordId)?.renewed
    // Nothing is due at this moment, so that the renewal is not refused.
    if (renewed !== undefined)
      next.renew([{ recordId, ...renewed, until: DateTime.makeUnsafe(renewed.until) }], beginning)
  }
  next.reserve(image.lastPosition())
  return next
}

// More than a program in memory has: each rewrite makes a new image.
const batch = 1_000_000

/** Makes the retention of a store that holds its image in `holder`. */
export const make = (holder: { image: StoreImage.StoreImage }): Retention => {
  let runs: ReadonlyArray<RemovedRun> = []
  return {
    batch,
    rewrite: (rewrite) =>
      Effect.suspend(() => {
        const conflict = rewriteConflict(rewrite, (id) => holder.image.get(id)?.revision ?? 0)
        if (conflict !== undefined) return Effect.fail(new RevisionConflict(conflict))
        holder.image = imageAfter(holder.image, rewrite)
        runs = runsAfter(runs, rewrite)
        return Effect.void
      }),
    removed: ({ after, limit }) =>
      Effect.sync(() => {
        const valid = Result.isSuccess(numberIn(holder.image.origin, after))
        return valid ? pageOfRuns(runs, limit, after) : []
      }),
    reclaim: Effect.void
  }
}
