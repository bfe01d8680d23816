/** The flags of a verb, derived from the arguments in the list of verbs; a command adds flags for arguments that are not plain. */
import type { HandoffManager } from "@aumai/handoff-core"
import {
  AgentId,
  Digest,
  type HandoffNotFound,
  InvalidInput,
  Milliseconds,
  RecordId,
  type StoreError,
  Timestamp
} from "@aumai/handoff-protocol"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"

import { requiredOrFile, value } from "./Flags.ts"
import * as Input from "./Input.ts"

type Values = Readonly<Record<string, unknown>>

/** Reads arguments of a verb from flags; a few of them need the handoff itself. */
type Reading = Effect.Effect<object, InvalidInput | HandoffNotFound | StoreError, HandoffManager>

/** Flags, and the reader that makes arguments of a verb from them. */
export interface Flags {
  readonly config: Readonly<Record<string, Flag.Flag<unknown>>>
  readonly read: (values: Values) => Reading
}

/** Flags for an argument that is not plain text, a number or a switch. */
export const flagsFor = <const Config extends Readonly<Record<string, Flag.Flag<unknown>>>>(
  config: Config,
  read: (
    values: { readonly [Key in keyof Config]: Config[Key] extends Flag.Flag<infer A> ? A : never } & {
      readonly id: string
    }
  ) => Reading
): Flags => ({
  config,
  // The cast: the parsed values are those of the config, beside the id that every command of a verb takes.
  read: (values) => read(values as never)
})

/** The form of an argument on the command line. */
interface Kind {
  readonly metavar: string
  readonly read?: (flag: string, text: string) => Effect.Effect<unknown, InvalidInput>
  /** The notation on a terminal, if it differs from JSON. */
  readonly hint?: string
}

const digest = (flag: string, value: string): Effect.Effect<Digest, InvalidInput> =>
  Effect.fromResult(Schema.decodeResult(Digest)(value.trim().toLowerCase())).pipe(
    Effect.mapError(
      () =>
        new InvalidInput({
          input: flag,
          issues: [{ path: "", expected: "expected a SHA-256 of 64 hexadecimal digits, as sha256sum prints it" }]
        })
    )
  )

const moment: Kind = { metavar: "WHEN", read: Input.deadline, hint: "a timestamp, or a duration from now such as 2h" }
const duration: Kind = { metavar: "DURATION", read: Input.duration, hint: "such as 90s, 10m or 2h" }

// Schemas are identified by their checks, which annotations and optional keys do not change.
const kinds = new Map<unknown, Kind>([
  [Timestamp.ast.checks, moment],
  [Milliseconds.ast.checks, duration],
  [Digest.ast.checks, { metavar: "SHA256", read: digest }],
  [AgentId.ast.checks, { metavar: "AGENT" }],
  [RecordId.ast.checks, { metavar: "ID" }]
])

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** The description of an argument in the notation of a terminal: flags for keys, and the default in brackets. */
const descriptionOf = (ast: SchemaAST.AST, hint: string | undefined): string => {
  const text = (ast.context?.annotations?.["description"] ?? "")
    .replace(", in milliseconds", "")
    .replace(/^(?:If )?`true`,? (.)/, (_, first: string) => first.toUpperCase())
    .replace(" Default: `false`.", "")
    .replaceAll(/`(?!true|false)(\w+)`/g, (_, key: string) => `--${kebab(key)}`)
    .replace(/\.? Default: (.+)\.$/, " [default: $1]")
    .replace(/\.$/, "")
  return hint === undefined ? text : `${text} [${hint}]`
}

/** The texts between which an argument chooses. */
const choicesOf = (ast: SchemaAST.AST): ReadonlyArray<string> =>
  (ast._tag === "Union" ? ast.types : [ast]).flatMap((type) =>
    type._tag === "Literal" && typeof type.literal === "string" ? [type.literal] : []
  )

/** The flag of one plain argument; `undefined` for an argument that a command has to write flags for. */
const plain = (name: string, key: string, { ast }: Schema.Constraint, isWord: boolean): Flags | undefined => {
  const kind: Kind | undefined = isWord ? { metavar: "TEXT" } : kinds.get(ast.checks)
  const isOptional = ast.context?.isOptional === true
  const description = `${descriptionOf(ast, kind?.hint)}${isOptional ? "" : " [required]"}`
  const described = <A>(flag: Flag.Flag<A>, metavar: string) =>
    flag.pipe(Flag.withDescription(description), Flag.withMetavar(metavar))
  const add = (value: unknown) => ({ [key]: value })
  const isSwitch =
    ast._tag === "Boolean" ||
    (ast._tag === "Union" && ast.types.every((type) => type._tag === "Literal" && type.literal === true))
  if (isSwitch) {
    const flag = Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))
    return flagsFor({ [key]: flag }, (values) => Effect.succeed(values[key] === true ? add(true) : {}))
  }
  const optional = <A>(flag: Flag.Flag<A>, read: (value: A) => Effect.Effect<unknown, InvalidInput>) => {
    const each = (value: A) => Effect.map(read(value), add)
    return isOptional
      ? flagsFor({ [key]: Flag.optional(flag) }, (values) =>
          Option.match(values[key] ?? Option.none<A>(), { onNone: () => Effect.succeed({}), onSome: each })
        )
      : flagsFor({ [key]: flag }, (values) => each(values[key] as A))
  }
  if (ast._tag === "String" && kind === undefined) {
    return optional(requiredOrFile(name, description), (source) =>
      Effect.map(Input.text(`--${name}`, source), ({ text }) => text)
    )
  }
  if (kind !== undefined) {
    const { metavar, read } = kind
    return optional(described(value(name), metavar), (text) => read?.(`--${name}`, text) ?? Effect.succeed(text))
  }
  const choices = choicesOf(ast)
  if (choices.length > 0) return optional(described(Flag.Literals(name, choices), choices.join("|")), Effect.succeed)
  if (ast._tag !== "Number") return undefined
  // The cast: a schema of numbers without an encoding.
  const whole = Schema.make<Schema.Codec<number>>(ast)
  return optional(described(Flag.Int(name).pipe(Flag.withSchema(whole)), "N"), Effect.succeed)
}

/** The choices of a command for the arguments of a verb. */
export interface Arguments {
  /** Names of flags that differ from the name of the argument. */
  readonly names?: Readonly<Record<string, string>>
  /** Arguments that are a name or an address, which no file holds. */
  readonly words?: ReadonlyArray<string>
  /** Flags of arguments that are not plain; `undefined` for an argument that the command does not offer. */
  readonly custom?: Readonly<Record<string, Flags | undefined>>
}

/** The flags for all arguments of a verb. */
export const flagsOf = (
  fields: Schema.Struct.Fields,
  { custom = {}, names = {}, words = [] }: Arguments = {}
): Flags => {
  const all = Object.entries(fields).flatMap(([key, field]) => {
    const flags = key in custom ? custom[key] : plain(names[key] ?? kebab(key), key, field, words.includes(key))
    if (flags === undefined && !(key in custom)) throw new Error(`The argument ${key} is not plain: write flags for it`)
    return flags ?? []
  })
  return {
    config: Object.assign({}, ...all.map(({ config }) => config)),
    read: (values) =>
      Effect.map(
        Effect.forEach(all, ({ read }) => read(values)),
        (parts) => Object.assign({}, ...parts)
      )
  }
}
