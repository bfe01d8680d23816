/** What must be true of everything that is on record, whatever happened to those who put it there. */
import type { Change, Entry, HandoffStore, Position, RegisteredAgent } from "@aumai/handoff-core"
import { verifyHandoff } from "@aumai/handoff-core/Verification"
import {
  apply,
  create,
  dueAt,
  encodeEvent,
  flawIn,
  type HandoffEvent,
  type HandoffRecord,
  holdersOf,
  isOpen,
  maxHopsOf,
  overdueEvent,
  receiverOf,
  type RecordId,
  replay,
  startAwaits,
  turnOf,
  whereabouts
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"

type Store = HandoffStore["Service"]

/** How often what happened that a run is to try. */
export type Told = Readonly<
  Record<"forwarded" | "rerouted" | "delegated" | "withdrawn" | "left" | "confirmed" | "attested", number>
>

/** Waits for a word that its sender never gives: that is no fault of anybody else's. */
export const isLeftWaiting = (record: HandoffRecord): boolean =>
  record.request.context["never"] === true && startAwaits(record) === "sender"

const makePromises = () => {
  const broken: Array<string> = []
  return {
    broken,
    promise: (holds: boolean, sentence: string) => {
      if (!holds) broken.push(sentence)
    }
  }
}
type Promise_ = ReturnType<typeof makePromises>["promise"]

const wholeLog = (store: Store) =>
  Effect.gen(function* () {
    const log: Array<Entry> = []
    let after: Position | undefined
    while (true) {
      const page: ReadonlyArray<Entry> = yield* store.log({ limit: 256, ...(after === undefined ? {} : { after }) })
      log.push(...page)
      after = page.at(-1)?.position
      if (page.length === 0) return log
    }
  })

const eventsOf = (entries: ReadonlyArray<Entry>): ReadonlyArray<HandoffEvent> => entries.map(({ event }) => event)

/** The chains of everything, while others write: a history may have gone on since its record was read. */
export const chainsHold = (store: Store) =>
  Effect.gen(function* () {
    const broken: Array<string> = []
    for (const record of yield* store.list({ _tag: "All" }, { limit: 10_000 })) {
      const history = eventsOf(yield* store.history(record.recordId)).slice(0, record.revision)
      const flaw = flawIn(record.recordId, history, record)
      if (flaw !== undefined) broken.push(`${record.recordId} revision ${flaw.revision}: ${flaw.problem}`)
    }
    return broken
  })

/** The promises that the log must keep, the state of all of them at every entry, and the state beside it at last. */
export const judge = (
  store: Store,
  agents: ReadonlyArray<RegisteredAgent>,
  acknowledged: ReadonlyArray<Change>,
  beginnings: ReadonlyMap<string, number>
) =>
  Effect.gen(function* () {
    const { broken, promise } = makePromises()
    const log = yield* wholeLog(store)
    const told = walk(log, promise)
    const records = yield* store.list({ _tag: "All" }, { limit: 10_000 })
    const histories = new Map<RecordId, ReadonlyArray<HandoffEvent>>()
    for (const { recordId } of records) histories.set(recordId, eventsOf(yield* store.history(recordId)))
    for (const { record, event } of acknowledged) {
      const kept = histories.get(record.recordId)?.[record.revision - 1]
      promise(
        // As text: the clock of a test may stand between two milliseconds, and text has whole ones.
        kept !== undefined && Equal.equals(encodeEvent(kept), encodeEvent(event)),
        `${record.recordId} revision ${record.revision}: ${event._tag} was acknowledged and is not there`
      )
    }
    for (const [name, times] of beginnings) promise(times === 1, `${name} was begun ${times} times`)
    for (const record of records) {
      const history = histories.get(record.recordId) ?? []
      const { flaw } = verifyHandoff({ record, history }, agents)
      promise(flaw === undefined, `${record.recordId} revision ${flaw?.revision}: ${flaw?.problem}`)
      judgeEnd(record, history, (holds, sentence) => promise(holds, `${record.recordId} ${sentence}`))
    }
    return { told, broken }
  })

const judgeEnd = (record: HandoffRecord, history: ReadonlyArray<HandoffEvent>, promise: Promise_) => {
  const replayed = Result.getOrUndefined(replay(record.recordId, history))
  promise(Equal.equals(replayed, record), "is not what its history says")
  const completions = history.filter(({ _tag }) => _tag === "Completed")
  const has = record.status === "completed"
  promise(completions.length === (has ? 1 : 0), `is ${record.status} with ${completions.length} completions`)
  if (record.status === "completed") {
    const begun = history.findLastIndex(({ _tag }) => _tag === "Started") + 1
    promise(
      record.result["attempt"] === record.attempt && record.result["begun"] === begun,
      "was completed by an attempt that did not hold it"
    )
    promise(completions[0]?.by === receiverOf(record), "was completed by somebody else than its receiver")
  }
  promise(!isOpen(record.status) || isLeftWaiting(record), `is still ${record.status} though workers had time for it`)
}

/** Goes through the log as it was written. */
const walk = (log: ReadonlyArray<Entry>, promise: Promise_): Told => {
  const told = { forwarded: 0, rerouted: 0, delegated: 0, withdrawn: 0, left: 0, confirmed: 0, attested: 0 }
  const states = new Map<RecordId, HandoffRecord>()
  const parts = new Map<RecordId, Array<RecordId>>()
  const accepted = new Map<string, number>()
  const isOpenNow = (id: RecordId) => isOpen(states.get(id)?.status ?? "completed")
  const below = (id: RecordId): ReadonlyArray<RecordId> =>
    (parts.get(id) ?? []).flatMap((part) => [part, ...below(part)])

  for (const [index, { recordId, revision, event }] of log.entries()) {
    const say: Promise_ = (holds, sentence) => promise(holds, `${recordId} revision ${revision} ${sentence}`)
    const before = states.get(recordId)
    say(revision === (before?.revision ?? 0) + 1, `came after ${before?.revision ?? 0}`)
    if (event._tag === "Created" || event._tag === "Imported") {
      states.set(recordId, create(recordId, event))
      const { parent } = event._tag === "Created" ? event.request : event.record.request
      const next = log[index + 1]
      if (parent !== undefined) {
        say(
          next?.recordId === parent && next.event._tag === "Delegated" && next.event.child === recordId,
          `is a part of ${parent}, which does not say so in the same commit`
        )
      }
      continue
    }
    const applied = before && apply(before, event)
    if (applied === undefined || Result.isFailure(applied)) {
      say(false, `${event._tag} may not come there`)
      continue
    }
    const state = applied.success
    states.set(recordId, state)
    judgeState(state, say)
    switch (event._tag) {
      case "Accepted": {
        const name = `${recordId} ${before?.attempt}`
        accepted.set(name, (accepted.get(name) ?? 0) + 1)
        say(accepted.get(name) === 1, "made two holders of one attempt")
        break
      }
      case "Released":
        say(
          event.by !== "clock" || before === undefined || startAwaits(before) !== "sender",
          "was taken from its receiver, who waited for the sender"
        )
        break
      case "Forwarded": {
        told[event.because === undefined ? "forwarded" : "rerouted"] += 1
        const holders = before === undefined ? [] : holdersOf(before)
        say(!holders.includes(event.to), `went back to ${event.to}`)
        say((state.hops?.length ?? 0) <= maxHopsOf(state), `made more than ${maxHopsOf(state)} hops`)
        say(state.attempt === (before?.attempt ?? 0) + 1, "did not fence off who held it before")
        break
      }
      case "Delegated":
        told.delegated += 1
        parts.set(recordId, [...(parts.get(recordId) ?? []), event.child])
        break
      case "Attested":
        told.attested += 1
        break
      case "Confirmed":
        told.confirmed += 1
        break
      case "Completed": {
        const open = (parts.get(recordId) ?? []).filter(isOpenNow)
        if (open.length > 0 && event.leavesChildren === true) told.left += 1
        else say(open.length === 0, `was completed while ${open.join(", ")} was open`)
        break
      }
      case "Cancelled": {
        if (event.along !== undefined) break
        const open = new Set(below(recordId).filter(isOpenNow))
        const along = log.slice(index + 1, index + 1 + open.size)
        for (const { recordId: part, event: end } of along) {
          if (end._tag === "Cancelled" && end.along !== undefined) open.delete(part)
        }
        told.withdrawn += along.length
        say(open.size === 0, `was cancelled, and of its parts ${[...open].join(", ")} stayed open in that commit`)
        break
      }
      default:
    }
  }
  return told
}

/** What is true of a handoff at any time. */
const judgeState = (state: HandoffRecord, say: Promise_) => {
  if (!isOpen(state.status)) return
  say(turnOf(state) !== undefined && !whereabouts(state).isLost, `had no turn as ${state.status}`)
  if (startAwaits(state) === "sender" || state.status === "input_required") {
    say(!("lease" in state) || state.lease?.until === undefined, "has a lease that runs while the sender is awaited")
  }
  const due = dueAt(state)
  if (due === undefined) return
  const event = overdueEvent(state, due)
  say(
    event !== undefined && Result.isSuccess(apply(state, event)),
    `was due as ${state.status}, and nothing could happen`
  )
}
