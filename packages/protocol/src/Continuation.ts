import * as Equal from "effect/Equal"
import * as Result from "effect/Result"

import type { HandoffRecord } from "./HandoffRecord.ts"
import type { HandoffStatus } from "./HandoffStatus.ts"
import { agentOf, apply, movesFrom, type Transition, transitions } from "./Lifecycle.ts"

/** The shortest way through the table from one status to another; nothing when there is none. */
const pathBetween = (from: HandoffStatus, to: HandoffStatus): ReadonlyArray<Transition["_tag"]> | undefined => {
  const reached = new Map<HandoffStatus, ReadonlyArray<Transition["_tag"]>>([[from, []]])
  for (const [status, path] of reached) {
    if (status === to) return path
    for (const { event, rule } of movesFrom(status)) {
      if (!reached.has(rule.to)) reached.set(rule.to, [...path, event])
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
 *
 * @example
 * ```ts
 * import { continuation, type HandoffRecord } from "@aumai/handoff-protocol"
 *
 * const isAhead = (ours: HandoffRecord, theirs: HandoffRecord) => (continuation(ours, theirs)?.length ?? 0) > 0
 * ```
 */
export const continuation = (ours: HandoffRecord, theirs: HandoffRecord): ReadonlyArray<Transition> | undefined => {
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
        : _tag === "Rejected" || _tag === "Failed" || _tag === "Cancelled"
          ? { _tag, ...fact, reason }
          : _tag === "Accepted"
            ? { _tag, ...fact, ...("response" in theirs && theirs.response?.accepted ? answer : {}) }
            : { _tag, ...fact }
    const applied = apply(record, event)
    if (Result.isFailure(applied)) return undefined
    record = applied.success
    events.push(event)
  }
  return Equal.equals({ ...record, revision: 0 }, { ...theirs, revision: 0 }) ? events : undefined
}
