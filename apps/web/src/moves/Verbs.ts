/** How each move is called when it is still to come, what has to be said with it, and how it is made. */
import {
  type Deliverable,
  type HandBack,
  type HandoffRecord,
  type Handoffs,
  type LeaseOptions,
  limits,
  type Transition,
  type VerbOptions
} from "@aumai/handoff"

import { lines, nameText } from "../words/Words.ts"
import { deliveryOf, deliveryQuestions } from "./Delivering.ts"
import type { Question, Said } from "./Questions.tsx"
import { readBackOf, readBackQuestions } from "./ReadBackQuestions.ts"

/** What an agent does, and not time alone. */
export type Move = Exclude<Transition["_tag"], "Reminded" | "Expired">

/** The handoff that a move is made on, and who makes it. */
interface Making {
  readonly handoffs: Handoffs
  readonly handoff: HandoffRecord
  readonly said: Said
  readonly options: VerbOptions
}

export interface Verb {
  readonly name: string
  readonly asks?: (handoff: HandoffRecord, actor: string) => ReadonlyArray<Question>
  readonly isGrave?: true
  /** It is not the way to the end. */
  readonly isAside?: true
  /** It is, while this party's word on the briefing is awaited. */
  readonly awaited?: "receiver" | "sender"
  /** It is a word on what one attempt said, though it is not its holder's. */
  readonly isOfAttempt?: true
  /** Gives the handoff as it stands then, or the one that was made. */
  readonly run: (making: Making) => Promise<HandoffRecord>
}

const minute = 60_000

const reason: Question = { key: "reason", label: "Reason (optional)", kind: "text" }
const neededReason: Question = { key: "reason", label: "Reason", kind: "text", isRequired: true }
const lease: Question = {
  key: "lease",
  label: "Hold it for so many minutes, unless progress is told (optional)",
  kind: "number",
  min: 1,
  max: limits.durationMilliseconds / minute
}
const receiver: Question = { key: "to", label: "Receiver", kind: "agent", example: "the router chooses" }

const subject = (deliverables: ReadonlyArray<Deliverable>): Question => ({
  key: "of",
  label: "Which deliverable it is about (optional)",
  kind: "choice",
  options: [["", "All of it"] as const, ...deliverables.map(({ name }) => [name, nameText(name)] as const)]
})

const textIn = <Key extends string>(said: Said, key: Key): { readonly [_ in Key]?: string } =>
  // The cast: a computed key is any text to the compiler.
  (said(key) === "" ? {} : { [key]: said(key) }) as { readonly [_ in Key]?: string }
const momentIn = <Key extends string>(said: Said, key: Key): { readonly [_ in Key]?: Date } =>
  // The cast: as above.
  (said(key) === "" ? {} : { [key]: new Date(said(key)) }) as { readonly [_ in Key]?: Date }
const leaseIn = (said: Said): LeaseOptions => (said("lease") === "" ? {} : { lease: Number(said("lease")) * minute })

const handBackParts = ["done", "remaining", "pitfalls"] as const
const handBackIn = (said: Said): { readonly handBack?: HandBack } => {
  const parts = handBackParts.map((part) => [part, lines(said(part))] as const).filter(([, some]) => some.length > 0)
  return parts.length === 0 ? {} : { handBack: Object.fromEntries(parts) }
}

