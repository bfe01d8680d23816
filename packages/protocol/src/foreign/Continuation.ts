import * as Result from "effect/Result"

import { agentOf } from "../lifecycle/Clocks.ts"
import { advance } from "../lifecycle/Lifecycle.ts"
import { movesFrom, type Transition, transitions } from "../lifecycle/Transitions.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import type { HandoffStatus } from "../model/HandoffStatus.ts"
import { isSameState } from "./Portable.ts"

/** The events that another program can have caused: none that only this library knows, and none that leads back. */
type Foreign = Exclude<
  Transition["_tag"],
  "Progressed" | "Released" | "Asked" | "Reminded" | "Forwarded" | "Delegated" | "Restated" | "Confirmed" | "Attested"
>
const isForeign = (event: Transition["_tag"]): event is Foreign =>
  transitions[event].to !== "same" && event !== "Released" && event !== "Forwarded" && event !== "Asked"

/** Finds the shortest path in the table from one status to another; `undefined` if none leads there. */
const pathBetween = (from: HandoffStatus, to: HandoffStatus): ReadonlyArray<Foreign> | undefined => {
  const reached = new Map<HandoffStatus, ReadonlyArray<Foreign>>([[from, []]])
  for (const [status, path] of reached) {
    if (status === to) return path
    for (const { event } of movesFrom(status)) {
      if (!isForeign(event)) continue
      const { to } = transitions[event]
      if (!reached.has(to)) reached.set(to, [...path, event])
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
 * Finds the events that lead from our state to a later state of another program, by the shortest legal path; `undefined` if
 * no path leads there. A foreign state is always imported as such events and never replaces ours.
 */
export const continuation = (ours: HandoffRecord, theirs: HandoffRecord): ReadonlyArray<Transition> | undefined => {
  if (isSameState(ours, theirs)) return []
  const path = pathBetween(ours.status, theirs.status)
  if (path === undefined) return undefined
  const { reason, result, estimatedCompletion } = payloadOf(theirs)
  const events: Array<Transition> = []
  let record = ours
  for (const _tag of path) {
    const by = agentOf(ours, transitions[_tag].by) ?? ours.request.fromAgent
    const fact = { at: theirs.updatedAt, by, via: "foreign" } as const
    const answer = estimatedCompletion === undefined ? { reason } : { reason, estimatedCompletion }
    const event: Transition =
      _tag === "Completed"
        ? { _tag, ...fact, result }
        : _tag === "Answered"
          ? { _tag, ...fact, answer: "" }
          : _tag === "Expired"
            ? { _tag, ...fact, missed: "missed" in theirs ? theirs.missed : "deadline" }
            : _tag === "Rejected" || _tag === "Failed" || _tag === "Cancelled"
              ? { _tag, ...fact, reason }
              : _tag === "Accepted"
                ? { _tag, ...fact, ...("response" in theirs && theirs.response?.accepted ? answer : {}) }
                : { _tag, ...fact }
    const advanced = advance(record, event)
    if (Result.isFailure(advanced)) return undefined
    record = advanced.success.record
    events.push(advanced.success.event)
  }
  return isSameState(record, theirs) ? events : undefined
}
