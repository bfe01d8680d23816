/** Makes records and changes for the tests of stores. */
import { type Change, HandoffStore } from "@aumai/handoff-core"
import {
  AgentId,
  advance as advanceBy,
  begin,
  type HandoffEvent,
  type HandoffRecord,
  HandoffRequest,
  RecordId,
  type Seal
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

export const sender = AgentId.make("planner")
export const receiver = AgentId.make("executor")

/** The change that creates a handoff; of format 1 without a seal. */
export const created = (id: string, at: DateTime.Utc, task = "Generate the report", by?: Seal): Change => {
  const event: HandoffEvent = {
    _tag: "Created",
    at,
    by: sender,
    request: HandoffRequest.make({ fromAgent: sender, toAgent: receiver, taskDescription: task })
  }
  return begin(RecordId.make(id), event, by)
}

/** The change that an event makes to a record. */
export const moved = (record: HandoffRecord, event: HandoffEvent, by?: Seal): Change => {
  const next = advanceBy(record, event, by)
  if (Result.isFailure(next)) throw next.failure
  return next.success
}

/** The changes of a handoff that its receiver has accepted with a lease of a minute. */
export const leased = (id: string, at: DateTime.Utc): readonly [Change, Change] => {
  const first = created(id, at)
  return [first, moved(first.record, { _tag: "Accepted", at, by: receiver, lease: 60_000 })]
}

/** Renews the lease of `leased` by two minutes, and tests that the store shows it. */
export const renewed = Effect.fnUntraced(function* (
  store: Pick<HandoffStore["Service"], "get" | "renew">,
  { attempt, recordId, updatedAt }: HandoffRecord
) {
  const until = DateTime.add(updatedAt, { minutes: 2 })
  const refused = yield* store.renew([{ recordId, attempt, until }], updatedAt)
  const shown = Option.getOrThrow(yield* store.get(recordId))
  const ends = "lease" in shown ? shown.lease?.until : undefined
  return refused.length === 0 && ends?.epochMilliseconds === until.epochMilliseconds
})

/** The next change on the way to completion; `undefined` if the record is final. */
export const nextOf = (record: HandoffRecord, at: DateTime.Utc, note = "", by?: Seal): Change | undefined => {
  const fact = { at, by: receiver }
  switch (record.status) {
    case "pending":
      return moved(record, { _tag: "Accepted", ...fact, reason: note }, by)
    case "accepted":
      return moved(record, { _tag: "Started", ...fact }, by)
    case "in_progress":
      return moved(record, { _tag: "Completed", ...fact, result: { note } }, by)
    default:
      return undefined
  }
}

/** The changes of a handoff from creation to completion. */
export const life = (id: string, at: DateTime.Utc, note = ""): readonly [Change, ...Array<Change>] => {
  const changes: [Change, ...Array<Change>] = [created(id, at)]
  for (let last = nextOf(changes[0].record, at, note); last !== undefined; last = nextOf(last.record, at, note)) {
    changes.push(last)
  }
  return changes
}

/** Commits a new handoff to the store. */
export const createOne = (id: string, task?: string) =>
  Effect.flatMap(HandoffStore, (store) =>
    Effect.flatMap(DateTime.now, (now) => {
      const change = created(id, now, task)
      return Effect.as(store.commit([change]), change.record)
    })
  )

/** Commits the next change of a record. */
export const advance = (record: HandoffRecord) =>
  Effect.flatMap(HandoffStore, (store) =>
    Effect.flatMap(DateTime.now, (now) => {
      const change = nextOf(record, now)
      return change === undefined ? Effect.succeed(record) : Effect.as(store.commit([change]), change.record)
    })
  )
