/** The command that verifies a store, a handoff or a file. */
import { InvalidInput, readVerbs } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { jsonFileOf, on } from "../OpenStore.ts"
import { warn } from "../output/Output.ts"
import { printable } from "../output/Text.ts"
import { root } from "../Root.ts"
import { withHelp } from "./VerbCommand.ts"

// Loaded only by this command, because it imports keys and signatures.
const verifying = Effect.promise(() => import("../Proof.ts"))

const combination = (flag: string, other: string) =>
  new InvalidInput({ input: flag, issues: [{ path: "", expected: `use it ${other}` }] })

export const verify = Command.make(
  "verify",
  {
    id: Flags.optional("id", "Only this handoff [default: the whole store]").pipe(Flag.withMetavar("ID")),
    file: Flags.optional(
      "file",
      "Verify a file that export wrote, or the file of a JSON store, without opening a store; - reads standard input"
    ).pipe(Flag.withMetavar("FILE")),
    requireSignatures: Flag.Boolean("require-signatures").pipe(
      Flag.withDescription(
        "Exit with 1 if a known key of its author does not prove each entry; the clock signs nothing"
      ),
      Flag.withDefault(false)
    ),
    agents: Flags.optional("agents", "With --file: a JSON file of agents, whose keys check the signatures").pipe(
      Flag.withMetavar("FILE")
    ),
    checkpoint: Flags.optional(
      "checkpoint",
      "Also compare the log with a checkpoint that the command of that name printed; - reads standard input"
    ).pipe(Flag.withMetavar("FILE")),
    checkpointKey: Flags.optional(
      "checkpoint-key",
      "With --checkpoint: the key that verifies it, as checkpoint or keygen printed it, or a file with that key"
    ).pipe(Flag.withMetavar("KEY")),
    with: Flags.value("with").pipe(
      Flag.withDescription(
        "Also compare the log with an archive that was made of it: every entry that left the store must be there; repeat it for more archives"
      ),
      Flag.withMetavar("FILE"),
      Flag.atLeast(0)
    )
  },
  Effect.fnUntraced(function* ({ agents, checkpoint, checkpointKey, file, id, requireSignatures, with: archives }) {
    if (Option.isSome(id) && Option.isSome(file)) return yield* combination("--id", "without --file")
    if (Option.isSome(agents) && Option.isNone(file)) {
      return yield* combination("--agents", "with --file; a store knows its agents")
    }
    if (Option.isSome(checkpoint) && (Option.isSome(id) || Option.isSome(file))) {
      return yield* combination("--checkpoint", "without --id and --file; it is about a whole store")
    }
    if (archives.length > 0 && (Option.isSome(id) || Option.isSome(file))) {
      return yield* combination("--with", "without --id and --file; it is about a whole store")
    }
    if (Option.isSome(checkpoint) !== Option.isSome(checkpointKey)) {
      return yield* combination("--checkpoint", "with --checkpoint-key, the key that signed it")
    }
    const { openCheckpoint, verifyFile, verifyOne, verifyStore } = yield* verifying
    const opened =
      Option.isSome(checkpoint) && Option.isSome(checkpointKey)
        ? yield* openCheckpoint(checkpoint.value, checkpointKey.value)
        : undefined
    if (Option.isSome(file)) return yield* verifyFile(file.value, Option.getOrUndefined(agents), requireSignatures)
    const { store } = yield* root
    const readable = jsonFileOf(store)
    yield* on("verify")(
      Option.isNone(id)
        ? verifyStore(readable, requireSignatures, { opened, archives })
        : Input.withId(id.value, (id) => verifyOne(id, requireSignatures))
    ).pipe(
      Effect.catchIf(
        (error) =>
          readable !== undefined &&
          opened === undefined &&
          archives.length === 0 &&
          error._tag === "StoreError" &&
          error.reason === "corrupt",
        // A JSON store cannot be opened while its file is torn, but the file can be verified.
        (error) =>
          Effect.andThen(warn(printable(error.message)), verifyFile(readable ?? "", undefined, requireSignatures))
      )
    )
  })
).pipe(
  withHelp(
    readVerbs.verify,
    "Without --id it checks every handoff and the counters of the store, also while other processes write to it. Says what is missing, names the first entry of each handoff that does not hold, and counts the entries by what proves them. Exits with 1 if something does not hold."
  ),
  Command.withExamples([
    { command: "aumai-handoff verify" },
    { command: "aumai-handoff verify --id 7k2m9q4xw3pz" },
    { command: "aumai-handoff verify --require-signatures" },
    { command: "aumai-handoff verify --file backup.json --agents handoffs.agents.json" },
    { command: "aumai-handoff verify --with 2026-q2.json --with 2026-q3.json" },
    { command: "aumai-handoff verify --checkpoint checkpoint.txt --checkpoint-key log.pub" }
  ])
)
