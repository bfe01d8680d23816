import * as Command from "effect/cli/Command"

import { agents, route } from "./commands/Agents.ts"
import { copy } from "./commands/Copy.ts"
import { create, delegate } from "./commands/Create.ts"
import { answer, ask, progress, release, sweep, where } from "./commands/Custody.ts"
import { attest, complete } from "./commands/Delivering.ts"
import { doctor } from "./commands/Doctor.ts"
import { chain, forward } from "./commands/Forwarding.ts"
import { keygen } from "./commands/Keygen.ts"
import { history, inbox, list, stats, status, watch } from "./commands/Looking.ts"
import { accept, confirm, restate } from "./commands/ReadingBack.ts"
import { exportAll, importAll } from "./commands/Transfer.ts"
import { cancel, claim, fail, reject, start } from "./commands/Verbs.ts"
import { verify } from "./commands/Verify.ts"
import { work } from "./commands/Work.ts"
import * as Flags from "./Flags.ts"
import { root } from "./Root.ts"

/** The command with all its subcommands. */
export const cli = root.pipe(
  Command.withSubcommands([
    create,
    status,
    where,
    chain,
    accept,
    restate,
    confirm,
    start,
    progress,
    ask,
    answer,
    release,
    forward,
    delegate,
    complete,
    attest,
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
    verify,
    doctor,
    route,
    agents,
    keygen,
    exportAll,
    importAll,
    copy
  ]),
  Command.withGlobalFlags([Flags.Man, Flags.Json])
)
