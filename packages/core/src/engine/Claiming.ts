import {
  type After,
  type AgentId,
  claimInput,
  fastPath,
  type HandoffRecord,
  type InvalidInput,
  invalidInput,
  type Milliseconds,
  type RecordId,
  StoreError
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { HandoffStore, Page } from "../store/HandoffStore.ts"

/** What came of trying to take one handoff: it is taken, somebody else was first, or it was no longer to be had. */
export type Taking = After<"Accepted"> | "lost" | "gone"

/** The arguments of a claim. */
export type ClaimOptions = typeof claimInput.Type

/** One who waits for a handoff to try, or tries one. */
interface Claimer {
  readonly give: (found: Effect.Effect<HandoffRecord | undefined, StoreError>) => void
  trying?: RecordId
  gone?: boolean
}

/** The claimers of one agent in this process, and what they are about. */
interface Desk {
  readonly name: string
  readonly agent: AgentId
  readonly readsBack: boolean
  /** They need a look at the inbox that begins after they came. */
  readonly waiting: Set<Claimer>
  /** There was nothing for them but what others here are trying; they look again when one of those is done. */
  readonly stalled: Set<Claimer>
  readonly trying: Set<RecordId>
  looking: boolean
  /** How many more than needed are read, to choose from by chance: none unless other processes take from this inbox. */
  spread: number
}

// A process that loses reads half as many again, one that wins a seventh less: the two balance where 3 of 10 attempts
// are lost, whatever the number of processes (0.29 = ln(1/0.85) / (ln(1/0.85) + ln 1.5)).
const widen = (spread: number) => Math.min(spread * 1.5 + 1, 64)
const narrow = (spread: number) => (spread < 0.5 ? 0 : spread * 0.85)

const isValid = fastPath(claimInput)
const decode = Schema.decodeUnknownResult(claimInput, { errors: "all", onExcessProperty: "error" })

// How many claimers one look serves: as many records as a page elsewhere, for they may be large.
const lookSize = 256

// Somebody else was first each time; after so many the store, not the race, is at fault.
const tries = 1024

const isDelayed = (record: HandoffRecord, now: DateTime.Utc): boolean =>
  "notBefore" in record && record.notBefore !== undefined && record.notBefore.epochMilliseconds > now.epochMilliseconds

const mustBeReadBack = ({ request }: HandoffRecord): boolean => request.briefing?.readBack !== undefined

/** So many of them, by chance, in the order they came in. */
const some = (records: ReadonlyArray<HandoffRecord>, wanted: number, draw: () => number) => {
  const chosen: Array<HandoffRecord> = []
  for (const [index, record] of records.entries()) {
    // Knuth's algorithm S: each is taken with the chance that makes the number come out right.
    const left = records.length - index
    if (draw() * left < wanted - chosen.length) chosen.push(record)
  }
  return chosen
}

/**
 * Claiming from inboxes. Claimers of one agent share each look at its inbox and are given different handoffs, the most
 * urgent to whoever came first; so within a process none of them is in another's way. When other processes take from the
 * same inbox, attempts that lose make a process choose by chance among the first few, up to 64, until it wins again.
 */
export const make = (
  store: HandoffStore["Service"],
  take: (record: HandoffRecord, agent: AgentId, lease?: Milliseconds) => Effect.Effect<Taking, StoreError>
): Effect.Effect<
  (agent: AgentId, options?: ClaimOptions) => Effect.Effect<Option.Option<After<"Accepted">>, InvalidInput | StoreError>
> =>
  Effect.gen(function* () {
    const runFork = Effect.runForkWith(yield* Effect.context())
    const random = yield* Random.Random
    const draw = () => random.nextDoubleUnsafe()
    const desks = new Map<string, Desk>()

    const deskOf = (agent: AgentId, readsBack: boolean): Desk => {
      const name = `${readsBack ? "all" : "some"} ${agent}`
      let desk = desks.get(name)
      if (desk === undefined) {
        desk = {
          name,
          agent,
          readsBack,
          waiting: new Set(),
          stalled: new Set(),
          trying: new Set(),
          looking: false,
          spread: 0
        }
        desks.set(name, desk)
      }
      return desk
    }

    const hand = (
      desk: Desk,
      batch: ReadonlyArray<Claimer>,
      found: ReadonlyArray<HandoffRecord>,
      busy: Set<RecordId>
    ) => {
      // What was being tried when the look began may have been read as it was before.
      const free = found.filter(({ recordId }) => !busy.has(recordId) && !desk.trying.has(recordId))
      const claimers = batch.filter(({ gone }) => gone !== true)
      const chosen = some(free.slice(0, claimers.length + Math.floor(desk.spread)), claimers.length, draw)
      for (const [index, claimer] of claimers.entries()) {
        const record = chosen[index]
        if (record !== undefined) {
          claimer.trying = record.recordId
          desk.trying.add(record.recordId)
          claimer.give(Effect.succeed(record))
        } else if (found.length === 0) claimer.give(Effect.undefined)
        else (desk.trying.size > 0 ? desk.stalled : desk.waiting).add(claimer)
      }
    }

    /** The first that wait for an agent and may be claimed now. */
    const ready = ({ agent, readsBack }: Desk, limit: number) =>
      Effect.gen(function* () {
        const now = yield* DateTime.now
        const found: Array<HandoffRecord> = []
        let page: Page<HandoffRecord> | undefined = { limit }
        while (page !== undefined && found.length < limit) {
          const read: Page<HandoffRecord> = page
          const listed = yield* store.list({ _tag: "Inbox", agent, status: "pending" }, read)
          found.push(...listed.filter((record) => !isDelayed(record, now) && (readsBack || !mustBeReadBack(record))))
          const after = listed.at(-1)
          // Who has met some to pass by may meet more.
          page = after === undefined || listed.length < read.limit ? undefined : { limit: lookSize, after }
        }
        return found.slice(0, limit)
      })

    const look = (desk: Desk) =>
      Effect.suspend(() => {
        const batch = [...desk.waiting].slice(0, lookSize)
        for (const claimer of batch) desk.waiting.delete(claimer)
        const busy = new Set(desk.trying)
        const limit = batch.length + busy.size + Math.floor(desk.spread)
        // Suspended: a store that throws before it gives an effect must reach its claimers too, and not end the looking.
        const inbox = Effect.suspend(() => ready(desk, limit))
        return Effect.map(Effect.exit(inbox), (exit) => {
          if (Exit.isSuccess(exit)) hand(desk, batch, exit.value, busy)
          else for (const { give } of batch) give(Effect.failCause(exit.cause))
        })
      })

    const attend = (desk: Desk) => {
      if (desk.looking || desk.waiting.size === 0) return
      desk.looking = true
      const goOn = () => (desk.looking = desk.waiting.size > 0)
      runFork(Effect.whileLoop({ while: goOn, body: () => look(desk), step: () => {} }))
    }

    /** Done with what it was given, or gone away without it. */
    const leave = (desk: Desk, claimer: Claimer) => {
      claimer.gone = true
      if (claimer.trying !== undefined) desk.trying.delete(claimer.trying)
      desk.waiting.delete(claimer)
      desk.stalled.delete(claimer)
      for (const other of desk.stalled) desk.waiting.add(other)
      desk.stalled.clear()
      attend(desk)
      if (!desk.looking && desk.trying.size === 0 && desk.spread === 0) desks.delete(desk.name)
    }

    const tryOn = (desk: Desk, record: HandoffRecord, lease: Milliseconds | undefined) =>
      Effect.map(take(record, desk.agent, lease), (taking) => {
        if (taking !== "gone") desk.spread = taking === "lost" ? widen(desk.spread) : narrow(desk.spread)
        return taking
      })

    /** One attempt; nothing when nothing waits. */
    const attempt = (desk: Desk, lease: Milliseconds | undefined): Effect.Effect<Taking | undefined, StoreError> =>
      Effect.uninterruptibleMask((restore) => {
        let claimer: Claimer | undefined
        const turn = Effect.callback<HandoffRecord | undefined, StoreError>((resume) => {
          claimer = { give: resume }
          desk.waiting.add(claimer)
          attend(desk)
        })
        return restore(turn).pipe(
          Effect.flatMap((record) => (record === undefined ? Effect.undefined : restore(tryOn(desk, record, lease)))),
          Effect.ensuring(Effect.sync(() => claimer && leave(desk, claimer)))
        )
      })

    return Effect.fnUntraced(function* (agent: AgentId, options: ClaimOptions = {}) {
      const { lease, readsBack = true } = options
      const decoded = isValid(options) ? undefined : decode(options)
      if (decoded !== undefined && Result.isFailure(decoded)) return yield* invalidInput("claim", decoded.failure)
      for (let left = tries; left > 0;) {
        const taking = yield* attempt(deskOf(agent, readsBack), lease)
        if (taking === undefined) return Option.none()
        if (taking === "lost") left -= 1
        // What is gone has expired, so that there is one less: they come to an end.
        else if (taking !== "gone") return Option.some(taking)
      }
      return yield* new StoreError({
        operation: "claim",
        reason: "unavailable",
        detail: `Others were first at everything that was tried for ${agent}, ${tries} times over; nothing was claimed. Try again`
      })
    })
  })
