/** Imports parts that were cancelled along with a handoff above them after that one, in any order of an archive. */
import type { ArchivedHandoff, RecordId, StoreError } from "@aumai/handoff-protocol"
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"

import type { HandoffStore } from "../store/HandoffStore.ts"
import { alongJudge, alongOf, endingOf, lookIn } from "./Along.ts"
import type { ImportReport } from "./Archive.ts"

type Batch = Arr.NonEmptyReadonlyArray<ArchivedHandoff>
type Reports = Map<ArchivedHandoff, ImportReport>

/** Imports one archive, page by page: `importBatch` without this rule, and `refuse` for a part that fails it. */
export const partsImport = (
  store: HandoffStore["Service"],
  { batchSize, readsAtOnce }: { readonly batchSize: number; readonly readsAtOnce: number },
  importBatch: (batch: Batch) => Effect.Effect<ReadonlyArray<ImportReport>, StoreError>,
  refuse: (part: ArchivedHandoff, problem: string) => Effect.Effect<ImportReport, StoreError>
) => {
  const judge = alongJudge(lookIn(store))
  // Parts by the handoff that they wait for. They are whole records, because an archive is read once.
  const waiting = new Map<RecordId, Array<readonly [part: ArchivedHandoff, problem: string]>>()

  const wait = (above: RecordId, part: ArchivedHandoff, problem: string) => {
    const others = waiting.get(above)
    if (others === undefined) waiting.set(above, [[part, problem]])
    else others.push([part, problem])
  }

  /** Imports handoffs, and returns the parts that waited for them. */
  const importAll = (handoffs: ReadonlyArray<ArchivedHandoff>, reports: Reports) =>
    Effect.gen(function* () {
      const freed: Array<ArchivedHandoff> = []
      for (const batch of Arr.chunksOf(handoffs, batchSize)) {
        for (const [index, report] of (yield* importBatch(batch)).entries()) {
          const imported = batch[index]
          if (imported !== undefined) reports.set(imported, report)
          if (report.outcome !== "added" && report.outcome !== "newer") continue
          for (const [part] of waiting.get(report.recordId) ?? []) freed.push(part)
          waiting.delete(report.recordId)
        }
      }
      return freed
    })

  /** Imports a page, and the parts of earlier pages that waited for it. */
  const page = (given: Batch): Effect.Effect<ReadonlyArray<ImportReport>, StoreError> =>
    Effect.gen(function* () {
      const isPart = ({ history }: ArchivedHandoff) => alongOf(history) !== undefined
      const others = given.filter((one) => !isPart(one))
      const reports: Reports = new Map()
      let next = [...given.filter(isPart), ...(yield* importAll(others, reports))]
      while (next.length > 0) {
        const faults = yield* Effect.forEach(next, (part) => judge(endingOf(part.record, part.history.at(-1))), {
          concurrency: readsAtOnce
        })
        const held: Array<ArchivedHandoff> = []
        for (const [index, part] of next.entries()) {
          const fault = faults[index]
          if (fault === undefined) held.push(part)
          else if (fault.above === undefined) reports.set(part, yield* refuse(part, fault.problem))
          else wait(fault.above, part, fault.problem)
        }
        next = yield* importAll(held, reports)
      }
      // In the order of the archive, as far as possible.
      return [...new Set([...given, ...reports.keys()])].flatMap((one) => reports.get(one) ?? [])
    })

  /** Refuses the parts that still wait at the end of the archive. */
  const rest = Effect.suspend(() =>
    Effect.forEach([...waiting.values()].flat(), ([part, problem]) => refuse(part, problem))
  )

  return { page, rest }
}

/** The two steps of reading a stream: each page, and what is left at its end. */
interface Steps<A, B, E> {
  readonly page: (page: Arr.NonEmptyReadonlyArray<A>) => Effect.Effect<ReadonlyArray<B>, E>
  readonly rest: Effect.Effect<ReadonlyArray<B>, E>
}

/**
 * Maps a stream page by page, and adds the rest at its end. `Stream.concat` would add five kilobytes to the bundle that a
 * browser loads first.
 */
export const pagesThenRest =
  <A, B, E2>(begin: () => Steps<A, B, E2>) =>
  <E, R>(pages: Stream.Stream<A, E, R>): Stream.Stream<B, E | E2, R> =>
    Stream.transformPull(pages, (pull) =>
      Effect.sync(() => {
        const { page, rest } = begin()
        let isAtEnd = false
        const reports = Effect.suspend((): Pull.Pull<ReadonlyArray<B>, E | E2, void, R> =>
          isAtEnd
            ? Cause.done()
            : Pull.catchDone(Effect.flatMap(pull, page), () => {
                isAtEnd = true
                return rest
              })
        )
        const next: Pull.Pull<Arr.NonEmptyReadonlyArray<B>, E | E2, void, R> = Effect.flatMap(reports, (some) =>
          Arr.isReadonlyArrayNonEmpty(some) ? Effect.succeed(some) : next
        )
        return next
      })
    )
