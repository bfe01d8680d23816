import { AgentId, InvalidInput, type WireKeyPair } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { pairText, warnOfOthers } from "../input/Keys.ts"
import { print, saying } from "../output/Output.ts"
import { jsonText, printable, word } from "../output/Text.ts"
import { withHelp } from "./VerbCommand.ts"

// Loaded only by commands that sign.
const proof = Effect.promise(() => import("../Proof.ts"))

/** Writes a file that only its owner may read; an existing file is never overwritten. */
const writeSecret = (file: string, text: string): Effect.Effect<void, InvalidInput> =>
  Effect.tryPromise({
    try: async () => (await import("node:fs/promises")).writeFile(file, text, { mode: 0o600, flag: "wx" }),
    catch: (cause) => {
      // The cast: what Node's file system throws carries a code.
      const { code = "unwritable" } = cause as NodeJS.ErrnoException
      const expected =
        code === "EEXIST"
          ? `${file} already exists and is not overwritten; name another file`
          : `cannot write ${file} (${code})`
      return new InvalidInput({ input: "--out", issues: [{ path: "", expected }] })
    }
  })

export const keygen = Command.make(
  "keygen",
  {
    out: Flags.optional(
      "out",
      "The file for the secret key, readable only by its owner [default: the key is printed]"
    ).pipe(Flag.withMetavar("FILE")),
    id: Flags.optional("id", "The agent that the key is for").pipe(Flag.withMetavar("AGENT"))
  },
  Effect.fnUntraced(function* (flags) {
    const id = Option.isSome(flags.id) ? yield* Input.agentId("--id", flags.id.value) : AgentId.make("AGENT")
    const { Signing } = yield* proof
    const { publicKey, secretKey } = yield* Signing.generate
    if (Option.isSome(flags.out)) {
      yield* writeSecret(flags.out.value, `${secretKey}\n`)
      yield* warnOfOthers(flags.out.value)
    }
    const pair: WireKeyPair = {
      public_key: publicKey,
      ...(Option.isSome(flags.out) ? { file: flags.out.value } : { secret_key: secretKey })
    }
    if (yield* Flags.Json) return yield* print(jsonText(pair))
    const file = Option.getOrElse(flags.out, () => "FILE")
    yield* print(
      [
        Option.isSome(flags.out) ? `Secret key in ${file}, readable only by its owner` : `Secret key  ${secretKey}`,
        `Public key  ${publicKey}`,
        "",
        "Register the public key, then sign with the secret one:",
        `  aumai-handoff agents register --id ${word(id)} --public-key ${publicKey} --key ${word(pairText(id, file))}`,
        `  aumai-handoff accept --id HANDOFF --key ${word(pairText(id, file))}`
      ]
        .map(printable)
        .join("\n")
    )
  }, saying("the key pair was generated, and only a file of --out keeps it"))
).pipe(
  withHelp({
    summary: "Generates an Ed25519 key pair for an agent.",
    description:
      "Once its public key is registered, nobody acts in the name of the agent without the secret key. Pass its file with --key to every command that acts. A key pair can also be the operator's: pass its file with --operator-key."
  }),
  Command.withExamples([
    { command: "aumai-handoff keygen --id executor --out executor.key" },
    { command: "aumai-handoff complete --id 7k2m9q4xw3pz --key executor=executor.key" }
  ])
)
