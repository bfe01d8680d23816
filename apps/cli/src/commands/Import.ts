import {
  addMissingAgents,
  encodeImportReport,
  HandoffManager,
  type ImportOutcome,
  type ImportReport,
  learnKeys,
  type RegisteredAgent
} from "@aumai/handoff-core"
import {
  type ArchivedHandoff,
  decodeArchived,
  InvalidInput,
  type KeyEvent,
  storeVerbs,
  type WireImportReport
} from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

import { type ArchiveFile, archiveFile, type ArchiveHandoff, groupsOf, hasJournal } from "../input/ArchiveFile.ts"
import * as Flags from "../input/Flags.ts"
import { on } from "../OpenStore.ts"
import { print, progress, sayingChanges, warn } from "../output/Output.ts"
import { jsonText, printable, word } from "../output/Text.ts"
import { root, shown } from "../Root.ts"
import { agentsAdded, warnOfDifferent } from "./AddedAgents.ts"
import { withHelp } from "./VerbCommand.ts"

// A listing of more is of no use to a person.
const mostNamed = 20

/** A handoff of an archive that cannot be read. */
interface Unreadable {
  readonly recordId: string
  readonly problem: string
}

/** Decodes handoffs, and collects those that cannot be read, each with its place in the archive. */
const decoded = (name: string, given: ReadonlyArray<ArchiveHandoff>) => {
  const handoffs: Array<ArchivedHandoff> = []
  const unreadable: Array<Unreadable> = []
  for (const { fault, json, path: place } of given) {
    if (fault !== undefined) {
      unreadable.push({ recordId: place, problem: fault })
      continue
    }
    const one = decodeArchived(name, json)
    if (Result.isSuccess(one)) handoffs.push(one.success)
    else {
      const problems = one.failure.issues.map(({ path, expected }) => (path === "" ? expected : `${path}: ${expected}`))
      unreadable.push({ recordId: place, problem: problems.join("; ") })
    }
  }
  return { handoffs, unreadable }
}

const percent = ({ size }: ArchiveFile, bytes: number): string =>
  size === undefined ? "" : `, ${Math.floor((100 * bytes) / Math.max(size, 1))} %`

/** Reads the whole archive before anything of it is imported, so that one that is torn is refused as a whole. */
const check = (archive: ArchiveFile) =>
  groupsOf(archive).pipe(
    Stream.runForEach(({ bytes }) => progress(`checked${percent(archive, bytes)}`)),
    Effect.ensuring(progress(""))
  )

const meanings: Readonly<Record<ImportOutcome, string>> = {
  added: "added",
  newer: "newer than here, and brought up to date",
  unchanged: "already here",
  conflict: "left out: in conflict with the same handoff here, or with their own history",
  broken: "left out: they do not hold"
}

/** The outcomes that leave a handoff out, and the reason in words. */
const refusals = { conflict: "are in conflict", broken: "do not hold" } as const
const isRefusal = (outcome: ImportOutcome): outcome is keyof typeof refusals => outcome in refusals

interface Imported {
  handoffs: number
  agents: number
  readonly outcomes: Map<ImportOutcome, number>
  /** All reports for `--json`; otherwise only those that are named. */
  readonly reports: Array<ImportReport>
  /** The number of handoffs that cannot be read, and the first of them. */
  odd: number
  readonly unreadable: Array<Unreadable>
}

/**
 * Imports an archive group by group, as one import: a part may come long before its whole. Stops at a fault; what was
 * imported before it stays.
 */
const importFrom = Effect.fnUntraced(function* (archive: ArchiveFile, trust: boolean) {
  const manager = yield* HandoffManager
  const keepsAll = yield* Flags.Json
  const imported: Imported = { handoffs: 0, agents: 0, outcomes: new Map(), reports: [], odd: 0, unreadable: [] }
  const found: Array<RegisteredAgent> = []
  // A key log may be longer than a group, but is learned as a whole.
  const events: Array<KeyEvent> = []
  let read = 0
  const handoffs = groupsOf(archive).pipe(
    Stream.mapEffect(
      Effect.fnUntraced(function* ({ agents, bytes, handoffs: given, keys, skipped }) {
        const { handoffs, unreadable } = decoded(archive.name, given)
        imported.odd += unreadable.length
        imported.unreadable.push(
          ...(keepsAll ? unreadable : unreadable.slice(0, mostNamed - imported.unreadable.length))
        )
        for (const key of skipped) {
          yield* warn(`Left out: the key ${printable(key)}, which this version does not know`)
        }
        events.push(...keys)
        if (handoffs.length > 0) yield* learnKeys(events.splice(0))
        found.push(...agents)
        read = bytes
        return handoffs
      })
    ),
    Stream.flattenIterable
  )
  yield* manager.import(handoffs, { trust }).pipe(
    Stream.runForEachArray((reports) => {
      for (const report of reports) {
        const { outcome, unproven } = report
        imported.outcomes.set(outcome, (imported.outcomes.get(outcome) ?? 0) + 1)
        if (keepsAll || isRefusal(outcome) || unproven !== undefined) imported.reports.push(report)
      }
      imported.handoffs += reports.length
      return progress(`${imported.handoffs} handoffs${percent(archive, read)}`)
    }),
    Effect.ensuring(progress("")),
    Effect.tapError(() =>
      imported.handoffs === 0 ? Effect.void : warn(`Imported before the error: ${imported.handoffs} handoffs`)
    )
  )
  yield* learnKeys(events)
  // At last, because from then on only their keys prove what is in their names.
  const { added, different } = yield* addMissingAgents(found)
  imported.agents += added
  for (const id of different) yield* warnOfDifferent(id, "here")
  return imported
})

