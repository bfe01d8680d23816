import {
  AgentCapabilityRegistry,
  encodeAgent,
  encodeRouting,
  HandoffRouter,
  presenceOf,
  type RegisteredAgent
} from "@aumai/handoff-core"
import { limits, NoCapableAgent, readVerbs, storeVerbs } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { operatorVariable } from "../input/Keys.ts"
import { on } from "../OpenStore.ts"
import { print } from "../output/Output.ts"
import { stretch } from "../output/SentenceText.ts"
import { jsonText, printable } from "../output/Text.ts"
import { decodedOption, given } from "./Acting.ts"
import { withHelp } from "./VerbCommand.ts"

const lastSeenText = (agent: RegisteredAgent, now: DateTime.Utc): ReadonlyArray<string> => {
  const { lastSeen } = agent
  if (lastSeen === undefined) return []
  const ago = stretch(Math.max(0, now.epochMilliseconds - lastSeen.epochMilliseconds))
  return [`last seen ${DateTime.formatIso(lastSeen)}, ${ago} ago: ${presenceOf(agent, now)}`]
}

const agentText = (agent: RegisteredAgent, now: DateTime.Utc) => {
  const { agentId, capabilities, capacity, description, keys = [] } = agent
  const facts = [
    capabilities.length === 0 ? "no capabilities" : capabilities.join(", "),
    ...(capacity === undefined ? [] : [`takes ${capacity} at once`]),
    ...(keys.length === 0 ? [] : [keys.length === 1 ? "1 key" : `${keys.length} keys`]),
    ...lastSeenText(agent, now),
    ...(description === undefined ? [] : [description])
  ]
  return printable(`${agentId}: ${facts.join("; ")}`)
}

const list = Command.make(
  "list",
  {},
  Effect.fnUntraced(function* () {
    const agents = yield* (yield* AgentCapabilityRegistry).agents
    if (yield* Flags.Json) return yield* print(jsonText(agents.map(encodeAgent)))
    const now = yield* DateTime.now
    yield* print(agents.length === 0 ? "No agents registered" : agents.map((agent) => agentText(agent, now)).join("\n"))
  }, on("agents list"))
).pipe(
  withHelp({ summary: "Lists the registered agents with their capabilities, capacity and presence." }),
  Command.withExamples([{ command: "aumai-handoff agents list" }])
)

const capability = Flags.words("capability", "A capability of the agent")

const operator = Flags.onOff(
  "operator",
  "Change an agent that has a key without that key; anybody who may run the command can say so"
)

/** The operator's key, for commands that only an operator may allow. */
export const operatorKey = Flags.value("operator-key").pipe(
  Flag.withDescription(
    `The file of the operator's secret key, which keygen writes. The first key that is registered in a store pins the operator's public key [env: ${operatorVariable}]`
  ),
  Flag.withMetavar("FILE"),
  Flag.withFallbackConfig(Config.String(operatorVariable)),
  Flag.optional
)

const register = Command.make(
  "register",
  {
    id: Flags.required("id", "The name of the agent").pipe(Flag.withMetavar("NAME")),
    capability: capability.flagged,
    more: capability.following,
    capacity: Flag.Int("capacity").pipe(
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: limits.capacity }))),
      Flag.withDescription("How many open handoffs the agent takes at once [default: no limit]"),
      Flag.withMetavar("N"),
      Flag.optional
    ),
    description: Flags.orFile("description", "The tasks of the agent, for people and for a model that routes"),
    publicKey: Flags.optional(
      "public-key",
      "The Ed25519 key the agent signs with from now on, as 43 characters of base64url [default: its keys stay unchanged]"
    ).pipe(Flag.withMetavar("KEY")),
    operator,
    operatorKey
  },
  Effect.fnUntraced(
    function* (flags) {
      const registry = yield* AgentCapabilityRegistry
      const { description } = yield* decodedOption("description", flags.description, (source) =>
        Input.text("--description", source)
      )
      const agent = yield* registry.register(
        flags.id,
        yield* Input.words("agents register", "--capability", flags.capability, flags.more),
        {
          ...(Option.isSome(flags.capacity) ? { capacity: flags.capacity.value } : {}),
          ...(description === undefined ? {} : { description: description.text }),
          ...(Option.isSome(flags.publicKey) ? { publicKey: flags.publicKey.value } : {}),
          operator: flags.operator
        }
      )
      if (yield* Flags.Json) return yield* print(jsonText(encodeAgent(agent)))
      yield* print(`Registered ${agentText(agent, yield* DateTime.now)}`)
    },
    (work, { operatorKey }) => on("agents register", given("operatorKey", operatorKey))(work)
  )
).pipe(
  withHelp(storeVerbs.register),
  Command.withExamples([
    { command: "aumai-handoff agents register --id carol --capability analyze visualize report" },
    { command: "aumai-handoff agents register --id carol --capability analyze --capacity 5" },
    { command: "aumai-handoff agents register --id carol --capability analyze --public-key KEY --key carol=carol.key" },
    {
      command:
        "aumai-handoff agents register --id carol --capability analyze --public-key NEW --key carol=old.key --key carol=new.key"
    }
  ])
)

