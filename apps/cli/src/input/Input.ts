import { HandoffManager, isIdPrefix } from "@aumai/handoff-core"
import {
  AgentId,
  Capability,
  decodeJsonObject,
  decodeText,
  decodeTimestamp,
  InvalidInput,
  type JsonObject,
  Milliseconds,
  RecordId
} from "@aumai/handoff-protocol"
import * as CliError from "effect/cli/CliError"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { Source } from "./Flags.ts"
import { decodeUtf8 } from "./Utf8.ts"

const invalid = (input: string, expected: string) => new InvalidInput({ input, issues: [{ path: "", expected }] })

/** Standard input in chunks. A reference, so that a test replaces it. */
export const StandardInput = Context.Reference<() => AsyncIterable<Uint8Array>>("aumai-handoff/StandardInput", {
  defaultValue: () => () => process.stdin
})

/** Turns an error of reading into the error of a flag; `source` names the file. */
export const unreadable =
  (flag: string, source: string) =>
  (cause: unknown): InvalidInput => {
    // The cast: errors of Node's file system carry a code.
    const { code } = cause as NodeJS.ErrnoException
    return invalid(flag, `cannot read ${source} (${code ?? "unreadable"})`)
  }

/** Reads a text; `source` names it in errors. */
const read = (flag: string, source: string, bytes: () => Promise<Uint8Array>) =>
  Effect.flatMap(Effect.tryPromise({ try: bytes, catch: unreadable(flag, source) }), (bytes) =>
    Effect.fromResult(Result.mapError(decodeUtf8(bytes), (fault) => invalid(flag, `${source} ${fault}`)))
  )

/** The text of a file. */
export const fileText = (flag: string, file: string): Effect.Effect<string, InvalidInput> =>
  // Imported on use: most commands read nothing, and the module takes a millisecond to load.
  read(flag, file, async () => (await import("node:fs/promises")).readFile(file))

/** The text of the file that a flag names, or of standard input for `-`. */
export const sourceText = (flag: string, file: string): Effect.Effect<string, InvalidInput> =>
  file === "-"
    ? Effect.flatMap(StandardInput, (chunks) =>
        read(flag, "standard input", async () => (await import("node:stream/consumers")).buffer(chunks()))
      )
    : fileText(flag, file)

/** The text of a flag, or of the file that its `-file` flag names, with the flag that errors name. */
export const text = Effect.fnUntraced(function* (flag: string, source: Source) {
  if (Result.isFailure(source)) return { flag, text: source.failure }
  const fileFlag = `${flag}-file`
  // Editors and echo end the last line, too, which is not a part of the text.
  const text = (yield* sourceText(fileFlag, source.success)).replace(/\r?\n$/, "")
  return { flag: fileFlag, text }
})

/** JSON that a flag gave, or its file. */
export interface GivenJson {
  /** The flag that errors name. */
  readonly flag: string
  readonly json: unknown
}

/** The JSON of a flag, or of the file that its `-file` flag names. */
export const json = Effect.fnUntraced(function* (name: string, source: Option.Option<Source>) {
  if (Option.isNone(source)) return Option.none<GivenJson>()
  const { flag, text: found } = yield* text(name, source.value)
  return Option.some<GivenJson>({ flag, json: yield* Effect.fromResult(decodeText(flag, found)) })
})

/** A JSON object that a flag gave. */
export const jsonObject = ({ flag, json }: GivenJson): Effect.Effect<JsonObject, InvalidInput> =>
  Effect.fromResult(decodeJsonObject(flag, json))

const durationPattern = /^(\d+(?:\.\d+)?)\s*([smhdw])$/
const longest = 1000 * 365 * 86_400_000
const durations: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** A duration in milliseconds; `undefined` if the text is not a duration. */
const millisecondsOf = (value: string): number | undefined => {
  const [, amount, unit = ""] = durationPattern.exec(value.trim()) ?? []
  const seconds = durations[unit]
  return amount === undefined || seconds === undefined ? undefined : Number(amount) * seconds * 1000
}

