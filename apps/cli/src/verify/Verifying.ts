/** Looks at what was put on record, and says what of it does not hold. Loaded when it is asked for. */
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
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { print, progress, warn } from "../output/Output.ts"
import { printable } from "../output/Text.ts"

/** Something is not what was put on record. */
export class DoesNotHold extends Schema.TaggedError<DoesNotHold>()("DoesNotHold", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

/** What was looked at, and what of it does not hold. */
interface Findings {
  readonly handoffs: number
  readonly entries: number
  /** Entries whose signature was checked, and is their author's. */
  readonly signed: number
  readonly flaws: ReadonlyArray<Flaw & { readonly recordId: string; readonly entries: number }>
  /** What is wrong with the sums of a store, a sentence for each. */
  readonly counts: ReadonlyArray<string>
  /** What was not looked at, a sentence for each. */
  readonly notes: ReadonlyArray<string>
}

interface Looked {
  readonly recordId: string
  readonly entries: number
  readonly signed: number
  readonly flaw?: Flaw
}

const gather = (all: ReadonlyArray<Looked>, more: Partial<Findings> = {}): Findings => ({
  handoffs: all.length,
  entries: all.reduce((sum, { entries }) => sum + entries, 0),
  signed: all.reduce((sum, { signed }) => sum + signed, 0),
  flaws: all.flatMap(({ entries, flaw, recordId }) => (flaw === undefined ? [] : [{ ...flaw, recordId, entries }])),
  counts: [],
  notes: [],
  ...more
})

/** So many of something, in words. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** A flaw in a sentence. */
export const flawText = ({ entries, problem, recordId, revision }: Findings["flaws"][number]): string => {
  const place = revision === 0 ? "" : ` at revision ${revision} of ${Math.max(entries, revision)}`
  return printable(`Handoff ${recordId} does not hold${place}: ${problem}`)
}

/** Prints what was found, and fails when something does not hold. */
const tell = Effect.fnUntraced(function* (found: Findings) {
  const { counts, entries, flaws, handoffs, notes, signed } = found
  if (yield* Flags.Json) {
    const report: WireVerification = {
      handoffs,
      entries,
      signed,
      flaws: flaws.map((one) => ({
        record_id: one.recordId,
        revision: one.revision,
        entries: one.entries,
        problem: one.problem
      })),
      counts,
      notes
    }
    yield* print(JSON.stringify(report))
  } else {
    for (const flaw of flaws) yield* print(flawText(flaw))
    for (const sentence of counts) yield* print(printable(sentence))
    const looked = `${counted(handoffs, "handoff")} with ${counted(entries, "entry", "entries")}`
    const proven = `${signed === 0 ? "no" : signed} ${signed === 1 ? "signature" : "signatures"} checked`
    const isWhole = flaws.length + counts.length === 0
    yield* print(`Looked at ${looked}, ${proven}${isWhole ? ": everything holds" : ""}`)
    for (const note of notes) yield* warn(printable(note))
  }
  const faults = [
    ...(flaws.length === 0
      ? []
      : [`${flaws.length} of ${counted(handoffs, "handoff")} ${flaws.length === 1 ? "does" : "do"} not hold`]),
    ...(counts.length === 0
      ? []
      : [`${counted(counts.length, "sum")} of the store ${counts.length === 1 ? "is" : "are"} wrong`])
  ]
  if (faults.length > 0) return yield* new DoesNotHold({ detail: faults.join(", and ") })
})

// A terminal is told this often, and not at every handoff.
const told = 256

/** Looks at one handoff of the store. */
export const verifyOne = (id: RecordId) => Effect.flatMap(Verification.verify(id), (one) => tell(gather([one])))

// Somebody wrote each time between the reading of one sum and of the other.
const looksAtSums = 3

/** What is wrong with the sums of the store; nothing is said of them while somebody goes on writing, or something cannot be read. */
const sums = (left = looksAtSums): Effect.Effect<Partial<Findings>, StoreError, HandoffManager | HandoffStore> =>
  Effect.gen(function* () {
    const { end } = yield* HandoffStore
    const before = yield* end
    const counts = yield* Verification.verifyCounts
    if (counts.length === 0 || Equal.equals(before, yield* end)) return { counts }
    if (left > 1) return yield* sums(left - 1)
    return { notes: ["The sums of the store were not compared, because somebody writes to it"] }
  }).pipe(
    Effect.catchIf(
      (error) => error.reason === "corrupt",
      () => Effect.succeed({ notes: ["The sums of the store were not compared, because something cannot be read"] })
    )
  )

/** The id of what stands in a file, whatever that is; or where it stands, when it has none. */
const nameIn = (json: unknown, index: number): string =>
  Predicate.hasProperty(json, "record_id") && typeof json.record_id === "string" ? json.record_id : `[${index}]`

/** One handoff as it stands in a file. */
const lookIn = (file: string, index: number, json: unknown, agents: ReadonlyArray<RegisteredAgent>) => ({
  ...Verification.verifyArchive(file, json, agents),
  recordId: nameIn(json, index)
})

/**
 * What stands in the readable file of a store and the store does not know, so that it reads over it. What cannot be read, or
 * was changed by another program, the store has its own word on.
 */
const unknownIn = (file: string): Effect.Effect<ReadonlyArray<Looked>> =>
  Effect.map(
    Effect.option(Effect.flatMap(Input.textOf(file, `@${file}`), (text) => Effect.fromResult(decodeText(file, text)))),
    (json) =>
      Option.isSome(json) && Array.isArray(json.value)
        ? json.value
            .map((one: unknown, index) => lookIn(file, index, one, []))
            .filter(({ isEdited }) => isEdited !== true)
        : []
  )

/** Looks at every handoff of the store, and at its sums; where it has a readable file, at what stands there, too. */
export const lookAtAll = Effect.fnUntraced(function* (file: string | undefined) {
  const tally = yield* Effect.flatMap(HandoffStore, (store) => store.tally)
  const total = HandoffStatus.literals.reduce((sum, status) => sum + (tally[status] ?? 0), 0)
  let done = 0
  const all = yield* Verification.verifyAll.pipe(
    Stream.tap(() => (++done % told === 0 ? progress(`${done} of ${total} handoffs`) : Effect.void)),
    Stream.runCollect,
    Effect.ensuring(progress(""))
  )
  const summed = yield* sums()
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

export const verifyStore = (file: string | undefined) => Effect.flatMap(lookAtAll(file), tell)

const agentsIn = Effect.fnUntraced(function* (file: string) {
  const json = yield* Effect.fromResult(decodeText(file, yield* Input.textOf("--agents", `@${file}`)))
  if (!Array.isArray(json)) {
    return yield* new InvalidInput({ input: file, issues: [{ path: "", expected: "Expected an array of agents" }] })
  }
  return yield* Effect.forEach(json, (one, index) => Effect.fromResult(decodeAgent(`${file} [${index}]`, one)))
})

/** Whether what happened last may stand in a journal beside the file. */
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

/** Looks at every handoff of a file, without a store. */
export const verifyFile = Effect.fnUntraced(function* (file: string, agentsFile: string | undefined) {
  const name = file === "-" ? "standard input" : file
  const json = yield* Effect.fromResult(
    decodeText(name, yield* Input.textOf("--file", file === "-" ? file : `@${file}`))
  )
  if (!Array.isArray(json)) return yield* notArray(name)
  const agents: ReadonlyArray<RegisteredAgent> = agentsFile === undefined ? [] : yield* agentsIn(agentsFile)
  const seen = new Map<string, number>()
  const all: Array<Looked> = []
  let signatures = 0
  for (const [index, one] of json.entries()) {
    const checked = lookIn(name, index, one, agents)
    signatures += checked.signatures
    const twice = seen.get(checked.recordId)
    if (twice === undefined) seen.set(checked.recordId, index)
    const problem = `It stands in the file twice, at [${twice}] and at [${index}]`
    all.push(
      twice === undefined || checked.flaw !== undefined ? checked : { ...checked, flaw: { revision: 0, problem } }
    )
    if (index % told === 0 && index > 0) {
      yield* progress(`${index} of ${json.length} handoffs`)
      // So that an interrupt is heard in between.
      yield* Effect.yieldNow
    }
  }
  yield* progress("")
  const found = gather(all)
  const unchecked = signatures - found.signed
  const notes = [
    ...(unchecked > 0 && found.flaws.length === 0
      ? [
          `${counted(unchecked, "signature")} ${unchecked === 1 ? "was" : "were"} not checked: ${agentsFile === undefined ? "name the agents with --agents FILE, such as handoffs.agents.json" : `${agentsFile} has no key of who signed`}`
        ]
      : []),
    ...(file !== "-" && (yield* hasJournal(file))
      ? [
          `${file}-journal holds what has happened since, which was not looked at: 'verify --store ${file}' looks at both`
        ]
      : [])
  ]
  yield* tell({ ...found, notes })
})
