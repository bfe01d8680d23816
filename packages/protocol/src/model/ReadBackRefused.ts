import * as Schema from "effect/Schema"

import { field } from "../values/Fields.ts"
import { refused } from "./HandoffError.ts"
import { verbOf } from "./VerbNames.ts"

const listed = (asks: ReadonlyArray<string>): string => asks.join(", ")

/** A read-back lacks answers that the briefing asks for, or has answers that are mostly quoted. */
export class ReadBackRefused extends Schema.TaggedError<ReadBackRefused>()("ReadBackRefused", {
  ...refused,
  missing: field(Schema.Array(Schema.String), "The questions without an answer."),
  echoed: field(
    Schema.Array(
      Schema.Struct({
        ask: field(Schema.String, "The question."),
        quoted: field(Schema.Finite, "The part of its answer that is quoted, from 0 to 1.")
      })
    ),
    "The answers of which more than half is quoted from the task, the briefing or another answer."
  )
}) {
  override get message() {
    const echoed = this.echoed.map(({ ask, quoted }) => `${ask} (${Math.round(quoted * 100)} % quoted)`)
    const faults = [
      ...(this.missing.length === 0 ? [] : [`answer ${listed(this.missing)}`]),
      ...(echoed.length === 0
        ? []
        : [`say in other words than the task, the briefing and the other answers: ${listed(echoed)}`])
    ]
    return `Handoff ${this.recordId}: ${verbOf(this.event)} needs a read-back with the answers that the briefing asks for; ${faults.join("; ")}`
  }
}
