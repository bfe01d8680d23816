/** Erases the bodies of handoffs that have ended: the fields that may be large or personal. */
import {
  type AgentId,
  erased,
  HandoffNotFound,
  type HandoffRecord,
  HandoffStatus,
  InvalidInput,
  InvalidTransition,
  isOpen,
  limits,
  type RecordId,
  replay,
  RevisionConflict,
  StoreError
} from "@aumai/handoff-protocol"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import { AgentStore } from "../store/AgentStore.ts"
import { HandoffStore } from "../store/HandoffStore.ts"
import type { Rewritten } from "../store/Retention.ts"
import { ledgerOf, retentionOf } from "./Archiving.ts"

/** The options of `purge`. */
export interface PurgeOptions {
  readonly handoffs: ReadonlyArray<RecordId>
  /** The agent that erases them, as the log names it. */
  readonly by: AgentId
  /** The reason, which stays in the log: it must not repeat what is erased. */
  readonly reason?: string
}

/** The result of purging. */
export interface PurgeReport {
  /** The handoffs whose bodies were erased. */
  readonly purged: ReadonlyArray<RecordId>
  /** The handoffs that had no body any longer. */
  readonly unchanged: ReadonlyArray<RecordId>
}

type Store = HandoffStore["Service"]

const finals = HandoffStatus.literals.filter((status) => !isOpen(status))

const corrupt = (id: RecordId, problem: string) =>
  new StoreError({
    operation: "purge",
    reason: "corrupt",
    detail: `Handoff ${id} cannot be purged: ${problem}. Nothing was changed; \`verify\` shows the fault`
  })

/** A handoff without its body; `undefined` if it has none. */
const withoutBody = (store: Store, id: RecordId) =>
  Effect.gen(function* (): Effect.fn.Return<
    Rewritten | undefined,
    HandoffNotFound | InvalidInput | InvalidTransition | StoreError
  > {
    const record: HandoffRecord | undefined = Option.getOrUndefined(yield* store.get(id))
    if (record === undefined) return yield* new HandoffNotFound({ recordId: id })
    if (isOpen(record.status)) {
      return yield* new InvalidTransition({ recordId: id, status: record.status, event: "purge", allowedFrom: finals })
    }
    const entries = yield* store.history(id)
    // The record of a history that does not fit it cannot be derived.
    if (entries.length !== record.revision) return yield* corrupt(id, "its history does not lead to its record")
    const old = entries.find(({ event }) => event.log === undefined)
    if (old !== undefined) {
      const expected = `Entry ${old.revision} is of format 1, whose digest covers its body: erasing it would change the log. \`archive\` the handoff and delete the file`
      return yield* new InvalidInput({ input: "purge", issues: [{ path: id, expected }] })
    }
    if (entries.every(({ event }) => event.salt === undefined)) return undefined
    const left = entries.map((entry) => ({ ...entry, event: erased(entry.event) }))
    const folded = replay(
      id,
      left.map(({ event }) => event)
    )
    if (Result.isFailure(folded)) return yield* corrupt(id, folded.failure.message)
    const { head } = record
    return { record: { ...folded.success, ...(head && { head }) }, entries: left, base: record.revision }
  })

/** Retries while other writers change a handoff, such as a witness who attests it. */
const tries = 8

/**
 * Erases the bodies and salts of handoffs that have ended, with no change of any digest. Notes in the log who erased what
 * before anything is erased. All handoffs are checked first; repeating an interrupted call completes it.
 */
export const purge = ({
  by,
  handoffs,
  reason
}: PurgeOptions): Effect.Effect<
  PurgeReport,
  HandoffNotFound | InvalidInput | InvalidTransition | RevisionConflict | StoreError,
  HandoffStore | AgentStore
> =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const retention = yield* retentionOf(store, "purge")
    const ids = [...new Set(handoffs)]
    const wanted: Array<RecordId> = []
    for (const id of ids) if ((yield* withoutBody(store, id)) !== undefined) wanted.push(id)
    const ledger = yield* ledgerOf
    const { log } = yield* store.origin
    const keys = (yield* (yield* AgentStore).keys).get(log) ?? []
    const noted = new Set(keys.flatMap(({ event }) => (event._tag === "Purged" ? event.handoffs : [])))
    const unnoted = wanted.filter((id) => !noted.has(id))
    for (const some of Arr.chunksOf(unnoted, limits.purged)) {
      yield* ledger.note({ _tag: "Purged", by, handoffs: some, ...(reason !== undefined && { reason }) })
    }
    const erase = (
      some: ReadonlyArray<RecordId>,
      left = tries
    ): Effect.Effect<void, Effect.Error<ReturnType<typeof withoutBody>> | RevisionConflict> =>
      Effect.gen(function* () {
        const put: Array<Rewritten> = []
        for (const id of some) {
          const one = yield* withoutBody(store, id)
          if (one !== undefined) put.push(one)
        }
        yield* retention.rewrite({ put })
      }).pipe(
        Effect.catchIf(
          (error) => error instanceof RevisionConflict && left > 0,
          () => erase(some, left - 1)
        )
      )
    for (const some of Arr.chunksOf(wanted, retention.batch)) yield* erase(some)
    // Also if nothing is left to erase: the call before may have ended between the two.
    yield* retention.reclaim
    return { purged: wanted, unchanged: ids.filter((id) => !wanted.includes(id)) }
  })
