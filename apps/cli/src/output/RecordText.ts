import {
  describeAttempt,
  describeHandBack,
  describeLease,
  describeOutcome,
  describeProgress,
  describeResponse,
  describeRetry,
  type Description,
  dueAt,
  type HandoffRecord,
  isEndedElsewhere,
  isReopenable,
  receiverOf,
  type Sentence,
  turnOf
} from "@aumai/handoff-protocol"
import { displayWidth } from "effect/cli/CliOutput"
import * as DateTime from "effect/DateTime"

import { awaitedText, handoverRows } from "./HandoverText.ts"
import { reviewedText, reviewRows } from "./ReviewText.ts"
import { lasting, sentenceText, stretch } from "./SentenceText.ts"
import { fit, jsonText, padded, printable, type Style, styled, word } from "./Text.ts"

const parties = (record: HandoffRecord): string => printable(`${record.request.fromAgent} -> ${receiverOf(record)}`)

const elsewhere = "ended by another program"

// Columns. A longer id puts its own line out of line instead of all others.
const widestId = 32

/** Records on one line each, as the Python tool prints its lists; an id that a sender chose may be wider than a generated one. */
export const lines = (records: ReadonlyArray<HandoffRecord>): string => {
  const widest = Math.min(widestId, Math.max(...records.map(({ recordId }) => displayWidth(printable(recordId)))))
  return records.map((record) => line(record, record.status, widest)).join("\n")
}

/** One record on a line, after a word about it. */
export const line = (record: HandoffRecord, about: string, widest: number): string =>
  [
    padded(printable(record.recordId), widest),
    about.padEnd(12),
    padded(parties(record), 23),
    printable(record.request.taskDescription),
    ...(isEndedElsewhere(record) ? [`(${elsewhere})`] : [])
  ].join("  ")

const colours: Readonly<Record<HandoffRecord["status"], Style>> = {
  pending: "yellow",
  accepted: "cyan",
  in_progress: "blue",
  input_required: "yellow",
  delivered: "yellow",
  completed: "green",
  rejected: "red",
  failed: "red",
  cancelled: "gray",
  expired: "magenta"
}

/** A status in its colour. */
export const coloured = (status: HandoffRecord["status"]): string => styled(colours[status], status)

const due = (record: HandoffRecord, now: number): string => {
  const at = dueAt(record)?.epochMilliseconds
  if (at === undefined) return ""
  return at <= now ? `${stretch(now - at)} ago` : `in ${stretch(at - now)}`
}

interface Column {
  readonly title: string
  readonly cell: (record: HandoffRecord, now: number) => string
  /** The largest width, in columns of the terminal. */
  readonly most: number
  /** On a narrow terminal the columns with the highest rank are dropped first. */
  readonly rank: number
}

// Cut without an ellipsis, so that it can be copied: --id accepts a prefix.
const shortId = (id: string): string => (id.length <= 16 ? id : id.slice(0, 12))

const columnsOfTable: ReadonlyArray<Column> = [
  { title: "ID", cell: ({ recordId }) => shortId(printable(recordId)), most: 16, rank: 0 },
  {
    title: "STATUS",
    cell: (record) => (isEndedElsewhere(record) ? `${record.status} *` : record.status),
    most: 14,
    rank: 0
  },
  { title: "PRI", cell: ({ request }) => String(request.priority), most: 3, rank: 1 },
  {
    title: "FROM → TO",
    cell: (record) => printable(`${record.request.fromAgent} → ${receiverOf(record)}`),
    most: 32,
    rank: 2
  },
  { title: "AGE", cell: ({ createdAt }, now) => stretch(now - createdAt.epochMilliseconds), most: 4, rank: 4 },
  { title: "DUE", cell: due, most: 8, rank: 3 }
]

const gap = 2
// A task that is cut shorter than this tells a reader nothing.
const leastTask = 16

/** Records as a table for a terminal of `columns` columns; the task takes the remaining width. */
export const table = (records: ReadonlyArray<HandoffRecord>, columns: number, now: number): string => {
  const sized = columnsOfTable.map((column) => {
    const cells = records.map((record) => column.cell(record, now))
    const width = Math.min(column.most, Math.max(...[column.title, ...cells].map((cell) => displayWidth(cell))))
    return { ...column, cells, width }
  })
  const taken = (some: typeof sized) => some.reduce((sum, { width }) => sum + width + gap, 0)
  let shown = sized
  for (let rank = 4; rank > 0 && taken(shown) + leastTask > columns; rank -= 1) {
    shown = shown.filter((column) => column.rank < rank)
  }
  const rest = Math.max(1, columns - taken(shown))
  const row = (cell: (column: (typeof sized)[number]) => string, task: string) =>
    [...shown.map(cell), fit(task, rest).trimEnd()].join(" ".repeat(gap))
  return [
    styled(
      "bold",
      row(({ title, width }) => fit(title, width), "TASK")
    ),
    ...records.map((record, index) =>
      row(({ title, cells, width }) => {
        const text = fit(cells[index] ?? "", width)
        return title === "STATUS" ? styled(colours[record.status], text) : text
      }, printable(record.request.taskDescription))
    ),
    ...(records.some(isEndedElsewhere) ? [`* ${elsewhere}`] : [])
  ].join("\n")
}

