import type { ArchivedHandoff } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import { proofOf } from "../engine/Proof.ts"
import { SchemaBox } from "../engine/SchemaBox.ts"
import type { Verified } from "./VerifyHandoff.ts"

/** Judges the artifacts of a handoff: a flaw if one does not fit its JSON Schema, `unproven` if the box gave up. */
export const proven = <V extends Verified>(verified: V, { history, record }: ArchivedHandoff): Effect.Effect<V> =>
  verified.flaw === undefined
    ? Effect.map(
        Effect.flatMap(SchemaBox, (box) => proofOf(box, record)),
        (proof) => {
          if (proof === undefined) return verified
          if ("unproven" in proof) return { ...verified, ...proof }
          const revision = history.findLastIndex(({ _tag }) => _tag === "Completed" || _tag === "Delivered") + 1
          return { ...verified, flaw: { revision, problem: proof.misfit } }
        }
      )
    : Effect.succeed(verified)
