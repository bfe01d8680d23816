import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Schema from "effect/Schema"

import * as Flags from "./input/Flags.ts"
import { word } from "./output/Text.ts"

const usual = "handoffs.json"

/** Text with the passwords of addresses in it hidden, because a mistyped command repeats its words. */
export const withoutPasswords = (text: string): string =>
  text
    .replaceAll(/(?::|%3a)\S*(?:@|%40)/gi, ":…@")
    .replaceAll(/((?:pass\w*|pwd|secret|token|key)(?:\s*=\s*|%3d))[^\s"&;]+/gi, "$1…")

/** A location without its password, for printing. */
export const shown = (location: string): string => {
  if (!/^postgres/i.test(location)) return location
  // A URL parser takes one host. An authority ends with its hosts, which contain no @.
  const [, before = "", hosts = "", after = ""] = /^([^/?#]*\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s.exec(location) ?? []
  // The parser decides where the password ends; a location that is not a URL is never opened.
  const { password, pathname, protocol, search, username } = new URL(`${before}localhost${after}`)
  const user = `${username}${password === "" ? "" : ":…"}${username === "" ? "" : "@"}`
  return `${protocol}//${user}${hosts}${pathname}${withoutPasswords(search)}`
}

/** The `--store` flag of a suggested command; empty for the default store. */
export const storeFlag = (store: string): string => (store === usual ? "" : ` --store ${word(shown(store))}`)

/** The command without its subcommands; they read the shared flags from it. */
export const root = Command.make("aumai-handoff").pipe(
  Command.withShortDescription("Hand tasks from agent to agent, and keep a record of every step."),
  Command.withDescription(
    "Hand tasks from agent to agent, and keep a record of every step. " +
      "A text is taken literally: --task-file FILE reads one from a file, and - there is standard input. " +
      "A text that looks like a flag, or is - or @file, is refused unless it is written as --task=TEXT. All flags for text and JSON keep this rule."
  ),
  Command.withSharedFlags({
    store: Flags.value("store").pipe(
      Flag.withSchema(Schema.NonEmptyString),
      Flag.withDescription(
        "The store of the handoffs: a JSON file, sqlite:FILE, postgres://USER@HOST/DATABASE or memory: [env: AUMAI_HANDOFF_STORE] [default: handoffs.json]"
      ),
      Flag.withMetavar("STORE"),
      Flag.withFallbackConfig(Config.String("AUMAI_HANDOFF_STORE")),
      Flag.withDefault(usual)
    ),
    key: Flags.value("key").pipe(
      Flag.withDescription(
        "Sign for AGENT with the secret key in FILE, which keygen writes; repeat it for more agents, and put a name with = or a comma in double quotes [env: AUMAI_HANDOFF_KEYS, separated by commas]"
      ),
      Flag.withMetavar("AGENT=FILE"),
      Flag.atLeast(0)
    )
  })
)
