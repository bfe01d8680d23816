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
import { type HandoffStore, type InboxView, longestReservation, nowIn, type Page } from "../store/HandoffStore.ts"

/** The result of trying to accept one handoff: the record, `lost` to another claimer, or `gone` from the inbox. */
export type Taking = After<"Accepted"> | "lost" | "gone"

/** The arguments of a claim. */
export type ClaimOptions = typeof claimInput.Type

/** A claim that waits for a handoff to try, or tries one. */
interface Claimer {
  readonly resume: (found: Effect.Effect<HandoffRecord | undefined, StoreError>) => void
  trying?: HandoffRecord
  gone?: boolean
}

/** The claimers of one agent in this process, which share each look into its inbox. */
interface ClaimGroup {
  readonly name: string
  readonly agent: AgentId
  readonly readsBack: boolean
  /** They need a look that begins after they arrived. */
  readonly waiting: Set<Claimer>
  /** They found nothing while other claimers of the group try handoffs; they look again when one of those finishes. */
  readonly stalled: Set<Claimer>
  readonly trying: Set<RecordId>
  isLooking: boolean
}

const isValid = fastPath(claimInput)
const decode = Schema.decodeUnknownResult(claimInput, { errors: "all", onExcessProperty: "error" })

// The number of claimers that one look serves. It equals the page size elsewhere, because records may be large.
const batchSize = 256

// Milliseconds until the next look while other processes have reserved everything. They commit in about that time.
const pause = 10

// Milliseconds between two looks for what is overdue: as long as the shortest time between two sweeps of a worker.
const between = 100

// After this many lost attempts the store is at fault, not the race.
const tries = 1024

const isDelayed = (record: HandoffRecord, now: DateTime.Utc): boolean =>
  "notBefore" in record && record.notBefore !== undefined && record.notBefore.epochMilliseconds > now.epochMilliseconds

const mustBeReadBack = ({ request }: HandoffRecord): boolean => request.briefing?.readBack !== undefined

