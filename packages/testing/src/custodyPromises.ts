/** The promises that must hold for all stored handoffs, even if their writers crashed, stalled or met a failing store. */
import {
  type Change,
  type Entry,
  type HandoffStore,
  type Position,
  type RegisteredAgent,
  type Renewal,
  storedOf
} from "@aumai/handoff-core"
import { knownKeys, verifyHandoff } from "@aumai/handoff-core/Verification"
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
  maxReworksOf,
  overdueEvent,
  receiverOf,
  type RecordId,
  replay,
  startAwaits,
  turnOf,
  whereabouts
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"

type Store = HandoffStore["Service"]

/** The number of times that a run has tried each kind of event. */
export type Counts = Readonly<
  Record<
    | "forwarded"
    | "rerouted"
    | "delegated"
    | "withdrawn"
    | "left"
    | "confirmed"
    | "attested"
    | "delivered"
    | "returned"
    | "escalated"
    | "silent",
    number
  >
>

/** Tests for a handoff whose sender never confirms. It may stay open. */
export const isLeftWaiting = (record: HandoffRecord): boolean =>
  record.request.context["never"] === true && startAwaits(record) === "sender"

/** Remembers the latest end of the lease of each attempt that a read has shown, or a renewal has reached. */
export const shownLeases = () => {
  const ends = new Map<string, number>()
  const nameOf = (id: RecordId, attempt: number) => `${id} ${attempt}`
  const note = (id: RecordId, attempt: number, until: DateTime.Utc) => {
    const name = nameOf(id, attempt)
    ends.set(name, Math.max(ends.get(name) ?? 0, Math.trunc(until.epochMilliseconds)))
  }
  return {
    noteRenewed: (renewals: ReadonlyArray<Renewal>) =>
      Effect.sync(() => {
        for (const { attempt, recordId, until } of renewals) note(recordId, attempt, until)
      }),
    note: (records: ReadonlyArray<HandoffRecord>) =>
      Effect.sync(() => {
        for (const record of records) {
          const until = "lease" in record ? record.lease?.until : undefined
          if (until !== undefined) note(record.recordId, record.attempt, until)
        }
      }),
    /** The latest end that was shown; 0 without one. */
    of: (id: RecordId, attempt: number): number => ends.get(nameOf(id, attempt)) ?? 0
  }
}

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

/** Verifies the chain of every handoff while others write, up to the revision of the record that was read. */
export const chainsHold = (store: Store) =>
  Effect.gen(function* () {
    const broken: Array<string> = []
    for (const record of yield* store.list({ _tag: "All" }, { limit: 10_000 })) {
      const history = eventsOf(yield* store.history(record.recordId)).slice(0, record.revision)
      const flaw = flawIn(record.recordId, history, storedOf(record))
      if (flaw !== undefined) broken.push(`${record.recordId} revision ${flaw.revision}: ${flaw.problem}`)
    }
    return broken
  })

/** Checks the log, the state of each handoff at every entry, the acknowledged changes, and the final records. */
export const judge = (
  store: Store,
  agents: ReadonlyArray<RegisteredAgent>,
  acknowledged: ReadonlyArray<Change>,
  beginnings: ReadonlyMap<string, number>,
  shown: ReturnType<typeof shownLeases>
) =>
  Effect.gen(function* () {
    const { broken, promise } = makePromises()
    const log = yield* wholeLog(store)
    const counts = walk(log, promise, shown)
    const records = (yield* store.list({ _tag: "All" }, { limit: 10_000 })).map(storedOf)
    const histories = new Map<RecordId, ReadonlyArray<HandoffEvent>>()
    for (const { recordId } of records) histories.set(recordId, eventsOf(yield* store.history(recordId)))
    for (const { record, event } of acknowledged) {
      const kept = histories.get(record.recordId)?.[record.revision - 1]
      promise(
        // Compared as encoded, because the test clock has fractions of milliseconds and the encoding has not.
        kept !== undefined && Equal.equals(encodeEvent(kept), encodeEvent(event)),
        `${record.recordId} revision ${record.revision}: ${event._tag} was acknowledged and is not there`
      )
    }
    for (const [name, times] of beginnings) promise(times === 1, `${name} was started ${times} times`)
    for (const record of records) {
      const history = histories.get(record.recordId) ?? []
      const { flaw } = verifyHandoff({ record, history }, knownKeys(agents), yield* DateTime.now)
      promise(flaw === undefined, `${record.recordId} revision ${flaw?.revision}: ${flaw?.problem}`)
      judgeEnd(record, history, (holds, sentence) => promise(holds, `${record.recordId} ${sentence}`))
    }
    return { counts, broken }
  })

