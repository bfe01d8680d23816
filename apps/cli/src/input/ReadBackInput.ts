/** A read-back from flags. */
import { decodeText, InvalidInput, invalidInput, ReadBack, type ReadBackItem } from "@aumai/handoff-protocol"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import * as Flags from "./Flags.ts"
import * as Input from "./Input.ts"

const answer = (name: string, description: string) =>
  Flags.text(name, "read-back-file").pipe(Flag.withDescription(description), Flag.withMetavar("TEXT"), Flag.optional)

const item = (name: string, description: string, metavar: string) =>
  Flags.value(name).pipe(
    Flag.withDescription(`${description}; repeat it for more`),
    Flag.withMetavar(metavar),
    Flag.atLeast(0)
  )

/** The flags of a verb that restates a briefing. */
export const flags = {
  readBack: Flags.orFile(
    "read-back",
    `The read-back: a summary as text, or JSON such as {"summary": "…", "items": [{"id": "…", "answer": "understood"}]}`,
    "TEXT|JSON"
  ),
  summary: Flags.text("summary", "read-back-file").pipe(
    Flag.withDescription("The briefing in your words, like --read-back with a text"),
    Flag.withMetavar("TEXT"),
    Flag.optional
  ),
  understood: item("understood", "An action or contingency you understood, or several, separated by commas", "ID"),
  unclear: item("question", "An action or contingency you have a question about, and the question", "ID[=TEXT]"),
  refused: item("refused", "An action or contingency you refuse, and the reason", "ID[=TEXT]"),
  firstAction: answer("first-action", "Your first action, if the briefing asks for it"),
  mostLikelyWrong: answer("most-likely-wrong", "The thing that most likely goes wrong, if the briefing asks for it"),
  leastConfidentItem: answer(
    "least-confident-item",
    "The item that you are least confident about, if the briefing asks for it"
  )
}

interface Values {
  readonly readBack: Option.Option<Flags.Source>
  readonly summary: Option.Option<string>
  readonly understood: ReadonlyArray<string>
  readonly unclear: ReadonlyArray<string>
  readonly refused: ReadonlyArray<string>
  readonly firstAction: Option.Option<string>
  readonly mostLikelyWrong: Option.Option<string>
  readonly leastConfidentItem: Option.Option<string>
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

/** A read-back from JSON; every error names its path. */
const decoded = (input: string, json: unknown): Result.Result<ReadBack, InvalidInput> =>
  Result.mapError(decode(json), (error) => invalidInput(input, error))

/** Reads text that begins like an object as JSON, and any other text as a summary. */
export const fromText = (flag: string, text: string): Result.Result<ReadBack, InvalidInput> =>
  text.trimStart().startsWith("{")
    ? Result.flatMap(decodeText(flag, text), (json) => decoded(flag, json))
    : decoded(flag, { summary: text.trimEnd() })

/** The ids in flags that take several, separated by commas. */
export const idsOf = (given: ReadonlyArray<string>): ReadonlyArray<string> =>
  given
    .flatMap((ids) => ids.split(","))
    .map((id) => id.trim())
    .filter((id) => id !== "")

/** The read-back of the flags; none if no flag is given. */
export const given = Effect.fnUntraced(function* (flags: Values) {
  const items = [
    ...idsOf(flags.understood).map(noted("understood")),
    ...flags.unclear.map(noted("question")),
    ...flags.refused.map(noted("refused"))
  ]
  if (Option.isSome(flags.readBack) && Option.isSome(flags.summary)) {
    return yield* invalid("--summary", "use it without --read-back, which holds a summary, too")
  }
  const { firstAction, leastConfidentItem, mostLikelyWrong } = flags
  const answers = Record.getSomes({ firstAction, leastConfidentItem, mostLikelyWrong })
  if (Option.isNone(flags.readBack) && Option.isNone(flags.summary)) {
    if (items.length === 0 && Object.keys(answers).length === 0) return Option.none<ReadBack>()
    return yield* invalid("--summary", "expected the briefing in your words, beside the items and answers")
  }
  const whole = Option.isSome(flags.readBack)
    ? yield* Effect.flatMap(Input.text("--read-back", flags.readBack.value), ({ flag, text }) =>
        Effect.fromResult(fromText(flag, text))
      )
    : { summary: Option.getOrElse(flags.summary, () => "") }
  const all = [...(whole.items ?? []), ...items]
  const readBack = { ...whole, ...answers, ...(all.length === 0 ? {} : { items: all }) }
  return Option.some(yield* Effect.fromResult(decoded("read-back", readBack)))
})
