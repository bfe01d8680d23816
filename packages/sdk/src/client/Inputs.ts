/** Validates the arguments of the methods and converts them for the engine. Every function throws `InvalidInput`. */
import type { ChangesOptions, NewHandoff, View } from "@aumai/handoff-core"
import {
  AgentId,
  Attempt,
  Awaits,
  Capability,
  changesInput,
  HandoffStatus,
  limits,
  Milliseconds,
  RecordId,
  Text,
  Timestamp
} from "@aumai/handoff-protocol"
import * as Schema from "effect/Schema"

import type * as Given from "../types/Options.ts"
import type { CreateOptions, NewPart } from "../types/Payloads.ts"
import { checked, record } from "./Checked.ts"
import { converted, parseInput } from "./Plain.ts"

/** Copies options without the signal, which is the SDK's, and without undefined fields. */
export const withoutSignal = (options: Given.CallOptions | undefined): Readonly<Record<string, unknown>> =>
  // The cast: validation refuses options that are no object.
  converted(options ?? {}, (item, key) => (key === "signal" ? undefined : item)) as Readonly<Record<string, unknown>>

export const recordId = checked("id", RecordId)
export const agentId = checked("agent", AgentId)
export const capabilities = checked("capabilities", Schema.Array(Capability))

const operator = { operator: Schema.optionalKey(Schema.Boolean) }
const checkedRegistration = checked(
  "register options",
  Schema.Struct({
    capacity: Schema.optionalKey(Schema.Number),
    description: Schema.optionalKey(Schema.String),
    publicKey: Schema.optionalKey(Schema.String),
    ...operator
  })
)
const checkedRemoval = checked("unregister options", Schema.Struct(operator))

/** Refuses unknown options of a registration. The engine validates their values. */
export const registration = (options: Given.CallOptions | undefined) => checkedRegistration(withoutSignal(options))

const checkedRevocation = checked("revoke options", Schema.Struct({ reason: Schema.optionalKey(Schema.String) }))

export const revocation = (options: Given.CallOptions | undefined) => checkedRevocation(withoutSignal(options))

const checkedImport = checked("import options", Schema.Struct({ trust: Schema.optionalKey(Schema.Boolean) }))

export const importing = (options: Given.CallOptions | undefined) => checkedImport(withoutSignal(options))

export const removal = (options: Given.CallOptions | undefined) => checkedRemoval(withoutSignal(options))

const limit = Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: limits.page })))
const checkedView = checked<View>(
  "view",
  Schema.toType(
    Schema.Union([
      Schema.Struct({ _tag: Schema.tag("All") }),
      Schema.Struct({ _tag: Schema.tag("Status"), status: HandoffStatus }),
      Schema.Struct({ _tag: Schema.tag("Inbox"), agent: AgentId, status: HandoffStatus }),
      Schema.Struct({ _tag: Schema.tag("Sent"), agent: AgentId }),
      Schema.Struct({ _tag: Schema.tag("Turn"), agent: AgentId }),
      Schema.Struct({ _tag: Schema.tag("Recent"), agent: Schema.optionalKey(AgentId) }),
      Schema.Struct({ _tag: Schema.tag("Children"), parent: RecordId }),
      Schema.Struct({ _tag: Schema.tag("Due"), at: Timestamp }),
      Schema.Struct({ _tag: Schema.tag("Prefix"), prefix: Schema.String })
    ])
  ).annotate({
    message: `Expected an object with a "_tag": All, Status, Inbox, Sent, Turn, Recent, Children, Due or Prefix`
  })
)

export const view = (given: Given.View): View => checkedView(parseInput(given))

const checkedPage = checked("page", Schema.Struct({ limit, after: Schema.optionalKey(record) }))

export const page = (options: Given.PageOptions | undefined) => ({
  // A page that a person can read.
  limit: 100,
  ...checkedPage(parseInput(withoutSignal(options)))
})

const checkedInbox = checked("inbox", Schema.Struct({ limit, awaits: Schema.optionalKey(Awaits) }))

export const inbox = (options: Given.CallOptions | undefined) => checkedInbox(withoutSignal(options))

const checkedClaim = checked(
  "claim options",
  Schema.Struct({ lease: Schema.optionalKey(Milliseconds), readsBack: Schema.optionalKey(Schema.Boolean) })
)

export const claim = (options: Given.CallOptions | undefined) => checkedClaim(withoutSignal(options))

const checkedChanges = checked("changes options", changesInput)

export const changes = (options: Given.CallOptions | undefined): ChangesOptions =>
  // The cast: the store refuses a text that is not a position.
  checkedChanges(
    converted(withoutSignal(options), (item, key) =>
      key === "where" && typeof item === "object" && item !== null ? converted(item, (part) => part) : item
    )
  ) as ChangesOptions

/** The payload of a verb. The engine validates it. */
export const payload = (options: Given.CallOptions | undefined): never =>
  // The cast: the engine decodes the payload of every verb.
  parseInput(withoutSignal(options)) as never

/** A request. The engine validates it. */
export const request = (given: NewPart): NewHandoff =>
  // The cast: the engine decodes every request.
  parseInput(given ?? {}) as NewHandoff

const routingFields = Schema.Struct({
  fallback: Schema.optionalKey(Schema.Boolean),
  exclude: Schema.optionalKey(Schema.Array(AgentId))
})
/** The limits of a choice. */
export const routing = checked("routing", routingFields)

export const routingOptions = (options: Given.CallOptions | undefined) => routing(withoutSignal(options))

const creationFields = {
  id: Schema.optionalKey(RecordId),
  by: Schema.optionalKey(AgentId),
  routing: Schema.optionalKey(routingFields)
}
const checkedCreation = checked("create options", Schema.Struct(creationFields))
const checkedDelegation = checked(
  "delegate options",
  Schema.Struct({ ...creationFields, attempt: Schema.optionalKey(Attempt) })
)

export const creation = (options: CreateOptions | undefined) => checkedCreation(parseInput(withoutSignal(options)))

export const delegation = (options: CreateOptions | undefined) => checkedDelegation(parseInput(withoutSignal(options)))

const checkedQuestion = checked(
  "question",
  Schema.Struct({
    fromAgent: AgentId,
    taskDescription: Text,
    requires: Schema.optionalKey(Schema.Array(Capability))
  })
)

export const question = (given: object) => checkedQuestion(parseInput(given))
