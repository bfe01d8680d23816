import { dueAt, HandoffRecord, type HandoffResponse, isOpen, turnOf } from "@aumai/handoff-protocol"
import { displayWidth } from "effect/cli/CliOutput"
import * as DateTime from "effect/DateTime"

import { fit, printable, printableLines, type Style, styled } from "./Text.ts"

const parties = ({ request }: HandoffRecord): string => printable(`${request.fromAgent} -> ${request.toAgent}`)

/** One record on one line, as the Python tool prints its lists. */
export const line = (record: HandoffRecord): string =>
  [
    printable(record.recordId),
    record.status.padEnd(12),
    parties(record).padEnd(23),
    printable(record.request.taskDescription)
  ].join("  ")

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000]
] as const

/** A stretch of time in its largest unit: `3d`, `5h`, `12m`, `0s`. */
const stretch = (millis: number): string => {
  const [unit, size] = units.find(([, size]) => millis >= size) ?? ["s", 1000]
  return `${Math.floor(millis / size)}${unit}`
}

const colours: Readonly<Record<HandoffRecord["status"], Style>> = {
  pending: "yellow",
  accepted: "cyan",
  in_progress: "blue",
  completed: "green",
  rejected: "red",
  failed: "red",
  cancelled: "gray",
  expired: "magenta"
}

const due = (record: HandoffRecord, now: number): string => {
  const at = dueAt(record)?.epochMilliseconds
  if (at === undefined) return ""
  return at <= now ? `${stretch(now - at)} ago` : `in ${stretch(at - now)}`
}

/** Records as a table that fits a terminal of that many columns; the task takes what the others leave. */
export const table = (records: ReadonlyArray<HandoffRecord>, columns: number, now: number): string => {
  const header = ["ID", "STATUS", "PRI", "FROM → TO", "AGE", "DUE", "TASK"]
  const rows = records.map((record) => [
    printable(record.recordId),
    record.status,
    String(record.request.priority),
    printable(`${record.request.fromAgent} → ${record.request.toAgent}`),
    stretch(now - record.createdAt.epochMilliseconds),
    due(record, now),
    printable(record.request.taskDescription)
  ])
  const limits = [16, 12, 3, 32, 4, 8]
  const widths = limits.map((limit, column) =>
    Math.min(limit, Math.max(...[header, ...rows].map((row) => displayWidth(row[column] ?? ""))))
  )
  const rest = Math.max(8, columns - widths.reduce((sum, width) => sum + width + 2, 0))
  const cells = (row: ReadonlyArray<string>) =>
    row
      .map((cell, column) => fit(cell, widths[column] ?? rest))
      .map((cell, column) => (column === 6 ? cell.trimEnd() : cell))
  return [
    styled("bold", cells(header).join("  ")),
    ...rows.map((row, index) => {
      const [id = "", status = "", ...others] = cells(row)
      const record = records[index]
      return [id, record === undefined ? status : styled(colours[record.status], status), ...others].join("  ")
    })
  ].join("\n")
}

const responseText = ({ accepted, reason, estimatedCompletion }: HandoffResponse): string => {
  const estimate = estimatedCompletion === undefined ? "" : ` (estimated ${DateTime.formatIso(estimatedCompletion)})`
  return `${accepted ? "accepted" : "declined"}${reason === "" ? "" : `: ${printable(reason)}`}${estimate}`
}

const json = (value: unknown): string => printableLines(JSON.stringify(value))

/** Everything about one record, a labelled line for each part. The first ten labels are those of the Python tool. */
export const details = (record: HandoffRecord): string => {
  const { request } = record
  const response = "response" in record ? record.response : undefined
  const waitsFor = turnOf(record)
  const rows: ReadonlyArray<readonly [string, string | undefined]> = [
    ["Handoff ID", printable(record.recordId)],
    ["Status", styled(colours[record.status], record.status)],
    ["From", printable(request.fromAgent)],
    ["To", printable(request.toAgent)],
    ["Task", printable(request.taskDescription)],
    ["Priority", String(request.priority)],
    ["Created", DateTime.formatIso(record.createdAt)],
    ["Updated", DateTime.formatIso(record.updatedAt)],
    ["Response", response && responseText(response)],
    ["Result", "result" in record ? json(record.result) : undefined],
    ["Reason", "reason" in record ? printable(record.reason) : undefined],
    ["Deadline", request.deadline && DateTime.formatIso(request.deadline)],
    ["Requires", request.requires && printable(request.requires.join(", "))],
    ["Parent", request.parent && printable(request.parent)],
    ["Context", Object.keys(request.context).length === 0 ? undefined : json(request.context)],
    ["Turn", waitsFor === undefined ? undefined : printable(waitsFor)],
    ["Revision", String(record.revision)]
  ]
  return rows.flatMap(([label, text]) => (text === undefined ? [] : [`${`${label}:`.padEnd(12)}${text}`])).join("\n")
}

/** What a record has come to, in a sentence for the verb that brought it there. */
export const outcome = (record: HandoffRecord): string => {
  const turn = isOpen(record.status) ? `; waits for ${printable(turnOf(record) ?? "nobody")}` : ""
  return `Handoff ${printable(record.recordId)} is ${record.status}${turn}`
}
