import { type ReactNode, useRef, useState } from "react"

import { sentenceOf } from "../words/Sentence.ts"

/** The result of the last action on a page. */
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
      {problem === undefined ? undefined : <bdi>{problem}</bdi>}
    </div>
  </>
)

/**
 * Runs one action at a time and keeps its outcome; the promise resolves to `true` if the action succeeded. Busy buttons use
 * `aria-disabled`, because a disabled button loses the focus.
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
