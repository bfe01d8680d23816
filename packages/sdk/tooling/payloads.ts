/** The options of the verbs, from the list of verbs. The list has no actor and no attempt, so they are added here. */
import { AcceptedEvent, AgentId, Attempt, HandoffRequest, transitionVerbs, verbs } from "@aumai/handoff-protocol"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"

/** An interface of options, whose fields can be `undefined` and whose moments can be text. */
export interface Options {
  readonly name: string
  readonly doc: string
  readonly base?: string
  readonly fields: Schema.Top
}

const described = <S extends Schema.Top>(schema: S, description: string) => schema.annotateKey({ description })

const optionsOf = (verb: string, base: string, fields: Schema.Struct.Fields): Options => ({
  name: `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Options`,
  doc: `The options of \`${verb}\`.`,
  base,
  fields: Schema.Struct(fields)
})

const { changes, claim, create, delegate, inbox, register, revoke, route, unregister } = verbs

const witness = described(AgentId, "The witness: any agent but the receiver.")

export const payloads: ReadonlyArray<Options> = [
  {
    name: "RoutingOptions",
    doc: "The limits of the router's choice.",
    fields: create.input.fields.routing.schema
  },
  {
    name: "RoutingQuestion",
    doc: "A task for which the router chooses an agent.",
    fields: Schema.Struct(Struct.pick(route.input.fields, ["fromAgent", "taskDescription", "requires"]))
  },
  {
    name: "NewPart",
    doc: "A part of a handoff that its receiver delegates to another agent.",
    fields: Schema.Struct(Struct.omit(delegate.input.fields, ["id", "routing"]))
  },
  {
    name: "NewHandoff",
    doc: "A task that one agent hands to another.",
    base: "NewPart",
    fields: Schema.Struct({ fromAgent: HandoffRequest.fields.fromAgent, parent: create.input.fields.parent })
  },
  optionsOf("create", "CallOptions", {
    by: described(Schema.optionalKey(AgentId), "The agent that acts; must be the sender. Default: the sender."),
    ...Struct.pick(create.input.fields, ["id", "routing"])
  }),
  optionsOf("delegate", "CreateOptions", {
    attempt: described(
      Schema.optionalKey(Attempt),
      "The attempt that the caller holds; once it is over, the call rejects with `StaleAttempt`."
    )
  }),
  optionsOf("reopen", "CallOptions", {
    by: described(Schema.optionalKey(AgentId), "The agent that acts; must be the sender. Default: the sender."),
    ...verbs.reopen.input.fields
  }),
  {
    name: "LeaseOptions",
    doc: "The duration of a lease.",
    fields: Schema.Struct({ lease: AcceptedEvent.fields.lease })
  },
  optionsOf("claim", "CallOptions", claim.input.fields),
  ...Object.values(transitionVerbs)
    .filter(({ input }) => Object.keys(input.fields).length > 0)
    .map(({ name, input, party }) =>
      optionsOf(name, "VerbOptions", { ...(party === "witness" ? { by: witness } : {}), ...input.fields })
    ),
  optionsOf("inbox", "CallOptions", inbox.input.fields),
  optionsOf("changes", "CallOptions", changes.input.fields),
  optionsOf("import", "CallOptions", verbs.import.input.fields),
  optionsOf("register", "CallOptions", Struct.omit(register.input.fields, ["capabilities"])),
  optionsOf("unregister", "CallOptions", unregister.input.fields),
  optionsOf("revoke", "CallOptions", revoke.input.fields)
]
