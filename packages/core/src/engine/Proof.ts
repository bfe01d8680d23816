import type { HandoffRecord } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import type { Box } from "./SchemaBox.ts"

/** The reason why the artifacts of a record do not hold, or why the box could not judge them; absent if they fit. */
export type Proof = { readonly misfit: string } | { readonly unproven: string } | undefined

/** Judges the artifacts of a completed handoff by the schemas of its deliverables. */
export const proofOf = (box: Box | undefined, record: HandoffRecord): Effect.Effect<Proof> => {
  const { deliverables = [] } = record.request
  if (!("result" in record) || deliverables.every(({ schema }) => schema === undefined)) return Effect.undefined
  // Loaded when a handoff has a schema: most have none.
  return Effect.promise(async () =>
    (await import("./ContentSchemas.ts")).proofOf(box, deliverables, record.artifacts ?? [])
  )
}