const unregister = Command.make(
  "unregister",
  { id: Flags.required("id", "The name of the agent").pipe(Flag.withMetavar("NAME")), operator, operatorKey },
  Effect.fnUntraced(
    function* (flags) {
      const { unregister } = yield* AgentCapabilityRegistry
      yield* unregister(yield* Input.agentId("--id", flags.id), { operator: flags.operator })
      yield* print((yield* Flags.Json) ? "null" : `${printable(flags.id)} is no longer registered`)
    },
    (work, { operatorKey }) => on("agents unregister", given("operatorKey", operatorKey))(work)
  )
).pipe(
  withHelp(storeVerbs.unregister, "Changes nothing if the agent is not registered."),
  Command.withExamples([{ command: "aumai-handoff agents unregister --id carol" }])
)

const revoke = Command.make(
  "revoke",
  {
    id: Flags.required("id", "The name of the agent").pipe(Flag.withMetavar("NAME")),
    reason: Flags.orFile("reason", "The reason, in words"),
    operatorKey
  },
  Effect.fnUntraced(
    function* (flags) {
      const { revoke } = yield* AgentCapabilityRegistry
      const { reason } = yield* decodedOption("reason", flags.reason, (source) => Input.text("--reason", source))
      yield* revoke(yield* Input.agentId("--id", flags.id), reason?.text)
      yield* print(
        (yield* Flags.Json) ? "null" : `The key of ${printable(flags.id)} is revoked; nobody can act in its name`
      )
    },
    (work, { operatorKey }) => on("agents revoke", given("operatorKey", operatorKey))(work)
  )
).pipe(
  withHelp(storeVerbs.revoke),
  Command.withExamples([
    { command: `aumai-handoff agents revoke --id carol --reason "Laptop stolen" --operator-key operator.key` }
  ])
)

export const agents = Command.make("agents").pipe(
  withHelp({ summary: "Lists, registers and removes agents." }),
  Command.withSubcommands([list, register, unregister, revoke])
)

const requires = Flags.words("requires", "A capability that the receiver must have")

export const route = Command.make(
  "route",
  {
    from: Flags.required("from", "The sender, which is never chosen").pipe(Flag.withMetavar("AGENT")),
    task: Flags.requiredOrFile("task", "The task, in words for the receiver [required]"),
    requires: requires.flagged,
    more: requires.following,
    fallback: Flag.Boolean("fallback").pipe(
      Flag.withDescription("Allow any agent if none matches [default: only without --requires]"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* (flags) {
    const fromAgent = yield* Input.agentId("--from", flags.from)
    const needed = yield* Input.capabilities("route", "--requires", flags.requires, flags.more)
    const { text: taskDescription } = yield* Input.text("--task", flags.task)
    const decision = yield* (yield* HandoffRouter).route(
      { fromAgent, taskDescription, ...(needed.length === 0 ? {} : { requires: needed }) },
      Option.isSome(flags.fallback) ? { fallback: flags.fallback.value } : {}
    )
    if (Option.isNone(decision)) return yield* new NoCapableAgent({ fromAgent, requires: needed })
    const { agent, reason, runnersUp } = decision.value
    if (yield* Flags.Json) return yield* print(jsonText(encodeRouting(decision.value)))
    const others = runnersUp.map(
      (one) => `  then ${one.agent}${one.matched.length === 0 ? "" : ` (${one.matched.join(", ")})`}`
    )
    yield* print([agent, `  ${reason}`, ...others].map(printable).join("\n"))
  }, on("route"))
).pipe(
  withHelp(readVerbs.route),
  Command.withExamples([
    { command: `aumai-handoff route --from planner --task "Analyze the data and visualize it"` },
    { command: `aumai-handoff route --from planner --task "Q3" --requires report` }
  ])
)