const summarise = Effect.fnUntraced(function* ({ agents, handoffs, odd, outcomes, reports, unreadable }: Imported) {
  for (const outcome of ["added", "newer", "unchanged", "conflict", "broken"] as const) {
    const count = outcomes.get(outcome)
    if (count === undefined) continue
    yield* print(`${count} ${meanings[outcome]}`)
    if (!isRefusal(outcome)) continue
    for (const { problem, recordId } of reports.filter((report) => report.outcome === outcome))
      yield* warn(`  ${printable(problem === undefined ? recordId : `${recordId}: ${problem}`)}`)
  }
  if (odd > 0) yield* print(`${odd} left out: they cannot be read`)
  for (const { problem, recordId } of unreadable) yield* warn(`  ${printable(`${recordId}: ${problem}`)}`)
  if (odd > unreadable.length) yield* warn(`  and ${odd - unreadable.length} more`)
  const unproven = reports.flatMap((one) => (one.unproven === undefined ? [] : [`${one.recordId}: ${one.unproven}`]))
  if (unproven.length > 0) yield* print(`${unproven.length} of these unproven`)
  for (const reason of unproven) yield* warn(`  ${printable(reason)}`)
  if (handoffs + odd === 0) yield* print("The file holds no handoffs")
  if (agents > 0) yield* print(agentsAdded(agents))
})

/** Refuses the file of a JSON store that a process has open, because its later changes are in the journal. */
const refuseJournal = Effect.fnUntraced(function* (file: string) {
  if (file === "-" || !(yield* hasJournal(file))) return
  const { store } = yield* root
  const expected = `${file}-journal holds later changes of this store; use 'aumai-handoff copy --from ${word(file)} --to ${word(shown(store))}'`
  return yield* new InvalidInput({ input: "--file", issues: [{ path: "", expected }] })
})

export const importAll = Command.make(
  "import",
  {
    file: Flags.value("file").pipe(
      Flag.withDescription("A JSON file that export or the Python tool wrote; - reads standard input [required]"),
      Flag.withMetavar("FILE")
    ),
    trust: Flags.onOff(
      "trust",
      "Take entries in the name of an agent that has a key here, although no key of it has signed them; verify always counts them as unknown"
    )
  },
  Effect.fnUntraced(function* (flags) {
    yield* refuseJournal(flags.file)
    const archive = yield* archiveFile("--file", flags.file)
    const imported = yield* on("import")(
      // A pipe can be read only once.
      Effect.andThen(archive.size === undefined ? Effect.void : check(archive), importFrom(archive, flags.trust))
    )
    const { odd, outcomes, reports, unreadable } = imported
    const handoffs = imported.handoffs + odd
    if (yield* Flags.Json) {
      const left = unreadable.map(({ problem, recordId }): WireImportReport => ({
        record_id: recordId,
        outcome: "broken",
        problem: `It cannot be read: ${problem}`,
        unproven: null
      }))
      yield* print(jsonText([...reports.map(encodeImportReport), ...left]))
    } else yield* summarise(imported)
    const leftOut = (["conflict", "broken"] as const).flatMap((refusal) => {
      const count = outcomes.get(refusal)
      return count === undefined ? [] : [`${count} of ${handoffs} handoffs ${refusals[refusal]}`]
    })
    if (odd > 0) leftOut.push(`${odd} of ${handoffs} handoffs cannot be read`)
    if (leftOut.length > 0) {
      const expected = `${leftOut.join(", ")} and were left out`
      return yield* new InvalidInput({ input: flags.file, issues: [{ path: "", expected }] })
    }
  }, sayingChanges)
).pipe(
  withHelp(
    storeVerbs.import,
    "A handoff that cannot be read is left out and named by its place; the others are imported, and the command exits with 1. A file is read twice: once to check it, so that a torn file imports nothing. Standard input is read once; the handoffs before a fault stay."
  ),
  Command.withExamples([
    { command: "aumai-handoff import --file backup.json" },
    { command: "aumai-handoff export --full --store old.json | aumai-handoff import --file - --store sqlite:new.db" }
  ])
)
