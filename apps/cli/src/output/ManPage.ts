import * as CliOutput from "effect/cli/CliOutput"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import type * as HelpDoc from "effect/cli/HelpDoc"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

// Characters that a formatter may replace, with the escape that always prints them, so that a command copied from the
// page works in a shell. https://man7.org/linux/man-pages/man7/groff_char.7.html
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

/** Escapes text as one line of roff that prints unchanged and is never read as a request. */
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
    // No hyphenation and no stretched blanks, because both would be copied.
    ".nh",
    ".ad l",
    ".SH NAME",
    // The form that apropos and whatis read.
    `aumai\\-handoff \\- ${escaped(top.description.charAt(0).toLowerCase() + top.description.slice(1).replace(/\.$/, ""))}`,
    ".SH SYNOPSIS",
    bold(top.usage),
    ".SH DESCRIPTION",
    escaped(
      "One agent hands a task to another with a request; the other accepts or rejects it, and completes it with a result. " +
        "Every step is checked against one lifecycle and recorded with its actor and time."
    ),
    `.PP\n${escaped("An --id may be the first four or more characters of an id, if only one handoff begins like that.")}`,
    ".SH OPTIONS",
    ...[...top.flags, ...(top.globalFlags ?? [])].map(flag),
    ".SH COMMANDS",
    ...commands.map(command),
    ".SH EXIT STATUS",
    entry("0", "Done."),
    entry("1", "Refused or failed. One line on standard error begins with Error and gives the reason."),
    entry("2", "Usage error."),
    entry("130", "Interrupted."),
    ".SH ENVIRONMENT",
    entry(bold("AUMAI_HANDOFF_STORE"), "The store to use without --store."),
    entry(
      bold("AUMAI_HANDOFF_KEYS"),
      "The keys that sign without --key: AGENT=FILE, separated by commas. A file holds a secret key, as keygen writes it."
    ),
    entry(bold("NO_COLOR"), "When set, nothing is coloured. Colour is used only on a terminal."),
    ".SH FILES",
    entry(italic("handoffs.json"), "The default store, in the working directory."),
    entry(
      italic("handoffs.json-journal"),
      "The latest changes; present while a process has the store open, or after a crash."
    ),
    entry(
      italic("handoffs.json-trail"),
      "Every entry of the store, from which it continues after another program has rewritten the file."
    ),
    entry(
      italic(".handoffs.json.lock"),
      "An empty file that locks the store for writing. Do not remove it while the store is in use."
    ),
    entry(
      `${italic("handoffs.json.conflict-")}*, ${italic("handoffs.json.unreadable-")}*`,
      "Changes that another program wrote into the store and that contradict a history or cannot be read. doctor lists these files for a person to look at."
    ),
    ".SH EXAMPLES",
    ...commands.filter(({ examples = [] }) => examples.length > 0).flatMap(examplesOf),
    ".SH SEE ALSO",
    `${bold("jq")}(1), ${bold("sqlite3")}(1), ${bold("psql")}(1)`,
    `.PP\n${escaped("The wire format, the lifecycle and the stores: https://github.com/aumai/aumai-handoff")}`,
    ""
  ].join("\n")

/** Makes the manual page in roff from the help of every command. */
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
