/** The secret keys that sign in this process, named by flags or the environment. */
import { InvalidInput } from "@aumai/handoff-protocol"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import * as Input from "./Input.ts"

/** The environment variable that names keys if `--key` does not. */
export const variable = "AUMAI_HANDOFF_KEYS"

const invalid = (input: string, expected: string) => new InvalidInput({ input, issues: [{ path: "", expected }] })

const fromEnvironment = Config.String(variable).pipe(
  Config.withDefault(""),
  Config.map((names) =>
    names
      .split(",")
      .map((text) => text.trim())
      .filter((text) => text !== "")
  )
)

/** The keys of the flags or, without flags, of the environment, each as `AGENT=FILE`. */
export const named = (flags: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<string>> =>
  // Cannot fail, because a missing variable has a default.
  flags.length > 0 ? Effect.succeed(flags) : Effect.orDie(fromEnvironment)

const read = Effect.fnUntraced(function* (input: string, text: string) {
  const at = text.indexOf("=")
  if (at < 1) return yield* invalid(input, `expected AGENT=FILE such as executor=executor.key, but got ${text}`)
  const [agent, file] = [text.slice(0, at), text.slice(at + 1)]
  return { agent, file, secret: (yield* Input.fileText(input, file)).trim() }
})

// Loaded only by commands that sign.
const proof = Effect.promise(() => import("../Proof.ts"))

/** Signers of these agents, for the engine. */
export const signing = (flags: ReadonlyArray<string>) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const input = flags.length > 0 ? "--key" : variable
      const keys = yield* Effect.forEach(yield* named(flags), (text) => read(input, text))
      const { Signing } = yield* proof
      for (const { agent, file, secret } of keys) {
        yield* Effect.mapError(Signing.signer(secret), () =>
          invalid(input, `${file}, named for ${agent}, holds no secret key; 'aumai-handoff keygen' generates one`)
        )
      }
      return Signing.layer(Object.fromEntries(keys.map(({ agent, secret }) => [agent, secret])))
    })
  )
