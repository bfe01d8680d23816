import * as Schema from "effect/Schema"

import { Awaits } from "../model/Awaits.ts"
import { HandoffRequest } from "../model/HandoffRequest.ts"
import { HandoffStatus } from "../model/HandoffStatus.ts"
import { AgentId, Capability, RecordId, Text, Timestamp, field, optional } from "../values/Fields.ts"
import { changesInput } from "./Inputs.ts"
import { read } from "./Row.ts"
import { routing } from "./StoreVerbs.ts"

const limit = optional(Schema.Int.check(Schema.isGreaterThan(0)), "At most this many. Default: 100.")

/** The verbs that only read. */
export const readVerbs = {
  get: read(
    {
      name: "get",
      subject: "handoff",
      summary: "Shows everything about one handoff.",
      gives: ["HandoffRecord"]
    },
    {},
    ["HandoffNotFound", "StoreError"]
  ),
  find: read(
    {
      name: "find",
      subject: "handoff",
      summary:
        "Finds the handoff with this id or, from four characters on, the only one whose drawn id begins with them.",
      description: "An id that you chose is found only as a whole.",
      gives: ["HandoffRecord"]
    },
    {},
    ["AmbiguousId", "HandoffNotFound", "StoreError"]
  ),
  where: read(
    {
      name: "where",
      subject: "handoff",
      summary: "Shows whose turn a handoff is, since when, in which attempt, and what the clock does next.",
      gives: ["Whereabouts"]
    },
    {},
    ["HandoffNotFound", "StoreError"]
  ),
  result: read(
    {
      name: "result",
      subject: "handoff",
      summary: "Waits until a handoff has ended, and returns it with its result.",
      description:
        "Fails with the final record if it ended in another way than being completed. Overdue events of the handoff are applied meanwhile.",
      gives: ["HandoffRecord"]
    },
    {},
    ["HandoffNotFound", "NotCompleted", "StoreError"]
  ),
  chain: read(
    {
      name: "chain",
      subject: "handoff",
      summary: "Shows the whole chain of handoffs that a handoff belongs to.",
      description:
        "Parts that were delegated come first. Handoffs that only name another as their parent are marked, and few are shown.",
      gives: ["Chain"]
    },
    {},
    ["HandoffNotFound", "StoreError"]
  ),
  history: read(
    {
      name: "history",
      subject: "handoff",
      summary: "Lists what happened to one handoff, oldest first.",
      gives: ["Entry", "list"]
    },
    {},
    ["HandoffNotFound", "StoreError"]
  ),
  inbox: read(
    {
      name: "inbox",
      subject: "agent",
      summary: "Lists the handoffs whose next move is an agent's, most urgent first.",
      description:
        "Each comes with the step that it waits for, the verb that takes it, and the words that matter: the receiver's question, its read-back, or the task.",
      gives: ["Waiting", "list"]
    },
    {
      awaits: optional(Awaits, "Only handoffs that wait for this kind of step."),
      limit
    },
    ["StoreError"]
  ),
  list: read(
    {
      name: "list",
      subject: "none",
      summary: "Lists handoffs, one page at a time.",
      gives: ["HandoffRecord", "list"]
    },
    {
      status: optional(HandoffStatus, "Only handoffs with this status, oldest first."),
      from: optional(AgentId, "Only handoffs that this agent sent, newest first."),
      recent: optional(Schema.Boolean, "If `true`, most recently changed first, with `from` of that sender."),
      turn: optional(AgentId, "Only handoffs whose next move is this agent's, most urgent first."),
      to: optional(AgentId, "Only handoffs in the inbox of this agent, most urgent first; needs `status`."),
      parent: optional(
        RecordId,
        "Only handoffs that name this one as their parent, oldest first. `chain` shows which were delegated."
      ),
      dueAt: optional(Timestamp, "Only open handoffs on which the clock acts by then, earliest first."),
      prefix: optional(Schema.String, "Only handoffs whose id begins with this text, by id."),
      limit,
      after: optional(RecordId, "The last handoff of the previous page."),
      afterChange: optional(
        Timestamp,
        "When that handoff had last changed, as its page showed it. With `recent`, the page begins there: the handoff may have changed again."
      )
    },
    ["StoreError"]
  ),
  changes: read(
    {
      name: "changes",
      subject: "none",
      summary: "Follows the log: every entry of a part of it, then every new entry.",
      description: "Nothing is missed. Remember the position of the last entry you processed and resume after it.",
      gives: ["Entry", "stream"]
    },
    changesInput.fields,
    ["InvalidPosition", "StoreError"]
  ),
  metrics: read(
    {
      name: "metrics",
      subject: "none",
      summary: "Counts handoffs by status and measures how long they took.",
      gives: ["Metrics"]
    },
    {},
    ["StoreError"]
  ),
  verify: read(
    {
      name: "verify",
      subject: "handoff",
      summary: "Checks that a history was not changed after it was written: digests, states, and signatures.",
      gives: ["Verified"]
    },
    {},
    ["HandoffNotFound", "StoreError"]
  ),
  checkpoint: read(
    {
      name: "checkpoint",
      subject: "none",
      summary: "Signs a checkpoint of the log: its size and one hash of all its entries.",
      description:
        "Keep it away from the store: `verify` with it finds entries that were later removed, changed, inserted or backdated.",
      gives: ["Checkpoint"]
    },
    {
      key: field(Schema.String, "The Ed25519 secret key that signs the checkpoint, 32 bytes as base64url.")
    },
    ["InvalidInput", "StoreError"]
  ),
  export: read(
    {
      name: "export",
      subject: "none",
      summary: "Exports every handoff with its history, oldest first.",
      gives: ["ArchivedHandoff", "stream"]
    },
    {},
    ["StoreError"]
  ),
  route: read(
    {
      name: "route",
      subject: "none",
      summary: "Shows which agent the router would choose for a task, and why.",
      description: "Nothing is created.",
      gives: ["RoutingDecision", "optional"]
    },
    {
      fromAgent: HandoffRequest.fields.fromAgent,
      taskDescription: field(Text, "The task, whose words the router compares with capabilities."),
      requires: HandoffRequest.fields.requires,
      ...routing
    },
    ["InvalidInput", "StoreError"]
  ),
  agents: read(
    {
      name: "agents",
      subject: "none",
      summary: "Lists the registered agents, or those with all of the given capabilities, the closest fit first.",
      gives: ["RegisteredAgent", "list"]
    },
    { capabilities: optional(Schema.Array(Capability), "The capabilities an agent must have.") },
    ["InvalidInput", "StoreError"]
  )
}
