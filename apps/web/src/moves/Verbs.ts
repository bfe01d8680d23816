/** The name, the form fields and the SDK call of each move. */
import {
  type Deliverable,
  type HandBack,
  type HandoffRecord,
  type Handoffs,
  type LeaseOptions,
  limits,
  receiverOf,
  type Transition,
  type VerbOptions
} from "@aumai/handoff"

import { nameText } from "../words/Visible.ts"
import { lines } from "../words/Words.ts"
import { deliveryOf, deliveryFields } from "./Delivery.ts"
import type { FormField, Values } from "./MoveForm.tsx"
import { checkedIn, checkFields, readBackOf, readBackFields } from "./ReadBackFields.ts"

/** An event that an agent causes, and not the clock alone. `Created` begins the handoff that reopens this one. */
export type Move = Exclude<Transition["_tag"], "Reminded" | "Expired" | "Escalated"> | "Created"

/** The handoff, the form's values and the actor of a move. */
interface MoveContext {
  readonly handoffs: Handoffs
  readonly handoff: HandoffRecord
  readonly values: Values
  readonly options: VerbOptions
}

export interface Verb {
  readonly name: string
  readonly fields?: (handoff: HandoffRecord, actor: string) => ReadonlyArray<FormField>
  readonly isDestructive?: true
  /** `true` if the move does not lead to completion. */
  readonly isSecondary?: true
  /** The party whose read-back or confirmation must be awaited for the move to lead to completion. */
  readonly awaited?: "receiver" | "sender"
  /** `true` if the move holds for one attempt although its holder does not make it. */
  readonly isBoundToAttempt?: true
  /** Returns the handoff after the move, the new part of a delegation, or the handoff that reopens this one. */
  readonly run: (context: MoveContext) => Promise<HandoffRecord>
}

const minute = 60_000

const reason: FormField = { key: "reason", label: "Reason (optional)", kind: "text" }
const neededReason: FormField = { key: "reason", label: "Reason", kind: "text", isRequired: true }
const lease: FormField = {
  key: "lease",
  label: "Lease in minutes, renewed by progress (optional)",
  kind: "number",
  min: 1,
  max: limits.durationMilliseconds / minute
}
const receiver: FormField = { key: "to", label: "Receiver", kind: "agent", example: "chosen by the router" }

const subject = (deliverables: ReadonlyArray<Deliverable>): FormField => ({
  key: "of",
  label: "Deliverable (optional)",
  kind: "choice",
  options: [["", "All of it"] as const, ...deliverables.map(({ name }) => [name, nameText(name)] as const)]
})

const textIn = <Key extends string>(values: Values, key: Key): { readonly [_ in Key]?: string } =>
  // The cast: the compiler widens a computed key to any string.
  (values(key) === "" ? {} : { [key]: values(key) }) as { readonly [_ in Key]?: string }
const momentIn = <Key extends string>(values: Values, key: Key): { readonly [_ in Key]?: Date } =>
  // The cast: as above.
  (values(key) === "" ? {} : { [key]: new Date(values(key)) }) as { readonly [_ in Key]?: Date }
const leaseIn = (values: Values): LeaseOptions =>
  values("lease") === "" ? {} : { lease: Number(values("lease")) * minute }

const handBackParts = ["done", "remaining", "pitfalls"] as const
const handBackIn = (values: Values): { readonly handBack?: HandBack } => {
  const parts = handBackParts.map((part) => [part, lines(values(part))] as const).filter(([, some]) => some.length > 0)
  return parts.length === 0 ? {} : { handBack: Object.fromEntries(parts) }
}

