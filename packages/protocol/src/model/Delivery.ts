import * as Schema from "effect/Schema"

import { canonical, Digest, digestOf } from "../values/Digest.ts"
import { AgentId, field, inBody, Name, optional, Text, Timestamp } from "../values/Fields.ts"
import { bounded, JsonObject, JsonValue } from "../values/Json.ts"
import { limits } from "../values/Limits.ts"
import { partsOf } from "./Briefing.ts"

const mediaType = optional(Name, "The media type, such as `application/json`.")

/**
 * An artifact that a request demands.
 *
 * @example
 * ```ts
 * import { Deliverable } from "@aumai/handoff-protocol"
 *
 * const report = Deliverable.make({
 *   name: "report",
 *   mediaType: "application/json",
 *   schema: { type: "object", required: ["total"], properties: { total: { type: "number" } } }
 * })
 * console.log(report.name) // report
 * ```
 */
export class Deliverable extends Schema.Opaque<Deliverable>()(
  Schema.Struct({
    name: field(Name, "The name that the artifact must have."),
    mediaType,
    schema: optional(
      JsonObject,
      "A JSON Schema (draft 2020-12) for the content, which must then be handed back by value."
    ),
    digest: optional(Digest, "The SHA-256 that the content must have.")
  })
) {}

/** Checks that names are unique. */
export const checkNames = (parts: ReadonlyArray<{ readonly name: string }>): true | string =>
  new Set(parts.map(({ name }) => name)).size === parts.length || "Expected each to have a unique name"

const name = field(Name, "The name of the artifact.")

/**
 * A thing that an agent made: by value, or by reference with its SHA-256 and its size.
 *
 * @example
 * ```ts
 * import { Artifact } from "@aumai/handoff-protocol"
 * import * as Schema from "effect/Schema"
 *
 * const report = { name: "report", mediaType: "text/plain", content: "All is well." }
 * console.log(Schema.is(Artifact)(report)) // true
 * console.log(Schema.is(Artifact)({ name: "report", uri: "s3://bucket/report.pdf" })) // false
 * ```
 */
export const Artifact = Schema.Union([
  Schema.Struct({ name, mediaType, content: field(JsonValue, "The artifact itself, as JSON.") }),
  Schema.Struct({
    name,
    mediaType,
    uri: field(Text.check(Schema.isMinLength(1)), "Where the artifact can be fetched."),
    digest: field(Digest, "The SHA-256 of the artifact."),
    size: field(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)), "The size in bytes.")
  })
]).annotate({ message: "Expected an artifact: a name, and its content or its uri, digest and size" })
export type Artifact = typeof Artifact.Type

export const Deliverables = partsOf(Deliverable).check(Schema.makeFilter(checkNames), bounded())
export const Artifacts = partsOf(Artifact).check(Schema.makeFilter(checkNames), bounded())

/**
 * Computes the SHA-256 of an artifact: of a text its UTF-8, of other content its canonical JSON. A reference keeps the
 * digest it names.
 *
 * @example
 * ```ts
 * import { artifactDigest } from "@aumai/handoff-protocol"
 *
 * console.log(artifactDigest({ name: "report", content: "abc" }).slice(0, 8)) // ba7816bf
 * ```
 */
export const artifactDigest = (artifact: Artifact): Digest =>
  // Content wins over a named digest: an artifact with both is stored with its content only.
  "content" in artifact
    ? digestOf(typeof artifact.content === "string" ? artifact.content : canonical(artifact.content))
    : artifact.digest

/** The fields of every piece of evidence. */
export const proof = {
  statement: inBody(
    field(Text.check(Schema.isMinLength(1)), "The fact that was checked or seen, in words."),
    "(erased)"
  ),
  of: optional(Name, "The artifact or deliverable that the statement is about, by name."),
  uri: inBody(optional(Text, "Where the evidence can be looked up.")),
  digest: optional(Digest, "The SHA-256 of the thing that was checked or seen.")
}

/** The receiver's evidence for its own work. Witnesses record theirs with `Attested` events. */
export class OwnEvidence extends Schema.Opaque<OwnEvidence>()(
  Schema.Struct({
    grade: field(
      Schema.Literals(["claimed", "observed"]),
      "The strength: `claimed` (the receiver says so) or `observed` (it has seen so, as in test output)."
    ),
    ...proof
  })
) {}

/** Evidence as the record keeps it. */
export class Evidence extends Schema.Opaque<Evidence>()(
  Schema.Struct({
    grade: field(
      Schema.Literals(["claimed", "observed", "verified", "endorsed"]),
      "The strength: `claimed` or `observed` by the receiver, `endorsed` by the sender, or `verified` by another agent."
    ),
    ...proof,
    by: field(AgentId, "The agent that recorded the evidence."),
    at: field(Timestamp, "When the evidence was recorded.")
  })
) {}

export const OwnEvidences = partsOf(OwnEvidence).check(bounded())
export const Evidences = Schema.Array(Evidence).check(Schema.isMaxLength(2 * limits.parts))

/**
 * Lists the agents that have checked the bytes of an artifact: those whose `verified` or `endorsed` evidence names it with
 * its digest. Without one, an artifact by reference is only a claim of the receiver.
 */
export const checkersOf = (artifact: Artifact, evidence: ReadonlyArray<Evidence> = []): ReadonlyArray<AgentId> => {
  const digest = artifactDigest(artifact)
  const checks = evidence.filter(
    ({ grade, ...one }) =>
      (grade === "verified" || grade === "endorsed") && one.of === artifact.name && one.digest === digest
  )
  return [...new Set(checks.map(({ by }) => by))]
}

/** A deliverable that is missing or does not fit, and what was expected. */
export interface Undelivered {
  readonly deliverable: string
  readonly expected: string
}

const faultIn = (deliverable: Deliverable, artifact: Artifact | undefined): string | undefined => {
  if (artifact === undefined) return "Expected an artifact of this name"
  const { digest, mediaType, schema } = deliverable
  if (mediaType !== undefined && (artifact.mediaType ?? mediaType) !== mediaType) {
    return `Expected the media type ${mediaType}`
  }
  if (schema !== undefined && !("content" in artifact)) {
    return "Expected its content by value, so that it can be checked against its schema"
  }
  return digest === undefined || artifactDigest(artifact) === digest ? undefined : `Expected the SHA-256 ${digest}`
}

/** Lists the deliverables that are missing or do not fit. The engine checks their JSON Schemas when it records `Completed`. */
export const undelivered = (
  deliverables: ReadonlyArray<Deliverable>,
  artifacts: ReadonlyArray<Artifact>
): ReadonlyArray<Undelivered> =>
  deliverables.flatMap((deliverable) => {
    const fault = faultIn(
      deliverable,
      artifacts.find(({ name }) => name === deliverable.name)
    )
    return fault === undefined ? [] : [{ deliverable: deliverable.name, expected: fault }]
  })
