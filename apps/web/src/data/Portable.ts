/** Files of handoffs: an array of records with their histories, in the format of the command and the Python library. */
import type { ArchivedHandoff, Handoffs, ImportReport, Json } from "@aumai/handoff"

import { jsonIn } from "../words/JsonText.ts"
import { sentenceOf } from "../words/Sentence.ts"
import { jsonShown } from "../words/Visible.ts"
import { fromFormerExport } from "./FormerExport.ts"

/** The result of importing one record of a file. */
export interface Report {
  readonly name: string
  readonly recordId?: string
  readonly outcome: ImportReport["outcome"] | "refused"
  readonly problem?: string
  readonly unproven?: string
}

export const exportText = async (handoffs: Handoffs): Promise<string> => {
  const records: Array<string> = []
  for await (const handoff of handoffs.export()) records.push(jsonShown(JSON.stringify(handoff, undefined, 2)))
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
    // The cast: `import` validates it.
    const [report] = await handoffs.import([json as ArchivedHandoff])
    return { name, outcome: "unchanged", ...report }
  } catch (error) {
    return { name, outcome: "refused", problem: sentenceOf(error) }
  }
}

// Records imported at the same time, because concurrent commits share a transaction.
const atOnce = 100

/** Imports a file record by record; a refused record does not stop the others. */
export const importText = async (handoffs: Handoffs, file: string, text: string): Promise<ReadonlyArray<Report>> => {
  const json = jsonIn(file, text)
  if (!Array.isArray(json)) throw new Error(`${file} is not an array of records; choose a file that an export wrote.`)
  const records: ReadonlyArray<Json> = json
  const reports: Array<Report> = []
  while (reports.length < records.length) {
    const from = reports.length
    const some = records.slice(from, from + atOnce)
    reports.push(...(await Promise.all(some.map((json, index) => importOne(handoffs, json, from + index)))))
  }
  // A part that was cancelled along with its whole is refused until the whole is there.
  const refused = () => [...reports.keys()].filter((index) => reports[index]?.outcome === "broken")
  for (let left = refused(), before = Infinity; left.length < before; left = refused()) {
    before = left.length
    for (const index of left) reports[index] = await importOne(handoffs, records[index] ?? null, index)
  }
  return reports
}
