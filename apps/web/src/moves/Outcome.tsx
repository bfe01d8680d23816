import { type ReactNode, useRef, useState } from "react"

import { sentenceOf } from "../words/Sentence.ts"

/** What came of the last thing that somebody did. */
export interface Outcome {
  readonly done?: ReactNode
  readonly problem?: string
  readonly isBusy?: boolean
}

export const OutcomeText = ({ done, problem }: Outcome) => (
  <>
    <div role="status" className="outcome">
      {done}
    </div>
    <div role="alert" className="outcome problem">
      {problem}
    </div>
  </>
)

/**
 * Runs what somebody asked for, and says what came of it. Resolves to whether it was done. One thing at a time: buttons say
 * that they are busy, but are not disabled, for then they would lose the focus.
 */
export const useOutcome = (): readonly [Outcome, (run: () => Promise<ReactNode>) => Promise<boolean>] => {
  const [outcome, setOutcome] = useState<Outcome>({})
  const isBusy = useRef(false)
  return [
    outcome,
    async (run) => {
      if (isBusy.current) return false
      isBusy.current = true
      setOutcome({ isBusy: true })
      try {
        setOutcome({ done: await run() })
        return true
      } catch (error) {
        setOutcome({ problem: sentenceOf(error) })
        return false
      } finally {
        isBusy.current = false
      }
    }
  ]
}
