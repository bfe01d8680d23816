import {
  addMissingAgents,
  AgentStore,
  HandoffManager,
  HandoffStore,
  type ImportOutcome,
  type ImportReport,
  keyEvents,
  learnKeys,
  oddName,
  oddSentence
} from "@aumai/handoff-core"
import {
  type ArchivedHandoff,
  HandoffStatus,
  InvalidInput,
  type RecordId,
  StoreError,
  type WireCopyReport
} from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"

import * as Flags from "../input/Flags.ts"
import { opened } from "../OpenStore.ts"
import { print, progress, warn, sayingChanges } from "../output/Output.ts"
import { jsonText, printable } from "../output/Text.ts"
import { agentsAdded, warnOfDifferent } from "./AddedAgents.ts"
import { withHelp } from "./VerbCommand.ts"

type Engine = Context.Context<HandoffManager | HandoffStore | AgentStore>

const total = (engine: Engine): Effect.Effect<number, StoreError> =>
  Effect.map(Context.get(engine, HandoffStore).tally, (tally) =>
    HandoffStatus.literals.reduce((sum, status) => sum + (tally[status] ?? 0), 0)
  )

/** Reads a copied handoff back: the target must hold all its events and may hold newer ones. */
const verify = (target: Engine, { record, history }: ArchivedHandoff): Effect.Effect<void, StoreError> =>
  Effect.flatMap(Context.get(target, HandoffStore).history(record.recordId), (entries) =>
    history.every((event, index) => Equal.equals(entries[index]?.event, event))
      ? Effect.void
      : new StoreError({
          operation: "copy",
          reason: "corrupt",
          detail: `Handoff ${record.recordId} in the target differs from its source; do not use the copy`
        })
  )

interface Copied {
  readonly outcomes: Map<ImportOutcome, number>
  readonly conflicts: Array<RecordId>
  readonly broken: Array<ImportReport>
  readonly unproven: Array<RecordId>
}

const copyHandoffs = Effect.fnUntraced(function* (source: Engine, target: Engine) {
  const all = yield* total(source)
  const odd = yield* Context.get(source, HandoffStore).odd
  const copied: Copied = { outcomes: new Map(), conflicts: [], broken: [], unproven: [] }
  let done = 0
  // The handoffs that were read and not reported yet: one import, because a part may come before its whole.
  const read = new Map<RecordId, ArchivedHandoff>()
  const handoffs = Stream.tap(Context.get(source, HandoffManager).export, (handoff) =>
    Effect.sync(() => read.set(handoff.record.recordId, handoff))
  )
  yield* Context.get(target, HandoffManager)
    .import(handoffs)
    .pipe(
      Stream.mapArrayEffect((reports) =>
        Effect.gen(function* () {
          for (const report of reports) {
            const { recordId, outcome, unproven } = report
            copied.outcomes.set(outcome, (copied.outcomes.get(outcome) ?? 0) + 1)
            if (unproven !== undefined) copied.unproven.push(recordId)
            const handoff = read.get(recordId)
            read.delete(recordId)
            if (outcome === "conflict") copied.conflicts.push(recordId)
            else if (outcome === "broken") copied.broken.push(report)
            else if (handoff !== undefined) yield* verify(target, handoff)
          }
          yield* progress(`${(done += reports.length)} of ${all} handoffs`)
          return reports
        })
      ),
      Stream.runDrain,
      Effect.ensuring(progress(""))
    )
  if (done + odd.length < all) {
    const detail = `The tally counts ${all} handoffs, but the store lists ${done}; these were copied. Run 'doctor' on the source`
    return yield* new StoreError({ operation: "copy", reason: "corrupt", detail })
  }
  return { ...copied, done, odd }
})

const meanings: Readonly<Record<ImportOutcome, string>> = {
  added: "added",
  newer: "newer than there, and brought up to date",
  unchanged: "already there",
  conflict: "left out: in conflict with the same handoff there",
  broken: "left out: they do not hold"
}

const store = (name: string, description: string) =>
  Flags.value(name).pipe(Flag.withDescription(`${description} [required]`), Flag.withMetavar("STORE"))

export const copy = Command.make(
  "copy",
  {
    from: store("from", "The store to copy from; it is only read"),
    to: store("to", "The store to copy to; its own handoffs stay")
  },
  Effect.fnUntraced(
    function* (flags) {
      if (flags.from === flags.to) {
        return yield* new InvalidInput({
          input: "--to",
          issues: [{ path: "", expected: "expected another store than --from" }]
        })
      }
      const source = yield* opened("--from", flags.from)
      const target = yield* opened("--to", flags.to)
      yield* Effect.provide(learnKeys(yield* Effect.provide(keyEvents, source)), target)
      const { outcomes, conflicts, broken, unproven, done, odd } = yield* copyHandoffs(source, target)
      const agents = yield* Effect.provide(addMissingAgents(yield* Context.get(source, AgentStore).all), target)
      if (yield* Flags.Json) {
        const count = (outcome: ImportOutcome) => outcomes.get(outcome) ?? 0
        const report: WireCopyReport = {
          added: count("added"),
          newer: count("newer"),
          unchanged: count("unchanged"),
          conflicts,
          // The cast: the id or the place of an odd one only names it.
          broken: [...broken.map(({ recordId }) => recordId), ...odd.map((one) => oddName(one) as RecordId)],
          unproven,
          agents
        }
        yield* print(jsonText(report))
      } else {
        const parts = Object.entries(meanings).flatMap(([outcome, meaning]) => {
          // The cast: the keys of `meanings` are the outcomes.
          const count = outcomes.get(outcome as ImportOutcome)
          return count === undefined ? [] : [`${count} ${meaning}`]
        })
        yield* print(
          parts.length === 0
            ? "The source holds no handoffs"
            : `${parts.join("\n")}\nEvery copied history was read back and agrees`
        )
        for (const id of conflicts) yield* warn(`  ${printable(id)}`)
        for (const { problem, recordId } of broken) yield* warn(`  ${printable(`${recordId}: ${problem ?? ""}`)}`)
        for (const one of odd) yield* warn(`  ${printable(oddSentence(one))}`)
        for (const id of unproven) yield* warn(`  ${printable(id)} is unproven: its artifacts were not judged`)
        if (agents.added > 0) yield* print(agentsAdded(agents.added))
      }
      for (const id of agents.different) yield* warnOfDifferent(id, "in the target")
      const leftOut = [
        ...(conflicts.length === 0 ? [] : [`${conflicts.length} of ${done} handoffs are in conflict with the target`]),
        ...(broken.length === 0 ? [] : [`${broken.length} of ${done} handoffs do not hold`]),
        ...(odd.length === 0 ? [] : [`${odd.length} of ${done + odd.length} handoffs cannot be read`])
      ]
      if (leftOut.length > 0) {
        const expected = `${leftOut.join(", ")} and were left out`
        return yield* new InvalidInput({ input: "--from", issues: [{ path: "", expected }] })
      }
    },
    (work) => Effect.scoped(sayingChanges(work))
  )
).pipe(
  withHelp({
    summary: "Copies every handoff with its history, and every agent, from one store to another.",
    description: "A newer state is never overwritten. Run it again after an interruption."
  }),
  Command.withExamples([
    { command: "aumai-handoff copy --from handoffs.json --to sqlite:handoffs.db" },
    { command: "aumai-handoff copy --from sqlite:handoffs.db --to postgres://localhost/handoffs" }
  ])
)
