/** Texts that a terminal or a browser obeys, in every field that takes one. */
import {
  type Description,
  describeAttempt,
  describeEvent,
  describeOutcome,
  describeResponse,
  describeTurn,
  type HandoffRecord,
  type Handoffs,
  InvalidInput,
  type Sentence
} from "@aumai/handoff"

import { hostile, obeyed } from "../hostile.ts"
import type { Attack } from "./Attack.ts"

const values: Readonly<Record<string, string>> = {
  "escape sequences, reversals and invisible characters": hostile,
  "a character that ends strings in C": "a\u0000b",
  "half of a character": "a\uD83Db",
  "only blanks and line feeds": " \r\n\t\u2028 ",
  "JSON of a record": `"},{"record_id":"\u202E"`
}

/** Runs a handoff through the verbs with the text in every argument that is prose, and returns its id. */
const lived = async (handoffs: Handoffs, text: string): Promise<string> => {
  const { recordId } = await handoffs.create({
    fromAgent: "planner",
    toAgent: "executor",
    taskDescription: text,
    context: { [text]: text, nested: [{ [text]: [text] }] },
    briefing: {
      severity: "stable",
      summary: text,
      actions: [{ id: "a", task: text }],
      situation: { known: [text] },
      contingencies: [{ id: "c", if: text, then: text }],
      readBack: { confirm: true }
    },
    maxAttempts: 3
  })
  const items = ["a", "c"].map((id) => ({ id, answer: "understood" as const, note: text }))
  await handoffs.accept(recordId, { reason: text, readBack: { summary: text, items } })
  await handoffs.confirm(recordId, { correction: text })
  await handoffs.start(recordId)
  await handoffs.progress(recordId, { note: text })
  await handoffs.ask(recordId, { question: text })
  await handoffs.answer(recordId, { answer: text })
  await handoffs.release(recordId, {
    reason: text,
    handBack: {
      done: [text],
      remaining: [text],
      pitfalls: [text],
      artifacts: [{ name: "draft", content: { [text]: text } }]
    }
  })
  await handoffs.accept(recordId, { readBack: { summary: text, items } })
  await handoffs.confirm(recordId)
  await handoffs.start(recordId)
  await handoffs.attest(recordId, { by: "auditor", statement: text, uri: text })
  await handoffs.complete(recordId, {
    result: { [text]: text },
    artifacts: [{ name: "report", content: text }],
    evidence: [{ grade: "claimed", statement: text }]
  })
  return recordId
}

/** The words that a program prints as its own, because they are not marked as the text of others. */
const ownWords = (sentences: ReadonlyArray<Sentence>): string =>
  sentences
    .flat()
    .filter((part) => typeof part === "string")
    .join("")

const descriptionWords = ({ details, what }: Description): string => what + ownWords(details)

const sentencesOf = (record: HandoffRecord): string => {
  const response = describeResponse(record)
  return [
    ownWords([describeOutcome(record), describeTurn(record), describeAttempt(record)]),
    response === undefined ? "" : descriptionWords(response)
  ].join("")
}

const attack = (what: string, text: string): Attack => ({
  name: `${what} stay what they are in every reading, and never become a program's own words`,
  run: async (handoffs) => {
    let recordId: string
    try {
      recordId = await lived(handoffs, text)
    } catch (error) {
      // A text may be refused, but only as input.
      return error instanceof InvalidInput ? undefined : `it was refused with ${String(error)}`
    }
    const record = await handoffs.get(recordId)
    const history = await handoffs.history(recordId)
    const quoted = JSON.stringify(text)
    const { context, taskDescription } = record.request
    if (taskDescription !== text || context[text] !== text) return "the request changed"
    const count = JSON.stringify([record, history]).split(quoted).length
    if (count < 30) return `it was lost somewhere: ${count} are left`
    for (const { event } of history) {
      if (obeyed.test(descriptionWords(describeEvent(event)))) return `${event._tag} is described in words of others`
    }
    if (obeyed.test(sentencesOf(record))) return "the record is described in words of others"
    for await (const archived of handoffs.export()) {
      if (archived.record_id !== recordId) continue
      const copied: typeof archived = JSON.parse(JSON.stringify(archived))
      const [report] = await handoffs.import([copied])
      if (report?.outcome !== "unchanged") return `its own export is ${report?.outcome}`
    }
    const { flaw } = await handoffs.verify(recordId)
    return flaw === undefined ? undefined : `verify accuses it: ${flaw.problem}`
  }
})

/** Attacks with hostile text. */
export const texts: ReadonlyArray<Attack> = Object.entries(values).map(([what, text]) => attack(what, text))
