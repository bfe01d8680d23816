import * as Result from "effect/Result"

import { agentOf } from "../lifecycle/Clocks.ts"
import { advance } from "../lifecycle/Lifecycle.ts"
import { movesFrom, type Transition, transitions } from "../lifecycle/Transitions.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import type { HandoffStatus } from "../model/HandoffStatus.ts"
import { isSameState } from "./Portable.ts"

/** What another program may have done. What only this library knows of, and what leads back, it has not. */
type Foreign = Exclude<
  Transition["_tag"],
  "Progressed" | "Released" | "Asked" | "Reminded" | "Forwarded" | "Delegated" | "Restated" | "Confirmed" | "Attested"
>
const isForeign = (event: Transition["_tag"]): event is Foreign =>
  transitions[event].to !== "same" && event !== "Released" && event !== "Forwarded" && event !== "Asked"

/** The shortest way through the table from one status to another; nothing when there is none. */
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

/** What a later state says that its last event must have said. */
const said = (target: HandoffRecord) => {
  const response = "response" in target ? target.response : undefined
  return {
    ...("result" in target ? { result: target.result } : { result: {} }),
    reason: "reason" in target ? target.reason : (response?.reason ?? ""),
    ...(response?.estimatedCompletion === undefined ? {} : { estimatedCompletion: response.estimatedCompletion })
  }
}

/**
 * The events that lead from a state to a later one that came without its trail, by the shortest legal way, or nothing
 * when no way leads there. This is how a state that another program wrote is taken over: never by replacing ours.
 */
export const continuation = (ours: HandoffRecord, theirs: HandoffRecord): ReadonlyArray<Transition> | undefined => {
  if (isSameState(ours, theirs)) return []
  const path = pathBetween(ours.status, theirs.status)
  if (path === undefined) return undefined
  const { reason, result, estimatedCompletion } = said(theirs)
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
