import { HandoffManager, type ReopenOptions } from "@aumai/handoff-core"
import { storeVerbs, successorId } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { flagsOf } from "../input/VerbFlags.ts"
import { on } from "../OpenStore.ts"
import { actor } from "./Acting.ts"
import { contextFlag, isTaken, repeated, showNew, withTimes } from "./Create.ts"
import { withHelp } from "./VerbCommand.ts"

const { acceptIn: _, deadlineIn: __, id: newId, ...fields } = storeVerbs.reopen.input.fields
const flags = flagsOf(
  { ...fields, newId },
  {
    custom: {
      context: contextFlag(Flags.orFile("context", "A JSON object for the receiver [default: unchanged]", "JSON"))
    },
    names: { taskDescription: "task", toAgent: "to" }
  }
)

export const reopen = Command.make(
  "reopen",
  { id: Flags.id, ...flags.config, by: Flags.by },
  Effect.fnUntraced(function* (values) {
    const manager = yield* HandoffManager
    // The cast: the manager checks the options.
    const { newId, ...given } = (yield* flags.read(values)) as ReopenOptions & { readonly newId?: ReopenOptions["id"] }
    const changes = yield* withTimes(given, values)
    const options = { ...changes, ...(newId && { id: newId }), ...(yield* actor({ by: values.by })) }
    const { recordId } = yield* Input.handoff(values.id)
    const wasThere = yield* isTaken(newId ?? successorId(recordId))
    const record = yield* manager.reopen(recordId, options)
    yield* showNew(record, { flag: "--new-id", isRouted: false, wasThere })
  }, on("reopen"))
).pipe(
  withHelp(storeVerbs.reopen, repeated),
  Command.withExamples([
    { command: "aumai-handoff reopen --id 7k2m9q4xw3pz" },
    { command: "aumai-handoff reopen --id 7k2m9q4xw3pz --to analyst --deadline 2h --priority 9" },
    {
      command: `aumai-handoff list --status failed --json | jq -r '.[].record_id' | xargs -n1 aumai-handoff reopen --json --id`
    }
  ])
)
