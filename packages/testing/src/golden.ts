/** Reads everything from a store, to compare it with the expected contents in `packages/testing/golden`. */
import {
  AgentStore,
  encodeAgent,
  type Entry,
  HandoffManager,
  HandoffStore,
  type Metrics,
  type Position,
  sortKeyOf,
  type View
} from "@aumai/handoff-core"
import { verifyAll } from "@aumai/handoff-core/Verification"
import {
  encodeEvent,
  encodeRecord,
  entryDigest,
  type HandoffRecord,
  HandoffStatus,
  holdersOf,
  turnOf
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"

import { openBox } from "./openBox.ts"

/** The formats in which released versions wrote stores, by the name of their directory. */
export const formats = ["format-1", "format-2"] as const

const limit = 1000
const lateEnough = DateTime.makeUnsafe("9999-01-01T00:00:00Z")

/** Every view that lists any of these records, under a name. */
const viewsOf = (records: ReadonlyArray<HandoffRecord>): ReadonlyArray<readonly [name: string, view: View]> => {
  const agents = [...new Set(records.flatMap(holdersOf))]
  return [
    ["due", { _tag: "Due", at: lateEnough }],
    ["prefix part-", { _tag: "Prefix", prefix: "part-" }],
    ...HandoffStatus.literals.map((status) => [`status ${status}`, { _tag: "Status", status }] as const),
    ...agents.flatMap((agent) => [
      [`sent ${agent}`, { _tag: "Sent", agent }] as const,
      ...HandoffStatus.literals.map((status) => [`inbox ${agent} ${status}`, { _tag: "Inbox", agent, status }] as const)
    ]),
    ...records.map(({ recordId }) => [`children ${recordId}`, { _tag: "Children", parent: recordId }] as const)
  ]
}

/**
 * The agents whose turns, and the senders whose recent handoffs, are not listed as the records say. A migration gave older
 * stores these views.
 */
export const misplaced = Effect.gen(function* () {
  const store = yield* HandoffStore
  const records = yield* store.list({ _tag: "All" }, { limit })
  const order = (view: View) => (a: HandoffRecord, b: HandoffRecord) => {
    const [first, second] = [sortKeyOf(view, a), sortKeyOf(view, b)]
    return first.major - second.major || first.minor - second.minor || (first.id < second.id ? -1 : 1)
  }
  const views = [...new Set(records.flatMap(holdersOf))].flatMap(
    (agent): ReadonlyArray<readonly [View, typeof records]> => [
      [{ _tag: "Turn", agent }, records.filter((record) => turnOf(record) === agent)],
      [{ _tag: "Recent", agent }, records.filter(({ request }) => request.fromAgent === agent)]
    ]
  )
  return yield* Effect.filter([...views, [{ _tag: "Recent" }, records] as const], ([view, expected]) =>
    Effect.map(store.list(view, { limit }), (listed) => !Equal.equals(listed, expected.toSorted(order(view))))
  )
})

/** The counts of statuses without a status that came later, if it has no handoff. */
const known = ({ delivered, ...byStatus }: Metrics["byStatus"]) =>
  delivered === 0 ? byStatus : { delivered, ...byStatus }

const line = ({ event, recordId, revision }: Entry): string =>
  `${recordId} ${revision} ${entryDigest(recordId, revision, event)}`

/** Everything that can be read from a store except its positions, as JSON. */
export const contents = Effect.gen(function* () {
  const manager = yield* HandoffManager
  const store = yield* HandoffStore
  const records = yield* store.list({ _tag: "All" }, { limit })
  const handoffs = yield* Effect.forEach(records, ({ recordId }) =>
    Effect.gen(function* () {
      const record = yield* manager.get(recordId)
      const history = yield* manager.history(recordId)
      return { record: encodeRecord(record), history: history.map(({ event }) => encodeEvent(event)) }
    })
  )
  const log = yield* store.log({ limit })
  const views = yield* Effect.forEach(viewsOf(records), ([name, view]) =>
    Effect.map(store.list(view, { limit }), (listed) => {
      const ids = listed.map(({ recordId, revision }) => `${recordId} ${revision}`)
      return [name, ids] as const
    })
  )
  const verified = yield* Effect.provide(Stream.runCollect(verifyAll), openBox)
  const { byStatus, p95Seconds = 0, ...metrics } = yield* manager.metrics
  return {
    handoffs,
    log: log.map(line),
    views: Object.fromEntries(views.filter(([, ids]) => ids.length > 0)),
    // The sentence of a flaw may change, its revision may not. Later counters are not in the expected contents.
    verified: verified.map(({ entries, flaw, recordId, signed, unproven }) => ({
      recordId,
      entries,
      signed,
      ...(unproven !== undefined && { unproven }),
      ...(flaw && { flaw: flaw.revision })
    })),
    // A name with the sum of zero may be missing.
    tally: Object.fromEntries(Object.entries(yield* store.tally).filter(([, amount]) => amount !== 0)),
    // A status that came later is not in the expected contents.
    metrics: { ...metrics, byStatus: known(byStatus), p95Seconds: Math.round(p95Seconds * 1000) / 1000 },
    agents: (yield* (yield* AgentStore).all).map(encodeAgent)
  }
})

/** The contents of a store, as JSON. */
export type Contents = Effect.Success<typeof contents>

/** The number of entries before the position that each format records. */
export const remembered = 40

/** The file `expected.json` of a format. */
export interface Expected {
  /** Of every store and of the archive. */
  readonly contents: Contents
  /** Of the file that the Python library rewrote. */
  readonly rewritten: Contents
  /** By store: the position of a follower that has read the first `remembered` entries. */
  readonly positions: Readonly<Record<"file" | "journal" | "sqlite" | "postgres" | "indexeddb", string>>
}

/** The entry that a follower reads next, as `contents` shows it, or the reason why its position is refused. */
export const nextAfter = (position: string) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    // The cast: an earlier version of the store made this position.
    const [next] = yield* store.log({ limit: 1, after: position as Position })
    return next && line(next)
  }).pipe(Effect.catchTag("InvalidPosition", ({ reason }) => Effect.succeed(reason)))

/** The expected `nextAfter`: a position of format 1 names no log, so its follower begins again. */
export const expectedNext = (format: string, { contents }: Expected): string | undefined =>
  format === "format-1" ? "malformed" : contents.log[remembered]

/** Creates a handoff and returns the number of entries in the log before it. */
export const createNext = Effect.gen(function* () {
  const { create } = yield* HandoffManager
  // An agent without a key: every key was replaced, and the test has none of the secrets.
  const { recordId } = yield* create({ fromAgent: "newcomer", toAgent: "executor", taskDescription: "One more" })
  const log = yield* (yield* HandoffStore).log({ limit })
  return log.findIndex((entry) => entry.recordId === recordId)
})
