/** Builds the record after each event. */
import * as DateTime from "effect/DateTime"

import type { Answer, Clock, Lease, Milliseconds } from "../model/Attempt.ts"
import type { KeptReadBack, ReadBack, ReadBackItem } from "../model/Briefing.ts"
import type { AttestedEvent } from "../model/CustodyEvent.ts"
import type { Evidence } from "../model/Delivery.ts"
import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { HandoffRecord, HandoffResponse } from "../model/HandoffRecord.ts"
import { lastMoment } from "../values/Moment.ts"
import { isUncounted, startAwaits } from "./Clocks.ts"
import type { After, Before, Of, Transition, Transitions } from "./Transitions.ts"

/** Copies the fields that survive every event. */
const next = (record: HandoffRecord, event: HandoffEvent) => ({
  recordId: record.recordId,
  revision: record.revision + 1,
  request: record.request,
  createdAt: record.createdAt,
  updatedAt: event.at,
  attempt: record.attempt,
  ...(record.hops === undefined ? {} : { hops: record.hops }),
  ...(record.uncounted === undefined ? {} : { uncounted: record.uncounted }),
  ...(record.rework === undefined ? {} : { rework: record.rework }),
  ...(record.parts === undefined ? {} : { parts: record.parts })
})

/** Copies the fields that survive the end, and marks an end that another program recorded. */
const nextEnded = (record: HandoffRecord, event: HandoffEvent) => ({
  ...next(record, event),
  ...(event.via === undefined ? {} : { via: event.via })
})

type Open = Before<"Cancelled">
type Held = Before<"Released">

/** Copies the fields that survive while the handoff is open. */
const nextOpen = (record: Open, event: HandoffEvent) => ({
  ...next(record, event),
  ...(record.handBack === undefined ? {} : { handBack: record.handBack }),
  ...(record.reminded === undefined ? {} : { reminded: record.reminded })
})

/** Copies the fields that survive while the receiver holds the handoff, or its work is reviewed. */
const nextKept = (record: Held | Before<"Returned">, event: HandoffEvent) => ({
  ...nextOpen(record, event),
  response: record.response,
  ...(record.lease === undefined ? {} : { lease: record.lease }),
  ...(record.progress === undefined ? {} : { progress: record.progress }),
  ...(record.readBack === undefined ? {} : { readBack: record.readBack })
})

/** Copies the fields that survive while the receiver holds the handoff. */
const nextHeld = (record: Held, event: HandoffEvent) => ({
  ...nextKept(record, event),
  ...(record.evidence === undefined ? {} : { evidence: record.evidence })
})

/** Lets a lease rest, because the receiver cannot act while another agent has the turn. */
const rested = ({ lease }: { readonly lease?: Lease }) =>
  lease === undefined ? {} : { lease: { milliseconds: lease.milliseconds } }

const laterBy = (at: DateTime.Utc, milliseconds: Milliseconds): DateTime.Utc =>
  DateTime.makeUnsafe(Math.min(at.epochMilliseconds + milliseconds, lastMoment))

const leaseFrom = (at: DateTime.Utc, milliseconds: Milliseconds): Lease => ({
  milliseconds,
  until: laterBy(at, milliseconds)
})

/** Renews a lease at a moment. */
const renewed = (lease: Lease | undefined, at: DateTime.Utc, milliseconds = lease?.milliseconds) =>
  milliseconds === undefined ? {} : { lease: leaseFrom(at, milliseconds) }

/** Sets the lease of an accepted handoff: it rests while the sender must confirm, and restarts after that. */
const leased = (record: Before<"Started">, at: DateTime.Utc, milliseconds?: Milliseconds): Before<"Started"> => {
  const { lease, ...rest } = record
  const length = milliseconds ?? lease?.milliseconds
  if (length === undefined) return record
  if (startAwaits(record) === "sender") return { ...rest, lease: { milliseconds: length } }
  return milliseconds === undefined && lease?.until !== undefined ? record : { ...rest, lease: leaseFrom(at, length) }
}

/** Merges a restatement into the read-back so far. An earlier confirmation is dropped, so the sender must confirm again. */
export const restated = (before: KeptReadBack | undefined, given: ReadBack): KeptReadBack => {
  const { checked: _, confirmed: __, correction: ___, ...kept } = before ?? {}
  const answers = new Map<string, ReadBackItem>()
  for (const item of [...(before?.items ?? []), ...(given.items ?? [])]) {
    // The last answer to an item counts, at its own place in the order.
    answers.delete(item.id)
    answers.set(item.id, item)
  }
  return { ...kept, ...given, items: [...answers.values()] }
}

