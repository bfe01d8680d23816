/** Files of handoffs: an array of records, each with its history, as the command and the Python library read and write it. */
import type { ArchivedHandoff, Handoffs, ImportReport, Json } from "@aumai/handoff"

import { jsonIn } from "../words/JsonText.ts"
import { sentenceOf } from "../words/Sentence.ts"
import { fromFormerExport } from "./FormerExport.ts"

/** What came of one record of a file. */
export interface Report {
  readonly name: string
  readonly recordId?: string
  readonly outcome: ImportReport["outcome"] | "refused"
  readonly problem?: string
}

export const exportText = async (handoffs: Handoffs): Promise<string> => {
  const records: Array<string> = []
  for await (const handoff of handoffs.export()) records.push(JSON.stringify(handoff, undefined, 2))
  return `[${records.join(",\n")}]\n`
}

const nameOf = (json: Json, index: number): string =>
  typeof json === "object" && json !== null && "record_id" in json && typeof json["record_id"] === "string"
    ? json["record_id"]
    : `record ${index + 1}`

const importOne = async (handoffs: Handoffs, given: Json, index: number): Promise<Report> => {
  const json = fromFormerExport(given)
  const name = nameOf(json, index)
  try {
    // The cast: import refuses what is not one.
    const [report] = await handoffs.import([json as ArchivedHandoff])
    return { name, outcome: "unchanged", ...report }
  } catch (error) {
    return { name, outcome: "refused", problem: sentenceOf(error) }
  }
}

// Commits that wait together share a transaction.
const atOnce = 100

/** Takes a file in, record by record: one that is refused does not keep out the others. */
export const importText = async (handoffs: Handoffs, file: string, text: string): Promise<ReadonlyArray<Report>> => {
  const json = jsonIn(file, text)
  if (!Array.isArray(json)) throw new Error(`${file} holds no array of records.`)
  const records: ReadonlyArray<Json> = json
  const reports: Array<Report> = []
  while (reports.length < records.length) {
    const from = reports.length
    const some = records.slice(from, from + atOnce)
    reports.push(...(await Promise.all(some.map((json, index) => importOne(handoffs, json, from + index)))))
  }
  return reports
}
