import * as Command from "effect/cli/Command"

import { agents, route } from "./commands/Agents.ts"
import { archive, purge } from "./commands/Archive.ts"
import { checkpoint } from "./commands/Checkpoint.ts"
import { claim } from "./commands/Claim.ts"
import { copy } from "./commands/Copy.ts"
import { create, delegate } from "./commands/Create.ts"
import { doctor } from "./commands/Doctor.ts"
import { exportAll } from "./commands/Export.ts"
import { importAll } from "./commands/Import.ts"
import { keygen } from "./commands/Keygen.ts"
import { history, inbox, list, stats, status } from "./commands/Looking.ts"
import { reopen } from "./commands/Reopen.ts"
import { result } from "./commands/Result.ts"
import { sweep } from "./commands/Sweep.ts"
import {
  accept,
  answer,
  approve,
  ask,
  attest,
  cancel,
  complete,
  confirm,
  fail,
  forward,
  progress,
  reject,
  release,
  restate,
  returned,
  start
} from "./commands/Transitions.ts"
import { verify } from "./commands/Verify.ts"
import { watch } from "./commands/Watch.ts"
import { chain, where } from "./commands/Where.ts"
import { work } from "./commands/Work.ts"
import * as Flags from "./input/Flags.ts"
import { root } from "./Root.ts"

/** The command with all its subcommands. */
export const cli = root.pipe(
  Command.withSubcommands([
    create,
    status,
    where,
    result,
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
    approve,
    returned,
    attest,
    reject,
    fail,
    cancel,
    reopen,
    claim,
    work,
    inbox,
    list,
    history,
    watch,
    sweep,
    stats,
    verify,
    checkpoint,
    doctor,
    route,
    agents,
    keygen,
    exportAll,
    importAll,
    archive,
    purge,
    copy
  ]),
  Command.withGlobalFlags([Flags.Man, Flags.Json])
)
