import { Attempt } from "@aumai/handoff-protocol"
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Result from "effect/Result"

import { textFlags, valueFlags } from "./Arguments.ts"

/** A flag with a value. */
export const value = (name: string): Flag.Flag<string> => {
  valueFlags.add(name)
  return Flag.String(name)
}

/** A flag with a text for a person, which is taken literally; `reader` names the flag that reads the text from a file. */
export const text = (name: string, reader?: string): Flag.Flag<string> => {
  textFlags.set(name, reader)
  return value(name)
}

/** A required flag; the help marks it. */
export const required = (name: string, description: string) =>
  value(name).pipe(Flag.withDescription(`${description} [required]`))

/** An optional flag. */
export const optional = (name: string, description: string) =>
  value(name).pipe(Flag.withDescription(description), Flag.optional)

/** The value of a flag as a failure, or the file that its `-file` flag names. */
export type Source = Result.Result<string, string>

/**
 * A flag whose value is taken literally, or one that names a file which holds it. Only the name of a flag makes a file of
 * its value: a program may pass text of others to the first one.
 */
export const requiredOrFile = (name: string, description: string, metavar = "TEXT"): Flag.Flag<Source> => {
  const reader = `${name}-file`
  const literal = text(name, reader).pipe(Flag.withDescription(description), Flag.withMetavar(metavar))
  return value(reader).pipe(
    Flag.withDescription(`A file that holds --${name}; - reads standard input`),
    Flag.withMetavar("FILE"),
    // The last one is named if both are missing.
    Flag.orElseResult(() => literal)
  )
}

/** The same for an optional value. */
export const orFile = (name: string, description: string, metavar = "TEXT") =>
  Flag.optional(requiredOrFile(name, description, metavar))

/** The handoff that a command is about. */
export const id = required(
  "id",
  "The id of the handoff; of a generated id, four or more of its first characters suffice"
).pipe(Flag.withMetavar("ID"))

/** The actor. */
export const by = optional("by", "The agent that acts [default: the party whose turn it is]").pipe(
  Flag.withMetavar("AGENT")
)

/** The witness, which has no default because any agent but the receiver may attest. */
export const witness = required("by", "The agent that has checked the work, any but the receiver").pipe(
  Flag.withMetavar("AGENT"),
  Flag.map(Option.some)
)

/** The receiver as the actor, and the attempt that it believes to hold. */
export const acting = {
  by,
  attempt: Flag.Int("attempt").pipe(
    Flag.withSchema(Attempt),
    Flag.withDescription(
      "The attempt you hold; the command is refused once another one has begun [default: the current one]"
    ),
    Flag.withMetavar("N"),
    Flag.optional
  )
}

/** A switch that is off by default. */
export const onOff = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

/** A flag for several words: it may be repeated, hold commas, or be followed by more words. */
export const words = (name: string, description: string) => ({
  flagged: value(name).pipe(
    Flag.withDescription(`${description}; repeat it, add more words, or separate them by commas`),
    Flag.withMetavar("WORD"),
    Flag.atLeast(0)
  ),
  following: Argument.String("word").pipe(Argument.withDescription(`More words for --${name}`), Argument.variadic())
})

/** Begins a store that does not exist; only for commands that `StoreUse.ts` allows it. */
export const create = onOff("create", "Begin a store that does not exist, and wait for the first handoff")

/** Switches every command from text to JSON. */
export const Json = GlobalFlag.Setting("json")({
  flag: Flag.Boolean("json").pipe(Flag.withDescription("Print wire JSON instead of text"), Flag.withDefault(false))
})

/** Prints the manual page, for `man`. */
export const Man = GlobalFlag.Action({
  flag: Flag.Boolean("man").pipe(Flag.withDescription("Print the manual page"), Flag.withDefault(false)),
  // Loaded only here, because no other command needs it.
  run: (_, context) =>
    Effect.promise(() => import("../output/ManPage.ts")).pipe(
      Effect.flatMap(({ manPage }) => manPage(context)),
      Effect.flatMap((text) => Console.log(text.trimEnd()))
    )
})
