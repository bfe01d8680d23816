/** Converts records for the Python library, which knows fewer statuses and fields, and compares them as it sees them. */
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import { isSame } from "../values/Same.ts"

/** Chooses the final status for the Python library: `failed` if the handoff was accepted before, else `rejected`. */
const endingOf = (response: unknown) => (response === undefined ? "rejected" : "failed")

/** Maps a status that the Python library does not know to its nearest one, because an unknown status makes it refuse the file. */
export const portable = (record: HandoffRecord): HandoffRecord => {
  switch (record.status) {
    case "input_required": {
      const { question: _, status: __, ...held } = record
      return { status: "in_progress", ...held }
    }
    case "delivered": {
      const {
        artifacts: _,
        escalated: __,
        evidence: ___,
        result: ____,
        reviewBy: _____,
        status: ______,
        ...held
      } = record
      return { status: "in_progress", ...held }
    }
    case "cancelled": {
      const { reason, response, status: _, ...kept } = record
      return { status: endingOf(response), ...kept, response: { accepted: false, reason } }
    }
    case "expired": {
      const { missed: _, reason, response, status: __, ...kept } = record
      return { status: endingOf(response), ...kept, response: { accepted: false, reason } }
    }
    default:
      return record
  }
}

/** Keeps the fields of a record that survive when the Python library reads and writes it. */
const knownFields = (record: HandoffRecord) => {
  const { fromAgent, toAgent, taskDescription, context, priority, deadline } = record.request
  return {
    id: record.recordId,
    status: record.status,
    request: { fromAgent, toAgent, taskDescription, context, priority, deadline },
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    response: "response" in record ? record.response : undefined,
    result: "result" in record ? record.result : undefined,
    reason: "reason" in record ? record.reason : undefined
  }
}

/**
 * Compares two records apart from their revision and from the fields that the Python library does not know. A copy that
 * that library has read and written is the same state. `updatedAt` tells states apart, because every event changes it,
 * except within one millisecond.
 */
export const isSameState = (a: HandoffRecord, b: HandoffRecord): boolean => {
  const [left, right] =
    a.status === b.status
      ? [a, b]
      : [a, b].some(({ status }) => status === "completed")
        ? [undelivered(a), undelivered(b)]
        : [portable(a), portable(b)]
  return isSame(knownFields(left), knownFields(right))
}

/** Shows delivered work as a program completes it that knows no reviews. */
const undelivered = (record: HandoffRecord): HandoffRecord => {
  if (record.status !== "delivered") return record
  const { status: _, ...kept } = record
  return { status: "completed", ...kept }
}
