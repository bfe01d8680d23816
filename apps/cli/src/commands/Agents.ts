import { AgentCapabilityRegistry, HandoffRouter, type RegisteredAgent } from "@aumai/handoff-core"
import { NoCapableAgent } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as Flags from "../Flags.ts"
import * as Input from "../Input.ts"
import { once } from "../OpenStore.ts"
import { print } from "../Output.ts"
import { printable } from "../Text.ts"

const agentJson = ({ agentId, capabilities }: RegisteredAgent) => ({ agent_id: agentId, capabilities })

const agentText = ({ agentId, capabilities }: RegisteredAgent) =>
  printable(`${agentId}: ${capabilities.length === 0 ? "no capabilities" : capabilities.join(", ")}`)

const list = Command.make(
  "list",
  {},
  Effect.fnUntraced(function* () {
    const agents = yield* (yield* AgentCapabilityRegistry).agents
    if (yield* Flags.Json) yield* print(JSON.stringify(agents.map(agentJson)))
    else yield* print(agents.length === 0 ? "No agents registered" : agents.map(agentText).join("\n"))
  }, once)
).pipe(
  Command.withDescription("List the registered agents and what they can do."),
  Command.withExamples([{ command: "aumai-handoff agents list" }])
)

const capability = Flags.words("capability", "Something the agent can do")

const register = Command.make(
  "register",
  {
    id: Flags.required("id", "Agent").pipe(Flag.withMetavar("NAME")),
    capability: capability.flagged,
    more: capability.following
  },
  Effect.fnUntraced(function* (flags) {
    const registry = yield* AgentCapabilityRegistry
    const agent = yield* registry.register(
      flags.id,
      yield* Input.words("agents register", "--capability", flags.capability, flags.more)
    )
    yield* print((yield* Flags.Json) ? JSON.stringify(agentJson(agent)) : `Registered ${agentText(agent)}`)
  }, once)
).pipe(
  Command.withDescription("Make an agent known, or replace what it can do."),
  Command.withExamples([{ command: "aumai-handoff agents register --id carol --capability analyze visualize report" }])
)

const unregister = Command.make(
  "unregister",
  { id: Flags.required("id", "Agent").pipe(Flag.withMetavar("NAME")) },
  Effect.fnUntraced(function* (flags) {
    yield* (yield* AgentCapabilityRegistry).unregister(yield* Input.agentId("--id", flags.id))
    yield* print((yield* Flags.Json) ? "null" : `${printable(flags.id)} is not registered any more`)
  }, once)
).pipe(
  Command.withDescription("Forget an agent; nothing happens when it is unknown."),
  Command.withExamples([{ command: "aumai-handoff agents unregister --id carol" }])
)

export const agents = Command.make("agents").pipe(
  Command.withDescription("Who can do what."),
  Command.withSubcommands([list, register, unregister])
)

const requires = Flags.words("requires", "Capability the receiver must have")

export const route = Command.make(
  "route",
  {
    from: Flags.required("from", "Sending agent, which is never chosen").pipe(Flag.withMetavar("AGENT")),
    task: Flags.required("task", "What is to be done").pipe(Flag.withMetavar("TEXT")),
    requires: requires.flagged,
    more: requires.following,
    fallback: Flag.Boolean("fallback").pipe(
      Flag.withDescription("Take any agent when none matches [default: only without --requires]"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* (flags) {
    const fromAgent = yield* Input.agentId("--from", flags.from)
    const needed = yield* Input.capabilities("route", "--requires", flags.requires, flags.more)
    const decision = yield* (yield* HandoffRouter).route(
      { fromAgent, taskDescription: flags.task, ...(needed.length === 0 ? {} : { requires: needed }) },
      Option.isSome(flags.fallback) ? { fallback: flags.fallback.value } : {}
    )
    if (Option.isNone(decision)) return yield* new NoCapableAgent({ fromAgent, requires: needed })
    const { agent, reason, fallback, matched, runnersUp } = decision.value
    if (yield* Flags.Json) {
      return yield* print(JSON.stringify({ agent, reason, fallback, matched, runners_up: runnersUp }))
    }
    const others = runnersUp.map(
      (one) => `  then ${one.agent}${one.matched.length === 0 ? "" : ` (${one.matched.join(", ")})`}`
    )
    yield* print([agent, `  ${reason}`, ...others].map(printable).join("\n"))
  }, once)
).pipe(
  Command.withDescription("Say who would get a task, and why, without creating anything."),
  Command.withExamples([
    { command: `aumai-handoff route --from planner --task "Analyze the data and visualize it"` },
    { command: `aumai-handoff route --from planner --task "Q3" --requires report` }
  ])
)
