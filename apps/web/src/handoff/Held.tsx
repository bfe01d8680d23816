import {
  type Answer,
  describeLease,
  describeProgress,
  describeTimer,
  type HandBack,
  type HandoffRecord,
  type Lease,
  type Progress,
  type Timer
} from "@aumai/handoff"
import type { ReactNode } from "react"

import { durationText, momentText, useNow } from "../data/Time.ts"
import { Foreign } from "../ui/Foreign.tsx"
import { Fact, Panel } from "../ui/Panel.tsx"
import { Sentences } from "../ui/Sentences.tsx"
import { Artifacts } from "./Artifacts.tsx"

const TimerFact = ({ at, what }: Timer) => {
  const now = useNow()
  const left = at - now
  return (
    <Fact name="Next timer">
      {what}
      {left > 0 ? ` in ${durationText(left)}` : <span className="overdue">: overdue by {durationText(-left)}</span>}
    </Fact>
  )
}

interface LeaseProperties {
  readonly handoff: HandoffRecord
  readonly lease: Lease
}

const LeaseFact = ({ handoff, lease: { milliseconds, until } }: LeaseProperties) => {
  const now = useNow()
  if (until === undefined) {
    return (
      <Fact name="Lease">
        <Sentences sentences={[describeLease(handoff) ?? []]} />
      </Fact>
    )
  }
  const left = until.getTime() - now
  return (
    <Fact name="Lease">
      {durationText(milliseconds)},{" "}
      {left > 0 ? `expires in ${durationText(left)}` : `expired ${durationText(-left)} ago`}
    </Fact>
  )
}

const ProgressFact = (progress: Progress) => (
  <Fact name="Progress">
    {progress.fraction === undefined ? undefined : <progress aria-label="Progress" max={1} value={progress.fraction} />}{" "}
    <Sentences sentences={[describeProgress(progress)]} /> <span className="nothing">{momentText(progress.at)}</span>
  </Fact>
)

const AnswerFacts = ({ question, answer }: Answer) => (
  <>
    <Fact name="Question">
      <Foreign>{question}</Foreign>
    </Fact>
    <Fact name="Answer">
      <Foreign>{answer}</Foreign>
    </Fact>
  </>
)

const handBackWords = { done: "Done", remaining: "Remaining", pitfalls: "Pitfalls" } as const
const handBackParts = ["done", "remaining", "pitfalls"] as const

/** The hand-back of earlier attempts. */
const HandBackPanel = ({ handoff, handBack }: { readonly handoff: HandoffRecord; readonly handBack: HandBack }) => (
  <Panel title="From earlier attempts">
    {handBackParts.map((part) =>
      handBack[part] === undefined || handBack[part].length === 0 ? undefined : (
        <section key={part} aria-label={handBackWords[part]}>
          <h3>{handBackWords[part]}</h3>
          <ul className="points">
            {[...handBack[part].entries()].map(([index, point]) => (
              <li key={index}>
                <Foreign>{point}</Foreign>
              </li>
            ))}
          </ul>
        </section>
      )
    )}
    {handBack.artifacts === undefined || handBack.artifacts.length === 0 ? undefined : (
      <section aria-label="Artifacts so far">
        <h3>Artifacts so far</h3>
        <Artifacts handoff={handoff} artifacts={handBack.artifacts} />
      </section>
    )}
  </Panel>
)

const factsOf = (handoff: HandoffRecord, timer: Timer | undefined): ReadonlyArray<ReactNode> => [
  ...("lease" in handoff ? [<LeaseFact key="lease" handoff={handoff} lease={handoff.lease} />] : []),
  ...("progress" in handoff ? [<ProgressFact key="progress" {...handoff.progress} />] : []),
  ...("question" in handoff
    ? [
        <Fact key="question" name="Question">
          <Foreign>{handoff.question}</Foreign>
        </Fact>
      ]
    : []),
  ...("answer" in handoff ? [<AnswerFacts key="answer" {...handoff.answer} />] : []),
  ...("rework" in handoff
    ? [
        <Fact key="rework" name={`Returned, ${handoff.rework.number}. time`}>
          <Foreign>{handoff.rework.missing}</Foreign> <span className="nothing">{momentText(handoff.rework.at)}</span>
        </Fact>
      ]
    : []),
  ...("notBefore" in handoff
    ? [
        <Fact key="notBefore" name="Not before">
          {momentText(handoff.notBefore)}
        </Fact>
      ]
    : []),
  ...(timer === undefined ? [] : [<TimerFact key="timer" {...timer} />])
]

/** The lease, the progress and the next timer of a handoff, and the hand-back of earlier attempts. */
export const Held = ({ handoff }: { readonly handoff: HandoffRecord }) => {
  const facts = factsOf(handoff, describeTimer(handoff))
  return (
    <>
      {facts.length === 0 ? undefined : (
        <Panel title="Custody">
          <dl className="facts">{facts}</dl>
        </Panel>
      )}
      {"handBack" in handoff ? <HandBackPanel handoff={handoff} handBack={handoff.handBack} /> : undefined}
    </>
  )
}
