/** The command that signs a checkpoint of a store. */
import { readVerbs, type WireCheckpoint } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"

import * as Flags from "../input/Flags.ts"
import * as Keys from "../input/Keys.ts"
import { on } from "../OpenStore.ts"
import { print, warn, write } from "../output/Output.ts"
import { jsonText } from "../output/Text.ts"
import { root } from "../Root.ts"
import { withHelp } from "./VerbCommand.ts"

// Loaded only by commands that sign or verify.
const proof = Effect.promise(() => import("../Proof.ts"))

export const checkpoint = Command.make(
  "checkpoint",
  {},
  Effect.fnUntraced(function* () {
    const { key } = yield* root
    const secretKey = yield* Keys.only(key)
    const { signCheckpoint } = yield* proof
    const { note, origin, root: hash, size, verifierKey } = yield* on("checkpoint")(signCheckpoint(secretKey))
    if (yield* Flags.Json) {
      const json: WireCheckpoint = { origin, size, root: hash, note, verifier_key: verifierKey }
      return yield* print(jsonText(json))
    }
    yield* write(note)
    yield* warn(`Verify it with --checkpoint-key ${verifierKey}`)
  })
).pipe(
  withHelp(
    readVerbs.checkpoint,
    "--key FILE names the secret key of the checkpoint, which keygen writes; use one that no agent has. The output is a signed note (c2sp.org/tlog-checkpoint); the key that verifies it goes to standard error."
  ),
  Command.withExamples([
    { command: "aumai-handoff keygen --out log.key" },
    { command: "aumai-handoff checkpoint --key log.key > checkpoint.txt" },
    { command: "aumai-handoff verify --checkpoint checkpoint.txt --checkpoint-key KEY" }
  ])
)
