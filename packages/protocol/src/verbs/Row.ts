import * as Schema from "effect/Schema"

import type { ErrorTag } from "./Errors.ts"
import type { Verb } from "./Verb.ts"

/** A row of the list: its facts, its arguments, and the errors it can fail with. */
export const verb = <
  const Row extends Omit<Verb, "input" | "errors">,
  Fields extends Schema.Struct.Fields,
  const Errors extends ReadonlyArray<ErrorTag>
>(
  row: Row,
  input: Fields,
  errors: Errors
) => ({ ...row, input: Schema.Struct(input), errors }) satisfies Verb

/** A row that only reads: any agent may call it, as often as it likes. */
export const read = <
  const Row extends Omit<Verb, "input" | "errors" | "party" | "does" | "repeat">,
  Fields extends Schema.Struct.Fields,
  const Errors extends ReadonlyArray<ErrorTag>
>(
  row: Row,
  input: Fields,
  errors: Errors
) => verb({ party: "anyone", does: "reads", repeat: "always", ...row }, input, errors)
