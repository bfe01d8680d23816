/**
 * Judges parts that were cancelled along with a handoff above them. The lifecycle lets any agent record that, so it holds
 * only if the same agent cancelled a handoff above at the same moment.
 */
import {
  type AgentId,
  type HandoffEvent,
  type HandoffRecord,
  isOpen,
  type RecordId,
  type StoreError,
  transitions
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import type { HandoffStore } from "../store/HandoffStore.ts"

/** The fields of a cancellation that others are compared with. */
interface Cancellation {
  readonly by: AgentId
  readonly at: DateTime.Utc
  /** The handoff above, if it was cancelled along with that one. */
  readonly along: RecordId | undefined
}

/** The facts about a handoff that decide whether the parts below it were cancelled along with it. */
export interface Ending {
  readonly isOpen: boolean
  readonly parent: RecordId | undefined
  readonly cancelled: Cancellation | undefined
}

/** The reason why a cancellation along with a handoff above does not hold. */
export interface AlongFault {
  readonly problem: string
  /** The handoff above that is missing or open; absent if all above have ended, so that nothing can change. */
  readonly above?: RecordId
  readonly isMissing?: true
}

/** Reads how a handoff ended, from the record and the last entry of its history. */
export const endingOf = ({ request, status }: HandoffRecord, last: HandoffEvent | undefined): Ending => ({
  isOpen: isOpen(status),
  parent: request.parent,
  // The last entry of a cancelled record is `Cancelled`, or `Imported` in that state.
  cancelled:
    status === transitions.Cancelled.to && last !== undefined
      ? { by: last.by, at: last.at, along: last._tag === "Cancelled" ? last.along : undefined }
      : undefined
})

/** The handoff that a history was cancelled along with; `undefined` if it was not. */
export const alongOf = (history: ReadonlyArray<HandoffEvent>): RecordId | undefined => {
  const last = history.at(-1)
  return last?._tag === "Cancelled" ? last.along : undefined
}

/** Finds how a handoff ended, `undefined` if it is missing. */
export type Look<E> = (id: RecordId) => Effect.Effect<Ending | undefined, E>

/** Judges cancellations over a store or an archive; `undefined` if one holds. */
export type AlongJudge<E> = (ending: Ending) => Effect.Effect<AlongFault | undefined, E>

/**
 * Makes a judge that remembers what it found to hold. The handoffs between a part and the one that was cancelled must have
 * ended: a part may stay open when the one above it ends, and is cancelled later along with one further up.
 */
export const alongJudge = <E>(look: Look<E>): AlongJudge<E> => {
  const holds = new Set<string>()
  return Effect.fnUntraced(function* ({ cancelled, parent }: Ending): Effect.fn.Return<AlongFault | undefined, E> {
    if (cancelled?.along === undefined) return undefined
    const { along, at, by } = cancelled
    const fault = (why: string, more: Partial<AlongFault> = {}): AlongFault => ({
      problem: `It was cancelled along with ${along}, but ${why}`,
      ...more
    })
    if (along !== parent) return fault("that is not its parent")
    const seen = new Set<string>()
    let above: RecordId | undefined = along
    while (above !== undefined) {
      const key = JSON.stringify([above, by, at.epochMilliseconds])
      if (holds.has(key)) break
      if (seen.has(key)) return fault("the handoffs above it form a circle")
      seen.add(key)
      const found: Ending | undefined = yield* look(above)
      if (found === undefined) return fault(`handoff ${above} is missing or cannot be read`, { above, isMissing: true })
      if (found.isOpen) return fault(`handoff ${above} is open`, { above })
      const own: Cancellation | undefined = found.cancelled
      if (own !== undefined && own.along === undefined && own.by === by && DateTime.Equivalence(own.at, at)) break
      above = found.parent
    }
    if (above === undefined) return fault(`${by} cancelled no handoff above it at that moment`)
    for (const key of seen) holds.add(key)
    return undefined
  })
}

/** Reads a handoff; `None` also if it cannot be read, which says nothing against those below it. */
export const readable = (store: Pick<HandoffStore["Service"], "get">, id: RecordId) =>
  Effect.catchIf(
    store.get(id),
    ({ reason }) => reason === "corrupt",
    () => Effect.succeedNone
  )

/** Finds how handoffs of a store ended, and remembers those that did, because an ended handoff never changes. */
export const lookIn = (store: Pick<HandoffStore["Service"], "get" | "history">): Look<StoreError> => {
  const ended = new Map<RecordId, Ending>()
  return Effect.fnUntraced(function* (id: RecordId): Effect.fn.Return<Ending | undefined, StoreError> {
    const known = ended.get(id)
    if (known !== undefined) return known
    const found = yield* readable(store, id)
    if (Option.isNone(found)) return undefined
    const record = found.value
    const last = record.status === transitions.Cancelled.to ? (yield* store.history(id)).at(-1)?.event : undefined
    const ending = endingOf(record, last)
    if (!ending.isOpen) ended.set(id, ending)
    return ending
  })
}
