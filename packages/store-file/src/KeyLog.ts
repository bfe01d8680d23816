/** Records entries of the key logs. Those of this store get positions in the sequence of its entries. */
import { type AgentStore, CommitPlan, type KeyEntry, positionOf } from "@aumai/handoff-core"
import { frozen, type LogName, type RevisionConflict, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import * as Failure from "./Failure.ts"
import * as LogFile from "./LogFile.ts"
import * as Place from "./Place.ts"
import { refreshInTurn } from "./Refresh.ts"
import * as RestRecord from "./RestRecord.ts"
import { type Session, turn } from "./Session.ts"

const operation = "record keys"

type Entries = Parameters<AgentStore["Service"]["record"]>[0]

/** Makes the part of the agent store that holds the key logs. */
export const make = (session: Session): Pick<AgentStore["Service"], "record" | "keys"> => {
  const { log, paths } = session

  const write = (entries: Entries): Effect.Effect<Result.Result<void, RevisionConflict>, StoreError> =>
    Effect.gen(function* () {
      const origin = yield* LogFile.settle(session, operation)
      const keys = new Map<LogName, ReadonlyArray<KeyEntry>>(log.keys)
      const conflict = CommitPlan.keyConflictIn(entries, (name) => keys.get(name)?.length ?? 0)
      if (conflict !== undefined) return Result.fail(conflict)
      let last = yield* Effect.mapError(Effect.fromResult(session.contents.lastPosition()), (why) =>
        Failure.corrupt(operation, paths.rest, why)
      )
      for (const { event, revision } of entries) {
        const isOwn = event.log === origin.log
        if (isOwn) last = RestRecord.nextPosition(last, event)
        const entry = { revision, event, ...(isOwn ? { position: positionOf(origin, last) } : {}) }
        keys.set(event.log, [...(keys.get(event.log) ?? []), frozen(entry)])
      }
      yield* Effect.mapError(LogFile.write(session, { origin, keys }), Failure.ofDisk(operation, "in doubt"))
      return Result.void
    })

  return {
    record: (entries) =>
      Effect.flatMap(
        turn(
          session,
          operation,
          refreshInTurn(session, operation),
          Effect.suspend(() => write(entries))
        ),
        Effect.fromResult
      ),
    keys: Effect.map(
      Effect.andThen(LogFile.refresh(session, "read keys"), Place.check(session, "read keys")),
      () => new Map(log.keys)
    )
  }
}
