import type { Json, JsonObject } from "./Json.ts"

/**
 * What a request demands to be handed back.
 *
 * @example
 * ```ts
 * import type { Deliverable } from "@aumai/handoff"
 *
 * const report: Deliverable = {
 *   name: "report",
 *   mediaType: "application/json",
 *   schema: { type: "object", required: ["total"], properties: { total: { type: "number" } } }
 * }
 * ```
 */
export interface Deliverable {
  readonly name: string
  readonly mediaType?: string
  /** A JSON Schema (draft 2020-12) that its content must satisfy; it must then be handed back by value. */
  readonly schema?: JsonObject
  /** The SHA-256 that its content must have: 64 hexadecimal digits in lower case. */
  readonly digest?: string
}

/**
 * Something that was made: by value, or by reference with its SHA-256 and its size in bytes.
 *
 * @example
 * ```ts
 * import type { Artifact } from "@aumai/handoff"
 *
 * const note: Artifact = { name: "note", mediaType: "text/plain", content: "All is well." }
 * const scan: Artifact = { name: "scan", uri: "s3://bucket/scan.pdf", digest: "0".repeat(64), size: 48_213 }
 * ```
 */
export type Artifact =
  | { readonly name: string; readonly mediaType?: string; readonly content: Json }
  | {
      readonly name: string
      readonly mediaType?: string
      readonly uri: string
      readonly digest: string
      readonly size: number
    }

interface Proof {
  readonly statement: string
  /** The artifact or deliverable it is about. */
  readonly of?: string
  /** Where it can be looked up. */
  readonly uri?: string
  readonly digest?: string
}

/**
 * What the receiver itself says for its work: it only says so (`claimed`), or it has seen it (`observed`), as in the output
 * of a test. What others have checked they put on record themselves, with `attest`.
 *
 * @example
 * ```ts
 * import type { OwnEvidence } from "@aumai/handoff"
 *
 * const evidence: OwnEvidence = { grade: "observed", statement: "All 214 tests passed", of: "patch" }
 * ```
 */
export interface OwnEvidence extends Proof {
  readonly grade: "claimed" | "observed"
}

/**
 * Evidence as the handoff keeps it. `verified` was put on record by an agent other than the one who did the work.
 *
 * @example
 * ```ts
 * import type { Evidence } from "@aumai/handoff"
 *
 * const isProven = (evidence: ReadonlyArray<Evidence>) => evidence.some(({ grade }) => grade === "verified")
 * ```
 */
export interface Evidence extends Proof {
  readonly grade: "claimed" | "observed" | "verified"
  readonly by: string
  readonly at: Date
}
