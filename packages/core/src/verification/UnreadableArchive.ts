/** Where a handoff of an archive that cannot be read begins to be wrong. */
import {
  decodeArchived,
  decodeEvent,
  type Flaw,
  flawIn,
  type HandoffEvent,
  type InvalidInput
} from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

/** A handoff as it stands in an archive, whatever it says. */
export type Json = { readonly [key: string]: unknown }

/** Its entries; none where there is no history. */
export const historyIn = ({ history }: Json): ReadonlyArray<unknown> => (Array.isArray(history) ? history : [])

const entryIssue = /^history\[(\d+)\]\.?(.*)$/

/** The first entry that cannot be read, as far as the fault says which it is. */
export const unreadableAt = (input: string, json: Json, { issues }: InvalidInput): Flaw => {
  for (const { expected, path } of issues) {
    const [, index, rest] = entryIssue.exec(path) ?? []
    if (index !== undefined) {
      return { revision: Number(index) + 1, problem: rest === "" ? expected : `${rest}: ${expected}` }
    }
  }
  const [first] = issues
  const problem = issues.map(({ path, expected }) => (path === "" ? expected : `${path}: ${expected}`)).join("; ")
  if (first === undefined || first.path !== "history") return { revision: 0, problem: `It cannot be read: ${problem}` }
  return brokenAt(input, json, first.expected)
}

/** The entry at which a history breaks the lifecycle, or the one before it that was changed so that it does. */
const brokenAt = (input: string, json: Json, problem: string): Flaw => {
  const history = historyIn(json)
  const readTo = (end: number) => decodeArchived(input, { ...json, history: history.slice(0, end) })
  // What is wrong at one place is wrong from there on, so that halving finds it.
  let [fine, bad] = [0, history.length]
  while (bad - fine > 1) {
    const middle = (fine + bad) >> 1
    if (Result.isSuccess(readTo(middle))) fine = middle
    else bad = middle
  }
  const before = fine === 0 ? Result.fail(undefined) : readTo(fine)
  const event = decodeEvent(input, history[fine])
  if (Result.isFailure(before) || Result.isFailure(event)) return { revision: bad, problem }
  const events: ReadonlyArray<HandoffEvent> = [...before.success.history, event.success]
  return flawIn(before.success.record.recordId, events) ?? { revision: bad, problem }
}
