import * as CliOutput from "effect/cli/CliOutput"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import type * as HelpDoc from "effect/cli/HelpDoc"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

// A character that a formatter may turn into another one, by the name that always prints it: what is copied out of the
// page must work in a shell. https://man7.org/linux/man-pages/man7/groff_char.7.html
const named: Readonly<Record<string, string>> = {
  "\\": "\\(rs",
  "-": "\\-",
  "'": "\\(aq",
  '"': "\\(dq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti"
}

const hex = (character: string): string => (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")

/** Text as one line of roff: it prints as it is, and is never taken for a request. */
export const escaped = (text: string): string =>
  text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\\\-'"`^~]/g, (character) => named[character] ?? character)
    .replaceAll(/[^\p{ASCII}]/gu, (character) => `\\[u${hex(character)}]`)
    .replace(/^\./, "\\&.")

const bold = (text: string): string => `\\fB${escaped(text)}\\fR`
const italic = (text: string): string => `\\fI${escaped(text)}\\fR`
const entry = (term: string, text: string): string => `.TP\n${term}\n${escaped(text)}`
const example = (command: string): string => `.PP\n.nf\n.RS\n${escaped(command)}\n.RE\n.fi`

const flag = ({ name, aliases, type, description }: HelpDoc.FlagDoc): string => {
  const names = [`--${name}`, ...aliases].map(bold).join(", ")
  const value = type === "boolean" ? "" : ` ${italic(type)}`
  return entry(
    names + value,
    Option.getOrElse(description, () => "")
  )
}

const argument = ({ name, variadic, description }: HelpDoc.ArgDoc): string =>
  entry(
    italic(name) + (variadic ? " ..." : ""),
    Option.getOrElse(description, () => "")
  )

const examplesOf = ({ description, examples = [] }: HelpDoc.HelpDoc): ReadonlyArray<string> => [
  `.PP\n${escaped(description)}`,
  ...examples.map(({ command }) => example(command))
]

const command = (doc: HelpDoc.HelpDoc): string =>
  [
    `.SS ${escaped(doc.commandPath?.slice(1).join(" ") ?? "")}`,
    escaped(doc.description),
    `.PP\n${bold(doc.usage)}`,
    ...(doc.args ?? []).map(argument),
    ...doc.flags.map(flag)
  ].join("\n")

const page = (version: string, [top, ...commands]: readonly [HelpDoc.HelpDoc, ...Array<HelpDoc.HelpDoc>]): string =>
  [
    `.TH AUMAI\\-HANDOFF 1 "" "aumai\\-handoff ${escaped(version)}" "User Commands"`,
    // Neither hyphens inside words nor stretched blanks: both would be copied.
    ".nh",
    ".ad l",
    ".SH NAME",
    // Read by apropos and whatis, which want it like this.
    `aumai\\-handoff \\- ${escaped(top.description.charAt(0).toLowerCase() + top.description.slice(1).replace(/\.$/, ""))}`,
    ".SH SYNOPSIS",
    bold(top.usage),
    ".SH DESCRIPTION",
    escaped(
      "One agent hands a task to another with a request; the other accepts or rejects it, and finishes it with a result. " +
        "Every step is checked against one lifecycle and kept, with who took it and when."
    ),
    `.PP\n${escaped("An --id may be the first four or more characters of one, when only one handoff begins like that.")}`,
    ".SH OPTIONS",
    ...[...top.flags, ...(top.globalFlags ?? [])].map(flag),
    ".SH COMMANDS",
    ...commands.map(command),
    ".SH EXIT STATUS",
    entry("0", "Done."),
    entry("1", "Refused or failed. One line on standard error, beginning with Error, says why."),
    entry("2", "Used wrongly."),
    entry("130", "Interrupted."),
    ".SH ENVIRONMENT",
    entry(bold("AUMAI_HANDOFF_STORE"), "The store to use where --store is not given."),
    entry(
      bold("AUMAI_HANDOFF_KEYS"),
      "Who signs, where --key is not given: AGENT=FILE, with commas between several. A file holds a secret key, as keygen makes it."
    ),
    entry(bold("NO_COLOR"), "When set, nothing is coloured. Colour is used only on a terminal anyway."),
    ".SH FILES",
    entry(italic("handoffs.json"), "The store, in the working directory, unless another one is named."),
    entry(
      italic("handoffs.json-journal"),
      "What has happened since; there while somebody has the store open, or after a crash."
    ),
    entry(
      italic(".handoffs.json.lock"),
      "Empty; says to other processes who may write. Not to be removed while in use."
    ),
    entry(
      `${italic("handoffs.json.conflict-")}*, ${italic("handoffs.json.unreadable-")}*`,
      "What another program wrote into the store and contradicts a history, or cannot be read: for a person to look at. doctor names them."
    ),
    ".SH EXAMPLES",
    ...commands.filter(({ examples = [] }) => examples.length > 0).flatMap(examplesOf),
    ".SH SEE ALSO",
    `${bold("jq")}(1), ${bold("sqlite3")}(1), ${bold("psql")}(1)`,
    `.PP\n${escaped("The wire format, the lifecycle and the stores: https://github.com/aumai/aumai-handoff")}`,
    ""
  ].join("\n")

/** The manual page in roff, made of what `--help` says of every command. */
export const manPage = Effect.fnUntraced(function* (context: GlobalFlag.HandlerContext) {
  const docs: Array<HelpDoc.HelpDoc> = []
  const keep: CliOutput.Presenter = {
    present: (event) => Effect.sync(() => (event._tag === "Help" ? docs.push(event.helpDoc) : 0))
  }
  const visit = (commandPath: ReadonlyArray<string>): Effect.Effect<void> =>
    GlobalFlag.Help.run(true, { ...context, commandPath }).pipe(
      Effect.provideService(CliOutput.Presenter, keep),
      Effect.andThen(
        Effect.suspend(() =>
          Effect.forEach(
            docs.at(-1)?.subcommands?.flatMap(({ commands }) => commands) ?? [],
            ({ name }) => visit([...commandPath, name]),
            { discard: true }
          )
        )
      )
    )
  yield* visit([context.command.name])
  const [top, ...commands] = docs
  if (top === undefined) return yield* Effect.die(new Error("the command has no help"))
  return page(context.version.split(" ")[0] ?? "", [top, ...commands])
})
