/** The form in which a receiver reads a briefing back: its summary, and a word on each item. */
import type { Briefing, KeptReadBack, ReadBack, ReadBackItem } from "@aumai/handoff"

import { beginningOf } from "../words/Words.ts"
import type { FormField, Values } from "./MoveForm.tsx"

/** Something of a briefing that is to be done, now or in some case. */
export interface Item {
  readonly id: string
  readonly text: string
}

export const itemsOf = ({ actions = [], contingencies = [] }: Briefing): ReadonlyArray<Item> => [
  ...actions.map(({ id, task }) => ({ id, text: task })),
  ...contingencies.map(({ id, if: condition, then }) => ({ id, text: `If ${condition}, then ${then}` }))
]

export const answerWords: Readonly<Record<ReadBackItem["answer"], string>> = {
  understood: "Understood",
  question: "FormField",
  refused: "Refused"
}

// The cast: Object.entries forgets the keys.
const answers = Object.entries(answerWords) as ReadonlyArray<readonly [ReadBackItem["answer"], string]>
const options = [["", "Not yet"] as const, ...answers]

// What an item says in a form; all of it is in the briefing.
const itemRoom = 200

const wanted = (briefing: Briefing): ReadonlyArray<Item> => {
  const required = briefing.readBack?.required
  return itemsOf(briefing).filter(({ id }) => required?.includes(id) ?? true)
}

/** What was said before stands in the form. */
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
  ...wanted(briefing).flatMap(({ id, text }): ReadonlyArray<FormField> => {
    const restated = kept?.items.find((item) => item.id === id)
    const about = { key: id, name: beginningOf(text, itemRoom) }
    return [
      { key: `answer ${id}`, about, label: "Answer", kind: "choice", options, value: restated?.answer ?? "" },
      { key: `note ${id}`, about, label: "Note (optional)", kind: "line", value: restated?.note ?? "" }
    ]
  })
]

/** What was said, as a read-back; nothing when nothing was said. */
export const readBackOf = (briefing: Briefing, values: Values): ReadBack | undefined => {
  const summary = values("summary")
  const items = wanted(briefing).flatMap(({ id }): ReadonlyArray<ReadBackItem> => {
    const answer = answers.find(([value]) => value === values(`answer ${id}`))?.[0]
    const note = values(`note ${id}`)
    return answer === undefined ? [] : [{ id, answer, ...(note === "" ? {} : { note }) }]
  })
  return summary === "" && items.length === 0 ? undefined : { summary, items }
}
