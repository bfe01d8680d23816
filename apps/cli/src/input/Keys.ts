/** Who signs in this process: the secret keys that flags and the environment name. */
import { InvalidInput } from "@aumai/handoff-protocol"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import * as Input from "./Input.ts"

/** The variable that names keys where `--key` does not. */
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

/** The keys that are named, as `AGENT=FILE`: those of flags, or those of the environment. */
export const named = (flags: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<string>> =>
  // Cannot fail: the default stands for a variable that is not set.
  flags.length > 0 ? Effect.succeed(flags) : Effect.orDie(fromEnvironment)

const read = Effect.fnUntraced(function* (input: string, text: string) {
  const at = text.indexOf("=")
  if (at < 1) return yield* invalid(input, `expected AGENT=FILE, as in executor=executor.key, and not ${text}`)
  const [agent, file] = [text.slice(0, at), text.slice(at + 1)]
  return { agent, file, secret: (yield* Input.textOf(input, `@${file}`)).trim() }
})

// Loaded when somebody signs: most do not.
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
          invalid(input, `${file}, named for ${agent}, holds no secret key; 'aumai-handoff keygen' makes one`)
        )
      }
      return Signing.layer(Object.fromEntries(keys.map(({ agent, secret }) => [agent, secret])))
    })
  )
