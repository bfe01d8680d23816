/** The tables of verbs in PROTOCOL.md and docs/lifecycle.md, printed from the list of verbs. */
import { type Party, transitionErrors, type Verb, verbs } from "../src/index.ts"
import { rowsOf } from "./fields.ts"
import { code, table } from "./markdown.ts"

const who: Readonly<Record<Party, string>> = {
  sender: "the sender",
  receiver: "the receiver",
  witness: "any agent but the receiver",
  anyone: "any agent"
}

const all: ReadonlyArray<Verb> = Object.values(verbs)

const given = ({ gives }: Verb): string => {
  if (gives === undefined) return "nothing"
  const [schema, as] = gives
  return as === undefined ? code(schema) : `${code(schema)}, ${as === "optional" ? "if any" : `a ${as}`}`
}

/** The errors of a verb beside those of every verb that records a transition. */
const ownErrors = ({ errors, event, subject }: Verb): string => {
  const isTransition = subject === "handoff" && event !== undefined
  const shared: ReadonlyArray<string> = isTransition ? transitionErrors : ["StoreError"]
  return errors
    .filter((tag) => !shared.includes(tag))
    .map(code)
    .join(", ")
}

/** Every verb with what it does and how it can fail. */
export const verbTable = (): string =>
  table(
    ["verb", "who", "records", "effect", "safe to repeat", "gives", "errors of its own"],
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

/** Every argument of every verb. */
export const argumentTable = (): string =>
  table(
    ["verb", "argument", "type", "", "meaning"],
    all.flatMap((verb) => rowsOf(verb.input).map((row, index) => [index === 0 ? code(verb.name) : "", ...row]))
  )

/** The verbs for a person who looks for one. */
export const guideTable = (): string =>
  table(
    ["verb", "who", "what it does"],
    all.map(({ name, party, summary }) => [code(name), who[party], summary])
  )
