/** Keys and signatures. Its own module, loaded by programs that sign. */
import * as Signing from "@aumai/handoff-core/Signing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import { checked } from "./Checked.ts"
import type { KeyPair } from "./Keys.ts"

export const generateKeys = (): Promise<KeyPair> => Effect.runPromise(Signing.generate)

const secretKeys = checked(
  "keys",
  Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Array(Schema.String)]))
)
const secretKey = checked("operatorKey", Schema.UndefinedOr(Schema.String))

/** Provides the signers of the agents with these secret keys, and of the operator. */
export const layer = (keys: unknown, operatorKey: unknown) =>
  Layer.unwrap(Effect.sync(() => Signing.layer(secretKeys(keys), secretKey(operatorKey))))