export const verbs: Readonly<Record<Move, Verb>> = {
  Accepted: {
    name: "Accept",
    fields: ({ request: { briefing } }) => [
      ...(briefing?.readBack === undefined ? [] : readBackFields(briefing, undefined, false)),
      reason,
      { key: "estimatedCompletion", label: "Estimated completion (optional)", kind: "moment" },
      lease
    ],
    run: ({ handoffs, handoff, values, options }) => {
      const { briefing } = handoff.request
      const readBack = briefing === undefined ? undefined : readBackOf(briefing, values)
      return handoffs.accept(handoff.recordId, {
        ...options,
        ...textIn(values, "reason"),
        ...momentIn(values, "estimatedCompletion"),
        ...leaseIn(values),
        readBack
      })
    }
  },
  Rejected: {
    name: "Reject",
    fields: () => [neededReason],
    isDestructive: true,
    run: ({ handoffs, handoff, values, options }) =>
      handoffs.reject(handoff.recordId, { ...options, reason: values("reason") })
  },
  Restated: {
    name: "Read back",
    awaited: "receiver",
    fields: (handoff) =>
      handoff.request.briefing === undefined
        ? []
        : readBackFields(handoff.request.briefing, "readBack" in handoff ? handoff.readBack : undefined, true),
    run: ({ handoffs, handoff, values, options }) => {
      const { briefing } = handoff.request
      const readBack = briefing === undefined ? undefined : readBackOf(briefing, values)
      return handoffs.restate(handoff.recordId, { ...options, readBack: readBack ?? { summary: "" } })
    }
  },
  Confirmed: {
    name: "Confirm",
    awaited: "sender",
    fields: ({ request: { briefing } }) => [
      ...(briefing === undefined ? [] : checkFields(briefing)),
      { key: "correction", label: "Correction (optional)", kind: "text" }
    ],
    isBoundToAttempt: true,
    run: ({ handoffs, handoff, values, options }) => {
      const { briefing } = handoff.request
      const checked = briefing === undefined ? undefined : checkedIn(briefing, values)
      return handoffs.confirm(handoff.recordId, { ...options, checked, ...textIn(values, "correction") })
    }
  },
  Started: {
    name: "Start",
    run: ({ handoffs, handoff, options }) => handoffs.start(handoff.recordId, options)
  },
  Progressed: {
    name: "Progress",
    fields: () => [
      { key: "note", label: "Note (optional)", kind: "text" },
      { key: "percent", label: "Percent done (optional)", kind: "number", min: 0, max: 100 },
      lease
    ],
    run: ({ handoffs, handoff, values, options }) =>
      handoffs.progress(handoff.recordId, {
        ...options,
        ...leaseIn(values),
        ...textIn(values, "note"),
        ...(values("percent") === "" ? {} : { fraction: Number(values("percent")) / 100 })
      })
  },
  Asked: {
    name: "Ask",
    fields: () => [{ key: "question", label: "Question", kind: "text", isRequired: true }],
    run: ({ handoffs, handoff, values, options }) =>
      handoffs.ask(handoff.recordId, { ...options, question: values("question") })
  },
  Answered: {
    name: "Answer",
    fields: () => [{ key: "answer", label: "Answer", kind: "text", isRequired: true }],
    run: ({ handoffs, handoff, values, options }) =>
      handoffs.answer(handoff.recordId, { ...options, answer: values("answer") })
  },
  Completed: {
    name: "Complete",
    fields: deliveryFields,
    run: async ({ handoffs, handoff, values, options }) =>
      handoffs.complete(handoff.recordId, { ...options, ...deliveryOf(handoff, values) })
  },
  Delivered: {
    name: "Deliver",
    fields: deliveryFields,
    run: async ({ handoffs, handoff, values, options }) =>
      handoffs.complete(handoff.recordId, { ...options, ...deliveryOf(handoff, values) })
  },
  Approved: {
    name: "Approve",
    fields: () => [reason],
    isBoundToAttempt: true,
    run: ({ handoffs, handoff, values, options }) =>
      handoffs.approve(handoff.recordId, { ...options, ...textIn(values, "reason") })
  },
  Returned: {
    name: "Return",
    fields: () => [{ key: "missing", label: "What is missing", kind: "text", isRequired: true }],
    isBoundToAttempt: true,
    isSecondary: true,
    run: ({ handoffs, handoff, values, options }) =>
      handoffs.return(handoff.recordId, { ...options, missing: values("missing") })
  },
  Forwarded: {
    name: "Forward",
    fields: () => [receiver, reason],
    isSecondary: true,
    run: ({ handoffs, handoff, values, options }) =>
      handoffs.forward(handoff.recordId, { ...options, ...textIn(values, "to"), ...textIn(values, "reason") })
  },
  Delegated: {
    name: "Delegate",
    fields: () => [receiver, { key: "task", label: "Task of the part", kind: "text", isRequired: true }],
    isSecondary: true,
    run: ({ handoffs, handoff, values, options }) => {
      const { to: toAgent } = textIn(values, "to")
      return handoffs.delegate(handoff.recordId, { toAgent, taskDescription: values("task") }, options)
    }
  },
  Attested: {
    name: "Attest",
    fields: (handoff, actor) => [
      ...(actor === "" ? [{ key: "by", label: "Witness", kind: "agent", isRequired: true } as const] : []),
      { key: "statement", label: "What you checked", kind: "text", isRequired: true },
      ...(handoff.request.deliverables === undefined ? [] : [subject(handoff.request.deliverables)])
    ],
    isSecondary: true,
    run: ({ handoffs, handoff, values, options }) =>
      handoffs.attest(handoff.recordId, {
        ...options,
        by: options.by ?? values("by"),
        statement: values("statement"),
        ...textIn(values, "of")
      })
  },
  Released: {
    name: "Release",
    fields: () => [
      reason,
      { key: "notBefore", label: "Not before (optional)", kind: "moment" },
      { key: "done", label: "Done, one per line (optional)", kind: "text" },
      { key: "remaining", label: "Remaining, one per line (optional)", kind: "text" },
      { key: "pitfalls", label: "Pitfalls, one per line (optional)", kind: "text" }
    ],
    isDestructive: true,
    run: ({ handoffs, handoff, values, options }) =>
      handoffs.release(handoff.recordId, {
        ...options,
        ...textIn(values, "reason"),
        ...momentIn(values, "notBefore"),
        ...handBackIn(values)
      })
  },
  Failed: {
    name: "Fail",
    fields: () => [neededReason],
    isDestructive: true,
    run: ({ handoffs, handoff, values, options }) =>
      handoffs.fail(handoff.recordId, { ...options, reason: values("reason") })
  },
  Cancelled: {
    name: "Cancel",
    fields: () => [reason],
    isDestructive: true,
    run: ({ handoffs, handoff, values, options }) =>
      handoffs.cancel(handoff.recordId, { ...options, ...textIn(values, "reason") })
  },
  Created: {
    name: "Reopen",
    fields: (handoff) => [
      { ...receiver, example: nameText(receiverOf(handoff)) },
      { key: "deadline", label: "Deadline (optional)", kind: "moment" }
    ],
    run: ({ handoffs, handoff, values, options: { by } }) => {
      const { to: toAgent } = textIn(values, "to")
      return handoffs.reopen(handoff.recordId, { by, toAgent, ...momentIn(values, "deadline") })
    }
  }
}

export const isMove = (event: string): event is Move => Object.hasOwn(verbs, event)
