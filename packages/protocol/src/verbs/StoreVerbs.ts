import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"

import { reopening } from "../lifecycle/Reopening.ts"
import { defaulted, HandoffRequest } from "../model/HandoffRequest.ts"
import { HandoffStatus } from "../model/HandoffStatus.ts"
import { verbNames } from "../model/VerbNames.ts"
import {
  AgentDescription,
  AgentId,
  Capability,
  field,
  optional,
  PublicKey,
  RecordId,
  Text,
  Timestamp
} from "../values/Fields.ts"
import { limits } from "../values/Limits.ts"
import { claimInput } from "./Inputs.ts"
import { reopenInput, timesFromNow } from "./ReopenInput.ts"
import { verb } from "./Row.ts"
import { transitionErrors } from "./TransitionVerbs.ts"

/** The arguments that limit the choice of the router. */
export const routing = {
  fallback: optional(
    Schema.Boolean,
    "If `true`, any agent may be chosen when none matches; if `false`, none. Default: only if the request requires no capabilities."
  ),
  exclude: optional(Schema.Array(AgentId), "Agents that are never chosen, besides the sender.")
}

const newId = optional(
  RecordId,
  "An id that you choose, which makes the call idempotent: the same id and request return the existing handoff."
)

/** The arguments that describe a new handoff. The sender is the actor and therefore no argument. */
const ask = {
  toAgent: optional(AgentId, "The receiver. Default: the router chooses among the registered agents."),
  taskDescription: HandoffRequest.fields.taskDescription,
  ...defaulted,
  ...Struct.omit(HandoffRequest.fields, [
    "fromAgent",
    "toAgent",
    "taskDescription",
    "context",
    "priority",
    "parent",
    "retryOf"
  ]),
  ...timesFromNow,
  routing: optional(Schema.Struct(routing), "Limits the choice of the router.")
}

const creationErrors = [
  "HandoffExists",
  "InvalidInput",
  "KeyRequired",
  "NoCapableAgent",
  "NotYourHandoff",
  "RevisionConflict",
  "StoreError"
] as const

const operator = optional(
  Schema.Boolean,
  "If `true`, the call changes an agent that has a key without that key. Nothing checks that the caller is an operator."
)

