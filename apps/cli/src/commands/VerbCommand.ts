import { HandoffManager } from "@aumai/handoff-core"
import {
  type HandoffError,
  type HandoffRecord,
  type RecordId,
  transitionVerbs,
  type TransitionVerbName,
  type Verb
} from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import type * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { type Arguments, flagsOf } from "../input/VerbFlags.ts"
import { once } from "../OpenStore.ts"
import { actor, show, type showForwarded } from "./Acting.ts"

/** What a verb is for, in the words of the list of verbs. */
export const helpOf = ({ description, summary }: Pick<Verb, "summary" | "description">): string =>
  description === undefined ? summary : `${summary} ${description}`

interface Given extends Arguments {
  readonly examples: ReadonlyArray<string>
  /** Prints the outcome. Default: one line, or wire JSON with `--json`. */
  readonly print?: (
    record: HandoffRecord,
    payload: object
  ) => Effect.Effect<
    void,
    Effect.Error<ReturnType<typeof showForwarded>>,
    Effect.Services<ReturnType<typeof showForwarded>>
  >
}

/** The command of a verb that records one transition: its flags, its help and its errors follow from the list of verbs. */
export const verbCommand = <const Name extends TransitionVerbName>(
  name: Name,
  { examples, print, ...given }: Given
) => {
  const verb = transitionVerbs[name]
  const flags = flagsOf(verb.input.fields, given)
  const acting: { readonly by: Flag.Flag<Option.Option<string>> } & Partial<typeof Flags.acting> =
    verb.party === "receiver" ? Flags.acting : verb.party === "witness" ? { by: Flags.witness } : { by: Flags.by }
  return Command.make(
    name,
    { id: Flags.id, ...flags.config, ...acting },
    Effect.fnUntraced(function* (values) {
      const manager = yield* HandoffManager
      // The cast: the manager checks the payload of every verb.
      const run: (id: RecordId, payload: never) => Effect.Effect<HandoffRecord, HandoffError> = manager[name]
      const payload = { ...(yield* actor(values)), ...(yield* flags.read(values)) }
      const record = yield* Input.withId(values.id, (id) => run(id, payload as never))
      yield* print === undefined ? show(record) : print(record, payload)
    }, once)
  ).pipe(
    Command.withDescription(helpOf(verb)),
    Command.withExamples(
      examples.map((example) => ({ command: `aumai-handoff ${name} --id 7k2m9q4xw3pz ${example}`.trim() }))
    )
  )
}
