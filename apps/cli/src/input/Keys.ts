/** The secret keys that sign in this process, named by flags or the environment. */
import { InvalidInput } from "@aumai/handoff-protocol"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { warn } from "../output/Output.ts"
import { printable, word } from "../output/Text.ts"
import * as Input from "./Input.ts"

/** The environment variable that names keys if `--key` does not. */
export const variable = "AUMAI_HANDOFF_KEYS"

/** The environment variable that names the operator's key file if `--operator-key` does not. */
export const operatorVariable = "AUMAI_HANDOFF_OPERATOR_KEY"

const operatorFile = Config.option(Config.String(operatorVariable))

const invalid = (input: string, expected: string) => new InvalidInput({ input, issues: [{ path: "", expected }] })

// An agent or a file that holds = or a comma is written as JSON, in double quotes.
const quoted = String.raw`"(?:[^"\\]|\\.)*"`
const pair = new RegExp(`^(${quoted}|[^=]*)=(.*)$`, "s")
const item = new RegExp(`(?:(?<=(?:^|[,=])\\s*)${quoted}|[^,])+`, "g")

const isQuoted = new RegExp(`^${quoted}$`, "s")

const unquoted = (text: string): string => {
  if (!isQuoted.test(text)) return text
  try {
    // The cast: JSON in double quotes is text.
    return JSON.parse(text) as string
  } catch {
    return text
  }
}

/** The agent and the file of `AGENT=FILE`; without an agent, the file alone. */
const pairOf = (text: string): { readonly agent: string; readonly file: string } => {
  const [, agent = "", file = text] = (isQuoted.test(text) ? undefined : pair.exec(text)) ?? []
  return { agent: unquoted(agent), file: unquoted(file) }
}

/** Writes an agent and the file of its key as `AGENT=FILE`. */
export const pairText = (agent: string, file: string): string =>
  [agent, file].map((text) => (/^$|[=,"]|^\s|\s$/.test(text) ? JSON.stringify(text) : text)).join("=")

const fromEnvironment = Config.String(variable).pipe(
  Config.withDefault(""),
  Config.map((names) => (names.match(item) ?? []).map((text) => text.trim()).filter((text) => text !== ""))
)

/** The keys of the flags or, without flags, of the environment, each as `AGENT=FILE`. */
export const named = (flags: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<string>> =>
  // Cannot fail, because a missing variable has a default.
  flags.length > 0 ? Effect.succeed(flags) : Effect.orDie(fromEnvironment)

/** The environment variables that name the same keys for a program in another directory. */
export const variables = (flags: ReadonlyArray<string>): Effect.Effect<Readonly<Record<string, string>>> => {
  const path = process.getBuiltinModule("node:path")
  return Effect.map(Effect.all([named(flags), Effect.orDie(operatorFile)]), ([keys, operator]) => ({
    ...(keys.length === 0
      ? {}
      : {
          [variable]: keys
            .map(pairOf)
            .map(({ agent, file }) => pairText(agent, path.resolve(file)))
            .join(",")
        }),
    ...(Option.isNone(operator) ? {} : { [operatorVariable]: path.resolve(operator.value) })
  }))
}

// The bits of a mode: any access by the group or by others; writing by others; only owners may replace files. A directory
// that its group may write is usual, because many systems give each user an own group.
const [anyAccess, othersWrite, sticky] = [0o077, 0o002, 0o1000]

/** The ways in which other users of this machine may read or replace a file, each with the command against it. */
const exposures = async (file: string): Promise<ReadonlyArray<string>> => {
  // Windows has no modes, and its owners have no numbers.
  const own = process.platform === "win32" ? undefined : process.getuid?.()
  if (own === undefined) return []
  const [fs, path] = await Promise.all([import("node:fs/promises"), import("node:path")])
  const folder = path.dirname(file)
  const [{ mode, uid }, { mode: around }] = await Promise.all([fs.stat(file), fs.stat(folder)])
  return [
    ...((mode & anyAccess) === 0 ? [] : [`other users may read it; run: chmod 600 ${word(file)}`]),
    ...(uid === own ? [] : [`it belongs to another user; run: sudo chown ${own} ${word(file)}`]),
    ...((around & othersWrite) === 0 || (around & sticky) !== 0
      ? []
      : [`other users may replace it; run: chmod o-w ${word(folder)}`])
  ]
}

/** Warns of a key file that is not its owner's alone. */
export const warnOfOthers = (file: string) =>
  Effect.flatMap(
    // A file that cannot be examined is reported when it is read.
    Effect.promise(() => exposures(file).catch((): ReadonlyArray<string> => [])),
    Effect.forEach((what) => warn(printable(`Warning: the key file ${file} is not safe: ${what}`)), { discard: true })
  )

// The form of a secret key.
const secretForm = /^[\w-]{43}$/

const fileOf = Effect.fnUntraced(function* (input: string, file: string) {
  const secret = (yield* Input.fileText(input, file)).trim()
  yield* warnOfOthers(file)
  return { file, secret }
})

const read = Effect.fnUntraced(function* (input: string, text: string) {
  const { agent, file } = pairOf(text)
  // The text is not repeated, because it may be the key itself.
  if (agent === "" || secretForm.test(file)) {
    return yield* invalid(
      input,
      "expected AGENT=FILE such as executor=executor.key, where the file holds the secret key; a name with = or a comma is written in double quotes"
    )
  }
  return { agent, ...(yield* fileOf(input, file)) }
})

/** The secret key in the only file that `--key` names, for a signature that is not an agent's. */
export const only = Effect.fnUntraced(function* (flags: ReadonlyArray<string>) {
  const [text, ...others] = flags
  const file = text === undefined ? undefined : pairOf(text).file
  // The text is not repeated, because it may be the key itself.
  if (file === undefined || others.length > 0 || secretForm.test(file)) {
    return yield* invalid("--key", "expected one file with a secret key: --key FILE; keygen --out FILE writes one")
  }
  return (yield* fileOf("--key", file)).secret
})

// Loaded only by commands that sign.
const proof = Effect.promise(() => import("../Proof.ts"))

/** Signers of these agents and of the operator, for the engine. */
export const signing = (flags: ReadonlyArray<string>, operatorFile: string | undefined) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const input = flags.length > 0 ? "--key" : variable
      const keys = yield* Effect.forEach(yield* named(flags), (text) => read(input, text))
      const operator = operatorFile === undefined ? undefined : yield* fileOf("--operator-key", operatorFile)
      const { Signing } = yield* proof
      const all = operator === undefined ? keys : [...keys, { agent: "the operator", ...operator }]
      for (const { agent, file, secret } of all) {
        yield* Effect.mapError(Signing.signer(secret), () =>
          invalid(input, `${file}, named for ${agent}, holds no secret key; 'aumai-handoff keygen' generates one`)
        )
      }
      // An agent may have several keys, of which the one in force signs.
      const byAgent = Object.groupBy(keys, ({ agent }) => agent)
      return Signing.layer(
        Object.fromEntries(
          Object.entries(byAgent).map(([agent, keys = []]) => [agent, keys.map(({ secret }) => secret)])
        ),
        operator?.secret
      )
    })
  )
