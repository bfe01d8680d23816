/** A briefing in the receiver's words, as flags say it. */
import { decodeText, InvalidInput, invalidInput, ReadBack, type ReadBackItem } from "@aumai/handoff-protocol"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import * as Flags from "./Flags.ts"
import * as Input from "./Input.ts"

const item = (name: string, description: string, metavar: string) =>
  Flag.String(name).pipe(
    Flag.withDescription(`${description}; repeat it for more`),
    Flag.withMetavar(metavar),
    Flag.atLeast(0)
  )

/** The flags of a verb that restates a briefing. */
export const flags = {
  readBack: Flags.optional(
    "read-back",
    `The briefing in your words: text, or JSON such as {"summary": "…", "items": [{"id": "…", "answer": "understood"}]}; @file or - reads it`
  ).pipe(Flag.withMetavar("TEXT|JSON")),
  summary: Flags.optional("summary", "The briefing in your words, the same as --read-back with a text").pipe(
    Flag.withMetavar("TEXT")
  ),
  understood: item("understood", "Action or contingency you have understood; with commas between several", "ID"),
  unclear: item("question", "Action or contingency you have a question about, and which", "ID[=TEXT]"),
  refused: item("refused", "Action or contingency you will not do, and why", "ID[=TEXT]")
}

interface Given {
  readonly readBack: Option.Option<string>
  readonly summary: Option.Option<string>
  readonly understood: ReadonlyArray<string>
  readonly unclear: ReadonlyArray<string>
  readonly refused: ReadonlyArray<string>
}

type Item = ReadBackItem

const noted =
  (answer: Item["answer"]) =>
  (text: string): Item => {
    const at = text.indexOf("=")
    return at === -1 ? { id: text, answer } : { id: text.slice(0, at), answer, note: text.slice(at + 1) }
  }

const invalid = (input: string, expected: string) => new InvalidInput({ input, issues: [{ path: "", expected }] })

const decode = Schema.decodeUnknownResult(ReadBack, { errors: "all", onExcessProperty: "error" })

/** A read-back from JSON; every fault is named by its path. */
export const decoded = (input: string, json: unknown): Result.Result<ReadBack, InvalidInput> =>
  Result.mapError(decode(json), (error) => invalidInput(input, error))

/** JSON when it looks like an object, otherwise a summary. */
const said = (flag: string, text: string): Result.Result<ReadBack, InvalidInput> =>
  text.trimStart().startsWith("{")
    ? Result.flatMap(decodeText(flag, text), (json) => decoded(flag, json))
    : decoded(flag, { summary: text.trimEnd() })

/** What the flags say, if they say anything. */
export const given = Effect.fnUntraced(function* (flags: Given) {
  const items = [
    ...flags.understood
      .flatMap((ids) => ids.split(","))
      .map((id) => id.trim())
      .filter((id) => id !== "")
      .map(noted("understood")),
    ...flags.unclear.map(noted("question")),
    ...flags.refused.map(noted("refused"))
  ]
  if (Option.isSome(flags.readBack) && Option.isSome(flags.summary)) {
    return yield* invalid("--summary", "expected it without --read-back: both are the briefing in your words")
  }
  if (Option.isNone(flags.readBack) && Option.isNone(flags.summary)) {
    if (items.length === 0) return Option.none<ReadBack>()
    return yield* invalid("--summary", "expected the briefing in your words, beside what you have understood of it")
  }
  const whole = Option.isSome(flags.readBack)
    ? yield* Effect.flatMap(Input.textOf("--read-back", flags.readBack.value), (text) =>
        Effect.fromResult(said("--read-back", text))
      )
    : { summary: Option.getOrElse(flags.summary, () => "") }
  const all = [...(whole.items ?? []), ...items]
  const readBack = { ...whole, ...(all.length === 0 ? {} : { items: all }) }
  return Option.some(yield* Effect.fromResult(decoded("read-back", readBack)))
})
