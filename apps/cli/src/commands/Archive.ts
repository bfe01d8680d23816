/** The commands that let handoffs leave a store: to an archive, or for good. */
import { HandoffStore, nowIn } from "@aumai/handoff-core"
import type { ArchiveReport, PurgeReport } from "@aumai/handoff-core/Retention"
import {
  HandoffStatus,
  isOpen,
  type RecordId,
  storeVerbs,
  type WireArchiveReport,
  type WirePurgeReport
} from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { on } from "../OpenStore.ts"
import { print, progress } from "../output/Output.ts"
import { jsonText, printable, word } from "../output/Text.ts"
import { decodedOption, given } from "./Acting.ts"
import { operatorKey } from "./Agents.ts"
import { withHelp } from "./VerbCommand.ts"

// Loaded only by these commands, because it imports keys and signatures.
const retention = Effect.promise(() => import("../Retention.ts"))

const handoffs = (count: number): string => (count === 1 ? "1 handoff" : `${count} handoffs`)

const archiveJson = ({ checkpoint, digest, ...counts }: ArchiveReport): WireArchiveReport => ({
  ...counts,
  digest: digest ?? null,
  checkpoint: checkpoint ?? null
})

const archiveText = (file: string, { digest, entries, handoffs: count, kept }: ArchiveReport): string =>
  digest === undefined
    ? "Nothing to archive"
    : [
        `Archived ${handoffs(count)} with ${entries === 1 ? "1 entry" : `${entries} entries`} to ${printable(file)}`,
        `SHA-256 ${digest}`,
        ...(kept === 0 ? [] : [`${handoffs(kept)} of it stay in the store, because they changed meanwhile`]),
        `'aumai-handoff verify --with ${word(file)}' compares both; 'aumai-handoff import --file ${word(file)}' puts them back`
      ].join("\n")

/** The moment that a duration ago was, by the clock of the store; or the moment that a timestamp names. */
const momentOf = Effect.fnUntraced(function* (text: string) {
  if (!Input.isDuration(text)) return yield* Input.deadline("--before", text)
  const ago = yield* Input.duration("--before", text)
  return DateTime.subtract(yield* Effect.flatMap(HandoffStore, nowIn), { milliseconds: ago })
})

export const archive = Command.make(
  "archive",
  {
    before: Flags.required(
      "before",
      "Only handoffs that last changed longer ago than this, such as 90d, or before a timestamp; with all their parts"
    ).pipe(Flag.withMetavar("WHEN")),
    status: Flag.Literals(
      "status",
      HandoffStatus.literals.filter((status) => !isOpen(status))
    ).pipe(
      Flag.withDescription(
        "Only handoffs with this status, and their parts; repeat it for more [default: every final one]"
      ),
      Flag.atLeast(0)
    ),
    to: Flags.required(
      "to",
      "The file of the archive. One that exists must be an archive of this store that was interrupted, and is continued"
    ).pipe(Flag.withMetavar("FILE")),
    operatorKey
  },
  (flags) =>
    Effect.gen(function* () {
      const { archive, archiveFile } = yield* retention
      const progressing = yield* Effect.context<Effect.Services<ReturnType<typeof progress>>>()
      const report = yield* archive({
        before: yield* momentOf(flags.before),
        ...(flags.status.length > 0 && { status: flags.status }),
        file: archiveFile(flags.to),
        onProgress: (step, count) =>
          count % 256 === 0 ? Effect.provide(progress(`${step} ${handoffs(count)}`), progressing) : Effect.void
      }).pipe(Effect.ensuring(progress("")))
      yield* print((yield* Flags.Json) ? jsonText(archiveJson(report)) : archiveText(flags.to, report))
    }).pipe(on("archive", given("operatorKey", flags.operatorKey)))
).pipe(
  withHelp(
    storeVerbs.archive,
    "--status names the status of the whole, and its parts follow it. A chain with an open part stays. Nobody else may have a JSON store open meanwhile."
  ),
  Command.withExamples([
    { command: "aumai-handoff archive --before 90d --to 2026-q3.json" },
    { command: "aumai-handoff archive --before 30d --status completed --to completed.json" },
    { command: "aumai-handoff verify --with 2026-q3.json" }
  ])
)

const purgeText = ({ purged, unchanged }: PurgeReport): string =>
  [
    `Erased the texts of ${handoffs(purged.length)}`,
    ...(unchanged.length === 0 ? [] : [`${handoffs(unchanged.length)} had none any longer`])
  ].join("\n")

export const purge = Command.make(
  "purge",
  {
    id: Flags.value("id").pipe(
      Flag.withDescription(
        "The id of a handoff; repeat it for more. Of a generated id, four or more of its first characters suffice [required]"
      ),
      Flag.withMetavar("ID"),
      Flag.atLeast(1)
    ),
    by: Flags.required("by", "The agent that erases them; the log names it").pipe(Flag.withMetavar("AGENT")),
    reason: Flags.orFile("reason", "The reason. It stays in the log, so do not repeat what is erased"),
    operatorKey
  },
  (flags) =>
    Effect.gen(function* () {
      const { purge } = yield* retention
      const { reason } = yield* decodedOption("reason", flags.reason, (source) => Input.text("--reason", source))
      const ids: Array<RecordId> = []
      for (const id of flags.id) ids.push((yield* Input.handoff(id)).recordId)
      const report = yield* purge({
        handoffs: ids,
        by: yield* Input.agentId("--by", flags.by),
        ...given(
          "reason",
          Option.map(Option.fromUndefinedOr(reason), ({ text }) => text)
        )
      })
      const json: WirePurgeReport = report
      yield* print((yield* Flags.Json) ? jsonText(json) : purgeText(report))
    }).pipe(on("purge", given("operatorKey", flags.operatorKey)))
).pipe(
  withHelp(storeVerbs.purge, "Nobody else may have a JSON store open meanwhile."),
  Command.withExamples([
    { command: 'aumai-handoff purge --id 7k2m9q4xw3pz --by operator --reason "Request of 1 December."' }
  ])
)
