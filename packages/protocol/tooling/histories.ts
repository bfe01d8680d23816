/** The handoff of all vectors: its request, one event of every kind, and a history that ends in each status. */
import * as Result from "effect/Result"

import { decodeEvent, entryDigest, type HandoffStatus, RecordId, type transitions } from "../src/index.ts"
import { type Answer, type Question, run, type Vector } from "./run-vector.ts"

export const recordId = "7k2m9q4xw3pz"

export const request = {
  from_agent: "planner",
  to_agent: "executor",
  task_description: "Generate the Q3 financial summary report.",
  context: { quarter: "Q3", format: "PDF" },
  priority: 8,
  deadline: "2026-12-01T09:00:00.000Z",
  remind_before: 86_400_000
}

export type Event = Readonly<Record<string, unknown>>
export type Status = (typeof HandoffStatus.literals)[number]

export const at = (minute: number) => `2026-11-22T08:${String(minute).padStart(2, "0")}:00.000Z`
export const created: Event = { _tag: "Created", at: at(0), by: "planner", request }

/** The same handoff, whose work is reviewed within half an hour. */
export const reviewed: Event = {
  ...created,
  request: { ...request, review: { within: 1_800_000, silence: "escalates", escalate_to: "lead", reworks: 2 } }
}

/** One event of each transition, by its party. */
export const moves: Readonly<Record<keyof typeof transitions, Event>> = {
  Accepted: {
    _tag: "Accepted",
    at: at(1),
    by: "executor",
    reason: "On it.",
    estimated_completion: "2026-11-22T12:00:00.000Z",
    read_back: { summary: "The summary of the third quarter, as a PDF." }
  },
  Rejected: { _tag: "Rejected", at: at(1), by: "executor", reason: "No access to the ledger." },
  Started: { _tag: "Started", at: at(2), by: "executor" },
  Progressed: { _tag: "Progressed", at: at(3), by: "executor", note: "Half of the sheets are read.", fraction: 0.5 },
  Asked: { _tag: "Asked", at: at(3), by: "executor", question: "Which ledger?" },
  Answered: { _tag: "Answered", at: at(4), by: "planner", answer: "The one of 2026." },
  Forwarded: {
    _tag: "Forwarded",
    at: at(5),
    by: "executor",
    to: "analyst",
    reason: "This is a question of statistics.",
    hand_back: { done: ["July"], remaining: ["August", "September"] }
  },
  Delegated: { _tag: "Delegated", at: at(2), by: "executor", child: "3f8g1h5j0abc" },
  Restated: { _tag: "Restated", at: at(2), by: "executor", read_back: { summary: "The third quarter, as a PDF." } },
  Confirmed: { _tag: "Confirmed", at: at(2), by: "planner", correction: "And as a table." },
  Attested: {
    _tag: "Attested",
    at: at(4),
    by: "auditor",
    statement: "The totals agree with the ledger.",
    of: "report",
    uri: "https://example.org/audits/7"
  },
  Released: {
    _tag: "Released",
    at: at(5),
    by: "executor",
    attempt: 1,
    reason: "The ledger is locked until noon.",
    hand_back: { done: ["July"], remaining: ["August", "September"], pitfalls: ["The sheets are in local time."] },
    not_before: "2026-11-22T12:00:00.000Z"
  },
  Delivered: { _tag: "Delivered", at: at(3), by: "executor", result: { output: "report.pdf" } },
  Approved: { _tag: "Approved", at: at(6), by: "planner", reason: "Well done." },
  Returned: { _tag: "Returned", at: at(6), by: "planner", missing: "The totals of September." },
  Escalated: { _tag: "Escalated", at: at(33), by: "clock" },
  Completed: { _tag: "Completed", at: at(3), by: "executor", result: { output: "report.pdf" } },
  Failed: {
    _tag: "Failed",
    at: at(3),
    by: "executor",
    reason: "The ledger is empty.",
    stack: "Error: empty\n    at sum"
  },
  Cancelled: { _tag: "Cancelled", at: at(4), by: "planner", reason: "Not needed any more." },
  Reminded: { _tag: "Reminded", at: "2026-11-30T09:00:00.000Z", by: "clock", of: "deadline" },
  Expired: { _tag: "Expired", at: "2026-12-01T09:00:00.000Z", by: "clock", missed: "deadline" }
}

/** A history that ends in each status. */
export const histories: Readonly<Record<Status, ReadonlyArray<Event>>> = {
  pending: [created],
  accepted: [created, moves.Accepted],
  in_progress: [created, moves.Accepted, moves.Started],
  input_required: [created, moves.Accepted, moves.Started, moves.Asked],
  delivered: [reviewed, moves.Accepted, moves.Started, moves.Delivered],
  completed: [created, moves.Accepted, moves.Started, moves.Completed],
  rejected: [created, moves.Rejected],
  failed: [created, moves.Accepted, moves.Started, moves.Failed],
  cancelled: [created, moves.Cancelled],
  expired: [created, moves.Accepted, moves.Expired]
}

export const ask = (name: string, question: Question): Vector => ({ name, question, expected: run(question) })
export const vectorOf = (name: string, question: Question, expected: Answer): Vector => ({ name, question, expected })
export const replay = (name: string, events: ReadonlyArray<Event>) =>
  ask(name, { operation: "replay", record_id: recordId, events })

/** Replays a history to its record on the wire. */
export const recordOf = (events: ReadonlyArray<Event>): Readonly<Record<string, unknown>> => {
  const answer = run({ operation: "replay", record_id: recordId, events })
  if ("error" in answer) throw new Error(JSON.stringify(answer.error))
  // The cast: a replay without an error answers with a record.
  return answer.ok as Readonly<Record<string, unknown>>
}

/** Computes the digest of an entry. */
export const digestOfEntry = (revision: number, event: Event): string =>
  entryDigest(RecordId.make(recordId), revision, Result.getOrThrow(decodeEvent("vector", event)))

/** Links a history as stores do: each entry gets the digest of the entry before it. */
export const linked = (events: ReadonlyArray<Event>): ReadonlyArray<Event> => {
  const entries: Array<Event> = []
  for (const event of events) {
    const last = entries.at(-1)
    entries.push(last === undefined ? event : { ...event, prev: digestOfEntry(entries.length, last) })
  }
  return entries
}
