/** The arguments of `reopen`, apart from the others because few programs load them. */
import * as Schema from "effect/Schema"

import { Milliseconds } from "../model/Attempt.ts"
import { HandoffRequest } from "../model/HandoffRequest.ts"
import { AgentId, optional, Priority, RecordId, Timestamp } from "../values/Fields.ts"
import { JsonObject } from "../values/Json.ts"

/** The clocks of a request as times from its creation. */
export const timesFromNow = {
  deadlineIn: optional(
    Milliseconds,
    "The time from the creation to the deadline, in milliseconds. Unlike a `deadline` computed from now, it is the same request when the call is repeated."
  ),
  acceptIn: optional(Milliseconds, "The time from the creation to `acceptBy`, in milliseconds, in the same way.")
}

const renewed = "Default: unchanged; if it has passed, as much time as before."

/** The arguments of `reopen`: the fields of the request that the new handoff changes. */
export const reopenInput = Schema.Struct({
  toAgent: optional(AgentId, "The receiver. Default: the agent that had the old handoff when it ended."),
  taskDescription: optional(
    HandoffRequest.fields.taskDescription,
    "The task, in words for the receiver. Default: unchanged."
  ),
  context: optional(JsonObject, "Data that the receiver needs for the task. Default: unchanged."),
  priority: optional(Priority, "The urgency: 1 (least) to 10 (most urgent). Default: unchanged."),
  deadline: optional(Timestamp, `The moment at which the new handoff expires. ${renewed}`),
  acceptBy: optional(Timestamp, `The moment by which it must be accepted. ${renewed}`),
  ...timesFromNow,
  id: optional(
    RecordId,
    "The id of the new handoff. Default: an id computed from that of the old one, so that each handoff is reopened once."
  )
})
