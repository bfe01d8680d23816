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
import { on } from "../OpenStore.ts"
import { actor, show, type showForwarded } from "./Acting.ts"

/**
 * Describes a command by a row of the list of verbs: by its summary in a listing, by all of it in the command's own help.
 * `more` adds the facts that hold only for the command.
 */
export const withHelp =
  ({ description, summary }: Pick<Verb, "summary" | "description">, more?: string) =>
  <const Name extends string, Input, Context, E, R>(command: Command.Command<Name, Input, Context, E, R>) =>
    command.pipe(
      Command.withShortDescription(summary),
      Command.withDescription([summary, description, more].filter((text) => text !== undefined).join(" "))
    )

interface Options extends Arguments {
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

/** The command of a verb that records one transition; flags, help and errors follow from the list of verbs. */
export const verbCommand = <const Name extends TransitionVerbName>(
  name: Name,
  { examples, print, ...flagArguments }: Options
) => {
  const verb = transitionVerbs[name]
  const flags = flagsOf(verb.input.fields, flagArguments)
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
    }, on(name))
  ).pipe(
    withHelp(verb),
    Command.withExamples(
      examples.map((example) => ({ command: `aumai-handoff ${name} --id 7k2m9q4xw3pz ${example}`.trim() }))
    )
  )
}