const judgeEnd = (record: HandoffRecord, history: ReadonlyArray<HandoffEvent>, promise: Promise_) => {
  const replayed = Result.getOrUndefined(replay(record.recordId, history))
  promise(Equal.equals(replayed, record), "differs from its replayed history")
  const completions = history.filter(({ _tag }) => _tag === "Completed" || _tag === "Approved")
  const has = record.status === "completed"
  promise(completions.length === (has ? 1 : 0), `is ${record.status} with ${completions.length} completions`)
  if (record.status === "completed") {
    const begun = history.findLastIndex(({ _tag }) => _tag === "Started" || _tag === "Returned") + 1
    // A worker takes up returned work later than it was returned; others may have acted meanwhile.
    const isReturned = history[begun - 1]?._tag === "Returned"
    promise(
      record.result["attempt"] === record.attempt &&
        (isReturned ? Number(record.result["begun"]) >= begun : record.result["begun"] === begun),
      "was completed by an attempt that did not hold it"
    )
    const isReviewed = record.request.review !== undefined
    const handIn = history.findLast(({ _tag }) => _tag === (isReviewed ? "Delivered" : "Completed"))
    promise(handIn?.by === receiverOf(record), "was not completed by its receiver")
    promise(isReviewed === (completions[0]?._tag === "Approved"), "was completed by another event than its terms say")
  }
  promise(!isOpen(record.status) || isLeftWaiting(record), `is still ${record.status} though workers had time for it`)
}

