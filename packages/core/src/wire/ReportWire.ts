/** Encodes the results of the engine as JSON, by the schemas in `Reports.ts` of the protocol. */
import {
  encodeEvent,
  encodeRecord,
  type HandoffRecord,
  maxAttemptsOf,
  maxHopsOf,
  type reportSchemas,
  type RoutingDecision,
  startAwaits,
  type Waiting,
  whereabouts,
  type WireEntry,
  type WireImportReport,
  type WireMetrics,
  type WireWaiting,
  type WireWhereabouts
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"

import type { ImportReport } from "../engine/Archive.ts"
import type { Metrics } from "../engine/Metrics.ts"
import type { Entry } from "../store/HandoffStore.ts"

/** Encodes whose turn a handoff is, since when, and its next timer. */
export const encodeWhereabouts = (record: HandoffRecord): WireWhereabouts => {
  const { turn, since, attempt, due, notBefore, isLost } = whereabouts(record)
  return {
    record_id: record.recordId,
    status: record.status,
    turn: turn ?? null,
    since: DateTime.formatIso(since),
    attempt,
    max_attempts: maxAttemptsOf(record),
    hops: (record.hops ?? []).map(({ at, attempt, receiver }) => ({ receiver, attempt, at: DateTime.formatIso(at) })),
    max_hops: maxHopsOf(record),
    awaits: startAwaits(record) ?? null,
    due: due === undefined ? null : { at: DateTime.formatIso(due.at), event: due.event },
    not_before: notBefore === undefined ? null : DateTime.formatIso(notBefore),
    is_lost: isLost
  }
}

/** Encodes a handoff that waits for an agent. */
export const encodeWaiting = ({ awaits, record, verb, words }: Waiting): WireWaiting => ({
  record_id: record.recordId,
  awaits,
  verb,
  words,
  record: encodeRecord(record)
})

/** Encodes an entry of a history or of the log. */
export const encodeEntry = ({ position, recordId, revision, event }: Entry): WireEntry => ({
  position,
  record_id: recordId,
  revision,
  event: encodeEvent(event)
})

/** Encodes a routing decision. */
export const encodeRouting = ({
  agent,
  reason,
  fallback,
  matched,
  runnersUp,
  ...model
}: RoutingDecision): typeof reportSchemas.RoutingDecision.Encoded => ({
  agent,
  reason,
  fallback,
  matched,
  runners_up: runnersUp,
  // Its confidence and its name.
  ...model
})

/** Encodes the metrics of a store. */
export const encodeMetrics = (metrics: Metrics): WireMetrics => ({
  total: metrics.total,
  by_status: metrics.byStatus,
  average_seconds: metrics.averageSeconds ?? null,
  p95_seconds: metrics.p95Seconds ?? null,
  completion_rate: metrics.completionRate ?? null
})

/** Encodes the outcome of importing one handoff. */
export const encodeImportReport = ({ recordId, outcome, problem, unproven }: ImportReport): WireImportReport => ({
  record_id: recordId,
  outcome,
  problem: problem ?? null,
  unproven: unproven ?? null
})
