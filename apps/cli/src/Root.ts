import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Schema from "effect/Schema"

import { word } from "./output/Text.ts"

const usual = "handoffs.json"

/** A location that can be shown: without a password. */
export const shown = (location: string): string => location.replace(/^([a-z]+:\/\/[^/@:]*):[^@/]*@/i, "$1:…@")

/** What a command that is proposed must say besides, so that it is about the same store. */
export const storeFlag = (store: string): string => (store === usual ? "" : ` --store ${word(shown(store))}`)

/** The command itself. Every subcommand reads the flags that belong to all of them from it. */
export const root = Command.make("aumai-handoff").pipe(
  Command.withDescription("Hand tasks from agent to agent: every step accepted, tracked and kept."),
  Command.withSharedFlags({
    store: Flag.String("store").pipe(
      Flag.withSchema(Schema.NonEmptyString),
      Flag.withDescription(
        "What keeps the handoffs: a JSON file, sqlite:FILE, postgres://USER@HOST/DATABASE or memory: [env: AUMAI_HANDOFF_STORE] [default: handoffs.json]"
      ),
      Flag.withMetavar("STORE"),
      Flag.withFallbackConfig(Config.String("AUMAI_HANDOFF_STORE")),
      Flag.withDefault(usual)
    ),
    key: Flag.String("key").pipe(
      Flag.withDescription(
        "Sign what AGENT does with the secret key in FILE, as keygen makes it; repeat it for more agents [env: AUMAI_HANDOFF_KEYS, with commas]"
      ),
      Flag.withMetavar("AGENT=FILE"),
      Flag.atLeast(0)
    )
  })
)
