import * as Schema from "effect/Schema"

import { field } from "../values/Fields.ts"

const reasons = {
  malformed: "is not a position of a log",
  another_log: "is a position of another log",
  another_epoch: "is a position of this log before the store was restored",
  beyond: "is beyond the end of the log; the store may be an older copy"
} as const

/** A position that the log of this store does not have. */
export class InvalidPosition extends Schema.TaggedError<InvalidPosition>()("InvalidPosition", {
  position: field(Schema.String, "The position as it was given, cut to 200 characters."),
  reason: field(
    Schema.Literals(["malformed", "another_log", "another_epoch", "beyond"]),
    "`malformed`, `another_log`, `another_epoch` (the store was restored since) or `beyond` (the log ends before it)."
  )
}) {
  override get message() {
    return `${JSON.stringify(this.position)} ${reasons[this.reason]}; follow the log from its beginning, without a position`
  }
}
