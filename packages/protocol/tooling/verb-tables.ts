/** Makes the tables of verbs in PROTOCOL.md and docs/lifecycle.md from the list of verbs. */
import { type Party, transitionErrors, type Verb, verbs } from "../src/index.ts"
import { rowsOf } from "./fields.ts"
import { code, table } from "./markdown.ts"

const who: Readonly<Record<Party, string>> = {
  sender: "the sender",
  receiver: "the receiver",
  reviewer: "the reviewer",
  witness: "any agent but the receiver",
  anyone: "any agent"
}

const all: ReadonlyArray<Verb> = Object.values(verbs)

const given = ({ gives }: Verb): string => {
  if (gives === undefined) return "nothing"
  const [schema, as] = gives
  return as === undefined ? code(schema) : `${code(schema)}, ${as === "optional" ? "if any" : `a ${as}`}`
}

/** Lists the errors of a verb besides those of every verb of its kind. */
const ownErrors = ({ errors, event, subject }: Verb): string => {
  const isTransition = subject === "handoff" && event !== undefined
  const shared: ReadonlyArray<string> = isTransition ? transitionErrors : ["StoreError"]
  return errors
    .filter((tag) => !shared.includes(tag))
    .map(code)
    .join(", ")
}

/** Makes the table of every verb with its effect and its errors. */
export const verbTable = (): string =>
  table(
    ["verb", "who", "records", "effect", "safe to repeat", "result", "other errors"],
    all.map((verb) => [
      code(verb.name),
      who[verb.party],
      verb.event === undefined ? "" : code(verb.event),
      verb.does,
      verb.repeat,
      given(verb),
      ownErrors(verb)
    ])
  )

/** Makes the table of every argument of every verb. */
export const argumentTable = (): string =>
  table(
    ["verb", "argument", "type", "", "meaning"],
    all.flatMap((verb) => rowsOf(verb.input).map((row, index) => [index === 0 ? code(verb.name) : "", ...row]))
  )

/** Makes the short table of verbs for the guide. */
export const guideTable = (): string =>
  table(
    ["verb", "who", "effect"],
    all.map(({ name, party, summary }) => [code(name), who[party], summary])
  )
