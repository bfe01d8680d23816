/** The record that each event makes. */
import * as DateTime from "effect/DateTime"

import type { Lease, Milliseconds } from "../model/Attempt.ts"
import type { KeptReadBack, ReadBack, ReadBackItem } from "../model/Briefing.ts"
import type { AttestedEvent } from "../model/CustodyEvent.ts"
import type { Evidence } from "../model/Delivery.ts"
import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { HandoffRecord, HandoffResponse } from "../model/HandoffRecord.ts"
import { lastMoment } from "../values/Moment.ts"
import { startAwaits } from "./Clocks.ts"
import type { After, Before, Of, Transition, Transitions } from "./Transitions.ts"

/** What stays of a handoff whatever happens to it. */
const next = (record: HandoffRecord, event: HandoffEvent) => ({
  recordId: record.recordId,
  revision: record.revision + 1,
  request: record.request,
  createdAt: record.createdAt,
  updatedAt: event.at,
  attempt: record.attempt,
  ...(record.hops === undefined ? {} : { hops: record.hops }),
  ...(record.parts === undefined ? {} : { parts: record.parts })
})

type Open = Before<"Expired">
type Held = Before<"Failed">

/** What stays of an open one while it stays open. */
const nextOpen = (record: Open, event: HandoffEvent) => ({
  ...next(record, event),
  ...(record.handBack === undefined ? {} : { handBack: record.handBack }),
  ...(record.reminded === undefined ? {} : { reminded: record.reminded })
})

/** What stays of one that the receiver holds while the receiver holds it. */
const nextHeld = (record: Held, event: HandoffEvent) => ({
  ...nextOpen(record, event),
  response: record.response,
  ...(record.lease === undefined ? {} : { lease: record.lease }),
  ...(record.progress === undefined ? {} : { progress: record.progress }),
  ...(record.readBack === undefined ? {} : { readBack: record.readBack }),
  ...(record.evidence === undefined ? {} : { evidence: record.evidence })
})

const leaseFrom = (at: DateTime.Utc, milliseconds: Milliseconds): Lease => ({
  milliseconds,
  until: DateTime.makeUnsafe(Math.min(at.epochMilliseconds + milliseconds, lastMoment))
})

/** The lease, renewed at a moment. */
const renewed = (lease: Lease | undefined, at: DateTime.Utc, milliseconds = lease?.milliseconds) =>
  milliseconds === undefined ? {} : { lease: leaseFrom(at, milliseconds) }

/** The lease of one that is accepted: it rests while the sender's word is awaited, and begins anew behind that. */
const settled = (record: Before<"Started">, at: DateTime.Utc, milliseconds?: Milliseconds): Before<"Started"> => {
  const { lease, ...rest } = record
  const length = milliseconds ?? lease?.milliseconds
  if (length === undefined) return record
  if (startAwaits(record) === "sender") return { ...rest, lease: { milliseconds: length } }
  return milliseconds === undefined && lease?.until !== undefined ? record : { ...rest, lease: leaseFrom(at, length) }
}

/** What was restated, added to what had been restated before; what the sender has confirmed is to be confirmed again. */
export const restated = (before: KeptReadBack | undefined, { items = [], summary }: ReadBack): KeptReadBack => {
  const said = new Map<string, ReadBackItem>()
  for (const item of [...(before?.items ?? []), ...items]) {
    // The last word on an item counts, and stands where it was said.
    said.delete(item.id)
    said.set(item.id, item)
  }
  return { summary, items: [...said.values()] }
}

/** What was verified so far, and now. */
export const verified = (
  before: ReadonlyArray<Evidence> | undefined,
  event: AttestedEvent
): ReadonlyArray<Evidence> => {
  const { at, by, digest, of, statement, uri } = event
  const evidence: Evidence = {
    grade: "verified",
    statement,
    ...(of === undefined ? {} : { of }),
    ...(uri === undefined ? {} : { uri }),
    ...(digest === undefined ? {} : { digest }),
    by,
    at
  }
  return [...(before ?? []), evidence]
}

/** The answer an ended handoff had before it ended, where it had one. */
const answered = (record: { readonly response?: HandoffResponse }) =>
  record.response === undefined ? {} : { response: record.response }