/**
 * Makes the verb `claim`. Claimers of one agent share each look into its inbox: it reserves one handoff for each of them,
 * the most urgent ones in order of arrival. So no two claimers try the same handoff, in this process or in another.
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
          isLooking: false
        }
        groups.set(name, group)
      }
      return group
    }

    /** Reads pages of an inbox until `wanted` handoffs may be claimed now. Returns them, and the others that it met. */
    const find = (
      { agent, readsBack }: ClaimGroup,
      wanted: number,
      now: DateTime.Utc,
      read: typeof reserve | typeof store.list
    ) =>
      Effect.gen(function* () {
        const ready: Array<HandoffRecord> = []
        const others: Array<HandoffRecord> = []
        let after: HandoffRecord | undefined
        let hasMore = true
        // A page of handoffs to skip may be followed by more of them, so the pages grow.
        for (let limit = wanted; hasMore; limit = Math.min(2 * limit, batchSize)) {
          const found = yield* read({ _tag: "Inbox", agent, status: "pending" }, { limit, ...(after && { after }) })
          for (const record of found) {
            const isReady = !isDelayed(record, now) && (readsBack || !mustBeReadBack(record))
            ;(isReady && ready.length < wanted ? ready : others).push(record)
          }
          after = found.at(-1)
          hasMore = ready.length < wanted && found.length === limit
        }
        return { ready, others }
      })

    const reserve = (inbox: InboxView, page: Page<HandoffRecord>) => store.reserve(inbox, page, longestReservation)

    const unreserve = (records: ReadonlyArray<HandoffRecord>) =>
      records.length === 0 ? Effect.void : store.unreserve(records)

    /** Serves the claimers of a batch. Those without a handoff wait while somebody may leave one. */
    const serve = (group: ClaimGroup, batch: ReadonlyArray<Claimer>) =>
      Effect.gen(function* () {
        const now = yield* nowIn(store)
        if (now.epochMilliseconds - sweptAt >= between) {
          sweptAt = now.epochMilliseconds
          yield* applyOverdue(now)
        }
        const { ready, others } = yield* find(group, batch.length, now, reserve)
        // The reservation of one that a claimer still tries may have run out.
        const found = ready.filter(({ recordId }) => !group.trying.has(recordId))
        const claimers = batch.filter(({ gone }) => gone !== true)
        for (const [index, claimer] of claimers.entries()) {
          const record = found[index]
          if (record === undefined) break
          claimer.trying = record
          group.trying.add(record.recordId)
          claimer.resume(Effect.succeed(record))
        }
        yield* unreserve([...others, ...found.slice(claimers.length)])
        const left = claimers.slice(found.length)
        if (left.length === 0) return
        const waitIn = (set: Set<Claimer>) => {
          for (const claimer of left) if (claimer.gone !== true) set.add(claimer)
        }
        if (group.trying.size > 0) return waitIn(group.stalled)
        const { ready: reserved } = yield* find(group, 1, now, store.list)
        if (reserved.length === 0) return left.forEach(({ resume }) => resume(Effect.undefined))
        yield* Effect.sleep(pause * (0.5 + random.nextDoubleUnsafe()))
        waitIn(group.waiting)
      })

    /** Tests for an open handoff of a receiver. */
    const hasOpen = Effect.fnUntraced(function* (agent: AgentId) {
      for (const status of openStatuses) {
        if ((yield* store.list({ _tag: "Inbox", agent, status }, { limit: 1 })).length > 0) return true
      }
      return false
    })

    const look = (group: ClaimGroup) =>
      // While others try, their successors are about to arrive, and share this look if it waits for them.
      Effect.flatMap(group.trying.size > 0 ? Effect.yieldNow : Effect.void, () => {
        const batch = [...group.waiting].slice(0, batchSize)
        for (const claimer of batch) group.waiting.delete(claimer)
        if (batch.length === 0) return Effect.void
        // Suspended, so that a store that throws synchronously fails its claimers and does not end the loop.
        return Effect.map(Effect.exit(Effect.suspend(() => serve(group, batch))), (exit) => {
          if (Exit.isSuccess(exit)) return
          for (const { resume, trying } of batch) if (trying === undefined) resume(Effect.failCause(exit.cause))
        })
      })

    const startLooking = (group: ClaimGroup) => {
      if (group.isLooking || group.waiting.size === 0) return
      group.isLooking = true
      const hasMore = () => (group.isLooking = group.waiting.size > 0)
      runFork(Effect.whileLoop({ while: hasMore, body: () => look(group), step: () => {} }))
    }

    /** Removes a claimer that has finished or was interrupted, and wakes the stalled ones. */
    const leave = (group: ClaimGroup, claimer: Claimer) => {
      if (claimer.trying !== undefined) group.trying.delete(claimer.trying.recordId)
      group.waiting.delete(claimer)
      group.stalled.delete(claimer)
      for (const other of group.stalled) group.waiting.add(other)
      group.stalled.clear()
      startLooking(group)
      if (!group.isLooking && group.trying.size === 0) groups.delete(group.name)
    }

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
          startLooking(group)
        })
        return restore(turn).pipe(
          Effect.flatMap((record) =>
            record === undefined ? Effect.undefined : restore(take(record, group.agent, lease))
          ),
          Effect.onExit((exit) =>
            Effect.sync(() => {
              if (claimer === undefined) return
              const { trying } = claimer
              const ended = claimer
              ended.gone = true
              const left = Effect.sync(() => leave(group, ended))
              // The handoff may be left to others. Nobody waits for that, because the store may not answer.
              if (trying !== undefined && (Exit.isFailure(exit) || exit.value === "lost")) {
                runFork(Effect.andThen(Effect.exit(unreserve([trying])), left))
              } else leave(group, ended)
            })
          )
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
