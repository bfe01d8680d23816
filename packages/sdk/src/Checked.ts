import { HandoffRecord, invalidInput } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** The value, if it satisfies the schema. */
export const checked = <A>(input: string, schema: Schema.Codec<A, unknown>) => {
  const decode = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })
  return (value: unknown): A => Result.getOrThrowWith(decode(value), (error) => invalidInput(input, error))
}

export const record = Schema.toType(HandoffRecord)
