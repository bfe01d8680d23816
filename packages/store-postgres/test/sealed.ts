/** Makes changes that name the log of their store, and the events of its key log. */
import { AgentStore, type Change, HandoffStore } from "@aumai/handoff-core"
import {
  advance,
  AgentId,
  begin,
  type HandoffRecord,
  HandoffRequest,
  type KeyEvent,
  type LogName,
  PublicKey,
  RecordId,
  Salt,
  type Seal,
  type Transition
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

const at = DateTime.makeUnsafe("2026-12-01T09:00:00Z")
const sender = AgentId.make("planner")
const receiver = AgentId.make("executor")
const publicKey = PublicKey.make("k".repeat(43))

/** Seals entries for a log whose key log has this many entries. */
export const sealOf = (log: LogName, keys: number): Seal => ({
  log,
  keys,
  salt: () => Salt.make("s".repeat(22)),
  signer: () => undefined
})

/** The change that creates a handoff. */
export const begun = (id: string, seal: Seal): Change => {
  const request = HandoffRequest.make({ fromAgent: sender, toAgent: receiver, taskDescription: "Generate the report" })
  return begin(RecordId.make(id), { _tag: "Created", at, by: sender, request }, seal)
}

/** The next change on the way to completion. */
export const stepOf = (record: HandoffRecord, seal: Seal): Change => {
  const fact = { at, by: receiver }
  const steps: Partial<Record<HandoffRecord["status"], Transition>> = {
    pending: { _tag: "Accepted", ...fact },
    accepted: { _tag: "Started", ...fact },
    in_progress: { _tag: "Completed", ...fact, result: { note: "done" } }
  }
  const event = steps[record.status]
  if (event === undefined) throw new Error(`No step follows ${record.status}`)
  return Result.getOrThrow(advance(record, event, seal))
}

/** The four changes of a handoff from creation to completion. */
export const lifeOf = (id: string, seal: Seal): readonly [Change, Change, Change, Change] => {
  const created = begun(id, seal)
  const accepted = stepOf(created.record, seal)
  const started = stepOf(accepted.record, seal)
  return [created, accepted, started, stepOf(started.record, seal)]
}

/** The next entry of the key log after this many. The store does not judge it, so it needs no signature. */
export const keyAfter = (log: LogName, length: number): { readonly revision: number; readonly event: KeyEvent } => ({
  revision: length + 1,
  event:
    length === 0
      ? { _tag: "Founded", at, log, operator: publicKey }
      : { _tag: "KeyAdded", at, log, agent: AgentId.make(`a${length}`), key: publicKey, adopted: true }
})

/** The number of entries in the key log of the store. */
export const keyCount = Effect.gen(function* () {
  const { log } = yield* (yield* HandoffStore).origin
  return (yield* (yield* AgentStore).keys).get(log)?.length ?? 0
})