const optional = (sentence: Sentence | undefined): string | undefined => sentence && sentenceText(sentence)

const responseText = (response: Description): string =>
  [response.what, response.details.map(sentenceText).join("; ")].filter((text) => text !== "").join(": ")

/** The command that gives a handoff which ended without being completed a new life. */
export const reopenText = (recordId: string, where: string): string =>
  `aumai-handoff reopen --id ${word(recordId)}${where}`

/**
 * Everything about one record in labelled lines. The first ten labels are those of the Python tool. `successor` is the
 * handoff that reopened it.
 */
export const details = (record: HandoffRecord, successor?: HandoffRecord, where = ""): string => {
  const { request } = record
  const response = describeResponse(record)
  const waitsFor = turnOf(record)
  const progress = "progress" in record ? record.progress : undefined
  const answer = "answer" in record ? record.answer : undefined
  const handBack = "handBack" in record ? record.handBack : undefined
  const notBefore = "notBefore" in record ? record.notBefore : undefined
  const rows: ReadonlyArray<readonly [string, string | undefined]> = [
    ["Handoff ID", printable(record.recordId)],
    ["Status", `${coloured(record.status)}${isEndedElsewhere(record) ? ` (${elsewhere})` : ""}`],
    ["From", printable(request.fromAgent)],
    ["To", printable(request.toAgent)],
    ["Task", printable(request.taskDescription)],
    ["Priority", String(request.priority)],
    ["Created", DateTime.formatIso(record.createdAt)],
    ["Updated", DateTime.formatIso(record.updatedAt)],
    ["Response", response && responseText(response)],
    ["Result", "result" in record ? jsonText(record.result) : undefined],
    ["Reason", "reason" in record ? printable(record.reason) : undefined],
    ["Deadline", request.deadline && DateTime.formatIso(request.deadline)],
    ["Accept by", request.acceptBy && DateTime.formatIso(request.acceptBy)],
    ["Remind", request.remindBefore === undefined ? undefined : `${lasting(request.remindBefore)} before`],
    ["Requires", request.requires && printable(request.requires.join(", "))],
    ["Parent", request.parent && printable(request.parent)],
    ["Retry of", request.retryOf && printable(request.retryOf)],
    ["Context", Object.keys(request.context).length === 0 ? undefined : jsonText(request.context)],
    ...handoverRows(record),
    ["Attempt", record.attempt > 1 ? sentenceText(describeAttempt(record)) : undefined],
    ["Retry", optional(describeRetry(record))],
    ["Hand-back", handBack && sentenceText(describeHandBack(handBack))],
    ["Not before", notBefore && DateTime.formatIso(notBefore)],
    ["Lease", optional(describeLease(record))],
    [
      "Progress",
      progress && `${DateTime.formatIso(progress.at)} ${sentenceText(describeProgress(progress))}`.trimEnd()
    ],
    ["Question", "question" in record ? printable(record.question) : undefined],
    ["Answer", answer && printable(`${answer.answer} (to: ${answer.question})`)],
    ...reviewRows(record),
    ["Turn", waitsFor === undefined ? undefined : printable(waitsFor)],
    ["Reopened", successor && printable(`${successor.recordId}, which is ${successor.status}`)],
    ["Reopen", successor === undefined && isReopenable(record) ? reopenText(record.recordId, where) : undefined],
    ["Revision", String(record.revision)],
    ["Head", record.head]
  ]
  return rows.flatMap(([label, text]) => (text === undefined ? [] : [`${`${label}:`.padEnd(12)}${text}`])).join("\n")
}

/** The outcome of a verb in a sentence, and the command for the next step if one is missing; `where` ends that command. */
export const outcome = (record: HandoffRecord, where = ""): string =>
  [
    `Handoff ${printable(record.recordId)} ${sentenceText(describeOutcome(record))}`,
    ...awaitedText(record, where),
    ...reviewedText(record, where)
  ].join("\n")
