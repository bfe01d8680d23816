/** The seed's JSON: an array of records, each with its history, as the command line and the Python library read it. */
import type { ArchivedHandoff, Handoffs, ImportReport } from "@aumai/handoff"
import { type ArchivedHandoff as Archived, decodeArchived, encodeArchived, parseJson } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import { withMoments } from "./Moments.ts"
import { sentenceOf } from "./Sentence.ts"

/** What came of one record of a file. */
export interface Report {
  readonly name: string
  readonly recordId?: string
  readonly outcome: ImportReport["outcome"] | "refused"
  readonly problem?: string
}

export const exportText = async (handoffs: Handoffs): Promise<string> => {
  const records: Array<string> = []
  for await (const handoff of handoffs.export()) {
    // The cast: names of agents and ids are the same texts on both sides, and the moments have been turned.
    records.push(JSON.stringify(encodeArchived(withMoments(handoff) as Archived), undefined, 2))
  }
  return `[${records.join(",\n")}]\n`
}

const nameOf = (json: unknown, index: number): string =>
  typeof json === "object" && json !== null && "record_id" in json && typeof json.record_id === "string"
    ? json.record_id
    : `record ${index + 1}`

const importOne = async (handoffs: Handoffs, json: unknown, index: number): Promise<Report> => {
  const name = nameOf(json, index)
  const decoded = decodeArchived(name, json)
  if (Result.isFailure(decoded)) return { name, outcome: "refused", problem: decoded.failure.message }
  try {
    // The cast: after a trip through JSON, moments are texts, which import takes as well.
    const plain = JSON.parse(JSON.stringify(decoded.success)) as ArchivedHandoff
    const [report] = await handoffs.import([plain])
    return { name, outcome: "unchanged", ...report }
  } catch (error) {
    return { name, outcome: "refused", problem: sentenceOf(error) }
  }
}

// Commits that wait together share a transaction.
const atOnce = 100

/** Takes a file in, record by record: one that is refused does not keep out the others. */
export const importText = async (handoffs: Handoffs, file: string, text: string): Promise<ReadonlyArray<Report>> => {
  const parsed = parseJson(text)
  if (Result.isFailure(parsed)) throw new Error(`${file} is not JSON. ${parsed.failure}.`)
  const records: unknown = parsed.success
  if (!Array.isArray(records)) throw new Error(`${file} holds no array of records.`)
  const reports: Array<Report> = []
  while (reports.length < records.length) {
    const from = reports.length
    const some = records.slice(from, from + atOnce)
    reports.push(...(await Promise.all(some.map((json, index) => importOne(handoffs, json, from + index)))))
  }
  return reports
}
