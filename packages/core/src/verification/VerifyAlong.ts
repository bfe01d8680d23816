/** Verifies parts that were cancelled along with a handoff above them, over a store or a whole archive. */
import type { ArchivedHandoff, Flaw, StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import { type AlongJudge, alongJudge, alongOf, type Ending, endingOf, lookIn } from "../engine/Along.ts"
import type { HandoffStore } from "../store/HandoffStore.ts"
import { isCorrupt } from "./Corrupt.ts"

/** The fields of a verified handoff that a judgement changes. */
interface Judged {
  readonly recordId: string
  readonly entries: number
  readonly flaw?: Flaw
  readonly unproven?: string
}

/** Makes a judge over the handoffs of a store. One that cannot be read counts as missing. */
export const judgeOver = (store: HandoffStore["Service"]): AlongJudge<StoreError> => {
  const look = lookIn(store)
  return alongJudge((id) => Effect.catchIf(look(id), isCorrupt, () => Effect.undefined))
}

/** Adds a flaw if the part was not cancelled along, or `unproven` if a handoff above is missing. */
export const verifyAlong = <V extends Judged, E>(
  verified: V,
  ending: Ending,
  judge: AlongJudge<E>
): Effect.Effect<V, E> =>
  Effect.map(judge(ending), (fault) => {
    if (fault === undefined) return verified
    const { isMissing, problem } = fault
    return isMissing === true
      ? { ...verified, unproven: problem }
      : { ...verified, flaw: { revision: verified.entries, problem } }
  })

/** The handoffs of one archive, to judge the parts among them that were cancelled along with one above. */
export interface ArchiveEndings {
  /** Adds a handoff without a flaw. */
  readonly add: (archived: ArchivedHandoff) => void
  /** Judges a handoff once all of the archive have been added. */
  readonly judged: <V extends Judged>(verified: V) => Effect.Effect<V>
}

/** Collects how the handoffs of an archive ended. It keeps a few fields of each. */
export const archiveEndings = (): ArchiveEndings => {
  const endings = new Map<string, Ending>()
  const parts = new Map<string, Ending>()
  const judge = alongJudge((id) => Effect.succeed(endings.get(id)))
  return {
    add: ({ history, record }) => {
      const ending = endingOf(record, history.at(-1))
      endings.set(record.recordId, ending)
      if (alongOf(history) !== undefined) parts.set(record.recordId, ending)
    },
    judged: (verified) => {
      const ending = verified.flaw === undefined ? parts.get(verified.recordId) : undefined
      return ending === undefined ? Effect.succeed(verified) : verifyAlong(verified, ending, judge)
    }
  }
}
