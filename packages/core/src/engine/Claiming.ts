import {
  type After,
  type AgentId,
  claimInput,
  fastPath,
  type HandoffRecord,
  type InvalidInput,
  invalidInput,
  type KeyRequired,
  type Milliseconds,
  type RecordId,
  StoreError,
  takeOver
} from "@aumai/handoff-protocol"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import { openStatuses } from "../routing/HandoffRouter.ts"
import { checkName, isPlain } from "../routing/Names.ts"
import { type HandoffStore, nowIn, type Page } from "../store/HandoffStore.ts"

/** The result of trying to accept one handoff: the record, `lost` to another claimer, or `gone` from the inbox. */
export type Taking = After<"Accepted"> | "lost" | "gone"

/** The arguments of a claim. */
export type ClaimOptions = typeof claimInput.Type

/** A claim that waits for a handoff to try, or tries one. */
interface Claimer {
  readonly resume: (found: Effect.Effect<HandoffRecord | undefined, StoreError>) => void
  trying?: RecordId
  gone?: boolean
}

/** The claimers of one agent in this process, which share each read of its inbox. */
interface ClaimGroup {
  readonly name: string
  readonly agent: AgentId
  readonly readsBack: boolean
  /** They need a read of the inbox that begins after they arrived. */
  readonly waiting: Set<Claimer>
  /** They found only handoffs that other claimers of the group try; they read again when one of those finishes. */
  readonly stalled: Set<Claimer>
  readonly trying: Set<RecordId>
  isReading: boolean
  /** The number of extra records to choose from at random; 0 unless other processes claim from this inbox. */
  spread: number
}

// A lost attempt raises the spread by half, a won one lowers it by 15 %. The two balance where 3 of 10 attempts are lost,
// independent of the number of processes: 0.29 = ln(1/0.85) / (ln(1/0.85) + ln 1.5).
const widen = (spread: number) => Math.min(spread * 1.5 + 1, 64)
const narrow = (spread: number) => (spread < 0.5 ? 0 : spread * 0.85)

const isValid = fastPath(claimInput)
const decode = Schema.decodeUnknownResult(claimInput, { errors: "all", onExcessProperty: "error" })

// The number of claimers that one read serves. It equals the page size elsewhere, because records may be large.
const batchSize = 256

// Milliseconds between two looks for what is overdue: as long as the shortest time between two sweeps of a worker.
const between = 100

// After this many lost attempts the store is at fault, not the race.
const tries = 1024

const isDelayed = (record: HandoffRecord, now: DateTime.Utc): boolean =>
  "notBefore" in record && record.notBefore !== undefined && record.notBefore.epochMilliseconds > now.epochMilliseconds

const mustBeReadBack = ({ request }: HandoffRecord): boolean => request.briefing?.readBack !== undefined

/** A random sample of `wanted` records in their original order. */
const sample = (records: ReadonlyArray<HandoffRecord>, wanted: number, draw: () => number) => {
  const chosen: Array<HandoffRecord> = []
  for (const [index, record] of records.entries()) {
    // Knuth's algorithm S: the probability of each record makes the sample exactly `wanted` long.
    const left = records.length - index
    if (draw() * left < wanted - chosen.length) chosen.push(record)
  }
  return chosen
}

/**
 * Makes the verb `claim`. Claimers of one agent share each read of its inbox. Each gets a different handoff, the most
 * urgent ones in order of arrival, so claimers within a process never compete. If other processes claim from the same
 * inbox, lost attempts make a process choose at random among up to 64 extra records until it wins again.
 */
export const make = (
  store: HandoffStore["Service"],
  applyOverdue: (now: DateTime.Utc) => Effect.Effect<boolean, StoreError>,
  take: (record: HandoffRecord, agent: AgentId, lease?: Milliseconds) => Effect.Effect<Taking, KeyRequired | StoreError>
): Effect.Effect<
  (
    agent: AgentId,
    options?: ClaimOptions
  ) => Effect.Effect<Option.Option<After<"Accepted">>, InvalidInput | KeyRequired | StoreError>