/** Checks the log entry by entry, and counts its events. */
const walk = (log: ReadonlyArray<Entry>, promise: Promise_, shown: ReturnType<typeof shownLeases>): Counts => {
  const counts = {
    forwarded: 0,
    rerouted: 0,
    delegated: 0,
    withdrawn: 0,
    left: 0,
    confirmed: 0,
    attested: 0,
    delivered: 0,
    returned: 0,
    escalated: 0,
    silent: 0
  }
  const states = new Map<RecordId, HandoffRecord>()
  const parts = new Map<RecordId, Array<RecordId>>()
  const accepted = new Map<string, number>()
  const isOpenNow = (id: RecordId) => isOpen(states.get(id)?.status ?? "completed")
  const below = (id: RecordId): ReadonlyArray<RecordId> =>
    (parts.get(id) ?? []).flatMap((part) => [part, ...below(part)])

  for (const [index, { recordId, revision, event }] of log.entries()) {
    const check: Promise_ = (holds, sentence) => promise(holds, `${recordId} revision ${revision} ${sentence}`)
    const before = states.get(recordId)
    check(revision === (before?.revision ?? 0) + 1, `came after ${before?.revision ?? 0}`)
    if (event._tag === "Created" || event._tag === "Imported") {
      states.set(recordId, create(recordId, event))
      const { parent } = event._tag === "Created" ? event.request : event.record.request
      const next = log[index + 1]
      if (parent !== undefined) {
        check(
          next?.recordId === parent && next.event._tag === "Delegated" && next.event.child === recordId,
          `is a part of ${parent}, which does not delegate it in the same commit`
        )
      }
      continue
    }
    const applied = before && apply(before, event)
    if (applied === undefined || Result.isFailure(applied)) {
      check(false, `${event._tag} is not allowed there`)
      continue
    }
    const state = applied.success
    states.set(recordId, state)
    judgeState(state, check)
    if (event.by === "clock" && "attempt" in event && event.attempt !== undefined) {
      const end = shown.of(recordId, event.attempt)
      check(
        Math.trunc(event.at.epochMilliseconds) >= end,
        `ended a lease that was seen to last ${end - event.at.epochMilliseconds} ms longer`
      )
    }
    switch (event._tag) {
      case "Progressed":
        check(event.note !== undefined || event.fraction !== undefined, "is an entry, and says nothing")
        break
      case "Accepted": {
        const name = `${recordId} ${before?.attempt}`
        accepted.set(name, (accepted.get(name) ?? 0) + 1)
        check(accepted.get(name) === 1, "made two holders of one attempt")
        break
      }
      case "Released":
        check(
          event.by !== "clock" || before === undefined || startAwaits(before) !== "sender",
          "was taken from its receiver, who waited for the sender"
        )
        break
      case "Forwarded": {
        counts[event.because === undefined ? "forwarded" : "rerouted"] += 1
        const holders = before === undefined ? [] : holdersOf(before)
        check(!holders.includes(event.to), `went back to ${event.to}`)
        check((state.hops?.length ?? 0) <= maxHopsOf(state), `made more than ${maxHopsOf(state)} hops`)
        check(state.attempt === (before?.attempt ?? 0) + 1, "did not fence off the previous holder")
        break
      }
      case "Delegated":
        counts.delegated += 1
        parts.set(recordId, [...(parts.get(recordId) ?? []), event.child])
        break
      case "Attested":
        counts.attested += 1
        break
      case "Confirmed":
        counts.confirmed += 1
        break
      case "Approved": {
        if (event.by === "clock") counts.silent += 1
        const isSame = before?.status === "delivered" && state.status === "completed"
        check(isSame && Equal.equals(before.result, state.result), "was approved with another result than it delivered")
        break
      }
      case "Returned": {
        counts.returned += 1
        check(state.attempt === (before?.attempt ?? 0) + 1, "did not fence off the attempt that delivered")
        const returns = state.rework?.number ?? 0
        check(returns <= maxReworksOf(state), `was returned ${returns} times`)
        break
      }
      case "Escalated":
        counts.escalated += 1
        check(turnOf(state) === state.request.review?.escalateTo, "escalated to another agent")
        break
      case "Delivered":
      case "Completed": {
        if (event._tag === "Delivered") counts.delivered += 1
        const open = (parts.get(recordId) ?? []).filter(isOpenNow)
        if (open.length > 0 && event.leavesChildren === true) counts.left += 1
        else check(open.length === 0, `was completed while ${open.join(", ")} was open`)
        break
      }
      case "Cancelled": {
        if (event.along !== undefined) break
        const open = new Set(below(recordId).filter(isOpenNow))
        const along = log.slice(index + 1, index + 1 + open.size)
        for (const { recordId: part, event: end } of along) {
          if (end._tag === "Cancelled" && end.along !== undefined) open.delete(part)
        }
        counts.withdrawn += along.length
        check(open.size === 0, `was cancelled while its parts ${[...open].join(", ")} stayed open in that commit`)
        break
      }
      default:
    }
  }
  return counts
}

/** Checks the promises about every state of a handoff. */
const judgeState = (state: HandoffRecord, check: Promise_) => {
  if (!isOpen(state.status)) return
  check(turnOf(state) !== undefined && !whereabouts(state).isLost, `had no turn as ${state.status}`)
  if (startAwaits(state) === "sender" || state.status === "input_required" || state.status === "delivered") {
    check(
      !("lease" in state) || state.lease?.until === undefined,
      "has a running lease while it waits for the sender or a review"
    )
  }
  const due = dueAt(state)
  if (due === undefined) return
  const event = overdueEvent(state, due)
  check(
    event !== undefined && Result.isSuccess(apply(state, event)),
    `was due as ${state.status} without a valid event`
  )
}
