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

const importOne = async (handoffs: Handoffs, json: Json, name: string): Promise<Report> => {
  try {
    // The cast: `import` validates it.
    const [report] = await handoffs.import([json as ArchivedHandoff])
    return { name, outcome: "unchanged", ...report }
  } catch (error) {
    return { name, outcome: "refused", problem: sentenceOf(error) }
  }
}

/** Imports records in one call; one after the other if one of them is refused, which ends the call, or is there twice. */
const importSome = async (
  handoffs: Handoffs,
  records: ReadonlyArray<Json>,
  from: number
): Promise<ReadonlyArray<Report>> => {
  const named = records.map((json, index) => ({ json, name: nameOf(json, from + index) }))
  // The cast: `import` validates them.
  const together = await handoffs.import(records as ReadonlyArray<ArchivedHandoff>).catch(() => [])
  const byId = new Map(together.map((report) => [report.recordId, report]))
  const reports: Array<Report> = []
  for (const { json, name } of named) {
    const report = byId.size === records.length ? byId.get(name) : undefined
    reports.push(report === undefined ? await importOne(handoffs, json, name) : { name, ...report })
  }
  return reports
}

// A commit of this many takes a few milliseconds.
const atOnce = 256

/** The text of a file. Bytes that are not UTF-8 are refused, because U+FFFD in their place is another text. */
export const textOf = async (file: File): Promise<string> => {
  const bytes = await file.arrayBuffer()
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    throw new Error(`${file.name} is not UTF-8; save it in that encoding, and choose it again.`)
  }
}

/** Imports the records of a file; a refused record does not stop the others. */
export const importText = async (handoffs: Handoffs, file: string, text: string): Promise<ReadonlyArray<Report>> => {
  const json = jsonIn(file, text)
  if (!Array.isArray(json)) throw new Error(`${file} is not an array of records; choose a file that an export wrote.`)
  const records = json.map(fromFormerExport)
  const reports: Array<Report> = []
  while (reports.length < records.length) {
    const from = reports.length
    reports.push(...(await importSome(handoffs, records.slice(from, from + atOnce), from)))
  }
  // A part that was cancelled along with its whole is refused until the whole is there.
  const refused = () => [...reports.keys()].filter((index) => reports[index]?.outcome === "broken")
  for (let left = refused(), before = Infinity; left.length < before; left = refused()) {
    before = left.length
    for (const index of left) {
      reports[index] = await importOne(handoffs, records[index] ?? null, reports[index]?.name ?? "")
    }
  }
  return reports
}
