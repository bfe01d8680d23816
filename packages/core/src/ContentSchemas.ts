import type { Artifact, Deliverable } from "@aumai/handoff-protocol"
/** Whether what was handed back by value satisfies the JSON Schemas that its request has for it. */
import { type OutputUnit, Validator } from "@cfworker/json-schema"

// Faults of one deliverable that are named; who repairs these meets the others.
const named = 5

/** The innermost faults: the others only say that something inside them is wrong. */
const sentences = (errors: ReadonlyArray<OutputUnit>): ReadonlyArray<string> =>
  errors
    .filter(({ instanceLocation }, index) =>
      errors.slice(index + 1).every((inner) => !inner.instanceLocation.startsWith(`${instanceLocation}/`))
    )
    .map(({ error, instanceLocation }) =>
      instanceLocation === "#" ? error : `at ${instanceLocation.slice(1)}: ${error}`
    )

const check = (schema: object, content: unknown): ReadonlyArray<string> => {
  try {
    const { errors, valid } = new Validator(schema, "2020-12", false).validate(content)
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
    const [why] = check(schema, {}).filter((fault) => fault.startsWith("its schema cannot be used"))
    return why === undefined ? [] : [{ index, why }]
  })
