/** What the methods are given, judged and turned into what the engine trusts. All of these throw `InvalidInput`. */
import { type NewHandoff, Position, type View } from "@aumai/handoff-core"
import {
  AgentId,
  Attempt,
  Capability,
  HandoffStatus,
  Milliseconds,
  RecordId,
  Text,
  Timestamp
} from "@aumai/handoff-protocol"
import * as Schema from "effect/Schema"

import type * as Given from "../types/Options.ts"
import type { CreateOptions, NewPart } from "../types/Payloads.ts"
import { checked, record } from "./Checked.ts"
import { copiedFromPlain, fromPlain } from "./Plain.ts"

/** What was said, without what was left out: a plain program leaves out by saying `undefined`. */
const said = (given: object | undefined): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== undefined))

/** What was said to the engine, and not to us. */
export const saidIn = (options: Given.CallOptions | undefined): Readonly<Record<string, unknown>> => {
  const { signal: _, ...rest } = options ?? {}
  return said(rest)
}

export const recordId = checked("id", RecordId)
export const agentId = checked("agent", AgentId)
export const position = checked("after", Position)
export const capabilities = checked("capabilities", Schema.Array(Capability))

const checkedRegistration = checked(
  "register options",
  Schema.Struct({ capacity: Schema.optionalKey(Schema.Number), publicKey: Schema.optionalKey(Schema.String) })
)

/** What an agent says of itself. Only that it says nothing else: the engine judges it. */
export const registration = (options: Given.CallOptions | undefined) => checkedRegistration(saidIn(options))

const limit = Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0)))
const checkedView = checked<View>(
  "view",
  Schema.toType(
    Schema.Union([
      Schema.Struct({ _tag: Schema.tag("All") }),
      Schema.Struct({ _tag: Schema.tag("Status"), status: HandoffStatus }),
      Schema.Struct({ _tag: Schema.tag("Inbox"), agent: AgentId, status: HandoffStatus }),
      Schema.Struct({ _tag: Schema.tag("Sent"), agent: AgentId }),
      Schema.Struct({ _tag: Schema.tag("Children"), parent: RecordId }),
      Schema.Struct({ _tag: Schema.tag("Due"), at: Timestamp }),
      Schema.Struct({ _tag: Schema.tag("Prefix"), prefix: Schema.String })
    ])
  ).annotate({ message: `Expected an object with a "_tag": All, Status, Inbox, Sent, Children, Due or Prefix` })
)

export const view = (given: Given.View): View => checkedView(fromPlain(given))

const checkedPage = checked("page", Schema.Struct({ limit, after: Schema.optionalKey(record) }))

export const page = (options: Given.PageOptions | undefined) => ({
  // What a person reads, or a program handles, at a time.
  limit: 100,
  ...checkedPage(fromPlain(saidIn(options)))
})

const checkedInbox = checked("inbox", Schema.Struct({ limit, status: Schema.optionalKey(HandoffStatus) }))

export const inbox = (options: Given.CallOptions | undefined) => checkedInbox(saidIn(options))

const checkedClaim = checked(
  "claim options",
  Schema.Struct({ lease: Schema.optionalKey(Milliseconds), readsBack: Schema.optionalKey(Schema.Boolean) })
)

export const claim = (options: Given.CallOptions | undefined) => checkedClaim(saidIn(options))

/** The details of a verb, which the engine judges itself. */
export const details = (options: Given.CallOptions | undefined): never =>
  // The cast: the engine decodes the details of every verb.
  copiedFromPlain(saidIn(options)) as never

/** What is asked for, which the engine judges itself. */
export const request = (given: NewPart): NewHandoff =>
  // The cast: the engine decodes every request.
  copiedFromPlain(said(given)) as NewHandoff

const routing = Schema.Struct({
  fallback: Schema.optionalKey(Schema.Boolean),
  exclude: Schema.optionalKey(Schema.Array(AgentId))
})
const checkedRouting = checked("routing", routing)

export const routingOptions = (options: Given.CallOptions | undefined) => checkedRouting(saidIn(options))

const creationFields = {
  id: Schema.optionalKey(RecordId),
  by: Schema.optionalKey(AgentId),
  routing: Schema.optionalKey(routing)
}
const checkedCreation = checked("create options", Schema.Struct(creationFields))
const checkedDelegation = checked(
  "delegate options",
  Schema.Struct({ ...creationFields, attempt: Schema.optionalKey(Attempt) })
)

export const creation = (options: CreateOptions | undefined) => checkedCreation(fromPlain(saidIn(options)))

export const delegation = (options: CreateOptions | undefined) => checkedDelegation(fromPlain(saidIn(options)))

const checkedQuestion = checked(
  "question",
  Schema.Struct({
    fromAgent: AgentId,
    taskDescription: Text,
    requires: Schema.optionalKey(Schema.Array(Capability))
  })
)

export const question = (given: object) => checkedQuestion(said(given))
