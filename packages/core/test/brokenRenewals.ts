/** Faults of stores in the renewals of leases. */
import { advance, type HandoffRecord, receiverOf, type RecordId } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import type { Commit, HandoffStore } from "../src/store/HandoffStore.ts"
import { type Renewal, shownWith, storedOf } from "../src/store/Renewals.ts"
import * as StoreImage from "../src/store/StoreImage.ts"

type Handoffs = HandoffStore["Service"]

interface BrokenRenewals {
  readonly fault: string
  readonly breaks: string
  readonly handoffs: (whole: Handoffs, image: StoreImage.StoreImage) => Partial<Handoffs>
}

const shows = "a renewal shows in every read, and is no entry"
const monotone = "a renewal never moves the end of a lease back"
const fenced = "a batch of renewals keeps those that fit, and names the others"
const kept = "a sweeper that read before a renewal cannot end the lease"
const atOnce = "of a renewal and the end of the same lease at once, exactly one succeeds"
const lasting = "a renewal lasts through other events of its attempt, and no longer"

/** Reads records through a function that knows the last renewal of each. */
const shownBy =
  (show: (record: HandoffRecord, last: Renewal | undefined, revision: number | undefined) => HandoffRecord) =>
  (whole: Handoffs): Partial<Handoffs> => {
    const last = new Map<RecordId, Renewal>()
    const revisions = new Map<RecordId, number>()
    const shown = (record: HandoffRecord) => show(record, last.get(record.recordId), revisions.get(record.recordId))
    return {
      renew: (renewals, at) =>
        Effect.gen(function* () {
          for (const one of renewals) {
            last.set(one.recordId, one)
            const held = Option.getOrUndefined(yield* whole.get(one.recordId))
            if (held !== undefined) revisions.set(one.recordId, held.revision)
          }
          return yield* whole.renew(renewals, at)
        }),
      get: (id) => Effect.map(whole.get(id), Option.map(shown)),
      list: (view, page) => Effect.map(whole.list(view, page), (records) => records.map(shown))
    }
  }

export const brokenRenewals: ReadonlyArray<BrokenRenewals> = [
  {
    fault: "shows renewals only in single reads",
    breaks: shows,
    handoffs: (whole) => ({
      list: (view, page) => Effect.map(whole.list(view, page), (records) => records.map(storedOf))
    })
  },
  {
    fault: "appends an entry for a renewal",
    breaks: shows,
    handoffs: (whole, image) => ({
      renew: (renewals, at) =>
        Effect.tap(whole.renew(renewals, at), () =>
          Effect.sync(() => {
            for (const { recordId } of renewals) {
              const held = image.stored(recordId)
              const next = held && advance(held, { _tag: "Progressed", at, by: receiverOf(held) })
              if (next !== undefined && Result.isSuccess(next)) image.put([next.success])
            }
          })
        )
    })
  },
  {
    fault: "keeps a renewal in the record",
    breaks: shows,
    handoffs: shownBy((record) => ({ ...record }))
  },
  {
    fault: "takes the last renewal for the latest",
    breaks: monotone,
    handoffs: shownBy((record, last) => shownWith(storedOf(record), last?.until.epochMilliseconds))
  },
  {
    fault: "lists a renewed lease as due by its record",
    breaks: monotone,
    handoffs: (whole, image) => {
      const shadow = StoreImage.make(image.origin)
      return {
        commit: (changes) => Effect.tap(whole.commit(changes), () => Effect.sync(() => shadow.put(changes))),
        list: (view, page) =>
          view._tag === "Due" ? Effect.sync(() => shadow.list(view, page)) : whole.list(view, page)
      }
    }
  },
  {
    fault: "names no refused renewal",
    breaks: fenced,
    handoffs: (whole) => ({ renew: (renewals, at) => Effect.as(whole.renew(renewals, at), []) })
  },
  {
    fault: "gives up a batch at the first renewal that does not fit",
    breaks: fenced,
    handoffs: (whole) => ({
      renew: (renewals, at) =>
        Effect.gen(function* () {
          for (const one of renewals) {
            const refused = yield* whole.renew([one], at)
            if (refused.length > 0) return refused
          }
          return []
        })
    })
  },
  {
    fault: "lets a sweeper end a renewed lease",
    breaks: kept,
    handoffs: (whole) => ({
      // The cast: as many changes as before.
      commit: (changes) => whole.commit(changes.map(({ event, record }) => ({ event, record })) as unknown as Commit)
    })
  },
  {
    fault: "looks for renewals some time before it writes",
    breaks: atOnce,
    handoffs: (_, image) => ({
      commit: (changes) =>
        Effect.gen(function* () {
          const conflict = image.conflict(changes, 0)
          if (conflict !== undefined) return yield* conflict
          yield* Effect.yieldNow
          image.put(changes)
        })
    })
  },
  {
    fault: "forgets a renewal with the next entry",
    breaks: lasting,
    handoffs: shownBy((record, _, revision) =>
      revision === undefined || record.revision === revision ? record : storedOf(record)
    )
  },
  {
    fault: "keeps a renewal for the next attempt",
    breaks: lasting,
    handoffs: shownBy((record, last) => shownWith(record, last?.until.epochMilliseconds))
  }
]
