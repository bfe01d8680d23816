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
  }),
  ...asksOf(briefing).map((ask): FormField => {
    const [field, words] = askWords[ask]
    return { key: ask, label: `${words}, in your own words`, kind: "text", isRequired, value: kept?.[field] ?? "" }
  })
]

/** Each question that a briefing can ask: the field of its answer, and its words. */
export const askWords = {
  first_action: ["firstAction", "First action"],
  most_likely_wrong: ["mostLikelyWrong", "What most likely goes wrong"],
  least_confident_item: ["leastConfidentItem", "Item of least confidence"]
} as const

export type Ask = keyof typeof askWords

const asksOf = ({ readBack }: Briefing): ReadonlyArray<Ask> => readBack?.asks ?? []

/** A box for each part of the read-back that the sender can check, if the briefing asks for answers. */
export const checkFields = (briefing: Briefing): ReadonlyArray<FormField> => {
  const asks = asksOf(briefing)
  const items = asks.length === 0 ? [] : askedItems(briefing)
  return [...asks.map((id) => ({ id, text: askWords[id][1] })), ...items].map(({ id, text }) => ({
    key: `checked ${id}`,
    label: `Checked: ${text}`,
    kind: "check"
  }))
}

/** The parts of the read-back that are checked in the form; `undefined` if none is. */
export const checkedIn = (briefing: Briefing, values: Values): ReadonlyArray<string> | undefined => {
  const ids = [...asksOf(briefing), ...askedItems(briefing).map(({ id }) => id)]
  const checked = ids.filter((id) => values(`checked ${id}`) !== "")
  return checked.length === 0 ? undefined : checked
}

/** The read-back in the form; `undefined` if the form is empty. */
export const readBackOf = (briefing: Briefing, values: Values): ReadBack | undefined => {
  const summary = values("summary")
  const items = askedItems(briefing).flatMap(({ id }): ReadonlyArray<ReadBackItem> => {
    const answer = answers.find(([value]) => value === values(`answer ${id}`))?.[0]
    const note = values(`note ${id}`)
    return answer === undefined ? [] : [{ id, answer, ...(note === "" ? {} : { note }) }]
  })
  const answered = asksOf(briefing).filter((ask) => values(ask) !== "")
  if (summary === "" && items.length + answered.length === 0) return undefined
  return { summary, items, ...Object.fromEntries(answered.map((ask) => [askWords[ask][0], values(ask)])) }
}
