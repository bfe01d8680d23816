import * as Schema from "effect/Schema"

import { AgentId, field, inBody, Name, optional, Text, Timestamp } from "../values/Fields.ts"
import { bounded } from "../values/Json.ts"
import { limits } from "../values/Limits.ts"
import { itemsOf, type Items } from "./Coverage.ts"

/** An array of at most `limits.parts` items. */
export const partsOf = <S extends Schema.Constraint>(schema: S) =>
  Schema.Array(schema).check(Schema.isMaxLength(limits.parts))

const points = Schema.Array(Text).check(Schema.isMaxLength(limits.points))
const manyItems = Schema.isMaxLength(2 * limits.parts)

/** The urgency of a briefing, as I-PASS names it: `stable`, `watcher` (may get worse) or `unstable`. */
export const Severity = Schema.Literals(["stable", "watcher", "unstable"])
export type Severity = typeof Severity.Type

/**
 * A question that a read-back can be asked to answer: the first action of the receiver, the thing that most likely goes wrong,
 * and the item that the receiver is least confident about.
 */
export const ReadBackAsk = Schema.Literals(["first_action", "most_likely_wrong", "least_confident_item"])
export type ReadBackAsk = typeof ReadBackAsk.Type

/** Checks that ids are unique and that the items to read back exist. */
export const checkItems = (briefing: Items, required: ReadonlyArray<string> = []): true | string => {
  const ids = itemsOf(briefing)
  const known = new Set(ids)
  if (known.size < ids.length) return "Expected each action and contingency to have a unique id"
  return required.every((id) => known.has(id)) || "Expected `required` to name actions or contingencies of the briefing"
}

const actionId = field(Name, "The id of the action, which the read-back names.")
const contingencyId = field(Name, "The id of the contingency, which the read-back names.")

/**
 * The sender's briefing, in the order in which clinicians hand patients over (I-PASS).
 *
 * The letters stand for illness severity, patient summary, action list, situation awareness and contingencies, and
 * synthesis by the receiver, which is the read-back (Starmer et al., New England Journal of Medicine 371:1803, 2014).
 *
 * @example
 * ```ts
 * import { Briefing } from "@aumai/handoff-protocol"
 *
 * const briefing = Briefing.make({
 *   severity: "watcher",
 *   summary: "The ledger of Q3 is complete but for two invoices.",
 *   actions: [{ id: "invoices", task: "Ask for the two invoices" }],
 *   situation: { known: ["Both are from the same supplier"], open: ["Were they paid?"] },
 *   contingencies: [{ id: "late", if: "they do not come by Friday", then: "report without them" }],
 *   readBack: { confirm: true }
 * })
 * console.log(briefing.severity) // watcher
 * ```
 */
export class Briefing extends Schema.Opaque<Briefing>()(
  Schema.Struct({
    severity: field(Severity, "The urgency: `stable`, `watcher` (may get worse) or `unstable`."),
    summary: field(Text, "The situation in short."),
    actions: optional(
      partsOf(
        Schema.Struct({
          id: actionId,
          task: field(Text, "The action to take."),
          owner: optional(AgentId, "The agent that takes the action. Default: the receiver."),
          due: optional(Timestamp, "When the action should be done.")
        })
      ),
      "The actions to take, each with its own id."
    ),
    situation: optional(
      Schema.Struct({
        known: optional(points, "Facts that are known."),
        decided: optional(points, "Decisions that are made."),
        open: optional(points, "Questions that are open.")
      }),
      "The facts, decisions and open questions so far."
    ),
    contingencies: optional(
      partsOf(
        Schema.Struct({
          id: contingencyId,
          if: field(Text, "The case to watch for."),
          then: field(Text, "The action to take in that case.")
        })
      ),
      "The actions to take in certain cases, each with its own id."
    ),
    readBack: optional(
      Schema.Struct({
        required: optional(
          Schema.Array(Name).check(manyItems),
          "The ids of the items to restate. Default: every action and contingency."
        ),
        asks: optional(
          Schema.Array(ReadBackAsk).check(Schema.isMaxLength(ReadBackAsk.literals.length)),
          "The questions to answer in other words than the briefing's. Default: none."
        ),
        confirm: optional(
          Schema.Boolean,
          "If `true`, the sender must confirm the read-back even if every item was understood."
        )
      }),
      "If present, the receiver must restate the briefing before it starts."
    )
  }).check(
    Schema.makeFilter((briefing) => checkItems(briefing, briefing.readBack?.required)),
    bounded()
  )
) {}

/** The receiver's answer to one item of a briefing. */
export class ReadBackItem extends Schema.Opaque<ReadBackItem>()(
  Schema.Struct({
    id: field(Name, "The id of an action or a contingency."),
    answer: field(
      Schema.Literals(["understood", "question", "refused"]),
      "`understood`, `question`, or `refused` (the receiver will not do it)."
    ),
    note: optional(Text, "The question, or why the receiver refuses.")
  })
) {}

const summary = field(Text, "The briefing in the receiver's own words.")

const answers = {
  firstAction: optional(Text, "The first action of the receiver."),
  mostLikelyWrong: optional(Text, "The thing that most likely goes wrong."),
  leastConfidentItem: optional(Text, "The item that the receiver is least confident about.")
}

/**
 * The receiver's restatement of a briefing in its own words.
 *
 * @example
 * ```ts
 * import { ReadBack } from "@aumai/handoff-protocol"
 *
 * const readBack = ReadBack.make({
 *   summary: "I am to get two invoices, and report on Friday at the latest.",
 *   items: [{ id: "invoices", answer: "understood" }, { id: "late", answer: "understood" }]
 * })
 * console.log(readBack.items?.length) // 2
 * ```
 */
export class ReadBack extends Schema.Opaque<ReadBack>()(
  Schema.Struct({
    summary,
    items: optional(Schema.Array(ReadBackItem).check(manyItems), "The receiver's answer to each item."),
    ...answers
  }).check(bounded())
) {}

/** The sender's correction: the same field in the event and in the record. */
export const correction = inBody(optional(Text, "The sender's correction of the read-back."))

/** The part that the sender has checked: the same field in the event and in the record. */
export const checked = inBody(
  optional(Schema.Array(Name).check(manyItems), "The items and questions that the sender has checked.")
)

/** The read-back as the record keeps it: every item restated so far, and the sender's confirmation. */
export class KeptReadBack extends Schema.Opaque<KeptReadBack>()(
  Schema.Struct({
    summary,
    items: field(Schema.Array(ReadBackItem).check(manyItems), "The receiver's answers so far."),
    ...answers,
    confirmed: optional(Timestamp, "When the sender confirmed the read-back."),
    checked,
    correction
  })
) {}
