/** Whether what is on record is what was once put there. */
import { InvalidInput } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { existing, jsonFileOf, once } from "../OpenStore.ts"
import { warn } from "../output/Output.ts"
import { printable } from "../output/Text.ts"
import { root } from "../Root.ts"

// Loaded when it is asked for: it brings the keys and signatures along.
const verifying = Effect.promise(() => import("../Proof.ts"))

const together = (flag: string, other: string) =>
  new InvalidInput({ input: flag, issues: [{ path: "", expected: `expected it ${other}` }] })

export const verify = Command.make(
  "verify",
  {
    id: Flags.optional("id", "Only this handoff [default: all of the store]").pipe(Flag.withMetavar("ID")),
    file: Flags.optional(
      "file",
      "Look at a file that export wrote, or at a JSON store as it stands there, without opening a store; - reads standard input"
    ).pipe(Flag.withMetavar("FILE")),
    agents: Flags.optional("agents", "With --file: the agents with their keys, as JSON, to check signatures with").pipe(
      Flag.withMetavar("FILE")
    )
  },
  Effect.fnUntraced(function* ({ agents, file, id }) {
    if (Option.isSome(id) && Option.isSome(file)) return yield* together("--id", "without --file")
    if (Option.isSome(agents) && Option.isNone(file)) {
      return yield* together("--agents", "with --file: a store knows its agents")
    }
    const { verifyFile, verifyOne, verifyStore } = yield* verifying
    if (Option.isSome(file)) return yield* verifyFile(file.value, Option.getOrUndefined(agents))
    const { store } = yield* root
    yield* existing("--store", store)
    const readable = jsonFileOf(store)
    yield* once(Option.isNone(id) ? verifyStore(readable) : Input.withId(id.value, verifyOne)).pipe(
      Effect.catchIf(
        (error) => readable !== undefined && error._tag === "StoreError" && error.reason === "corrupt",
        // Such a store gives nothing at all while one of its records cannot be read; the file can still be looked at.
        (error) => Effect.andThen(warn(printable(error.message)), verifyFile(readable ?? "", undefined))
      )
    )
  })
).pipe(
  Command.withDescription(
    "Check that nothing was changed after it was put on record: every entry holds the digest of the one before it, the record that of the last, histories obey the lifecycle, sums agree, and agents that have keys have signed. Names the first entry of each handoff that does not hold, and exits with 1."
  ),
  Command.withExamples([
    { command: "aumai-handoff verify" },
    { command: "aumai-handoff verify --id 7k2m9q4xw3pz" },
    { command: "aumai-handoff verify --file backup.json --agents handoffs.agents.json" }
  ])
)
