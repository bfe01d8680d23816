import type { Briefing, ReadBack, ReadBackItem } from "./Briefing.ts"

/** The parts of a briefing that have ids. */
export interface Items {
  readonly actions?: ReadonlyArray<{ readonly id: string }> | null
  readonly contingencies?: ReadonlyArray<{ readonly id: string }> | null
}

/** Lists the ids of the actions and contingencies of a briefing. */
export const itemsOf = ({ actions, contingencies }: Items): ReadonlyArray<string> =>
  [...(actions ?? []), ...(contingencies ?? [])].map(({ id }) => id)

/** The items that a briefing requires to be read back, by the receiver's answer. */
export interface Coverage {
  readonly understood: ReadonlyArray<string>
  readonly question: ReadonlyArray<string>
  readonly refused: ReadonlyArray<string>
  /** Items that the receiver has not restated yet. */
  readonly missing: ReadonlyArray<string>
}

/** Compares a read-back with what a briefing requires. */
export const coverageOf = (briefing: Briefing, readBack: ReadBack | undefined): Coverage => {
  const answers = new Map(readBack?.items?.map(({ id, answer }) => [id, answer]))
  const required = briefing.readBack === undefined ? [] : (briefing.readBack.required ?? itemsOf(briefing))
  const answered = (answer: ReadBackItem["answer"] | undefined) => required.filter((id) => answers.get(id) === answer)
  return {
    understood: answered("understood"),
    question: answered("question"),
    refused: answered("refused"),
    missing: answered(undefined)
  }
}
