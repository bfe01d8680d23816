/** Prints the result of a verification: first what is missing, then what does not hold, then what is proven. */
import {
  addVerified,
  emptySummary,
  missingHistories,
  type Summary,
  type Verified
} from "@aumai/handoff-core/Verification"
import { describeLimit, describeProof, type Flaw, type WireVerification } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Flags from "../input/Flags.ts"
import { print, warn } from "../output/Output.ts"
import { jsonText, printable } from "../output/Text.ts"

/** A handoff or a counter of the store does not hold, or is not proven although a proof is required. */
export class DoesNotHold extends Schema.TaggedError<DoesNotHold>()("DoesNotHold", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

/** The result of a verification. */
export interface Findings extends Summary {
  readonly flaws: ReadonlyArray<Flaw & { readonly recordId: string; readonly entries: number }>
  /** The handoffs that hold, but with a part that could not be judged. */
  readonly unproven: ReadonlyArray<{ readonly recordId: string; readonly reason: string }>
  /** A sentence for each wrong counter of the store. */
  readonly counts: ReadonlyArray<string>
  /** The comparison of the log with a checkpoint; absent if none was named. */
  readonly checkpoint?: WireVerification["checkpoint"]
  /** The handoffs that the log notes as archived, and as purged; absent for a file. */
  readonly archived?: number
  readonly purged?: number
  /** A sentence for each thing that was not checked. */
  readonly notes: ReadonlyArray<string>
  /** A sentence for each thing without which less is proven. */
  readonly missing: ReadonlyArray<string>
  /** The handoffs with an entry that should be signed and is not proven by a signature. */
  readonly unsigned: ReadonlyArray<{ readonly recordId: string; readonly entries: number }>
}

/** A verified handoff; its id is a place in a file if it has none. */
export interface Looked extends Omit<Verified, "recordId"> {
  readonly recordId: string
}

/** The entries of a handoff that a signature could prove, and none does. Only the clock cannot sign. */
const unsignedIn = ({ clock, entries, recordId, signed }: Looked) =>
  entries === 0 || signed + clock < entries ? [{ recordId, entries: entries - signed - clock }] : []

export const gather = (all: ReadonlyArray<Looked>, more: Partial<Findings> = {}): Findings => {
  const sums = all.reduce(addVerified, emptySummary)
  return {
    ...sums,
    flaws: all.flatMap(({ entries, flaw, recordId }) => (flaw === undefined ? [] : [{ ...flaw, recordId, entries }])),
    unproven: all.flatMap(({ recordId, unproven }) => (unproven === undefined ? [] : [{ recordId, reason: unproven }])),
    counts: [],
    notes: [],
    ...more,
    missing: [...(more.missing ?? []), ...missingHistories(sums)],
    unsigned: all.flatMap(unsignedIn)
  }
}

/** A number with its noun: `1 handoff`, `2 handoffs`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** A flaw in a sentence. */
export const flawText = ({ entries, problem, recordId, revision }: Findings["flaws"][number]): string => {
  const place = revision === 0 ? "" : ` at revision ${revision} of ${Math.max(entries, revision)}`
  return printable(`Handoff ${recordId} does not hold${place}: ${problem}`)
}

/** The counters of a verification in JSON. */
export const proofJson = ({
  ahead,
  clock,
  entries,
  erased,
  foreign,
  imported,
  keyless,
  missing,
  signed,
  unknown
}: Findings) => ({
  entries,
  signed,
  keyless,
  unknown,
  foreign,
  clock,
  ahead,
  erased,
  imported,
  missing
})

/** Says what was checked and what of it holds. "Everything holds" is said only if all was checked and holds. */
const conclusion = (found: Findings): string => {
  const {
    archived = 0,
    bare,
    checkpoint,
    counts,
    entries,
    flaws,
    handoffs,
    imported,
    notes,
    purged = 0,
    unproven
  } = found
  if (handoffs + archived === 0) return "Checked 0 handoffs: there is nothing to verify."
  const isPartial = bare + notes.length + unproven.length > 0
  const proof = entries === 0 ? "" : `: ${describeProof(found)}`
  const limit = describeLimit(found)
  const whole =
    entries === 0
      ? "No history was checked, only the state of each handoff."
      : `Everything ${isPartial ? "that was checked " : ""}holds${limit === undefined ? "" : `, but ${limit}`}.`
  return [
    `Checked ${counted(handoffs, "handoff")} with ${counted(entries, "entry", "entries")}${proof}.`,
    ...(imported === 0
      ? []
      : [`${counted(imported, "history begins", "histories begin")} with the state of another program.`]),
    ...(archived === 0 ? [] : [`${counted(archived, "handoff was", "handoffs were")} archived.`]),
    ...(purged === 0 ? [] : [`${counted(purged, "handoff was", "handoffs were")} purged.`]),
    ...(unproven.length === 0 ? [] : [`${counted(unproven.length, "handoff is", "handoffs are")} unproven.`]),
    ...(flaws.length + counts.length === 0 && checkpoint?.holds !== false ? [whole] : [])
  ].join(" ")
}

/** Lists what does not hold, or is not proven although that is required. */
const faultsIn = (found: Findings, isSigned: boolean): ReadonlyArray<string> => {
  const { checkpoint, counts, entries, flaws, handoffs, unsigned } = found
  const [first] = unsigned
  const open = unsigned.reduce((sum, one) => sum + one.entries, 0)
  return [
    ...(flaws.length === 0
      ? []
      : [`${flaws.length} of ${counted(handoffs, "handoff")} ${flaws.length === 1 ? "does" : "do"} not hold`]),
    ...(counts.length === 0
      ? []
      : [`${counted(counts.length, "counter")} of the store ${counts.length === 1 ? "is" : "are"} wrong`]),
    ...(checkpoint?.holds === false ? ["the checkpoint does not hold"] : []),
    ...(isSigned && first !== undefined
      ? [
          `${unsigned.length} of ${counted(handoffs, "handoff")} ${unsigned.length === 1 ? "is" : "are"} not proven by signatures (${open} of ${counted(entries, "entry", "entries")}); the first is ${printable(first.recordId)}`
        ]
      : [])
  ]
}

/** Prints the result, and fails if something does not hold, or is unsigned although signatures are required. */
export const report = Effect.fnUntraced(function* (found: Findings, isSigned: boolean) {
  const { checkpoint = null, counts, flaws, handoffs, missing, notes, unproven } = found
  if (yield* Flags.Json) {
    const json: WireVerification = {
      handoffs,
      ...proofJson(found),
      flaws: flaws.map((one) => ({
        record_id: one.recordId,
        revision: one.revision,
        entries: one.entries,
        problem: one.problem
      })),
      unproven: unproven.map(({ reason, recordId }) => ({ record_id: recordId, reason })),
      counts,
      checkpoint,
      archived: found.archived ?? 0,
      purged: found.purged ?? 0,
      notes
    }
    yield* print(jsonText(json))
  } else {
    for (const sentence of missing) yield* print(printable(`${sentence}.`))
    for (const flaw of flaws) yield* print(flawText(flaw))
    for (const sentence of counts) yield* print(printable(sentence))
    if (checkpoint !== null) yield* print(printable(checkpoint.sentence))
    yield* print(conclusion(found))
    for (const { reason, recordId } of unproven) yield* warn(printable(`Handoff ${recordId} is unproven: ${reason}`))
    for (const note of notes) yield* warn(printable(note))
  }
  const faults = faultsIn(found, isSigned)
  if (faults.length > 0) return yield* new DoesNotHold({ detail: faults.join(", and ") })
})