/** Adds the evidence of an event to the evidence so far. */
export const attested = (
  before: ReadonlyArray<Evidence> | undefined,
  event: AttestedEvent
): ReadonlyArray<Evidence> => {
  const { at, by, digest, grade = "verified", of, statement, uri } = event
  const evidence: Evidence = {
    grade,
    statement,
    ...(of === undefined ? {} : { of }),
    ...(uri === undefined ? {} : { uri }),
    ...(digest === undefined ? {} : { digest }),
    by,
    at
  }
  return [...(before ?? []), evidence]
}

/** Keeps the last question with its answer. */
const withAnswer = ({ answer }: { readonly answer?: Answer }) => (answer === undefined ? {} : { answer })

/** Keeps the answer that the handoff had before it ended. */
const answered = (record: { readonly response?: HandoffResponse }) =>
  record.response === undefined ? {} : { response: record.response }

/** The evidence of witnesses, without that of the receiver. */
export const witnessed = (evidence: ReadonlyArray<Evidence> = []): ReadonlyArray<Evidence> =>
  evidence.filter(({ grade }) => grade === "verified" || grade === "endorsed")

/** Takes the work from an event, and adds the receiver's evidence to that of witnesses. */
const handedIn = (
  response: HandoffResponse,
  before: ReadonlyArray<Evidence> | undefined,
  event: Of<Transition, "_tag", "Completed" | "Delivered">
) => {
  const own = (event.evidence ?? []).map((one): Evidence => ({ ...one, by: event.by, at: event.at }))
  const evidence = [...(before ?? []), ...own]
  return {
    response,
    result: event.result,
    ...(event.artifacts === undefined ? {} : { artifacts: event.artifacts }),
    ...(evidence.length === 0 ? {} : { evidence })
  }
}

/** Drops the reminder of the last review, because each delivery has its own. */
const withoutReminder = <A extends { readonly reminded?: ReadonlyArray<Clock> }>({ reminded, ...kept }: A) => {
  const others = reminded?.filter((of) => of !== "review_by") ?? []
  return { ...kept, ...(others.length === 0 ? {} : { reminded: others }) }
}

const expiredBecause = {
  deadline: "The deadline passed while the handoff was open.",
  accept_by: "Nobody accepted the handoff in time."
} as const

