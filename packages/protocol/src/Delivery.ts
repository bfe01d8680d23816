import * as Schema from "effect/Schema"

import { partsOf } from "./Briefing.ts"
import { canonical, Digest, digestOf } from "./Digest.ts"
import { AgentId, Name, Text, Timestamp } from "./Fields.ts"
import { bounded, JsonObject, JsonValue } from "./Json.ts"

/**
 * What a request demands to be handed back.
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
 * ```
 */
export class Deliverable extends Schema.Opaque<Deliverable>()(
  Schema.Struct({
    name: Name,
    mediaType: Schema.optionalKey(Name),
    /** A JSON Schema (draft 2020-12) that its content must satisfy; it must then be handed back by value. */
    schema: Schema.optionalKey(JsonObject),
    /** The SHA-256 that its content must have. */
    digest: Schema.optionalKey(Digest)
  })
) {}

/** Whether no two have the same name. */
export const haveOwnNames = (parts: ReadonlyArray<{ readonly name: string }>): true | string =>
  new Set(parts.map(({ name }) => name)).size === parts.length || "Expected each to have a name of its own"

/**
 * Something that was made: by value, or by reference with its digest and its size in bytes.
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
  Schema.Struct({ name: Name, mediaType: Schema.optionalKey(Name), content: JsonValue }),
  Schema.Struct({
    name: Name,
    mediaType: Schema.optionalKey(Name),
    uri: Text.check(Schema.isMinLength(1)),
    digest: Digest,
    size: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
  })
]).annotate({ message: "Expected an artifact: a name, and its content or its uri, digest and size" })
export type Artifact = typeof Artifact.Type

export const Deliverables = partsOf(Deliverable).check(Schema.makeFilter(haveOwnNames), bounded())
export const Artifacts = partsOf(Artifact).check(Schema.makeFilter(haveOwnNames), bounded())

/**
 * The SHA-256 of an artifact: of a text its UTF-8, of other content its canonical JSON, and what a reference says of itself.
 *
 * @example
 * ```ts
 * import { artifactDigest } from "@aumai/handoff-protocol"
 *
 * console.log(artifactDigest({ name: "report", content: "abc" }).slice(0, 8)) // ba7816bf
 * ```
 */
export const artifactDigest = (artifact: Artifact): Digest =>
  // What it has counts more than what it says: only its content is kept of one that has both.
  "content" in artifact
    ? digestOf(typeof artifact.content === "string" ? artifact.content : canonical(artifact.content))
    : artifact.digest

/** What says that something is so, and where it can be looked up. */
export const proof = {
  statement: Text.check(Schema.isMinLength(1)),
  /** The artifact or deliverable it is about. */
  of: Schema.optionalKey(Name),
  uri: Schema.optionalKey(Text),
  digest: Schema.optionalKey(Digest)
}

/**
 * What the receiver itself says for its work: it only says so (`claimed`), or it has seen it (`observed`), as in the output
 * of a test. What others have checked they put on record themselves.
 *
 * @example
 * ```ts
 * import { OwnEvidence } from "@aumai/handoff-protocol"
 *
 * const evidence = OwnEvidence.make({ grade: "observed", statement: "All 214 tests passed", of: "patch" })
 * ```
 */
export class OwnEvidence extends Schema.Opaque<OwnEvidence>()(
  Schema.Struct({ grade: Schema.Literals(["claimed", "observed"]), ...proof })
) {}

/**
 * Evidence as the record keeps it. `verified` was put on record by an agent other than the one who did the work.
 *
 * @example
 * ```ts
 * import { type Evidence } from "@aumai/handoff-protocol"
 *
 * const isProven = (evidence: ReadonlyArray<Evidence>) => evidence.some(({ grade }) => grade === "verified")
 * ```
 */
export class Evidence extends Schema.Opaque<Evidence>()(
  Schema.Struct({ grade: Schema.Literals(["claimed", "observed", "verified"]), ...proof, by: AgentId, at: Timestamp })
) {}

export const OwnEvidences = partsOf(OwnEvidence).check(bounded())

/** A deliverable that was not handed back as it was asked for. */
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

/** What is missing of the deliverables of a request, schemas aside: whoever takes the artifacts in checks these. */
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
