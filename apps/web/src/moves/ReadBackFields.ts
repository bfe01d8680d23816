/** The form in which a receiver reads a briefing back: a summary, and an answer to each item. */
import type { Briefing, KeptReadBack, ReadBack, ReadBackItem } from "@aumai/handoff"

import { proseText } from "../words/Visible.ts"
import { beginningOf } from "../words/Words.ts"
import type { FormField, Values } from "./MoveForm.tsx"

// Characters of a text shown in the form; the briefing panel has all of it.
const itemRoom = 200

const shortText = (text: string): string => proseText(beginningOf(text, itemRoom))

/** An action or a contingency of a briefing. */
export interface Item {
  readonly id: string
  /** Its beginning, for display. */
  readonly text: string
}

export const itemsOf = ({ actions = [], contingencies = [] }: Briefing): ReadonlyArray<Item> => [
  ...actions.map(({ id, task }) => ({ id, text: shortText(task) })),
  ...contingencies.map(({ id, if: condition, then }) => ({
    id,
    text: `If ${shortText(condition)}, then ${shortText(then)}`
  }))
]

export const answerWords: Readonly<Record<ReadBackItem["answer"], string>> = {
  understood: "Understood",
  question: "Question",
  refused: "Refused"
}

// The cast: Object.entries widens the keys to strings.
const answers = Object.entries(answerWords) as ReadonlyArray<readonly [ReadBackItem["answer"], string]>
const options = [["", "Not yet"] as const, ...answers]

const askedItems = (briefing: Briefing): ReadonlyArray<Item> => {
  const required = briefing.readBack?.required
  return itemsOf(briefing).filter(({ id }) => required?.includes(id) ?? true)
}

/** The fields of the read-back, filled with the earlier one. */
export const readBackFields = (
  briefing: Briefing,
  kept: KeptReadBack | undefined,
  isRequired: boolean
): ReadonlyArray<FormField> => [
  {
    key: "summary",
    label: `The briefing in your own words${isRequired ? "" : " (to read it back)"}`,
    kind: "text",
    isRequired,
    value: kept?.summary ?? ""
  },
  ...askedItems(briefing).flatMap(({ id, text }): ReadonlyArray<FormField> => {
    const restated = kept?.items.find((item) => item.id === id)
    const about = { key: id, name: text }
    return [
      { key: `answer ${id}`, about, label: "Answer", kind: "choice", options, value: restated?.answer ?? "" },
      { key: `note ${id}`, about, label: "Note (optional)", kind: "line", value: restated?.note ?? "" }
    ]
  })
]

/** The read-back in the form; `undefined` if the form is empty. */
export const readBackOf = (briefing: Briefing, values: Values): ReadBack | undefined => {
  const summary = values("summary")
  const items = askedItems(briefing).flatMap(({ id }): ReadonlyArray<ReadBackItem> => {
    const answer = answers.find(([value]) => value === values(`answer ${id}`))?.[0]
    const note = values(`note ${id}`)
    return answer === undefined ? [] : [{ id, answer, ...(note === "" ? {} : { note }) }]
  })
  return summary === "" && items.length === 0 ? undefined : { summary, items }
}
