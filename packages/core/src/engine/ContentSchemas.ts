/** Checks artifacts that were handed back by value against the JSON Schemas of their deliverables. */
import type { Artifact, Deliverable } from "@aumai/handoff-protocol"
import { type OutputUnit, Validator } from "@cfworker/json-schema"

// The number of faults listed per deliverable.
const named = 5

/** The innermost faults. An outer fault precedes those inside it and only says that something inside is wrong. */
const sentences = (errors: ReadonlyArray<OutputUnit>): ReadonlyArray<string> =>
  errors
    .filter(({ keyword, keywordLocation }, index) => {
      const next = errors[index + 1]
      // The fault around a `false` schema names the unexpected value; the branch of an `if` names its fault.
      if (keyword === "false" || keyword === "if") return false
      return next === undefined || next.keyword === "false" || !next.keywordLocation.startsWith(`${keywordLocation}/`)
    })
    .map(({ error, instanceLocation }) => {
      // Joined with others into one sentence.
      const fault = error.replace(/\.$/, "")
      return instanceLocation === "#" ? fault : `at ${instanceLocation.slice(1)}: ${fault}`
    })

const check = (schema: object, content: unknown): ReadonlyArray<string> => {
  try {
    // A copy, because the validator writes into its schema and this one belongs to the stored request.
    const own: object = JSON.parse(JSON.stringify(schema))
    const { errors, valid } = new Validator(own, "2020-12", false).validate(content)
    return valid ? [] : sentences(errors)
  } catch (cause) {
    return [`its schema cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`]
  }
}

/** The deliverables whose content does not fit their schema, with the reasons. */
export const schemaFaults = (deliverables: ReadonlyArray<Deliverable>, artifacts: ReadonlyArray<Artifact>) =>
  deliverables.flatMap(({ name, schema }) => {
    const artifact = artifacts.find((one) => one.name === name)
    if (schema === undefined || artifact === undefined || !("content" in artifact)) return []
    const faults = check(schema, artifact.content)
    if (faults.length === 0) return []
    const more = faults.length > named ? `, and ${faults.length - named} more` : ""
    return [
      {
        deliverable: name,
        expected: `Expected content that fits its schema; ${faults.slice(0, named).join(", ")}${more}`
      }
    ]
  })

/** The deliverables whose schemas the validator cannot use, with the reasons. */
export const unusableSchemas = (
  deliverables: ReadonlyArray<Deliverable>
): ReadonlyArray<{ readonly index: number; readonly why: string }> =>
  deliverables.flatMap(({ schema }, index) => {
    if (schema === undefined) return []
    const why = check(schema, {}).find((fault) => fault.startsWith("its schema cannot be used"))
    return why === undefined ? [] : [{ index, why }]
  })
