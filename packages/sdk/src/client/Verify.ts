/** Verifies that stored handoffs were not changed. Its own module, loaded by programs that verify. */
import { verifyRetained } from "@aumai/handoff-core/Retention"
import * as Core from "@aumai/handoff-core/Verification"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import type { Flaw } from "../types/Reports.ts"
import type { CheckpointOptions, Verification, VerifyOptions } from "../types/Verification.ts"
import { callback, checked } from "./Checked.ts"
import * as Inputs from "./Inputs.ts"
import { plain } from "./Plain.ts"
import { fileOf } from "./Retention.ts"

const options = checked(
  "verify options",
  Schema.Struct({
    onProgress: callback<NonNullable<VerifyOptions["onProgress"]>>(),
    checkpoint: Schema.optionalKey(Schema.Struct({ note: Schema.String, key: Schema.String }))
  })
)
const checkpointOptions = checked("checkpoint options", Schema.Struct({ key: Schema.String }))

export const verifyOne = (id: string) => Effect.map(Core.verify(Inputs.recordId(id)), plain)

/** Signs the checkpoint of the store. */
export const checkpoint = (given: CheckpointOptions) => {
  const { key } = checkpointOptions(Inputs.withoutSignal(given))
  return Effect.flatMap(Core.Checkpoint.checkpoint, (checkpoint) => Core.Note.signed(checkpoint, key))
}

/** Verifies every handoff and the counters of the store, and its log if there is a checkpoint. */
export const verifyAll = ({ with: archives = [], ...verifyOptions }: VerifyOptions = {}) => {
  const { checkpoint, onProgress } = options(Inputs.withoutSignal(verifyOptions))
  const files = archives.map((file) => fileOf("with", file))
  return Effect.gen(function* () {
    const opened = checkpoint && (yield* Effect.fromResult(Core.Note.opened(checkpoint.note, checkpoint.key)))
    const flaws: Array<Flaw & { readonly recordId: string }> = []
    const unproven: Array<Verification["unproven"][number]> = []
    let sums = Core.emptySummary
    yield* Stream.runForEach(Core.verifyAll, (one) =>
      Effect.sync(() => {
        sums = Core.addVerified(sums, one)
        if (one.unproven !== undefined) unproven.push({ recordId: one.recordId, reason: one.unproven })
        if (one.flaw !== undefined) flaws.push({ recordId: one.recordId, ...one.flaw })
        onProgress?.(sums.handoffs, one)
      })
    )
    const held = opened && (yield* Core.Checkpoint.holds(opened))
    const keys = yield* Core.keysIn
    const missing = [...Core.missingKeys(keys), ...Core.missingHistories(sums)]
    const { bare: _, ...counted } = sums
    const { faults: wrong, notes } = yield* Core.verifyCounts
    const { archived, purged, ...retained } = yield* verifyRetained(files)
    const faults = [
      ...Core.keyLogFaults(keys),
      ...wrong,
      ...retained.faults,
      ...(held === undefined || held.outcome === "holds" ? [] : [held.sentence])
    ]
    const verification: Verification = {
      ...counted,
      archived,
      purged,
      missing,
      flaws,
      unproven,
      faults,
      notes: [...notes, ...retained.notes]
    }
    return verification
  })
}