const expiredBecause = {
  deadline: "The deadline passed while the handoff was open.",
  accept_by: "Nobody accepted the handoff in time."
} as const

// Typed from the table: a builder that makes another status, or reads what its `from` states do not have, does not compile.
export const builders: {
  readonly [Tag in keyof Transitions]: (record: Before<Tag>, event: Of<Transition, "_tag", Tag>) => After<Tag>
} = {
  Accepted: (record, event) =>
    settled(
      {
        status: "accepted",
        ...nextOpen(record, event),
        response: {
          accepted: true,
          // What the Python library says when the receiver gives no reason.
          reason: event.reason ?? "Accepted by receiving agent.",
          ...(event.estimatedCompletion === undefined ? {} : { estimatedCompletion: event.estimatedCompletion })
        },
        ...(event.readBack === undefined ? {} : { readBack: restated(undefined, event.readBack) })
      },
      event.at,
      event.lease
    ),
  Rejected: (record, event) => ({
    status: "rejected",
    ...next(record, event),
    response: { accepted: false, reason: event.reason }
  }),
  Restated: (record, event) =>
    settled({ ...record, ...next(record, event), readBack: restated(record.readBack, event.readBack) }, event.at),
  Confirmed: (record, event) =>
    settled(
      {
        ...record,
        ...next(record, event),
        readBack: {
          summary: "",
          items: [],
          ...record.readBack,
          confirmed: event.at,
          ...(event.correction === undefined ? {} : { correction: event.correction })
        }
      },
      event.at
    ),
  Started: (record, event) => ({
    status: "in_progress",
    ...nextHeld(record, event),
    // Another program may start one whose lease still rests.
    ...(record.lease !== undefined && record.lease.until === undefined ? renewed(record.lease, event.at) : {})
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
      ? settled(progressed, event.at, event.lease ?? record.lease?.milliseconds)
      : { ...progressed, ...renewed(record.lease, event.at, event.lease) }
  },
  Asked: (record, event) => ({
    status: "input_required",
    ...nextHeld(record, event),
    // It rests: the receiver can do nothing while it waits.
    ...(record.lease === undefined ? {} : { lease: { milliseconds: record.lease.milliseconds } }),
    question: event.question
  }),
  Answered: (record, event) => ({
    status: "in_progress",
    ...nextHeld(record, event),
    ...renewed(record.lease, event.at),
    answer: { question: record.question, answer: event.answer }
  }),
  Forwarded: (record, event) => {
    const { reminded, ...kept } = nextOpen(record, event)
    const attempt = record.attempt + 1
    // The clock for accepting begins anew, and so does its reminder.
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
  Attested: (record, event) => ({ ...record, ...next(record, event), evidence: verified(record.evidence, event) }),
  Released: (record, event) => ({
    status: "pending",
    ...nextOpen(record, event),
    attempt: record.attempt + 1,
    ...(event.handBack === undefined ? {} : { handBack: event.handBack }),
    ...(event.notBefore === undefined ? {} : { notBefore: event.notBefore })
  }),
  Completed: (record, event) => {
    const own = (event.evidence ?? []).map((one): Evidence => ({ ...one, by: event.by, at: event.at }))
    const evidence = [...(record.evidence ?? []), ...own]
    return {
      status: "completed",
      ...next(record, event),
      response: record.response,
      result: event.result,
      ...(event.artifacts === undefined ? {} : { artifacts: event.artifacts }),
      ...(evidence.length === 0 ? {} : { evidence })
    }
  },
  Failed: (record, event) => ({
    status: "failed",
    ...next(record, event),
    response: { accepted: false, reason: event.reason },
    ...(event.code === undefined ? {} : { code: event.code })
  }),
  Cancelled: (record, event) => ({
    status: "cancelled",
    ...next(record, event),
    ...("response" in record ? answered(record) : {}),
    reason: event.reason ?? "Cancelled by the sender."
  }),
  Reminded: (record, event) => ({
    ...record,
    ...next(record, event),
    // Once each, though another program may have mentioned it again.
    reminded: [...(record.reminded ?? []).filter((of) => of !== event.of), event.of]
  }),
  Expired: (record, event) => ({
    status: "expired",
    ...next(record, event),
    ...("response" in record ? answered(record) : {}),
    reason: expiredBecause[event.missed],
    missed: event.missed
  })
}
