/** Handoffs that wait for an agent as text: each with the words that matter and the command for its next step. */
import { describeStep, type HandoffRecord, type Waiting } from "@aumai/handoff-protocol"

import { awaitedText, nameless } from "./HandoverText.ts"
import { line } from "./RecordText.ts"
import { reviewedText } from "./ReviewText.ts"
import { sentenceText } from "./SentenceText.ts"
import { word } from "./Text.ts"

// Characters. `--json` prints everything.
const shown = 4000

const bounded = (text: string): string =>
  // Half of a surrogate pair is not text.
  text.length > shown ? `${text.slice(0, shown).replace(/[\uD800-\uDBFF]$/, "")}… (--json prints all of it)` : text

/** The texts that a verb needs. */
const texts: Readonly<Record<string, string>> = { answer: ` --answer ${nameless}` }

const commandOf = ({ record, verb }: Waiting, where: string): ReadonlyArray<string> => {
  const explained = [...awaitedText(record, where), ...reviewedText(record, where)]
  const command = `  aumai-handoff ${verb} --id ${word(record.recordId)}${texts[verb] ?? ""}${where}`
  return explained.length > 0 ? explained : [command]
}

const isTask = ({ request }: HandoffRecord, words: string): boolean => words === request.taskDescription

/** Handoffs that wait for an agent; `where` ends each command. */
export const waitingText = (all: ReadonlyArray<Waiting>, where: string): string =>
  all
    .flatMap((waiting) => [
      line(waiting.record, waiting.awaits, 0),
      // The first line has the task.
      ...(isTask(waiting.record, waiting.words)
        ? []
        : describeStep(waiting.record).map((sentence) => `  ${bounded(sentenceText(sentence))}`)),
      ...commandOf(waiting, where)
    ])
    .join("\n")
