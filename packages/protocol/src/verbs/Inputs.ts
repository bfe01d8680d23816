/** The events and arguments of verbs, which the engine needs, apart from the descriptions, which a browser need not load. */
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"

import type { Transition } from "../lifecycle/Transitions.ts"
import {
  AnsweredEvent,
  ApprovedEvent,
  AskedEvent,
  AttestedEvent,
  ConfirmedEvent,
  ForwardedEvent,
  ProgressedEvent,
  ReleasedEvent,
  RestatedEvent,
  ReturnedEvent
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
import { verbNames, type VerbNames } from "../model/VerbNames.ts"
import { AgentId, optional, RecordId } from "../values/Fields.ts"
import { JsonObject } from "../values/Json.ts"
import type { Verb } from "./Verb.ts"

/** The arguments that record an event: its fields without those that the engine adds. */
const fieldsOf = <Fields extends Schema.Struct.Fields>({ fields }: { readonly fields: Fields }) =>
  // The cast: every event has the keys of `move`, which the compiler cannot know of any `Fields`.
  Struct.omit(fields, ["_tag", ...Object.keys(move)] as never) as Omit<Fields, "_tag" | keyof typeof move>

const records = <const Tag extends Transition["_tag"], Fields extends Schema.Struct.Fields>(
  event: Tag,
  fields: Fields
) => ({
  event,
  input: Schema.Struct(fields)
})

/** The event and the arguments of each verb that records one transition. */
export const transitionInputs = {
  accept: records("Accepted", fieldsOf(AcceptedEvent)),
  reject: records("Rejected", fieldsOf(RejectedEvent)),
  restate: records("Restated", fieldsOf(RestatedEvent)),
  confirm: records("Confirmed", fieldsOf(ConfirmedEvent)),
  start: records("Started", fieldsOf(StartedEvent)),
  progress: records("Progressed", fieldsOf(ProgressedEvent)),
  ask: records("Asked", fieldsOf(AskedEvent)),
  answer: records("Answered", fieldsOf(AnsweredEvent)),
  release: records("Released", fieldsOf(ReleasedEvent)),
  forward: records("Forwarded", {
    ...Struct.omit(fieldsOf(ForwardedEvent), ["to", "because", "routing"]),
    to: optional(AgentId, "The next receiver. Default: the router chooses.")
  }),
  attest: records("Attested", Struct.omit(fieldsOf(AttestedEvent), ["grade"])),
  complete: records("Completed", {
    ...fieldsOf(CompletedEvent),
    result: optional(JsonObject, "The result as a JSON object. Default: an empty object.")
  }),
  approve: records("Approved", fieldsOf(ApprovedEvent)),
  return: records("Returned", fieldsOf(ReturnedEvent)),
  fail: records("Failed", Struct.omit(fieldsOf(FailedEvent), ["code"])),
  cancel: records("Cancelled", Struct.omit(fieldsOf(CancelledEvent), ["along"]))
} satisfies { readonly [Tag in keyof VerbNames as VerbNames[Tag]]?: { readonly event: Tag } & Pick<Verb, "input"> }

/** The arguments of a claim. */
export const claimInput = Schema.Struct({
  lease: AcceptedEvent.fields.lease,
  readsBack: optional(
    Schema.Boolean,
    "If `false`, handoffs whose briefing must be read back are skipped. Default: `true`."
  )
})

const eventNames = Schema.Literals(
  // The cast restores the keys, which Object.keys widens to string.
  Object.keys(verbNames) as ReadonlyArray<keyof VerbNames>
)

/** The arguments of `changes`. */
export const changesInput = Schema.Struct({
  from: optional(
    Schema.String,
    "`start`, the beginning of the log; `now`, its present end; or the position to resume after. Default: `start`."
  ),
  until: optional(
    Schema.Literals(["now"]),
    "If `now`, ends with the last entry that the log has at the call. Default: waits for new entries."
  ),
  where: optional(
    Schema.Struct({
      handoff: optional(RecordId, "Entries of this handoff. Reads its history instead of the log."),
      chain: optional(RecordId, "Entries of the chain of this handoff: its whole and all delegated parts."),
      agent: optional(AgentId, "Entries of handoffs that this agent sent, has or has had, and those that it recorded."),
      events: optional(Schema.Array(eventNames), "Entries of these events.")
    }),
    "The conditions that an entry must fulfil, all of them. Default: none."
  )
})

/** The name of a verb that records one transition. */
export type TransitionVerbName = keyof typeof transitionInputs
