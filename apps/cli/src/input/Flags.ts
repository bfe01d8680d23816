import { Attempt } from "@aumai/handoff-protocol"
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** A flag that must be given, and says so in the help. */
export const required = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(`${description} [required]`))

/** A flag that may be left out. */
export const optional = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

/** Which handoff. */
export const id = required("id", "Handoff id, or the first four or more characters of one").pipe(Flag.withMetavar("ID"))

/** Who acts. */
export const by = optional("by", "Who acts [default: the party whose move it is]").pipe(Flag.withMetavar("AGENT"))

/** The witness, which has no default because any agent but one may be it. */
export const witness = required("by", "The agent that has checked the work: any but the receiver").pipe(
  Flag.withMetavar("AGENT"),
  Flag.map(Option.some)
)

/** Who acts as the receiver, and which attempt that is meant for. */
export const acting = {
  by,
  attempt: Flag.Int("attempt").pipe(
    Flag.withSchema(Attempt),
    Flag.withDescription("The attempt you hold; refused once another one has begun [default: whichever it is]"),
    Flag.withMetavar("N"),
    Flag.optional
  )
}

/** Something that is so when it is said. */
export const onOff = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

/** A flag that takes several words: repeated, with commas, or words that follow it. */
export const words = (name: string, description: string) => ({
  flagged: Flag.String(name).pipe(
    Flag.withDescription(`${description}; repeat it, give several words, or put commas between them`),
    Flag.withMetavar("WORD"),
    Flag.atLeast(0)
  ),
  following: Argument.String("word").pipe(Argument.withDescription(`More words for --${name}`), Argument.variadic())
})

/** Prints JSON instead of text, with every command. */
export const Json = GlobalFlag.Setting("json")({
  flag: Flag.Boolean("json").pipe(Flag.withDescription("Print wire JSON, one value"), Flag.withDefault(false))
})

/** Prints the manual page, for `man`. */
export const Man = GlobalFlag.Action({
  flag: Flag.Boolean("man").pipe(Flag.withDescription("Print the manual page"), Flag.withDefault(false)),
  // Loaded when it is asked for: no other command has a use for it.
  run: (_, context) =>
    Effect.promise(() => import("../output/ManPage.ts")).pipe(
      Effect.flatMap(({ manPage }) => manPage(context)),
      Effect.flatMap((text) => Console.log(text.trimEnd()))
    )
})
