import type { InvalidInput } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import type { OpenOptions } from "../types/Options.ts"

// Loaded where somebody signs: most programs do not.
const signing = Effect.promise(() => import("./Signing.ts"))

/** A store, and beside it the signers of those whose keys are given. */
export const signedWith = <A, E>(
  keys: OpenOptions["keys"],
  store: Layer.Layer<A, E>
): Layer.Layer<A, E | InvalidInput> =>
  keys === undefined ? store : Layer.merge(store, Layer.unwrap(Effect.map(signing, ({ layer }) => layer(keys))))
