import { HandoffRecord, type InvalidInput, invalidInput, takeOver } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** Makes a check that returns a value that satisfies the schema, and throws `InvalidInput` otherwise. */
export const checked = <A>(input: string, schema: Schema.Codec<A, unknown>) => {
  const decode = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })
  const judge = (value: unknown): Result.Result<A, InvalidInput> =>
    Result.flatMap(takeOver(input, value), (taken) =>
      Result.mapError(decode(taken), (error) => invalidInput(input, error))
    )
  return (value: unknown): A => Result.getOrThrowWith(judge(value), (error) => error)
}

/** An optional callback. Only the types describe its arguments and its result. */
export const callback = <F extends (...args: never) => unknown>() =>
  Schema.optionalKey(
    Schema.declare((value): value is F => typeof value === "function", { message: "Expected a function" })
  )

export const record = Schema.toType(HandoffRecord)
