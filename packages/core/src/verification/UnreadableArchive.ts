/** Finds the first wrong entry of an archived handoff that cannot be decoded. */
import {
  decodeArchived,
  decodeEvent,
  type Flaw,
  flawIn,
  type HandoffEvent,
  type InvalidInput
} from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

/** A handoff of an archive before it is decoded. */
export type Json = { readonly [key: string]: unknown }

/** Its entries; empty without a history. */
export const historyIn = ({ history }: Json): ReadonlyArray<unknown> => (Array.isArray(history) ? history : [])

const entryIssue = /^history\[(\d+)\]\.?(.*)$/

/** The first entry that cannot be decoded; revision 0 if the fault is outside the history. */
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

/** The entry at which a history breaks the lifecycle, or an earlier entry whose change causes that. */
const brokenAt = (input: string, json: Json, problem: string): Flaw => {
  const history = historyIn(json)
  const decodeTo = (end: number) => decodeArchived(input, { ...json, history: history.slice(0, end) })
  // A history that is wrong at one entry stays wrong with every further one, so a binary search finds it.
  let [valid, broken] = [0, history.length]
  while (broken - valid > 1) {
    const middle = (valid + broken) >> 1
    if (Result.isSuccess(decodeTo(middle))) valid = middle
    else broken = middle
  }
  const before = valid === 0 ? Result.fail(undefined) : decodeTo(valid)
  const event = decodeEvent(input, history[valid])
  if (Result.isFailure(before) || Result.isFailure(event)) return { revision: broken, problem }
  const events: ReadonlyArray<HandoffEvent> = [...before.success.history, event.success]
  return flawIn(before.success.record.recordId, events) ?? { revision: broken, problem }
}
