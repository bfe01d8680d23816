import * as Command from "effect/cli/Command"

import { agents, route } from "./commands/Agents.ts"
import { copy } from "./commands/Copy.ts"
import { history, inbox, list, stats, status, watch } from "./commands/Looking.ts"
import { exportAll, importAll } from "./commands/Transfer.ts"
import { accept, cancel, claim, complete, create, expire, fail, reject, start } from "./commands/Verbs.ts"
import * as Flags from "./Flags.ts"
import { root } from "./Root.ts"

/** The command with all its subcommands. */
export const cli = root.pipe(
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
    importAll,
    copy
  ]),
  Command.withGlobalFlags([Flags.Man, Flags.Json])
)
