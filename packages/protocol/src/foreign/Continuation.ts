import * as Result from "effect/Result"

import type { Seal } from "../lifecycle/Chain.ts"
import { agentOf, overdueEvent } from "../lifecycle/Clocks.ts"
import { advance } from "../lifecycle/Lifecycle.ts"
import { completionOf, foreignMovesFrom, type Transition, transitions } from "../lifecycle/Transitions.ts"
import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import type { HandoffStatus } from "../model/HandoffStatus.ts"
import { digestOf, type Salt } from "../values/Digest.ts"
import type { LogName } from "../values/Fields.ts"
import { isSameState } from "./Portable.ts"

/**
 * The events that another program can have caused: none that only this library knows, none that leads back, and no answer,
 * whose words would be invented. A completion where the request asks for a review is a delivery: never an approval.
 */
const foreign = ["Accepted", "Rejected", "Started", "Delivered", "Completed", "Failed", "Cancelled", "Expired"] as const
type Foreign = (typeof foreign)[number]

/** Finds the shortest path in the table from one status to another; `undefined` if none leads there. */
const pathBetween = (from: HandoffStatus, to: HandoffStatus): ReadonlyArray<Foreign> | undefined => {
  // Work that another program has completed again.
  if (from === "delivered" && to === from) return ["Delivered"]
  const reached = new Map<HandoffStatus, ReadonlyArray<Foreign>>([[from, []]])
  for (const [status, path] of reached) {
    if (status === to) return path
    const moves = foreignMovesFrom(status)
    for (const event of foreign) {
      const { to } = transitions[event]
      if (moves.includes(event) && !reached.has(to)) reached.set(to, [...path, event])
    }
  }
  return undefined
}

/** Reads from a later state the payload that its last event must have had. */
const payloadOf = (target: HandoffRecord) => {
  const response = "response" in target ? target.response : undefined
  return {
    ...("result" in target ? { result: target.result } : { result: {} }),
    reason: "reason" in target ? target.reason : (response?.reason ?? ""),
    ...(response?.estimatedCompletion === undefined ? {} : { estimatedCompletion: response.estimatedCompletion })
  }
}

/**
 * Completes the events of another program that follow a history in a log; `undefined` if the history is of format 1, which
 * they then are, too. Everybody who reads the same records must get the same entries, so the salts are derived from the
 * last one of the history, and nobody can derive them once that is erased.
 */
export const foreignSeal = (log: LogName, history: ReadonlyArray<HandoffEvent>): Seal | undefined => {
  const last = history.at(-1)
  if (last?.log === undefined) return undefined
  let salt = history.findLast((event) => event.salt !== undefined)?.salt ?? ""
  return {
    log,
    keys: last.log === log ? (last.keys ?? 0) : 0,
    // The cast: 22 hexadecimal digits are characters of base64url.
    salt: () => (salt = digestOf(`salt ${salt}`).slice(0, 22) as Salt),
    signer: () => undefined
  }
}

/**
 * Finds the events that lead from our state to a later state of another program, by the shortest legal path; `undefined` if
 * no path leads there. `seal` is that of `foreignSeal` for our history. A foreign state is always imported as such events
 * and never replaces ours. Only the clock lets a handoff expire, so a foreign `expired` counts only if a timer had run out
 * by then, and the event is the clock's.
 */
export const continuation = (
  ours: HandoffRecord,
  theirs: HandoffRecord,
  seal?: Seal
): ReadonlyArray<Transition> | undefined => {
  if (isSameState(ours, theirs)) return []
  const isCompleted = theirs.status === transitions.Completed.to
  const path = pathBetween(ours.status, isCompleted ? transitions[completionOf(ours)].to : theirs.status)
  if (path === undefined) return undefined
  const { reason, result, estimatedCompletion } = payloadOf(theirs)
  const events: Array<Transition> = []
  let record = ours
  for (const _tag of path) {
    const by = agentOf(ours, transitions[_tag].by) ?? ours.request.fromAgent
    const fact = { at: theirs.updatedAt, by, via: "foreign" } as const
    const answer = estimatedCompletion === undefined ? { reason } : { reason, estimatedCompletion }
    const event: Transition | undefined =
      _tag === "Completed" || _tag === "Delivered"
        ? { _tag, ...fact, result }
        : _tag === "Expired"
          ? overdueEvent(record, theirs.updatedAt)
          : _tag === "Rejected" || _tag === "Failed" || _tag === "Cancelled"
            ? { _tag, ...fact, reason }
            : _tag === "Accepted"
              ? { _tag, ...fact, ...("response" in theirs && theirs.response?.accepted ? answer : {}) }
              : { _tag, ...fact }
    if (event === undefined) return undefined
    const advanced = advance(record, event, seal)
    if (Result.isFailure(advanced)) return undefined
    record = advanced.success.record
    events.push(advanced.success.event)
  }
  return isSameState(record, theirs) ? events : undefined
}
