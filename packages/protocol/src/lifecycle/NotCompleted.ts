import * as Schema from "effect/Schema"

import { Cancelled, Expired, Failed, Rejected } from "../model/HandoffRecord.ts"
import { field } from "../values/Fields.ts"
import { receiverOf } from "./Clocks.ts"

type Ended = Rejected | Failed | Cancelled | Expired

// A reason may have 64 KiB; its beginning tells a person enough, and the record has the rest.
const shownLength = 200

const shown = (reason: string): string => {
  const short = reason.length > shownLength ? `${reason.slice(0, shownLength)}…`.toWellFormed() : reason
  return reason === "" ? "" : `: ${short.replace(/\.$/, "")}`
}

const endOf = (record: Ended): string => {
  switch (record.status) {
    case "rejected":
      return `was declined by ${receiverOf(record)}${shown(record.response.reason)}`
    case "failed":
      return record.code === undefined
        ? `was given up by ${receiverOf(record)}${shown(record.response.reason)}`
        : `failed in its last attempt, of ${receiverOf(record)}${shown(record.response.reason)}`
    case "cancelled":
      return `was withdrawn by ${record.request.fromAgent}${shown(record.reason)}`
    case "expired":
      return record.missed === "accept_by" ? "was not accepted in time" : "was not finished by its deadline"
  }
}

/** The handoff whose result was awaited ended without being completed. */
export class NotCompleted extends Schema.TaggedError<NotCompleted>()("NotCompleted", {
  record: field(
    Schema.Union([Rejected, Failed, Cancelled, Expired]),
    "The final record, with the reason and the receiver's answer."
  )
}) {
  override get message() {
    return `Handoff ${this.record.recordId} ${endOf(this.record)}; \`history\` shows its steps, and \`create\` hands the task over again`
  }
}
