/** Verifies handoffs of a store or a file and reports those that do not hold. Loaded only by commands that verify. */
import { decodeAgent, type HandoffManager, HandoffStore, type RegisteredAgent } from "@aumai/handoff-core"
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
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

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
  const { counts, entries, flaws, handoffs, notes, signed, unproven } = found
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
      notes
    }
    yield* print(jsonText(json))
  } else {
    for (const flaw of flaws) yield* print(flawText(flaw))
    for (const sentence of counts) yield* print(printable(sentence))
    const checked = `${counted(handoffs, "handoff")} with ${counted(entries, "entry", "entries")}`
    const proven = `${signed === 0 ? "no" : signed} ${signed === 1 ? "signature" : "signatures"} verified`
    const isWhole = flaws.length + counts.length === 0
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
      : [`${counted(counts.length, "counter")} of the store ${counts.length === 1 ? "is" : "are"} wrong`])
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

/** The id of an item in a file, or its index if it has no id. */
const nameIn = (json: unknown, index: number): string =>
  Predicate.hasProperty(json, "record_id") && typeof json.record_id === "string" ? json.record_id : `[${index}]`

/**
 * Verifies the JSON file of a store for unknown keys, which the store ignores. Skips items that cannot be read or that
 * another program changed, because the store reports these itself.
 */
const unknownIn = (file: string): Effect.Effect<ReadonlyArray<Looked>> =>
  Effect.map(
    Effect.option(Effect.flatMap(Input.fileText(file, file), (text) => Effect.fromResult(decodeText(file, text)))),
    (json) =>
      Option.isSome(json) && Array.isArray(json.value)
        ? json.value
            .map((one: unknown, index) => ({
              ...Verification.verifyArchive(file, one, []),
              recordId: nameIn(one, index)
            }))
            .filter(({ isEdited }) => isEdited !== true)
        : []
  )

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
  const inFile = file === undefined ? [] : yield* unknownIn(file)
  const flaws = new Map(inFile.flatMap(({ flaw, recordId }) => (flaw === undefined ? [] : [[recordId, flaw] as const])))
  return gather(
    all.map((one) => {
      const flaw = one.flaw ?? flaws.get(one.recordId)
      return flaw === undefined ? one : { ...one, flaw }
    }),
    summed
  )
})

export const verifyStore = (file: string | undefined) => Effect.flatMap(lookAtAll(file), report)

const agentsIn = Effect.fnUntraced(function* (file: string) {
  const json = yield* Effect.fromResult(decodeText(file, yield* Input.fileText("--agents", file)))
  if (!Array.isArray(json)) {
    return yield* new InvalidInput({ input: file, issues: [{ path: "", expected: "Expected an array of agents" }] })
  }
  return yield* Effect.forEach(json, (one, index) => Effect.fromResult(decodeAgent(`${file} [${index}]`, one)))
})

/** True if a journal beside the file holds later changes. */
const hasJournal = (file: string): Effect.Effect<boolean> =>
  Effect.promise(async () => {
    const { access } = await import("node:fs/promises")
    return access(`${file}-journal`).then(
      () => true,
      () => false
    )
  })

const notArray = (input: string) =>
  new InvalidInput({
    input,
    issues: [{ path: "", expected: "Expected an array of handoffs, as export or a JSON file has them" }]
  })

/** Verifies every handoff of a file without opening a store. */
export const verifyFile = Effect.fnUntraced(function* (file: string, agentsFile: string | undefined) {
  const name = file === "-" ? "standard input" : file
  const json = yield* Effect.fromResult(decodeText(name, yield* Input.sourceText("--file", file)))
  if (!Array.isArray(json)) return yield* notArray(name)
  const agents: ReadonlyArray<RegisteredAgent> = agentsFile === undefined ? [] : yield* agentsIn(agentsFile)
  const seen = new Map<string, number>()
  const all: Array<Looked> = []
  let signatures = 0
  for (const [index, one] of json.entries()) {
    const checked = { ...(yield* Verification.proveArchive(name, one, agents)), recordId: nameIn(one, index) }
    signatures += checked.signatures
    const twice = seen.get(checked.recordId)
    if (twice === undefined) seen.set(checked.recordId, index)
    const problem = `The file holds it twice, at [${twice}] and at [${index}]`
    all.push(
      twice === undefined || checked.flaw !== undefined ? checked : { ...checked, flaw: { revision: 0, problem } }
    )
    if (index % progressEvery === 0 && index > 0) {
      yield* progress(`${index} of ${json.length} handoffs`)
      // Lets an interrupt take effect.
      yield* Effect.yieldNow
    }
  }
  yield* progress("")
  const found = gather(all)
  const unchecked = signatures - found.signed
  const notes = [
    ...(unchecked > 0 && found.flaws.length === 0
      ? [
          `${counted(unchecked, "signature")} ${unchecked === 1 ? "was" : "were"} not verified: ${agentsFile === undefined ? "name the agents with --agents FILE, such as handoffs.agents.json" : `${agentsFile} has no matching key`}`
        ]
      : []),
    ...(file !== "-" && (yield* hasJournal(file))
      ? [`${file}-journal holds later changes, which were not checked; 'verify --store ${word(file)}' checks both`]
      : [])
  ]
  yield* report({ ...found, notes })
}, Effect.provide(schemaBox))
