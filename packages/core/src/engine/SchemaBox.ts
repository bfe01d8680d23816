import * as Context from "effect/Context"

import type { SchemaAnswer } from "./SchemaJudge.ts"

/** The service of `SchemaBox`. */
export interface Box {
  /** Judges a question, the JSON text of a `SchemaQuestion`. It never rejects. */
  readonly judge: (question: string) => Promise<SchemaAnswer>
}

/**
 * Runs the JSON Schemas of deliverables apart from the engine: a schema comes from another agent, and judging it can
 * take any time and any memory. `judge` passes its question to the function `judge` of
 * `@aumai/handoff-core/SchemaJudge` in another thread, and gives up when that exceeds a limit.
 *
 * The SDK has boxes: `schemaBox` of `@aumai/handoff/node` and of `@aumai/handoff/browser`. Without a box no schema is
 * judged: `create`, `delegate` and `complete` refuse, and `import` and `verify` report the artifacts as unproven.
 */
export const SchemaBox: Context.Reference<Box | undefined> = Context.Reference("@aumai/handoff-core/SchemaBox", {
  defaultValue: (): Box | undefined => undefined
})
