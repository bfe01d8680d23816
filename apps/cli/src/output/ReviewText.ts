/** The review of a handoff, as labelled lines and as the commands of the reviewer. */
import { describeReview, type HandoffRecord, transitions, turnOf } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"

import { nameless } from "./HandoverText.ts"
import { sentenceText } from "./SentenceText.ts"
import { printable, word } from "./Text.ts"

type Row = readonly [label: string, text: string]

/** The labelled lines of a review; none if the request asks for none. */
export const reviewRows = (record: HandoffRecord): ReadonlyArray<Row> => {
  const { rework } = record
  const terms = describeReview(record)
  if (terms === undefined) return []
  const reviewBy = "reviewBy" in record ? record.reviewBy : undefined
  const rows: ReadonlyArray<Row> = [
    ["Review", sentenceText(terms)],
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
  if (record.status !== transitions.Delivered.to) return []
  const id = word(record.recordId)
  return [
    printable(`  ${turnOf(record)} must approve the work, or return it`),
    printable(`  aumai-handoff approve --id ${id}${where}`),
    printable(`  aumai-handoff return --id ${id} --missing ${nameless}${where}`)
  ]
}
