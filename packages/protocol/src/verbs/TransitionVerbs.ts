import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"

import { isOpen, transitions } from "../lifecycle/Transitions.ts"
import {
  AnsweredEvent,
  AskedEvent,
  AttestedEvent,
  ConfirmedEvent,
  ForwardedEvent,
  ProgressedEvent,
  ReleasedEvent,
  RestatedEvent
} from "../model/CustodyEvent.ts"
import { move } from "../model/EventParts.ts"
import {
  AcceptedEvent,
  CancelledEvent,
  CompletedEvent,
  FailedEvent,
  RejectedEvent,
  StartedEvent
} from "../model/HandoffEvent.ts"
import { AgentId, optional } from "../values/Fields.ts"
import { JsonObject } from "../values/Json.ts"
import type { ErrorTag } from "./Errors.ts"
import type { TransitionVerb } from "./Verb.ts"

/** The arguments that record an event: its fields without those that the engine adds. */
const fieldsOf = <Fields extends Schema.Struct.Fields>({ fields }: { readonly fields: Fields }) =>
  // The cast: every event has the keys of `move`, which the compiler cannot know of any `Fields`.
  Struct.omit(fields, ["_tag", ...Object.keys(move)] as never) as Omit<Fields, "_tag" | keyof typeof move>

/** The errors of every verb that reads a handoff, judges an event and commits it. */
export const transitionErrors = [
  "HandoffNotFound",
  "InvalidInput",
  "InvalidTransition",
  "NotYourHandoff",
  "RevisionConflict",
  "StaleAttempt",
  "StoreError"
] as const

const transition = <
  const Row extends Pick<TransitionVerb, "name" | "event" | "summary"> &
    Partial<Pick<TransitionVerb, "description" | "repeat" | "or">>,
  Fields extends Schema.Struct.Fields,
  const Errors extends ReadonlyArray<ErrorTag> = readonly []
>(
  row: Row,
  input: Fields,
  errors?: Errors
) => {
  const { by, to } = transitions[row.event]
  const repeat: TransitionVerb["repeat"] = row.repeat ?? "always"
  const more: ReadonlyArray<Errors[number]> = errors ?? []
  return {
    ...row,
    repeat,
    subject: "handoff" as const,
    party: by,
    does: to === "same" || isOpen(to) ? ("writes" as const) : ("ends" as const),
    input: Schema.Struct(input),
    gives: ["HandoffRecord"] as const,
    errors: [...transitionErrors, ...more]
  } satisfies TransitionVerb
}

/** The verbs that record one transition of a handoff, in the order of a life. */
export const transitionVerbs = {
  accept: transition(
    {
      name: "accept",
      event: "Accepted",
      summary: "Accepts a pending handoff.",
      description:
        "If the briefing requires a read-back, restate the task and list the items you understood. Missing items are reported; add them with `restate`."
    },
    fieldsOf(AcceptedEvent),
    ["NoRoomLeft", "UnknownItem"]
  ),
  reject: transition(
    {
      name: "reject",
      event: "Rejected",
      or: "Forwarded",
      summary: "Declines a pending handoff, with a reason.",
      description: "If the request allows re-routing, the handoff then waits for the next capable agent."
    },
    fieldsOf(RejectedEvent)
  ),
  restate: transition(
    {
      name: "restate",
      event: "Restated",
      summary: "Restates the briefing of an accepted handoff, or the items still missing from the read-back.",
      description: "Items restated earlier stay, unless this call restates them.",
      repeat: "never"
    },
    fieldsOf(RestatedEvent),
    ["NoRoomLeft", "UnknownItem"]
  ),
  confirm: transition(
    {
      name: "confirm",
      event: "Confirmed",
      summary: "Confirms what the receiver restated, or corrects it.",
      description: "The receiver may then start. It finds a correction in the record.",
      repeat: "never"
    },
    fieldsOf(ConfirmedEvent),
    ["ReadBackIncomplete"]
  ),
  start: transition(
    {
      name: "start",
      event: "Started",
      summary: "Starts work on an accepted handoff.",
      description: "Refused until the briefing has been read back, if it requires that."
    },
    fieldsOf(StartedEvent),
    ["ReadBackIncomplete"]
  ),
  progress: transition(
    {
      name: "progress",
      event: "Progressed",
      summary: "Reports that work continues, and optionally how far it is: the heartbeat that renews a lease.",
      description: "Send it well before the lease expires.",
      repeat: "never"
    },
    fieldsOf(ProgressedEvent)
  ),
  ask: transition(
    {
      name: "ask",
      event: "Asked",
      summary: "Asks the sender a question that work cannot continue without.",
      description: "The handoff is then `input_required` and it is the sender's turn. A lease rests until the answer."
    },
    fieldsOf(AskedEvent)
  ),
  answer: transition(
    { name: "answer", event: "Answered", summary: "Answers the receiver's question; work then continues." },
    fieldsOf(AnsweredEvent)
  ),
  release: transition(
    {
      name: "release",
      event: "Released",
      summary: "Returns a handoff for another attempt, with what this one learned.",
      description: "Refused in the last attempt, which can only be failed."
    },
    fieldsOf(ReleasedEvent),
    ["NoAttemptLeft", "NotDue"]
  ),
  forward: transition(
    {
      name: "forward",
      event: "Forwarded",
      summary: "Hands a handoff on to another receiver.",
      description:
        "It is then pending for that agent alone, and the previous holder is refused from then on. It never returns to an agent that has had it.",
      repeat: "with attempt"
    },
    {
      ...Struct.omit(fieldsOf(ForwardedEvent), ["to", "because", "routing"]),
      to: optional(
        AgentId,
        "The next receiver. Default: the router chooses among the agents that have not had the handoff."
      )
    },
    ["AlreadyHeld", "NoCapableAgent", "NoHopLeft", "NoRoomLeft", "NotDue"]
  ),
  attest: transition(
    {
      name: "attest",
      event: "Attested",
      summary: "Records, as a witness, that you have checked the work.",
      description: "Any agent but the receiver may attest. The receiver's own evidence goes with `complete`.",
      repeat: "never"
    },
    fieldsOf(AttestedEvent),
    ["NoRoomLeft"]
  ),
  complete: transition(
    {
      name: "complete",
      event: "Completed",
      summary: "Completes a handoff with a result and the demanded deliverables.",
      description:
        "Refused while a deliverable is missing or does not fit, and while delegated parts are open, unless the call leaves them."
    },
    {
      ...fieldsOf(CompletedEvent),
      result: optional(JsonObject, "The result as a JSON object. Default: an empty object.")
    },
    ["NoRoomLeft", "NotDelivered", "OpenChildren", "ReadBackIncomplete"]
  ),
  fail: transition(
    {
      name: "fail",
      event: "Failed",
      or: "Forwarded",
      summary: "Gives up an accepted or started handoff, with a reason.",
      description:
        "An agent whose attempts are used up says so with the code; if the request allows re-routing, the next capable agent then gets the handoff."
    },
    fieldsOf(FailedEvent),
    ["NotDue"]
  ),
  cancel: transition(
    { name: "cancel", event: "Cancelled", summary: "Withdraws an open handoff, and all open parts of it." },
    Struct.omit(fieldsOf(CancelledEvent), ["along"])
  )
}

/** The name of a verb that records one transition. */
export type TransitionVerbName = keyof typeof transitionVerbs
