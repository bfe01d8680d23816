import * as Schema from "effect/Schema"

import type { ErrorTag } from "./Errors.ts"
import type { Verb } from "./Verb.ts"

/** Makes a row of the list of verbs from its facts, its arguments, and its errors. */
export const verb = <
  const Row extends Omit<Verb, "input" | "errors">,
  Fields extends Schema.Struct.Fields,
  const Errors extends ReadonlyArray<ErrorTag>
>(
  row: Row,
  input: Fields,
  errors: Errors
) => ({ ...row, input: Schema.Struct(input), errors }) satisfies Verb

/** Makes a row that only reads: any agent may call it, and it is always safe to repeat. */
export const read = <
  const Row extends Omit<Verb, "input" | "errors" | "party" | "does" | "repeat">,
  Fields extends Schema.Struct.Fields,
  const Errors extends ReadonlyArray<ErrorTag>
>(
  row: Row,
  input: Fields,
  errors: Errors
) => verb({ party: "anyone", does: "reads", repeat: "always", ...row }, input, errors)