/** A moment: an RFC 3339 timestamp, or a duration from now (`90s`, `30m`, `2h`, `3d`, `1w`). */
export const deadline = (flag: string, value: string): Effect.Effect<DateTime.Utc, InvalidInput> => {
  const milliseconds = millisecondsOf(value)
  if (milliseconds !== undefined) {
    // A longer one would leave the range of years of a timestamp.
    return milliseconds > longest
      ? Effect.fail(invalid(flag, "expected a duration of at most a thousand years"))
      : Effect.map(DateTime.now, (now) => DateTime.add(now, { milliseconds }))
  }
  return Effect.fromResult(decodeTimestamp(flag, value)).pipe(
    Effect.mapError(() =>
      invalid(
        flag,
        "expected a timestamp such as 2026-12-01T09:00:00Z, in the years 0000 to 9999, or a duration such as 2h"
      )
    )
  )
}

/** A duration: `90s`, `30m`, `2h`, `3d`, `1w`. */
export const duration = (flag: string, value: string): Effect.Effect<Milliseconds, InvalidInput> =>
  Effect.fromResult(Schema.decodeUnknownResult(Milliseconds)(millisecondsOf(value))).pipe(
    Effect.mapError(() => invalid(flag, "expected a duration such as 90s, 10m or 2h, of at most 10000d"))
  )

const idOf = (value: string): Effect.Effect<RecordId, InvalidInput> =>
  Effect.fromResult(Schema.decodeResult(RecordId)(value)).pipe(
    Effect.mapError(() => invalid("--id", "expected 1 to 128 characters"))
  )

const found = Effect.fnUntraced(function* (id: RecordId) {
  const manager = yield* HandoffManager
  return yield* manager
    .find(id)
    .pipe(Effect.catchTag("AmbiguousId", ({ message }) => Effect.fail(invalid("--id", message))))
})

/** The handoff that `--id` names by its id or a prefix of it. Reads the store once. */
export const handoff = (value: string) => Effect.flatMap(idOf(value), found)

/** Runs a verb on the handoff that `--id` names. Only a text that may be a prefix is looked up before the verb reads. */
export const withId = <A, E, R>(value: string, verb: (id: RecordId) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(idOf(value), (id) =>
    isIdPrefix(id) ? Effect.flatMap(found(id), ({ recordId }) => verb(recordId)) : verb(id)
  )

/** True for a duration, which names another moment each time. */
export const isDuration = (value: string): boolean => durationPattern.test(value.trim())

/** The words of a flag. Words that follow are refused as arguments if the flag is missing. */
export const words = Effect.fnUntraced(function* (
  command: string,
  flag: string,
  flagged: ReadonlyArray<string>,
  following: ReadonlyArray<string>
) {
  if (flagged.length === 0 && following.length > 0) {
    const unexpected = new CliError.UnexpectedArgument({ arguments: following })
    return yield* new CliError.ShowHelp({ commandPath: ["aumai-handoff", ...command.split(" ")], errors: [unexpected] })
  }
  const found = [...flagged, ...following]
    .flatMap((value) => value.split(","))
    .map((word) => word.trim())
    .filter((word) => word !== "")
  if (flagged.length > 0 && found.length === 0) return yield* invalid(flag, "expected at least one word")
  return found
})

/** An agent's name from a flag. */
export const agentId = (flag: string, value: string): Effect.Effect<AgentId, InvalidInput> =>
  Effect.fromResult(Schema.decodeResult(AgentId)(value)).pipe(
    Effect.mapError(() => invalid(flag, "expected 1 to 128 characters"))
  )

/** The capabilities that a flag names. */
export const capabilities = Effect.fnUntraced(function* (
  command: string,
  flag: string,
  flagged: ReadonlyArray<string>,
  following: ReadonlyArray<string>
) {
  const names = yield* words(command, flag, flagged, following)
  return yield* Effect.fromResult(Schema.decodeResult(Schema.Array(Capability))(names)).pipe(
    Effect.mapError(() => invalid(flag, "expected words of 1 to 128 characters"))
  )
})
