import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"

import { agents, route } from "./commands/Agents.ts"
import { history, inbox, list, stats, status, watch } from "./commands/Looking.ts"
import { exportAll, importAll } from "./commands/Transfer.ts"
import { accept, cancel, claim, complete, create, expire, fail, reject, start } from "./commands/Verbs.ts"
import * as Flags from "./Flags.ts"
import { engine } from "./OpenStore.ts"

/** The command with all its subcommands. */
export const cli = Command.make("aumai-handoff").pipe(
  Command.withDescription("Hand tasks from agent to agent: every step accepted, tracked and kept."),
  Command.withSharedFlags({
    store: Flag.String("store").pipe(
      Flag.withDescription("JSON file that keeps the handoffs [env: AUMAI_HANDOFF_STORE] [default: handoffs.json]"),
      Flag.withMetavar("PATH"),
      Flag.withFallbackConfig(Config.String("AUMAI_HANDOFF_STORE")),
      Flag.withDefault("handoffs.json")
    )
  }),
  Command.withSubcommands([
    create,
    status,
    accept,
    start,
    complete,
    reject,
    fail,
    cancel,
    claim,
    inbox,
    list,
    history,
    watch,
    expire,
    stats,
    route,
    agents,
    exportAll,
    importAll
  ]),
  Command.withGlobalFlags([Flags.Json]),
  Command.provide(({ store }) => engine(store))
)
