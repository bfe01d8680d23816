import * as Schema from "effect/Schema"

import { AgentId, Name, Text, Timestamp } from "./Fields.ts"
import { bounded } from "./Json.ts"
import { limits } from "./Limits.ts"

/** So many of something at most. */
export const partsOf = <S extends Schema.Constraint>(schema: S) =>
  Schema.Array(schema).check(Schema.isMaxLength(limits.parts))

const Points = Schema.optionalKey(Schema.Array(Text).check(Schema.isMaxLength(limits.points)))

/**
 * How ill, in the words of I-PASS: `stable`, `watcher` (may become worse) or `unstable`.
 *
 * @example
 * ```ts
 * import { Severity } from "@aumai/handoff-protocol"
 *
 * console.log(Severity.literals) // ["stable", "watcher", "unstable"]
 * ```
 */
export const Severity = Schema.Literals(["stable", "watcher", "unstable"])
export type Severity = typeof Severity.Type

/** What must be read back, by id. */
interface Items {
  readonly actions?: ReadonlyArray<{ readonly id: string }> | null
  readonly contingencies?: ReadonlyArray<{ readonly id: string }> | null
}

/** The ids of all that a briefing asks to be done, now or in some case. */
export const itemsOf = ({ actions, contingencies }: Items): ReadonlyArray<string> =>
  [...(actions ?? []), ...(contingencies ?? [])].map(({ id }) => id)

/** Each item has an id of its own, and what must be read back is one of them. */
export const areItemsSound = (briefing: Items, required: ReadonlyArray<string> = []): true | string => {
  const ids = itemsOf(briefing)
  const known = new Set(ids)
  if (known.size < ids.length) return "Expected each action and contingency to have an id of its own"
  return required.every((id) => known.has(id)) || "Expected what is to be read back to be actions or contingencies"
}

/**
 * What the sender tells the receiver, in the shape in which clinicians hand patients over: I-PASS (illness severity,
 * patient summary, action list, situation awareness and contingencies, synthesis by the receiver; Starmer et al., New
 * England Journal of Medicine 371:1803, 2014). The last of these is the read-back.
 *
 * @example
 * ```ts
 * import { Briefing } from "@aumai/handoff-protocol"
 *
 * const briefing = Briefing.make({
 *   severity: "watcher",
 *   summary: "The ledger of Q3 is complete but for two invoices.",
 *   actions: [{ id: "invoices", task: "Ask for the two invoices" }],
 *   situation: { known: ["Both are from the same supplier"], open: ["Whether they were paid"] },
 *   contingencies: [{ id: "late", if: "they do not come by Friday", then: "report without them" }],
 *   readBack: { confirm: true }
 * })
 * ```
 */
export class Briefing extends Schema.Opaque<Briefing>()(
  Schema.Struct({
    severity: Severity,
    summary: Text,
    actions: Schema.optionalKey(
      partsOf(
        Schema.Struct({
          id: Name,
          task: Text,
          owner: Schema.optionalKey(AgentId),
          due: Schema.optionalKey(Timestamp)
        })
      )
    ),
    situation: Schema.optionalKey(Schema.Struct({ known: Points, decided: Points, open: Points })),
    contingencies: Schema.optionalKey(partsOf(Schema.Struct({ id: Name, if: Text, then: Text }))),
    /** The receiver must restate it before it starts. */
    readBack: Schema.optionalKey(
      Schema.Struct({
        /** What must be restated, by id; every action and contingency when left out. */
        required: Schema.optionalKey(Schema.Array(Name).check(Schema.isMaxLength(2 * limits.parts))),
        /** Whether the sender must confirm it, too. It must in any case when an item was not understood. */
        confirm: Schema.optionalKey(Schema.Boolean)
      })
    )
  }).check(
    Schema.makeFilter((briefing) => areItemsSound(briefing, briefing.readBack?.required)),
    bounded()
  )
) {}

/**
 * What the receiver says to one item of a briefing.
 *
 * @example
 * ```ts
 * import { ReadBackItem } from "@aumai/handoff-protocol"
 *
 * const item = ReadBackItem.make({ id: "invoices", answer: "question", note: "Of which supplier?" })
 * ```
 */
export class ReadBackItem extends Schema.Opaque<ReadBackItem>()(
  Schema.Struct({
    id: Name,
    answer: Schema.Literals(["understood", "question", "refused"]),
    note: Schema.optionalKey(Text)
  })
) {}

/**
 * How the receiver restates a briefing in its own words.
 *
 * @example
 * ```ts
 * import { ReadBack } from "@aumai/handoff-protocol"
 *
 * const readBack = ReadBack.make({
 *   summary: "I am to get two invoices, and report on Friday at the latest.",
 *   items: [{ id: "invoices", answer: "understood" }, { id: "late", answer: "understood" }]
 * })
 * ```
 */
export class ReadBack extends Schema.Opaque<ReadBack>()(
  Schema.Struct({
    summary: Text,
    items: Schema.optionalKey(Schema.Array(ReadBackItem).check(Schema.isMaxLength(2 * limits.parts)))
  }).check(bounded())
) {}

/**
 * A read-back as the record keeps it: all that was restated so far, and the sender's word on it.
 *
 * @example
 * ```ts
 * import { type KeptReadBack } from "@aumai/handoff-protocol"
 *
 * const isConfirmed = (readBack: KeptReadBack) => readBack.confirmed !== undefined
 * ```
 */
export class KeptReadBack extends Schema.Opaque<KeptReadBack>()(
  Schema.Struct({
    summary: Text,
    items: Schema.Array(ReadBackItem).check(Schema.isMaxLength(2 * limits.parts)),
    /** When the sender confirmed it. */
    confirmed: Schema.optionalKey(Timestamp),
    /** What the sender set right when it did. */
    correction: Schema.optionalKey(Text)
  })
) {}

/**
 * How far a read-back goes: of what must be restated, what was understood, questioned, refused, and not mentioned.
 *
 * @example
 * ```ts
 * import { type Coverage } from "@aumai/handoff-protocol"
 *
 * const isWhole = ({ missing }: Coverage) => missing.length === 0
 * ```
 */
export interface Coverage {
  readonly understood: ReadonlyArray<string>
  readonly question: ReadonlyArray<string>
  readonly refused: ReadonlyArray<string>
  readonly missing: ReadonlyArray<string>
}

/**
 * Compares a read-back with what a briefing requires.
 *
 * @example
 * ```ts
 * import { Briefing, coverageOf } from "@aumai/handoff-protocol"
 *
 * const briefing = Briefing.make({ severity: "stable", summary: "", actions: [{ id: "a", task: "Ask" }], readBack: {} })
 * console.log(coverageOf(briefing, undefined).missing) // ["a"]
 * ```
 */
export const coverageOf = (briefing: Briefing, readBack: ReadBack | undefined): Coverage => {
  const answers = new Map(readBack?.items?.map(({ id, answer }) => [id, answer]))
  const required = briefing.readBack === undefined ? [] : (briefing.readBack.required ?? itemsOf(briefing))
  const answered = (answer: ReadBackItem["answer"] | undefined) => required.filter((id) => answers.get(id) === answer)
  return {
    understood: answered("understood"),
    question: answered("question"),
    refused: answered("refused"),
    missing: answered(undefined)
  }
}