/** The other verbs that write: they begin handoffs, take them, apply what is due, or keep the registry of agents. */
export const storeVerbs = {
  create: verb(
    {
      name: verbNames.Created,
      subject: "none",
      event: "Created",
      party: "sender",
      does: "writes",
      repeat: "with id",
      summary: "Hands a task to another agent: creates a pending handoff.",
      description: "Without a receiver, the router chooses one of the registered agents.",
      gives: ["HandoffRecord"]
    },
    { ...ask, parent: HandoffRequest.fields.parent, id: newId },
    creationErrors
  ),
  delegate: verb(
    {
      name: verbNames.Delegated,
      subject: "handoff",
      event: "Delegated",
      party: "receiver",
      does: "writes",
      repeat: "with id",
      summary: "Gives a part of a handoff you hold to another agent, as a new handoff with you as the sender.",
      description:
        "You stay accountable for the whole and cannot complete it while a part is open, unless you leave the part. `chain` shows the whole.",
      gives: ["HandoffRecord"]
    },
    { ...ask, id: newId },
    [...transitionErrors, ...creationErrors]
  ),
  reopen: verb(
    {
      name: "reopen",
      subject: "handoff",
      event: "Created",
      party: reopening.by,
      does: "writes",
      repeat: "always",
      summary: "Gives a handoff that ended without being completed a new life, as a new handoff.",
      description:
        "The new handoff has the same request, which arguments change, and names the old one in `retry_of`. What the earlier attempts left is its hand-back. Without an id of your choice, a repeated call returns the same handoff. A part is delegated again, which its whole must allow.",
      gives: ["HandoffRecord"]
    },
    reopenInput.fields,
    [...transitionErrors, "HandoffExists"]
  ),
  claim: verb(
    {
      name: "claim",
      subject: "agent",
      event: "Accepted",
      party: "receiver",
      does: "writes",
      repeat: "never",
      summary: "Accepts the most urgent handoff waiting for an agent.",
      description:
        "Of many claimers exactly one gets each handoff. With a lease the handoff is released for another attempt if its receiver stops sending `progress`.",
      gives: ["HandoffRecord", "optional"]
    },
    claimInput.fields,
    ["InvalidInput", "KeyRequired", "StoreError"]
  ),
  sweep: verb(
    {
      name: verbNames.Expired,
      subject: "none",
      party: "anyone",
      does: "ends",
      repeat: "always",
      summary: "Applies every overdue event: expired deadlines, lost leases, reminders.",
      description: "Any number of processes may sweep at the same time.",
      gives: ["HandoffRecord", "list"]
    },
    {},
    ["StoreError"]
  ),
  import: verb(
    {
      name: verbNames.Imported,
      subject: "none",
      party: "anyone",
      does: "ends",
      repeat: "always",
      summary: "Imports handoffs from an archive and reports what happened to each.",
      description:
        "A newer state is never overwritten. An entry in the name of an agent that has a key here must be signed by it.",
      gives: ["ImportReport", "list"]
    },
    {
      trust: optional(
        Schema.Boolean,
        "If `true`, takes entries in the name of an agent that has a key here, although no key of it has signed them; `verify` always counts them as unknown. Default: `false`."
      )
    },
    ["InvalidInput", "StoreError"]
  ),
  archive: verb(
    {
      name: "archive",
      subject: "none",
      party: "anyone",
      does: "ends",
      repeat: "always",
      summary: "Moves handoffs that have ended to an archive, with all their parts.",
      description:
        "The file is written, flushed and read back before anything is removed, and repeating an interrupted call continues it. Removed entries leave their hashes in the log, so that checkpoints still hold. `import` puts them back.",
      gives: ["ArchiveReport"]
    },
    {
      before: field(Timestamp, "Only handoffs that last changed before this moment, with all their parts."),
      status: optional(
        Schema.Array(HandoffStatus),
        "Only handoffs with one of these statuses, and their parts. Default: every final status."
      )
    },
    ["InvalidInput", "StoreError"]
  ),
  purge: verb(
    {
      name: "purge",
      subject: "none",
      party: "anyone",
      does: "ends",
      repeat: "always",
      summary: "Erases the texts of handoffs that have ended: tasks, contexts, results, questions and notes.",
      description:
        "Ids, agents, statuses and times stay, and the log still verifies. Nothing brings the texts back; earlier exports, archives and backups still hold them.",
      gives: ["PurgeReport"]
    },
    {
      handoffs: field(Schema.Array(RecordId), "The ids of the handoffs."),
      by: field(AgentId, "The agent that erases them; the log names it."),
      reason: optional(
        Text,
        "The reason, in words. It stays in the log, so do not repeat what is erased. Default: none."
      )
    },
    ["HandoffNotFound", "InvalidInput", "InvalidTransition", "RevisionConflict", "StoreError"]
  ),
  register: verb(
    {
      name: "register",
      subject: "agent",
      party: "anyone",
      does: "writes",
      repeat: "always",
      summary: "Registers an agent, or replaces its capabilities, its capacity and its description.",
      description:
        "A public key is in force from now on, and is accepted only from a process that has its secret key; it replaces an earlier one only with that one's secret key, too, or with the operator's. An agent that has a key is changed only with that key, or by an operator.",
      gives: ["RegisteredAgent"]
    },
    {
      capabilities: field(
        Schema.Array(Capability).check(Schema.isMaxLength(limits.capabilities)),
        `The capabilities of the agent, at most ${limits.capabilities} words.`
      ),
      capacity: optional(
        Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: limits.capacity })),
        "The number of open handoffs that the agent takes at once. Default: no limit."
      ),
      description: optional(
        AgentDescription,
        "The tasks of the agent, in words for people and for a model that chooses receivers. Default: none."
      ),
      publicKey: optional(PublicKey, "The Ed25519 key the agent signs with from now on, as base64url."),
      operator
    },
    ["InvalidInput", "KeyRequired", "StoreError"]
  ),
  seen: verb(
    {
      name: "seen",
      subject: "agent",
      party: "anyone",
      does: "writes",
      repeat: "always",
      summary: "Records that an agent is present; the router prefers agents seen within the last 90 seconds."
    },
    {},
    ["StoreError"]
  ),
  unregister: verb(
    {
      name: "unregister",
      subject: "agent",
      party: "anyone",
      does: "writes",
      repeat: "always",
      summary: "Removes an agent from the registry.",
      description:
        "An agent that has a key is removed only with that key, or by an operator. Nobody else can act in its name afterwards, and only the operator's key can give it another key."
    },
    { operator },
    ["InvalidInput", "KeyRequired", "StoreError"]
  ),
  revoke: verb(
    {
      name: "revoke",
      subject: "agent",
      party: "anyone",
      does: "writes",
      repeat: "never",
      summary: "Revokes the key of an agent, because others may have it.",
      description:
        "Entries before the revocation stay valid. From now on nobody can act in the name of the agent, until the operator's key gives it another one. Needs the key itself, or the operator's."
    },
    { reason: optional(Text, "The reason, in words. Default: none.") },
    ["InvalidInput", "KeyRequired", "StoreError"]
  )
}