// Typed from the table: a row that makes another status, or reads a field that its `from` states lack, does not compile.
export const nextStates: {
  readonly [Tag in keyof Transitions]: (record: Before<Tag>, event: Of<Transition, "_tag", Tag>) => After<Tag>
} = {
  Accepted: (record, event) =>
    leased(
      {
        status: "accepted",
        ...nextOpen(record, event),
        response: {
          accepted: true,
          // The default reason of the Python library.
          reason: event.reason ?? "Accepted by receiving agent.",
          ...(event.estimatedCompletion === undefined ? {} : { estimatedCompletion: event.estimatedCompletion })
        },
        ...(event.readBack === undefined ? {} : { readBack: restated(undefined, event.readBack) }),
        ...withAnswer(record)
      },
      event.at,
      event.lease
    ),
  Rejected: (record, event) => ({
    status: "rejected",
    ...nextEnded(record, event),
    response: { accepted: false, reason: event.reason }
  }),
  Restated: (record, event) =>
    leased({ ...record, ...next(record, event), readBack: restated(record.readBack, event.readBack) }, event.at),
  Confirmed: (record, event) =>
    leased(
      {
        ...record,
        ...next(record, event),
        readBack: {
          summary: "",
          items: [],
          ...record.readBack,
          confirmed: event.at,
          ...(event.checked === undefined ? {} : { checked: event.checked }),
          ...(event.correction === undefined ? {} : { correction: event.correction })
        }
      },
      event.at
    ),
  Started: (record, event) => ({
    status: "in_progress",
    ...nextHeld(record, event),
    // Another program may start a handoff whose lease still rests.
    ...(record.lease !== undefined && record.lease.until === undefined ? renewed(record.lease, event.at) : {}),
    ...withAnswer(record)
  }),
  Progressed: (record, event) => {
    const progressed = {
      ...record,
      ...next(record, event),
      progress: {
        at: event.at,
        ...(event.note === undefined ? {} : { note: event.note }),
        ...(event.fraction === undefined ? {} : { fraction: event.fraction })
      }
    }
    return progressed.status === "accepted"
      ? leased(progressed, event.at, event.lease ?? record.lease?.milliseconds)
      : { ...progressed, ...renewed(record.lease, event.at, event.lease) }
  },
  Asked: (record, event) => ({
    status: "input_required",
    ...nextHeld(record, event),
    ...rested(record),
    question: event.question
  }),
  Answered: (record, event) => {
    const answer = { question: record.question, answer: event.answer }
    return record.released === true
      ? { status: "pending", ...nextOpen(record, event), answer }
      : { status: "in_progress", ...nextHeld(record, event), ...renewed(record.lease, event.at), answer }
  },
  Forwarded: (record, event) => {
    // Each receiver has its own attempts.
    const { reminded, uncounted: _, ...kept } = nextOpen(record, event)
    const attempt = record.attempt + 1
    // The next receiver gets a new `accept_by`, with its own reminder.
    const others = reminded?.filter((of) => of !== "accept_by") ?? []
    return {
      status: "pending",
      ...kept,
      attempt,
      hops: [...(record.hops ?? []), { receiver: event.to, attempt, at: event.at }],
      ...(others.length === 0 ? {} : { reminded: others }),
      ...(event.handBack === undefined ? {} : { handBack: event.handBack })
    }
  },
  Delegated: (record, event) => ({ ...record, ...next(record, event), parts: (record.parts ?? 0) + 1 }),
  Attested: (record, event) => ({ ...record, ...next(record, event), evidence: attested(record.evidence, event) }),
  Released: (record, event) => {
    const isShutDown = isUncounted(record, event)
    const kept = {
      attempt: record.attempt + 1,
      ...(isShutDown ? { uncounted: (record.uncounted ?? 0) + 1 } : {}),
      ...(event.handBack === undefined ? {} : { handBack: event.handBack })
    }
    // The sender has still to answer, and the next attempt needs the answer.
    if (isShutDown && record.status === "input_required") {
      return { ...record, ...nextHeld(record, event), ...kept, released: true }
    }
    return {
      status: "pending",
      ...nextOpen(record, event),
      ...kept,
      ...(event.notBefore === undefined ? {} : { notBefore: event.notBefore }),
      // Only a shutdown keeps the answer: without it, what is stored would no longer replay to its record.
      ...(isShutDown && "answer" in record ? withAnswer(record) : {})
    }
  },
  Delivered: (record, event) => {
    const { within } = record.request.review ?? {}
    // A delivery that replaces another one, as another program may make it, has its own evidence and its own time.
    const evidence = record.status === "delivered" ? witnessed(record.evidence) : record.evidence
    return {
      status: "delivered",
      ...withoutReminder(nextKept(record, event)),
      ...rested(record),
      ...handedIn(record.response, evidence, event),
      ...("answer" in record ? withAnswer(record) : {}),
      ...(within === undefined ? {} : { reviewBy: laterBy(event.at, within) })
    }
  },
  Approved: (record, event) => ({
    status: "completed",
    ...nextEnded(record, event),
    response: record.response,
    result: record.result,
    ...(record.artifacts === undefined ? {} : { artifacts: record.artifacts }),
    ...(record.evidence === undefined ? {} : { evidence: record.evidence })
  }),
  Returned: (record, event) => {
    const { progress: _, uncounted: __, ...kept } = withoutReminder(nextKept(record, event))
    const attempt = record.attempt + 1
    return {
      status: "in_progress",
      ...kept,
      attempt,
      ...renewed(record.lease, event.at),
      ...withAnswer(record),
      rework: {
        number: (record.rework?.number ?? 0) + 1,
        attempt,
        missing: event.missing,
        by: event.by,
        at: event.at
      }
    }
  },
  Escalated: (record, event) => {
    const { reviewBy: _, ...kept } = record
    return { ...kept, ...next(record, event), escalated: event.at }
  },
  Completed: (record, event) => ({
    status: "completed",
    ...nextEnded(record, event),
    ...handedIn(record.response, record.evidence, event)
  }),
  Failed: (record, event) => ({
    status: "failed",
    ...nextEnded(record, event),
    response: { accepted: false, reason: event.reason },
    ...(event.code === undefined ? {} : { code: event.code })
  }),
  Cancelled: (record, event) => ({
    status: "cancelled",
    ...nextEnded(record, event),
    ...("response" in record ? answered(record) : {}),
    reason: event.reason ?? "Cancelled by the sender."
  }),
  Reminded: (record, event) => ({
    ...record,
    ...next(record, event),
    // Each clock once, even if another program recorded its reminder again.
    reminded: [...(record.reminded ?? []).filter((of) => of !== event.of), event.of]
  }),
  Expired: (record, event) => ({
    status: "expired",
    ...nextEnded(record, event),
    ...("response" in record ? answered(record) : {}),
    reason: expiredBecause[event.missed],
    missed: event.missed
  })
}
