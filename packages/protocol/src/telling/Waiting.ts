/** Describes what a handoff asks of the agent whose turn it is, for every door. */
import { stepOf } from "../lifecycle/Clocks.ts"
import type { Awaits } from "../model/Awaits.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import { verbNames } from "../model/VerbNames.ts"
import { clause, names, render, said, type Sentence } from "./Sentence.ts"
import { describeReadBack } from "./Telling.ts"

/** A handoff that waits for an agent, with the step that it asks for. */
export interface Waiting {
  /** The kind of step that the handoff waits for. */
  readonly awaits: Awaits
  /** The verb that takes the step. */
  readonly verb: string
  /** The words that the agent needs for it: the receiver's question, its read-back, the delivered work, or the task. */
  readonly words: string
  /** The handoff. */
  readonly record: HandoffRecord
}

/** Describes the words that an agent needs for the next step: the question, the read-back, the delivered work, or the task. */
export const describeStep = (record: HandoffRecord): ReadonlyArray<Sentence> => {
  if ("question" in record) return [[said(record.question)]]
  if (record.status === "delivered") {
    const { artifacts, result } = record
    const work: ReadonlyArray<Sentence> = [
      ...(Object.keys(result).length === 0 ? [] : [["result: ", said(JSON.stringify(result))]]),
      ...clause(artifacts, (made) => ["made: ", ...names(made)])
    ]
    if (work.length > 0) return work
  }
  const isRestated = stepOf(record)?.event === "Confirmed" && "readBack" in record && record.readBack !== undefined
  return isRestated ? describeReadBack(record.readBack) : [[said(record.request.taskDescription)]]
}

// The data of these sentences are texts and names.
const text = (value: string | number) => String(value)
const plain = { said: text, name: text, id: text, status: text, moment: text, duration: text }

/** Returns what an open handoff asks of the agent whose turn it is; `undefined` if it has ended. */
export const waitingOf = (record: HandoffRecord): Waiting | undefined => {
  const step = stepOf(record)
  return (
    step && {
      awaits: step.awaits,
      verb: verbNames[step.event],
      words: describeStep(record)
        .map((sentence) => render(sentence, plain).join(""))
        .join("\n"),
      record
    }
  )
}
