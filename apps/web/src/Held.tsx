import type { Answer, HandBack, HandoffRecord, Lease, Progress, Whereabouts } from "@aumai/handoff"
import type { ReactNode } from "react"

import { Artifacts } from "./Artifacts.tsx"
import { Fact, Panel } from "./Panel.tsx"
import { durationText, momentText, useNow } from "./Time.ts"
import { progressWords } from "./Words.ts"

type Due = NonNullable<Whereabouts["due"]>

/** What time does to a handoff. Only what time can bring about has words. */
const comingWords: Readonly<Partial<Record<Due["event"], string>>> = {
  Expired: "It expires",
  Released: "It waits for the next attempt",
  Failed: "It fails, for this is the last attempt",
  Forwarded: "It goes to the next receiver",
  Reminded: "A reminder goes on record"
}

const Coming = ({ at, event }: Due) => {
  const now = useNow()
  const left = at.getTime() - now
  return (
    <Fact name="If nobody does anything">
      {comingWords[event] ?? event}
      {left > 0 ? ` in ${durationText(left)}` : <span className="overdue">: due for {durationText(-left)}</span>}
    </Fact>
  )
}

const LeaseFact = ({ milliseconds, until }: Lease) => {
  const now = useNow()
  const left = (until?.getTime() ?? 0) - now
  return (
    <Fact name="Lease">
      {durationText(milliseconds)} each time;{" "}
      {until === undefined
        ? "rests until the answer"
        : left > 0
          ? `runs out in ${durationText(left)}`
          : `ran out ${durationText(-left)} ago`}
    </Fact>
  )
}

const ProgressFact = (progress: Progress) => (
  <Fact name="Progress">
    {progress.fraction === undefined ? undefined : <progress aria-label="Progress" max={1} value={progress.fraction} />}{" "}
    {progressWords(progress)} <span className="nothing">{momentText(progress.at)}</span>
  </Fact>
)

const AnswerFacts = ({ question, answer }: Answer) => (
  <>
    <Fact name="Asked">{question}</Fact>
    <Fact name="Answered">{answer}</Fact>
  </>
)

const handBackWords = { done: "Done", remaining: "Remaining", pitfalls: "Pitfalls" } as const
const handBackParts = ["done", "remaining", "pitfalls"] as const

/** What the attempts before have learnt. */
const HandBackPanel = ({ handBack }: { readonly handBack: HandBack }) => (
  <Panel title="Handed back">
    {handBackParts.map((part) =>
      handBack[part] === undefined || handBack[part].length === 0 ? undefined : (
        <section key={part} aria-label={handBackWords[part]}>
          <h3>{handBackWords[part]}</h3>
          <ul className="points">
            {[...handBack[part].entries()].map(([index, point]) => (
              <li key={index}>{point}</li>
            ))}
          </ul>
        </section>
      )
    )}
    {handBack.artifacts === undefined || handBack.artifacts.length === 0 ? undefined : (
      <section aria-label="Made so far">
        <h3>Made so far</h3>
        <Artifacts artifacts={handBack.artifacts} />
      </section>
    )}
  </Panel>
)

const factsOf = (handoff: HandoffRecord, due: Due | undefined): ReadonlyArray<ReactNode> => [
  ...("lease" in handoff ? [<LeaseFact key="lease" {...handoff.lease} />] : []),
  ...("progress" in handoff ? [<ProgressFact key="progress" {...handoff.progress} />] : []),
  ...("question" in handoff
    ? [
        <Fact key="question" name="Question">
          {handoff.question}
        </Fact>
      ]
    : []),
  ...("answer" in handoff ? [<AnswerFacts key="answer" {...handoff.answer} />] : []),
  ...("notBefore" in handoff
    ? [
        <Fact key="notBefore" name="Not to be claimed before">
          {momentText(handoff.notBefore)}
        </Fact>
      ]
    : []),
  ...(due === undefined ? [] : [<Coming key="due" {...due} />])
]

interface Properties {
  readonly handoff: HandoffRecord
  readonly due: Due | undefined
}

/** On what terms it is held, how far it is, and what the attempts before have learnt. */
export const Held = ({ handoff, due }: Properties) => {
  const facts = factsOf(handoff, due)
  return (
    <>
      {facts.length === 0 ? undefined : (
        <Panel title="Custody">
          <dl className="facts">{facts}</dl>
        </Panel>
      )}
      {"handBack" in handoff ? <HandBackPanel handBack={handoff.handBack} /> : undefined}
    </>
  )
}