export const verbs: Readonly<Record<Move, Verb>> = {
  Accepted: {
    name: "Accept",
    asks: ({ request: { briefing } }) => [
      ...(briefing?.readBack === undefined ? [] : readBackQuestions(briefing, undefined, false)),
      reason,
      { key: "estimatedCompletion", label: "Expected to be done (optional)", kind: "moment" },
      lease
    ],
    run: ({ handoffs, handoff, said, options }) => {
      const { briefing } = handoff.request
      const readBack = briefing === undefined ? undefined : readBackOf(briefing, said)
      return handoffs.accept(handoff.recordId, {
        ...options,
        ...textIn(said, "reason"),
        ...momentIn(said, "estimatedCompletion"),
        ...leaseIn(said),
        readBack
      })
    }
  },
  Rejected: {
    name: "Reject",
    asks: () => [neededReason],
    isGrave: true,
    run: ({ handoffs, handoff, said, options }) =>
      handoffs.reject(handoff.recordId, { ...options, reason: said("reason") })
  },
  Restated: {
    name: "Read back",
    awaited: "receiver",
    asks: (handoff) =>
      handoff.request.briefing === undefined
        ? []
        : readBackQuestions(handoff.request.briefing, "readBack" in handoff ? handoff.readBack : undefined, true),
    run: ({ handoffs, handoff, said, options }) => {
      const { briefing } = handoff.request
      const readBack = briefing === undefined ? undefined : readBackOf(briefing, said)
      return handoffs.restate(handoff.recordId, { ...options, readBack: readBack ?? { summary: "" } })
    }
  },
  Confirmed: {
    name: "Confirm",
    awaited: "sender",
    asks: () => [{ key: "correction", label: "What is to be set right (optional)", kind: "text" }],
    isOfAttempt: true,
    run: ({ handoffs, handoff, said, options }) =>
      handoffs.confirm(handoff.recordId, { ...options, ...textIn(said, "correction") })
  },
  Started: {
    name: "Start",
    run: ({ handoffs, handoff, options }) => handoffs.start(handoff.recordId, options)
  },
  Progressed: {
    name: "Progress",
    asks: () => [
      { key: "note", label: "Note (optional)", kind: "text" },
      { key: "percent", label: "Percent done (optional)", kind: "number", min: 0, max: 100 },
      lease
    ],
    run: ({ handoffs, handoff, said, options }) =>
      handoffs.progress(handoff.recordId, {
        ...options,
        ...leaseIn(said),
        ...textIn(said, "note"),
        ...(said("percent") === "" ? {} : { fraction: Number(said("percent")) / 100 })
      })
  },
  Asked: {
    name: "Ask",
    asks: () => [{ key: "question", label: "Question", kind: "text", isRequired: true }],
    run: ({ handoffs, handoff, said, options }) =>
      handoffs.ask(handoff.recordId, { ...options, question: said("question") })
  },
  Answered: {
    name: "Answer",
    asks: () => [{ key: "answer", label: "Answer", kind: "text", isRequired: true }],
    run: ({ handoffs, handoff, said, options }) =>
      handoffs.answer(handoff.recordId, { ...options, answer: said("answer") })
  },
  Completed: {
    name: "Complete",
    asks: deliveryQuestions,
    run: async ({ handoffs, handoff, said, options }) =>
      handoffs.complete(handoff.recordId, { ...options, ...deliveryOf(handoff, said) })
  },
  Forwarded: {
    name: "Forward",
    asks: () => [receiver, reason],
    isAside: true,
    run: ({ handoffs, handoff, said, options }) =>
      handoffs.forward(handoff.recordId, { ...options, ...textIn(said, "to"), ...textIn(said, "reason") })
  },
  Delegated: {
    name: "Delegate",
    asks: () => [receiver, { key: "task", label: "Task of the part", kind: "text", isRequired: true }],
    isAside: true,
    run: ({ handoffs, handoff, said, options }) => {
      const { to: toAgent } = textIn(said, "to")
      return handoffs.delegate(handoff.recordId, { toAgent, taskDescription: said("task") }, options)
    }
  },
  Attested: {
    name: "Attest",
    asks: (handoff, actor) => [
      ...(actor === "" ? [{ key: "by", label: "Witness", kind: "agent", isRequired: true } as const] : []),
      { key: "statement", label: "What you have checked", kind: "text", isRequired: true },
      ...(handoff.request.deliverables === undefined ? [] : [subject(handoff.request.deliverables)])
    ],
    isAside: true,
    run: ({ handoffs, handoff, said, options }) =>
      handoffs.attest(handoff.recordId, {
        ...options,
        by: options.by ?? said("by"),
        statement: said("statement"),
        ...textIn(said, "of")
      })
  },
  Released: {
    name: "Release",
    asks: () => [
      reason,
      { key: "notBefore", label: "Not to be claimed before (optional)", kind: "moment" },
      { key: "done", label: "Done, a line each (optional)", kind: "text" },
      { key: "remaining", label: "Remaining, a line each (optional)", kind: "text" },
      { key: "pitfalls", label: "Pitfalls, a line each (optional)", kind: "text" }
    ],
    isGrave: true,
    run: ({ handoffs, handoff, said, options }) =>
      handoffs.release(handoff.recordId, {
        ...options,
        ...textIn(said, "reason"),
        ...momentIn(said, "notBefore"),
        ...handBackIn(said)
      })
  },
  Failed: {
    name: "Fail",
    asks: () => [neededReason],
    isGrave: true,
    run: ({ handoffs, handoff, said, options }) =>
      handoffs.fail(handoff.recordId, { ...options, reason: said("reason") })
  },
  Cancelled: {
    name: "Cancel",
    asks: () => [reason],
    isGrave: true,
    run: ({ handoffs, handoff, said, options }) =>
      handoffs.cancel(handoff.recordId, { ...options, ...textIn(said, "reason") })
  }
}

export const isOfAgents = (event: Transition["_tag"]): event is Move => event in verbs
