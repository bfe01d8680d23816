import { isOpen, transitions } from "../lifecycle/Transitions.ts"
import type { ErrorTag } from "./Errors.ts"
import { transitionInputs, type TransitionVerbName } from "./Inputs.ts"
import type { TransitionVerb } from "./Verb.ts"

/** The errors of every verb that reads a handoff, checks an event and commits it. */
export const transitionErrors = [
  "HandoffNotFound",
  "InvalidInput",
  "InvalidTransition",
  "KeyRequired",
  "NotYourHandoff",
  "RevisionConflict",
  "StaleAttempt",
  "StoreError"
] as const

type Inputs = typeof transitionInputs

/** The facts of a verb from its input row and the transition table. */
export interface Facts<Name extends TransitionVerbName, Error extends ErrorTag> extends TransitionVerb {
  readonly name: Name
  readonly event: Inputs[Name]["event"]
  readonly party: (typeof transitions)[Inputs[Name]["event"]]["by"]
  readonly input: Inputs[Name]["input"]
  readonly errors: ReadonlyArray<(typeof transitionErrors)[number] | Error>
}

const transition = <
  Name extends TransitionVerbName,
  const Row extends Pick<TransitionVerb, "summary"> & Partial<Pick<TransitionVerb, "description" | "repeat" | "or">>,
  const Errors extends ReadonlyArray<ErrorTag> = readonly []
>(
  name: Name,
  row: Row,
  errors?: Errors
): Row & Facts<Name, Errors[number]> => {
  const { event, input } = transitionInputs[name]
  const { by: party, to } = transitions[event]
  const more: ReadonlyArray<Errors[number]> = errors ?? []
  const facts: TransitionVerb = {
    repeat: "always",
    ...row,
    name,
    event,
    party,
    subject: "handoff",
    does: to === "same" || isOpen(to) ? "writes" : "ends",
    input,
    gives: ["HandoffRecord"],
    errors: [...transitionErrors, ...more]
  }
  // The cast: the compiler reads the row of a generic name as the union of all rows.
  return facts as Row & Facts<Name, Errors[number]>
}

/** The verbs that record one transition of a handoff, in the order of a life. */
export const transitionVerbs = {
  accept: transition(
    "accept",
    {
      summary: "Accepts a pending handoff.",
      description:
        "If the briefing requires a read-back, restate the task and list the items you understood. Missing items are reported; add them with `restate`. A read-back without an answer that the briefing asks for is refused, and so is an answer that quotes it."
    },
    ["NoRoomLeft", "ReadBackRefused", "UnknownItem"]
  ),
  reject: transition("reject", {
    or: "Forwarded",
    summary: "Declines a pending handoff, with a reason.",
    description: "If the request allows re-routing, the handoff then waits for the next capable agent."
  }),
  restate: transition(
    "restate",
    {
      summary: "Restates the briefing of an accepted handoff, or the items still missing from the read-back.",
      description: "Items and answers restated earlier stay, unless this call restates them.",
      repeat: "never"
    },
    ["NoRoomLeft", "ReadBackRefused", "UnknownItem"]
  ),
  confirm: transition(
    "confirm",
    {
      summary: "Confirms what the receiver restated, or corrects it.",
      description:
        "The receiver may then start. It finds a correction in the record. If the briefing asks questions, name what you have checked.",
      repeat: "never"
    },
    ["ReadBackIncomplete"]
  ),
  start: transition(
    "start",
    {
      summary: "Starts work on an accepted handoff.",
      description: "Refused until the briefing has been read back, if it requires that."
    },
    ["ReadBackIncomplete"]
  ),
  progress: transition("progress", {
    summary: "Reports that work continues, optionally with its progress: the heartbeat that renews a lease.",
    description: "Send it well before the lease expires.",
    repeat: "never"
  }),
  ask: transition("ask", {
    summary: "Asks the sender a question that work cannot continue without.",
    description: "The handoff is then `input_required` and it is the sender's turn. A lease rests until the answer."
  }),
  answer: transition("answer", {
    summary: "Answers the receiver's question; work then continues.",
    description: "If the program that asked was stopped, the handoff is `pending` again, with the answer in its record."
  }),
  release: transition(
    "release",
    {
      or: "Forwarded",
      summary: "Returns a handoff for another attempt, with what this one learned.",
      description:
        "In the last attempt, the next capable agent gets it if the request allows re-routing; otherwise the call is refused: use `fail` there. A program that is stopped gives the code `shutdown`, and loses no attempt."
    },
    ["NoAttemptLeft", "NotDue"]
  ),
  forward: transition(
    "forward",
    {
      summary: "Hands a handoff on to another receiver.",
      description:
        "It is then pending for that agent alone, and the previous holder is refused from then on. It never returns to an agent that has had it.",
      repeat: "with attempt"
    },
    ["AlreadyHeld", "NoCapableAgent", "NoHopLeft", "NoRoomLeft", "NotDue"]
  ),
  attest: transition(
    "attest",
    {
      summary: "Records, as a witness, that you have checked the work.",
      description:
        "Any agent but the receiver may attest. The sender's evidence is `endorsed`, that of others `verified`. The receiver's own evidence goes with `complete`.",
      repeat: "never"
    },
    ["NoRoomLeft"]
  ),
  complete: transition(
    "complete",
    {
      or: "Delivered",
      summary: "Completes a handoff with a result and the demanded deliverables, or delivers it for review.",
      description:
        "If the request asks for a review, the handoff is then `delivered`, and its sender must `approve` or `return` the work. Refused while a deliverable is missing or does not fit, and while delegated parts are open, unless the call leaves them."
    },
    ["NoRoomLeft", "NotDelivered", "OpenChildren", "ReadBackIncomplete"]
  ),
  approve: transition("approve", {
    summary: "Approves delivered work, which completes the handoff.",
    description: "For the sender, or for the agent that the review has escalated to."
  }),
  return: transition(
    "return",
    {
      summary: "Returns delivered work to its receiver, with what is missing.",
      description:
        "The handoff is `in_progress` again, in a new attempt with a new lease. The delivery stays in the history. Refused once the work was returned as often as the request allows."
    },
    ["NoReworkLeft"]
  ),
  fail: transition(
    "fail",
    {
      summary: "Gives up an accepted or started handoff, with a reason.",
      description: "The handoff ends. `release` it instead if another attempt or another agent could do it."
    },
    ["NotDue"]
  ),
  cancel: transition("cancel", { summary: "Withdraws an open handoff, and all open parts of it." })
}
