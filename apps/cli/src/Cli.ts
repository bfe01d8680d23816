import * as Command from "effect/cli/Command"

import { agents, route } from "./commands/Agents.ts"
import { copy } from "./commands/Copy.ts"
import { answer, ask, progress, release, sweep, where } from "./commands/Custody.ts"
import { history, inbox, list, stats, status, watch } from "./commands/Looking.ts"
import { exportAll, importAll } from "./commands/Transfer.ts"
import { accept, cancel, claim, complete, create, fail, reject, start } from "./commands/Verbs.ts"
import { work } from "./commands/Work.ts"
import * as Flags from "./Flags.ts"
import { root } from "./Root.ts"

/** The command with all its subcommands. */
export const cli = root.pipe(
  Command.withSubcommands([
    create,
    status,
    where,
    accept,
    start,
    progress,
    ask,
    answer,
    release,
    complete,
    reject,
    fail,
    cancel,
    claim,
    work,
    inbox,
    list,
    history,
    watch,
    sweep,
    stats,
    route,
    agents,
    exportAll,
    importAll,
    copy
  ]),
  Command.withGlobalFlags([Flags.Man, Flags.Json])
)
