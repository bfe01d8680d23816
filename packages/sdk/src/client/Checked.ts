import { HandoffRecord, invalidInput } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** The value, if it satisfies the schema. */
export const checked = <A>(input: string, schema: Schema.Codec<A, unknown>) => {
  const decode = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })
  return (value: unknown): A => Result.getOrThrowWith(decode(value), (error) => invalidInput(input, error))
}

/** What is called back: what it takes and gives is the types' to say. */
export const callback = <F extends (...args: never) => unknown>() =>
  Schema.optionalKey(
    Schema.declare((value): value is F => typeof value === "function", { message: "Expected a function" })
  )

export const record = Schema.toType(HandoffRecord)
