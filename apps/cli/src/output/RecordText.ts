import {
  describeAttempt,
  describeHandBack,
  describeLease,
  describeOutcome,
  describeProgress,
  describeResponse,
  type Description,
  dueAt,
  type HandoffRecord,
  receiverOf,
  render,
  type Sentence,
  turnOf
} from "@aumai/handoff-protocol"
import { displayWidth } from "effect/cli/CliOutput"
import * as DateTime from "effect/DateTime"

import { awaitedText, handoverRows } from "./HandoverText.ts"
import { fit, printable, printableLines, type Style, styled } from "./Text.ts"

const parties = (record: HandoffRecord): string => printable(`${record.request.fromAgent} -> ${receiverOf(record)}`)

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
export const stretch = (millis: number): string => {
  const [unit, size] = units.find(([, size]) => millis >= size) ?? ["s", 1000]
  return `${Math.floor(millis / size)}${unit}`
}

/** Exactly how long something lasts, in the largest unit that says so: `10m`, `90s`. */
export const lasting = (millis: number): string => {
  const [unit, size] = units.find(([, size]) => millis % size === 0) ?? ["s", 1000]
  return `${millis / size}${unit}`
}

const colours: Readonly<Record<HandoffRecord["status"], Style>> = {
  pending: "yellow",
  accepted: "cyan",
  in_progress: "blue",
  input_required: "yellow",
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
  /** The most it takes, in columns of the terminal. */
  readonly most: number
  /** What it gives way for: on a narrow terminal the columns with the larger numbers go first. */
  readonly rank: number
}

// An id that is cut without a mark can be copied: its beginning is enough for --id.
const shortId = (id: string): string => (id.length <= 16 ? id : id.slice(0, 12))

const columnsOfTable: ReadonlyArray<Column> = [
  { title: "ID", cell: ({ recordId }) => shortId(printable(recordId)), most: 16, rank: 0 },
  { title: "STATUS", cell: ({ status }) => status, most: 14, rank: 0 },
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
// A task that is cut shorter than this says nothing any more.
const leastTask = 16

/** Records as a table that fits a terminal of that many columns; the task takes what the others leave. */
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
    )
  ].join("\n")
}

/** A sentence of the protocol as text for a terminal. */
export const told = (sentence: Sentence): string =>
  printable(
    render(sentence, {
      said: (text) => text,
      name: (name) => name,
      id: (id) => id,
      status: (status) => status,
      moment: (at) => DateTime.formatIso(DateTime.makeUnsafe(at)),
      duration: lasting
    }).join("")
  )

const optional = (sentence: Sentence | undefined): string | undefined => sentence && told(sentence)

const responseText = (response: Description): string =>
  [response.what, response.details.map(told).join("; ")].filter((text) => text !== "").join(": ")

const json = (value: unknown): string => printableLines(JSON.stringify(value))

/** Everything about one record, a labelled line for each part. The first ten labels are those of the Python tool. */
export const details = (record: HandoffRecord): string => {
  const { request } = record
  const response = describeResponse(record)
  const waitsFor = turnOf(record)
  const progress = "progress" in record ? record.progress : undefined
  const answer = "answer" in record ? record.answer : undefined
  const handBack = "handBack" in record ? record.handBack : undefined
  const notBefore = "notBefore" in record ? record.notBefore : undefined
  const rows: ReadonlyArray<readonly [string, string | undefined]> = [
    ["Handoff ID", printable(record.recordId)],
    ["Status", coloured(record.status)],
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
    ["Accept by", request.acceptBy && DateTime.formatIso(request.acceptBy)],
    ["Remind", request.remindBefore === undefined ? undefined : `${lasting(request.remindBefore)} before`],
    ["Requires", request.requires && printable(request.requires.join(", "))],
    ["Parent", request.parent && printable(request.parent)],
    ["Context", Object.keys(request.context).length === 0 ? undefined : json(request.context)],
    ...handoverRows(record),
    ["Attempt", record.attempt > 1 ? told(describeAttempt(record)) : undefined],
    ["Hand-back", handBack && told(describeHandBack(handBack))],
    ["Not before", notBefore && DateTime.formatIso(notBefore)],
    ["Lease", optional(describeLease(record))],
    ["Progress", progress && `${DateTime.formatIso(progress.at)} ${told(describeProgress(progress))}`.trimEnd()],
    ["Question", "question" in record ? printable(record.question) : undefined],
    ["Answer", answer && printable(`${answer.answer} (to: ${answer.question})`)],
    ["Turn", waitsFor === undefined ? undefined : printable(waitsFor)],
    ["Revision", String(record.revision)],
    ["Head", record.head]
  ]
  return rows.flatMap(([label, text]) => (text === undefined ? [] : [`${`${label}:`.padEnd(12)}${text}`])).join("\n")
}

/** The outcome of a verb in a sentence, and what the handoff waits for, with a command that says `where`. */
export const outcome = (record: HandoffRecord, where = ""): string =>
  [`Handoff ${printable(record.recordId)} ${told(describeOutcome(record))}`, ...awaitedText(record, where)].join("\n")
