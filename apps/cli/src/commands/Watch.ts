import { encodeEntry, HandoffManager, Position } from "@aumai/handoff-core"
import { HandoffEvent, readVerbs } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { onDemand } from "../OpenStore.ts"
import { entryText } from "../output/EntryText.ts"
import { print } from "../output/Output.ts"
import { jsonText, printable } from "../output/Text.ts"
import { decodedOption } from "./Acting.ts"
import { withHelp } from "./VerbCommand.ts"

const eventNames = HandoffEvent.members.map(({ fields }) => fields._tag.schema.literal)

const only = (name: string, description: string, metavar: string) =>
  Flags.optional(name, description).pipe(Flag.withMetavar(metavar))

/** The whole id of the handoff that a flag names. */
const idOf = (value: string) => Effect.map(Input.handoff(value), ({ recordId }) => recordId)

export const watch = Command.make(
  "watch",
  {
    create: Flags.create,
    from: Flags.value("from").pipe(
      Flag.withDescription(
        "Begin now, at the start of the log, or after a position that --json printed [default: now]"
      ),
      Flag.withMetavar("now|start|POSITION"),
      Flag.withDefault("now")
    ),
    until: Flag.Literals("until", ["now"]).pipe(
      Flag.withDescription("End with the last entry that the log has now [default: wait for new ones]"),
      Flag.withMetavar("now"),
      Flag.optional
    ),
    id: only("id", "Only this handoff; its history is read instead of the log", "ID"),
    chain: only("chain", "Only the chain of this handoff: its whole and all delegated parts", "ID"),
    agent: only("agent", "Only handoffs that this agent sent, has or has had, and what it recorded", "AGENT"),
    event: Flag.Literals("event", eventNames).pipe(
      Flag.withDescription("Only this event, such as Completed; repeat it for more"),
      Flag.withMetavar("EVENT"),
      Flag.atLeast(0)
    )
  },
  Effect.fnUntraced(function* ({ agent, chain, event, from, id, until }) {
    const manager = yield* HandoffManager
    const json = yield* Flags.Json
    const where = {
      ...(yield* decodedOption("handoff", id, idOf)),
      ...(yield* decodedOption("chain", chain, idOf)),
      ...(yield* decodedOption("agent", agent, (agent) => Input.agentId("--agent", agent))),
      ...(event.length === 0 ? {} : { events: event })
    }
    const entries = manager.changes({
      // The store names what is wrong with a position.
      from: from === "now" || from === "start" ? from : Position.make(from),
      ...(Option.isSome(until) ? { until: until.value } : {}),
      ...(Object.keys(where).length === 0 ? {} : { where })
    })
    yield* Stream.runForEachArray(entries, (entries) =>
      print(
        entries
          .map((entry) => (json ? jsonText(encodeEntry(entry)) : `${printable(entry.recordId)}  ${entryText(entry)}`))
          .join("\n")
      )
    )
  }, onDemand("watch"))
).pipe(
  withHelp(
    readVerbs.changes,
    "Runs until interrupted, unless --until ends it; with --json it prints one line for each entry."
  ),
  Command.withExamples([
    { command: "aumai-handoff watch" },
    { command: "aumai-handoff watch --from start --until now --agent executor --event Completed" },
    { command: "aumai-handoff watch --json --from 0123456789abcdefghjkmnpqrs.1.42" }
  ])
)
