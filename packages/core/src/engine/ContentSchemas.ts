/** Whether what was handed back by value satisfies the JSON Schemas that its request has for it. */
import type { Artifact, Deliverable } from "@aumai/handoff-protocol"
import { type OutputUnit, Validator } from "@cfworker/json-schema"

// Faults of one deliverable that are named; who repairs these meets the others.
const named = 5

/** The innermost faults: the others, each before those inside it, only say that something inside them is wrong. */
const sentences = (errors: ReadonlyArray<OutputUnit>): ReadonlyArray<string> =>
  errors
    .filter(({ keyword, keywordLocation }, index) => {
      const next = errors[index + 1]
      // What may not be there at all is named by the fault around it; and a condition by what it leads to.
      if (keyword === "false" || keyword === "if") return false
      return next === undefined || next.keyword === "false" || !next.keywordLocation.startsWith(`${keywordLocation}/`)
    })
    .map(({ error, instanceLocation }) => {
      // One of several in a sentence.
      const fault = error.replace(/\.$/, "")
      return instanceLocation === "#" ? fault : `at ${instanceLocation.slice(1)}: ${fault}`
    })

const check = (schema: object, content: unknown): ReadonlyArray<string> => {
  try {
    // A copy: the validator writes into the schema that it is given, and this one is the sender's, and on record.
    const own: object = JSON.parse(JSON.stringify(schema))
    const { errors, valid } = new Validator(own, "2020-12", false).validate(content)
    return valid ? [] : sentences(errors)
  } catch (cause) {
    return [`its schema cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`]
  }
}

/** Every deliverable whose content does not fit its schema, and why. */
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

/** The deliverables whose schemas nothing can be checked against. */
export const unusableSchemas = (
  deliverables: ReadonlyArray<Deliverable>
): ReadonlyArray<{ readonly index: number; readonly why: string }> =>
  deliverables.flatMap(({ schema }, index) => {
    if (schema === undefined) return []
    const why = check(schema, {}).find((fault) => fault.startsWith("its schema cannot be used"))
    return why === undefined ? [] : [{ index, why }]
  })
