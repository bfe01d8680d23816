import type { InvalidInput } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import type { OpenOptions } from "../types/Options.ts"

// Loaded on first use, because most programs do not sign.
const signing = Effect.promise(() => import("./Signing.ts"))

/** Adds the signers of agents with secret keys to a store. */
export const signedWith = <A, E>(
  { keys, operatorKey }: Pick<OpenOptions, "keys" | "operatorKey">,
  store: Layer.Layer<A, E>
): Layer.Layer<A, E | InvalidInput> =>
  keys === undefined && operatorKey === undefined
    ? store
    : Layer.merge(store, Layer.unwrap(Effect.map(signing, ({ layer }) => layer(keys ?? {}, operatorKey))))
