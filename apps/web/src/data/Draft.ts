/** Keeps what is being written in a form, so that a reload or another page does not lose it. Each tab has its own. */
import { useState } from "react"

import { setting } from "./Setting.ts"

/** The values of a form, how to change some of them, and how to forget them once they are sent. */
export type Draft<A> = readonly [values: A, change: (part: Partial<A>) => void, forget: () => void]

// A draft of an earlier version of the board may have other fields, so its number stands in the key.
const keyOf = (form: string): string => `board.draft.1.${form}`

const read = <A extends object>(text: string): Partial<A> => {
  if (text === "") return {}
  // The cast: only this module writes the key, and only values of this form.
  return JSON.parse(text) as Partial<A>
}

/** Uses the draft of a form; fields that were not written yet have the values of `initial`. */
export const useDraft = <A extends object>(form: string, initial: () => A): Draft<A> => {
  const [kept] = useState(() => setting("sessionStorage", keyOf(form)))
  const [values, setValues] = useState<A>(() => ({ ...initial(), ...read<A>(kept.get()) }))
  return [
    values,
    (part) => {
      const next = { ...values, ...part }
      setValues(next)
      kept.set(JSON.stringify(next))
    },
    () => {
      setValues(initial())
      kept.remove()
    }
  ]
}
