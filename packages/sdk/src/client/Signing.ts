/** Keys and signatures. Apart from the rest, so that it is loaded only where somebody signs. */
import * as Signing from "@aumai/handoff-core/Signing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import { checked } from "./Checked.ts"
import type { KeyPair } from "./Keys.ts"

export const generateKeys = (): Promise<KeyPair> => Effect.runPromise(Signing.generate)

const secretKeys = checked("keys", Schema.Record(Schema.String, Schema.String))

/** Lets these agents sign. */
export const layer = (keys: unknown) => Layer.unwrap(Effect.sync(() => Signing.layer(secretKeys(keys))))
