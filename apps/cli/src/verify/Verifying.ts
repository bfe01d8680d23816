/** Verifies handoffs of a store or a file and reports those that do not hold. Loaded only by commands that verify. */
import { AgentStore, decodeAgent, type HandoffManager, HandoffStore, type RegisteredAgent } from "@aumai/handoff-core"
import * as Verification from "@aumai/handoff-core/Verification"
import {
  decodeText,
  type Flaw,
  HandoffStatus,
  InvalidInput,
  type RecordId,
  type StoreError,
  type WireVerification
} from "@aumai/handoff-protocol"
import { schemaBox } from "@aumai/handoff/node"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import { archiveFile, groupsOf, hasJournal } from "../input/ArchiveFile.ts"
import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { print, progress, warn } from "../output/Output.ts"
import { jsonText, printable, word } from "../output/Text.ts"

/** A handoff or a counter of the store does not hold. */
export class DoesNotHold extends Schema.TaggedError<DoesNotHold>()("DoesNotHold", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

/** The result of a verification. */
interface Findings {
  readonly handoffs: number
  readonly entries: number
  /** The number of entries with a valid signature of their author. */
  readonly signed: number
  readonly flaws: ReadonlyArray<Flaw & { readonly recordId: string; readonly entries: number }>
  /** The handoffs that hold, but with an artifact that was not judged by its JSON Schema. */
  readonly unproven: ReadonlyArray<{ readonly recordId: string; readonly reason: string }>
  /** A sentence for each wrong counter of the store. */
  readonly counts: ReadonlyArray<string>
  /** The comparison of the log with a checkpoint; absent if none was named. */
  readonly checkpoint?: WireVerification["checkpoint"]
  /** A sentence for each thing that was not checked. */
  readonly notes: ReadonlyArray<string>
}

interface Looked {
  readonly recordId: string
  readonly entries: number
  readonly signed: number
  readonly flaw?: Flaw
  readonly unproven?: string
}

const gather = (all: ReadonlyArray<Looked>, more: Partial<Findings> = {}): Findings => ({
  handoffs: all.length,
  entries: all.reduce((sum, { entries }) => sum + entries, 0),
  signed: all.reduce((sum, { signed }) => sum + signed, 0),
  flaws: all.flatMap(({ entries, flaw, recordId }) => (flaw === undefined ? [] : [{ ...flaw, recordId, entries }])),
  unproven: all.flatMap(({ recordId, unproven }) => (unproven === undefined ? [] : [{ recordId, reason: unproven }])),
  counts: [],
  notes: [],
  ...more
})

/** A number with its noun: `1 handoff`, `2 handoffs`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** A flaw in a sentence. */
export const flawText = ({ entries, problem, recordId, revision }: Findings["flaws"][number]): string => {
  const place = revision === 0 ? "" : ` at revision ${revision} of ${Math.max(entries, revision)}`
  return printable(`Handoff ${recordId} does not hold${place}: ${problem}`)
}

/** Prints the result, and fails if something does not hold. */
const report = Effect.fnUntraced(function* (found: Findings) {
  const { checkpoint = null, counts, entries, flaws, handoffs, notes, signed, unproven } = found
  if (yield* Flags.Json) {
    const json: WireVerification = {
      handoffs,
      entries,
      signed,
      flaws: flaws.map((one) => ({
        record_id: one.recordId,
        revision: one.revision,
        entries: one.entries,
        problem: one.problem
      })),
      unproven: unproven.map(({ reason, recordId }) => ({ record_id: recordId, reason })),
      counts,
      checkpoint,
      notes
    }
    yield* print(jsonText(json))
  } else {
    for (const flaw of flaws) yield* print(flawText(flaw))
    for (const sentence of counts) yield* print(printable(sentence))
    if (checkpoint !== null) yield* print(printable(checkpoint.sentence))
    const checked = `${counted(handoffs, "handoff")} with ${counted(entries, "entry", "entries")}`
    const proven = `${signed === 0 ? "no" : signed} ${signed === 1 ? "signature" : "signatures"} verified`
    const isWhole = flaws.length + counts.length === 0 && checkpoint?.holds !== false
    const [open, all] =
      unproven.length === 0
        ? ["", "everything"]
        : [`, ${counted(unproven.length, "handoff")} unproven`, "everything else"]
    yield* print(`Checked ${checked}, ${proven}${open}${isWhole ? `: ${all} holds` : ""}`)
    for (const { reason, recordId } of unproven) yield* warn(printable(`Handoff ${recordId} is unproven: ${reason}`))
    for (const note of notes) yield* warn(printable(note))
  }
  const faults = [
    ...(flaws.length === 0
      ? []
      : [`${flaws.length} of ${counted(handoffs, "handoff")} ${flaws.length === 1 ? "does" : "do"} not hold`]),
    ...(counts.length === 0
      ? []
      : [`${counted(counts.length, "counter")} of the store ${counts.length === 1 ? "is" : "are"} wrong`]),
    ...(checkpoint?.holds === false ? ["the checkpoint does not hold"] : [])
  ]
  if (faults.length > 0) return yield* new DoesNotHold({ detail: faults.join(", and ") })
})

// Handoffs between two updates of the progress line.
const progressEvery = 256

/** Verifies one handoff of the store. */
export const verifyOne = (id: RecordId) => Effect.flatMap(Verification.verify(id), (one) => report(gather([one])))

// Attempts to compare the counters without a commit in between.
const countAttempts = 3

/** Compares the counters of the store with its records; adds a note if commits or an unreadable record prevent that. */
const counters = (left = countAttempts): Effect.Effect<Partial<Findings>, StoreError, HandoffManager | HandoffStore> =>
  Effect.gen(function* () {
    const { end } = yield* HandoffStore
    const before = yield* end
    const counts = yield* Verification.verifyCounts
    if (counts.length === 0 || Equal.equals(before, yield* end)) return { counts }
    if (left > 1) return yield* counters(left - 1)
    return { notes: ["The counters of the store were not compared because another process keeps writing to it"] }
  }).pipe(
    Effect.catchIf(
      (error) => error.reason === "corrupt",
      () => Effect.succeed({ notes: ["The counters of the store were not compared because a record cannot be read"] })
    )
  )

/** The id of a handoff in a file, or its place if it has no id. */
const nameIn = (json: unknown, path: string): string =>
  Predicate.hasProperty(json, "record_id") && typeof json.record_id === "string" ? json.record_id : path

/**
 * Verifies the JSON file of a store for unknown keys, which the store ignores. Skips items that cannot be read or that
 * another program changed, because the store reports these itself.
 */
const unknownIn = Effect.fnUntraced(
  function* (file: string) {
    const flaws = new Map<string, Flaw>()
    const now = yield* DateTime.now
    yield* Stream.runForEach(groupsOf(yield* archiveFile("--store", file)), ({ handoffs }) =>
      Effect.sync(() => {
        for (const { json, path } of handoffs) {
          const { flaw, isEdited } = Verification.verifyArchive(file, json, [], now)
          if (flaw !== undefined && isEdited !== true) flaws.set(nameIn(json, path), flaw)
        }
      })
    )
    return flaws
  },
  Effect.orElseSucceed(() => new Map<string, Flaw>())
)

const withoutKeys = "No registered agent has a key, so no signature proves who wrote an entry; 'keygen' makes a key"

/** Verifies every handoff and the counters of the store, and its JSON file if it has one. */
export const lookAtAll = Effect.fnUntraced(function* (file: string | undefined) {
  const tally = yield* Effect.flatMap(HandoffStore, (store) => store.tally)
  const total = HandoffStatus.literals.reduce((sum, status) => sum + (tally[status] ?? 0), 0)
  let done = 0
  const all = yield* Verification.verifyAll.pipe(
    Stream.tap(() => (++done % progressEvery === 0 ? progress(`${done} of ${total} handoffs`) : Effect.void)),
    Stream.runCollect,
    Effect.ensuring(progress(""))
  )
  const summed = yield* counters()
  const flaws = file === undefined ? new Map<string, Flaw>() : yield* unknownIn(file)
  const hasKeys = (yield* (yield* AgentStore).all).some(({ keys = [] }) => keys.length > 0)
  return gather(
    all.map((one) => {
      const flaw = one.flaw ?? flaws.get(one.recordId)
      return flaw === undefined ? one : { ...one, flaw }
    }),
    { ...summed, notes: [...(hasKeys ? [] : [withoutKeys]), ...(summed.notes ?? [])] }
  )
})

/** Verifies the store, and compares its log with a checkpoint if there is one. */
export const verifyStore = Effect.fnUntraced(function* (
  file: string | undefined,
  opened?: Verification.Note.OpenedCheckpoint
) {
  const found = yield* lookAtAll(file)
  if (opened === undefined) return yield* report(found)
  const { unverified } = opened
  const others = `The checkpoint has ${counted(unverified.length, "other signature")}, not verified: ${unverified.join(", ")}`
  const notes = unverified.length === 0 ? found.notes : [...found.notes, others]
  const { outcome, sentence } = yield* Verification.Checkpoint.holds(opened)
  yield* report({ ...found, notes, checkpoint: { size: opened.size, holds: outcome === "holds", sentence } })
})

const agentsIn = Effect.fnUntraced(function* (file: string) {
  const json = yield* Effect.fromResult(decodeText(file, yield* Input.fileText("--agents", file)))
  if (!Array.isArray(json)) {
    return yield* new InvalidInput({ input: file, issues: [{ path: "", expected: "Expected an array of agents" }] })
  }
  return yield* Effect.forEach(json, (one, index) => Effect.fromResult(decodeAgent(`${file} [${index}]`, one)))
})

/** Verifies every handoff of a file, one after another, without opening a store. */
export const verifyFile = Effect.fnUntraced(function* (file: string, agentsFile: string | undefined) {
  const archive = yield* archiveFile("--file", file)
  const named = agentsFile === undefined ? undefined : yield* agentsIn(agentsFile)
  const own: Array<RegisteredAgent> = []
  const seen = new Map<string, string>()
  const all: Array<Looked> = []
  const endings = Verification.archiveEndings()
  let signatures = 0
  yield* groupsOf(archive).pipe(
    Stream.runForEach(
      Effect.fnUntraced(function* ({ agents, handoffs }) {
        own.push(...agents)
        for (const { json, path } of handoffs) {
          const verified = yield* Verification.proveArchive(archive.name, json, named ?? own, endings)
          const checked = { ...verified, recordId: nameIn(json, path) }
          signatures += checked.signatures
          const twice = seen.get(checked.recordId)
          if (twice === undefined) seen.set(checked.recordId, path)
          const problem = `The file holds it twice, at ${twice} and at ${path}`
          all.push(
            twice === undefined || checked.flaw !== undefined ? checked : { ...checked, flaw: { revision: 0, problem } }
          )
        }
        yield* progress(`${all.length} handoffs`)
        // Lets an interrupt take effect.
        yield* Effect.yieldNow
      })
    ),
    Effect.ensuring(progress(""))
  )
  const found = gather(yield* Effect.forEach(all, endings.judged))
  const unchecked = signatures - found.signed
  const source =
    named !== undefined
      ? `${agentsFile} has no matching key`
      : own.length > 0
        ? "the archive has no matching key"
        : "name the agents with --agents FILE, such as handoffs.agents.json"
  const notes = [
    ...(unchecked > 0 && found.flaws.length === 0
      ? [`${counted(unchecked, "signature")} ${unchecked === 1 ? "was" : "were"} not verified: ${source}`]
      : []),
    ...(named === undefined && found.signed > 0
      ? [
          "The keys are those of the archive itself, whose author chose them; name keys that you trust with --agents FILE"
        ]
      : []),
    ...(file !== "-" && (yield* hasJournal(file))
      ? [`${file}-journal holds later changes, which were not checked; 'verify --store ${word(file)}' checks both`]
      : [])
  ]
  yield* report({ ...found, notes })
}, Effect.provide(schemaBox))
