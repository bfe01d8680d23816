/** Signs checkpoints of the store, and opens those that were signed before. Loaded only by commands that need them. */
import { Checkpoint, Note } from "@aumai/handoff-core/Verification"
import { InvalidInput } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import * as Input from "../input/Input.ts"

/** Signs the checkpoint of the store with a secret key. */
export const signCheckpoint = (secretKey: string) =>
  Effect.flatMap(Checkpoint.checkpoint, (checkpoint) =>
    Effect.mapError(Note.signed(checkpoint, secretKey), ({ issues }) => new InvalidInput({ input: "--key", issues }))
  )

/** Opens the checkpoint in a file with a public key, a verifier key, or the file of either. */
export const openCheckpoint = Effect.fnUntraced(function* (file: string, given: string) {
  const key = Note.isKey(given) ? given : (yield* Input.fileText("--checkpoint-key", given)).trim()
  const note = yield* Input.sourceText("--checkpoint", file)
  return yield* Effect.fromResult(Note.opened(note, key))
})
