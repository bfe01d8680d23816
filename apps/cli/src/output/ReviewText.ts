/** The review of a handoff, as labelled lines and as the commands of the reviewer. */
import { type HandoffRecord, maxReworksOf, type Review, turnOf } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"

import { lasting } from "./SentenceText.ts"
import { printable, word } from "./Text.ts"

type Row = readonly [label: string, text: string]

const termsText = ({ escalateTo, silence, within }: Review, reworks: number): string =>
  [
    within === undefined ? "without a time" : `within ${lasting(within)} of each delivery`,
    ...(silence === "approves" ? ["then silence approves"] : []),
    ...(escalateTo === undefined ? [] : [`then by ${escalateTo}`]),
    `at most ${reworks} ${reworks === 1 ? "return" : "returns"}`
  ].join(", ")

/** The labelled lines of a review; none if the request asks for none. */
export const reviewRows = (record: HandoffRecord): ReadonlyArray<Row> => {
  const { rework } = record
  const { review } = record.request
  if (review === undefined) return []
  const reviewBy = "reviewBy" in record ? record.reviewBy : undefined
  const rows: ReadonlyArray<Row> = [
    ["Review", termsText(review, maxReworksOf(record))],
    ...(rework === undefined
      ? []
      : ([
          ["Returned", `${rework.number}. by ${rework.by} ${DateTime.formatIso(rework.at)}: ${rework.missing}`]
        ] as const)),
    ...(reviewBy === undefined ? [] : ([["Review by", DateTime.formatIso(reviewBy)]] as const))
  ]
  return rows.map(([label, text]) => [label, printable(text)])
}

/** The commands with which the reviewer of delivered work goes on; empty in any other status. */
export const reviewedText = (record: HandoffRecord, where: string): ReadonlyArray<string> => {
  if (record.status !== "delivered") return []
  const id = word(record.recordId)
  return [
    printable(`  ${turnOf(record)} must approve the work, or return it`),
    printable(`  aumai-handoff approve --id ${id}${where}`),
    printable(`  aumai-handoff return --id ${id} --missing '…'${where}`)
  ]
}
