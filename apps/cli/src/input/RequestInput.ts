/** The parts of a request that flags give as wire JSON. */
import {
  type Briefing,
  decodeRequest,
  type Deliverable,
  encodeRequest,
  type HandoffRequest,
  InvalidInput,
  isJsonObject,
  type RetryPolicy,
  type Review
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import type { GivenJson } from "./Input.ts"
import { unknownKeys } from "./UnknownKeys.ts"

const invalid = (input: string, expected: string, path = "") =>
  new InvalidInput({ input, issues: [{ path, expected }] })

// A valid request around the part that is decoded.
const around = { from_agent: "sender", to_agent: "receiver", task_description: "task" }

/** Decodes one part of a request; every error names its path in that part. */
const part = <Key extends "briefing" | "review" | "deliverables" | "retry">(
  flag: string,
  key: Key,
  value: unknown
): Result.Result<NonNullable<HandoffRequest[Key]>, InvalidInput> => {
  const decoded = decodeRequest(flag, { ...around, [key]: value })
  if (Result.isFailure(decoded)) {
    const issues = decoded.failure.issues.map(({ path, expected }) => ({
      path: path.slice(key.length).replace(/^\./, ""),
      expected
    }))
    return Result.fail(new InvalidInput({ input: flag, issues }))
  }
  const understood = decoded.success[key]
  // Only for null, which the callers exclude.
  if (understood === undefined) return Result.fail(invalid(flag, "Expected a value"))
  const unknown = unknownKeys(value, encodeRequest(decoded.success)[key])
  return unknown.length === 0
    ? Result.succeed(understood)
    : Result.fail(
        new InvalidInput({
          input: flag,
          issues: unknown.map((path) => ({ path, expected: "Unknown key; remove it, or write it like read_back" }))
        })
      )
}

/** A briefing from a flag. */
export const briefing = ({ flag, json }: GivenJson): Effect.Effect<Briefing, InvalidInput> =>
  isJsonObject(json)
    ? Effect.fromResult(part(flag, "briefing", json))
    : Effect.fail(invalid(flag, "Expected an object with a severity and a summary"))

/** A retry policy from a flag. */
export const retry = ({ flag, json }: GivenJson): Effect.Effect<RetryPolicy, InvalidInput> =>
  isJsonObject(json)
    ? Effect.fromResult(part(flag, "retry", json))
    : Effect.fail(invalid(flag, 'Expected an object such as {"initial": 60000}'))

/** The terms of a review from a flag. */
export const review = ({ flag, json }: GivenJson): Effect.Effect<Review, InvalidInput> =>
  isJsonObject(json)
    ? Effect.fromResult(part(flag, "review", json))
    : Effect.fail(invalid(flag, "Expected an object, such as {}"))

/** The demanded deliverables: by name and media type, or as JSON with schemas and digests. */
export const deliverables = Effect.fnUntraced(function* (
  named: ReadonlyArray<string>,
  given: Option.Option<GivenJson>
) {
  const simple = named.map((text): unknown => {
    const at = text.indexOf("=")
    return at === -1 ? { name: text } : { name: text.slice(0, at), media_type: text.slice(at + 1) }
  })
  const { flag: source, json: whole } = Option.getOrElse(given, () => ({ flag: "--deliverables", json: [] }))
  if (!Array.isArray(whole)) return yield* invalid(source, "Expected an array of deliverables")
  const all: ReadonlyArray<unknown> = [...simple, ...whole]
  const flag = simple.length === 0 ? source : "--deliverable"
  const none: ReadonlyArray<Deliverable> = []
  return all.length === 0 ? none : yield* Effect.fromResult(part(flag, "deliverables", all))
})
