/** Whether what a store holds is what was once put on record. Apart from the rest, so that it is loaded only where somebody asks. */
import * as Core from "@aumai/handoff-core/Verification"
import type { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import type { Flaw } from "../types/Reports.ts"
import type { Verification, VerifyOptions } from "../types/Verification.ts"
import { callback, checked } from "./Checked.ts"
import * as Inputs from "./Inputs.ts"
import { plain } from "./Plain.ts"

const options = checked(
  "verify options",
  Schema.Struct({ onProgress: callback<NonNullable<VerifyOptions["onProgress"]>>() })
)

export const verifyOne = (id: string) => Effect.map(Core.verify(Inputs.recordId(id)), plain)

/** What cannot be read is no reason to keep back what was found before. */
const uncounted = (error: StoreError): Effect.Effect<ReadonlyArray<string>, StoreError> =>
  error.reason === "corrupt"
    ? Effect.succeed([`The sums cannot be compared, because something cannot be read: ${error.message}`])
    : Effect.fail(error)

/** Every handoff, and what the sums of the store come to. */
export const verifyAll = (said?: VerifyOptions) => {
  const { onProgress } = options(Inputs.saidIn(said))
  return Effect.gen(function* () {
    const flaws: Array<Flaw & { readonly recordId: string }> = []
    let [handoffs, entries, signed] = [0, 0, 0]
    yield* Stream.runForEach(Core.verifyAll, (one) =>
      Effect.sync(() => {
        handoffs += 1
        entries += one.entries
        signed += one.signed
        if (one.flaw !== undefined) flaws.push({ recordId: one.recordId, ...one.flaw })
        onProgress?.(handoffs, one)
      })
    )
    const faults = yield* Core.verifyCounts.pipe(Effect.catch(uncounted))
    const verification: Verification = { handoffs, entries, signed, flaws, faults }
    return verification
  })
}
