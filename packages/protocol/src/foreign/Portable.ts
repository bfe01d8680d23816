/** What the Python library sees of a record: its own statuses, and none of the parts that it does not know. */
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import { isSame } from "../values/Same.ts"

/** How it would have ended there: what was accepted before has failed. */
const endingOf = (response: unknown) => (response === undefined ? "rejected" : "failed")

/** It refuses a whole file over a status that it does not know, so it is shown the nearest of its own. */
export const portable = (record: HandoffRecord): HandoffRecord => {
  switch (record.status) {
    case "input_required": {
      const { question: _, status: __, ...held } = record
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

/** What is left of a record that the Python library has read and written: what it does not know it forgets. */
const remembered = (record: HandoffRecord) => {
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
 * Whether two records say the same, apart from their revision and from what the Python library does not know: a copy that
 * lost its trail, or that it has read and written, is still the same state. No event leaves the time of the last one as it
 * was, save within a millisecond, so that what is left tells states apart.
 */
export const isSameState = (a: HandoffRecord, b: HandoffRecord): boolean => {
  const [left, right] = a.status === b.status ? [a, b] : [portable(a), portable(b)]
  return isSame(remembered(left), remembered(right))
}