> =>
  Effect.gen(function* () {
    const runFork = Effect.runForkWith(yield* Effect.context())
    const random = yield* Random.Random
    const draw = () => random.nextDoubleUnsafe()
    const groups = new Map<string, ClaimGroup>()
    let sweptAt = -Infinity

    const groupOf = (agent: AgentId, readsBack: boolean): ClaimGroup => {
      const name = `${readsBack ? "all" : "some"} ${agent}`
      let group = groups.get(name)
      if (group === undefined) {
        group = {
          name,
          agent,
          readsBack,
          waiting: new Set(),
          stalled: new Set(),
          trying: new Set(),
          isReading: false,
          spread: 0
        }
        groups.set(name, group)
      }
      return group
    }

    const distribute = (
      group: ClaimGroup,
      batch: ReadonlyArray<Claimer>,
      found: ReadonlyArray<HandoffRecord>,
      busy: Set<RecordId>
    ) => {
      // The read may have returned an old state of a handoff that a claimer tried when the read began.
      const free = found.filter(({ recordId }) => !busy.has(recordId) && !group.trying.has(recordId))
      const claimers = batch.filter(({ gone }) => gone !== true)
      const chosen = sample(free.slice(0, claimers.length + Math.floor(group.spread)), claimers.length, draw)
      for (const [index, claimer] of claimers.entries()) {
        const record = chosen[index]
        if (record !== undefined) {
          claimer.trying = record.recordId
          group.trying.add(record.recordId)
          claimer.resume(Effect.succeed(record))
        } else if (found.length === 0) claimer.resume(Effect.undefined)
        else (group.trying.size > 0 ? group.stalled : group.waiting).add(claimer)
      }
    }

    /** The first handoffs of an inbox that may be claimed now, with those whose lease has expired. */
    const ready = (group: ClaimGroup, limit: number) =>
      Effect.gen(function* () {
        const now = yield* nowIn(store)
        const found = yield* pending(group, limit, now)
        if (now.epochMilliseconds - sweptAt < between) return found
        sweptAt = now.epochMilliseconds
        return (yield* applyOverdue(now)) ? yield* pending(group, limit, now) : found
      })

    const pending = ({ agent, readsBack }: ClaimGroup, limit: number, now: DateTime.Utc) =>
      Effect.gen(function* () {
        const found: Array<HandoffRecord> = []
        let page: Page<HandoffRecord> | undefined = { limit }
        while (page !== undefined && found.length < limit) {
          const read: Page<HandoffRecord> = page
          const listed = yield* store.list({ _tag: "Inbox", agent, status: "pending" }, read)
          found.push(...listed.filter((record) => !isDelayed(record, now) && (readsBack || !mustBeReadBack(record))))
          const after = listed.at(-1)
          // A page with handoffs to skip may be followed by more of them, so the next page is a full one.
          page = after === undefined || listed.length < read.limit ? undefined : { limit: batchSize, after }
        }
        return found.slice(0, limit)
      })

    /** Tests for an open handoff of a receiver. */
    const hasOpen = Effect.fnUntraced(function* (agent: AgentId) {
      for (const status of openStatuses) {
        if ((yield* store.list({ _tag: "Inbox", agent, status }, { limit: 1 })).length > 0) return true
      }
      return false
    })

    const readInbox = (group: ClaimGroup) =>
      Effect.suspend(() => {
        const batch = [...group.waiting].slice(0, batchSize)
        for (const claimer of batch) group.waiting.delete(claimer)
        const busy = new Set(group.trying)
        const limit = batch.length + busy.size + Math.floor(group.spread)
        // Suspended, so that a store that throws synchronously fails its claimers and does not end the loop.
        const inbox = Effect.suspend(() => ready(group, limit))
        return Effect.map(Effect.exit(inbox), (exit) => {
          if (Exit.isSuccess(exit)) distribute(group, batch, exit.value, busy)
          else for (const { resume } of batch) resume(Effect.failCause(exit.cause))
        })
      })

    const startReading = (group: ClaimGroup) => {
      if (group.isReading || group.waiting.size === 0) return
      group.isReading = true
      const hasMore = () => (group.isReading = group.waiting.size > 0)
      runFork(Effect.whileLoop({ while: hasMore, body: () => readInbox(group), step: () => {} }))
    }

    /** Removes a claimer that has finished or was interrupted, and wakes the stalled ones. */
    const leave = (group: ClaimGroup, claimer: Claimer) => {
      claimer.gone = true
      if (claimer.trying !== undefined) group.trying.delete(claimer.trying)
      group.waiting.delete(claimer)
      group.stalled.delete(claimer)
      for (const other of group.stalled) group.waiting.add(other)
      group.stalled.clear()
      startReading(group)
      if (!group.isReading && group.trying.size === 0 && group.spread === 0) groups.delete(group.name)
    }

    const tryRecord = (group: ClaimGroup, record: HandoffRecord, lease: Milliseconds | undefined) =>
      Effect.map(take(record, group.agent, lease), (taking) => {
        if (taking !== "gone") group.spread = taking === "lost" ? widen(group.spread) : narrow(group.spread)
        return taking
      })

    /** One attempt; `undefined` if the inbox is empty. */
    const attempt = (
      group: ClaimGroup,
      lease: Milliseconds | undefined
    ): Effect.Effect<Taking | undefined, KeyRequired | StoreError> =>
      Effect.uninterruptibleMask((restore) => {
        let claimer: Claimer | undefined
        const turn = Effect.callback<HandoffRecord | undefined, StoreError>((resume) => {
          claimer = { resume }
          group.waiting.add(claimer)
          startReading(group)
        })
        return restore(turn).pipe(
          Effect.flatMap((record) =>
            record === undefined ? Effect.undefined : restore(tryRecord(group, record, lease))
          ),
          Effect.ensuring(Effect.sync(() => claimer && leave(group, claimer)))
        )
      })

    return Effect.fnUntraced(function* (agent: AgentId, given: ClaimOptions = {}) {
      const options = yield* Effect.fromResult(takeOver("claim", given))
      const { lease, readsBack = true } = options
      const decoded = isValid(options) ? undefined : decode(options)
      if (decoded !== undefined && Result.isFailure(decoded)) return yield* invalidInput("claim", decoded.failure)
      for (let left = tries; left > 0;) {
        const taking = yield* attempt(groupOf(agent, readsBack), lease)
        if (taking === undefined) {
          // A name that can pass for others is accepted only for the handoffs that it has already.
          if (!isPlain(agent) && !(yield* hasOpen(agent))) yield* checkName("claim", "agent", agent)
          return Option.none()
        }
        if (taking === "lost") left -= 1
        // A handoff that is gone has left the inbox, so the loop ends.
        else if (taking !== "gone") return Option.some(taking)
      }
      return yield* new StoreError({
        operation: "claim",
        reason: "unavailable",
        detail: `Nothing was claimed for ${agent}: other claimers were first in all ${tries} attempts. Try again`
      })
    })
  })
