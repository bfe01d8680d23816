import {
  dueAt,
  type HandoffRecord,
  HandoffStatus,
  isOpen,
  keyLogId,
  LogName,
  receiverOf,
  type RecordId,
  RevisionConflict,
  StoreError
} from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import { AgentStore, type KeyEntry, type RegisteredAgent, seenAt } from "../src/store/AgentStore.ts"
import * as CommitPlan from "../src/store/CommitPlan.ts"
import * as DocumentImage from "../src/store/DocumentImage.ts"
import { type DocumentRows, documentsOver } from "../src/store/DocumentRows.ts"
import { DocumentStore } from "../src/store/DocumentStore.ts"
import { drawLogName } from "../src/store/Draws.ts"
import * as GroupCommit from "../src/store/GroupCommit.ts"
import { type Change, type Commit, type Entry, HandoffStore } from "../src/store/HandoffStore.ts"
import { positionOf } from "../src/store/Positions.ts"
import * as Reservations from "../src/store/Reservations.ts"
import * as StoredAgents from "../src/store/StoredAgents.ts"
import * as StoreImage from "../src/store/StoreImage.ts"
import { brokenRenewals } from "./brokenRenewals.ts"

type Handoffs = HandoffStore["Service"]
type Agents = AgentStore["Service"]

/** A store with a fault, and the law that finds it. */
export interface BrokenStore {
  readonly fault: string
  readonly breaks: string
  readonly layer: Layer.Layer<HandoffStore | AgentStore | DocumentStore>
}

/** A memory store without group commit. */
const handoffsOf = (image: StoreImage.StoreImage, keys: KeyLog): Handoffs => ({
  origin: Effect.succeed(origin),
  commit: (changes) =>
    Effect.suspend(() => {
      const conflict = image.conflict(changes, keysIn(keys))
      if (conflict !== undefined) return Effect.fail(conflict)
      return Effect.sync(() => image.put(changes))
    }),
  renew: (renewals, at) => Effect.sync(() => image.renew(renewals, at)),
  get: (id) => Effect.sync(() => Option.fromUndefinedOr(image.get(id))),
  list: (view, page) => Effect.sync(() => image.list(view, page)),
  ...Reservations.inMemory(image),
  history: (id) => Effect.sync(() => image.history(id)),
  log: (page) => Effect.suspend(() => Effect.fromResult(image.log(page))),
  end: Effect.sync(() => Option.fromUndefinedOr(image.end())),
  tally: Effect.sync(image.tally),
  odd: Effect.succeed([]),
  changed: Stream.empty
})

type KeyLog = Array<KeyEntry>
const keysIn = (keys: KeyLog, log = origin.log) => keys.filter(({ event }) => event.log === log).length

const agentsOf = (known: Map<string, RegisteredAgent>, image: StoreImage.StoreImage, keys: KeyLog): Agents => ({
  record: (entries) =>
    Effect.suspend((): Effect.Effect<void, RevisionConflict> => {
      const conflict = CommitPlan.keyConflictIn(entries, (log) => keysIn(keys, log))
      if (conflict !== undefined) return Effect.fail(conflict)
      for (const entry of entries) {
        const number = image.lastPosition() + 1
        const isOwn = entry.event.log === origin.log
        if (isOwn) image.reserve(number)
        keys.push(isOwn ? { ...entry, position: positionOf(origin, number) } : entry)
      }
      return Effect.void
    }),
  keys: Effect.sync(() => StoredAgents.keyLogs(keys)),
  put: (agent) => Effect.sync(() => void known.set(agent.agentId, seenAt(agent, known.get(agent.agentId)?.lastSeen))),
  seen: (ids, at) =>
    Effect.sync(() => {
      for (const id of ids) {
        const agent = known.get(id)
        if (agent !== undefined) known.set(id, seenAt(agent, at))
      }
    }),
  remove: (id) => Effect.sync(() => void known.delete(id)),
  all: Effect.sync(() => [...known.values()].toSorted((a, b) => (a.agentId < b.agentId ? -1 : 1)))
})

const origin = { log: LogName.make("b".repeat(26)), epoch: 1 }

const logIn = (image: StoreImage.StoreImage) => Result.getOrThrow(image.log({ limit: 1e6 }))

/** Replaces the faulty members of a store. */
type Fault<S> = (whole: S, image: StoreImage.StoreImage, keys: KeyLog) => Partial<S>

const layerOf = (
  handoffs: Fault<Handoffs>,
  agents: (known: Map<string, RegisteredAgent>, whole: Agents, keys: KeyLog) => Partial<Agents>,
  documents: (whole: DocumentImage.DocumentImage) => Partial<DocumentRows> = () => ({})
) =>
  Layer.effectContext(
    Effect.sync(() => {
      const image = StoreImage.make(origin)
      const known = new Map<string, RegisteredAgent>()
      const keys: KeyLog = []
      const [wholeHandoffs, wholeAgents] = [handoffsOf(image, keys), agentsOf(known, image, keys)]
      const rows = DocumentImage.make()
      return Context.make(HandoffStore, { ...wholeHandoffs, ...handoffs(wholeHandoffs, image, keys) }).pipe(
        Context.add(AgentStore, { ...wholeAgents, ...agents(known, wholeAgents, keys) }),
        Context.add(DocumentStore, documentsOver("memory", { ...rows, ...documents(rows) }))
      )
    })
  )

const broken = (fault: string, breaks: string, handoffs: Fault<Handoffs>): BrokenStore => ({
  fault,
  breaks,
  layer: layerOf(handoffs, () => ({}))
})

const brokenAgents = (
  fault: string,
  breaks: string,
  agents: (known: Map<string, RegisteredAgent>, whole: Agents, keys: KeyLog) => Partial<Agents>
): BrokenStore => ({ fault, breaks, layer: layerOf(() => ({}), agents) })

const brokenDocuments = (
  fault: string,
  breaks: string,
  documents: (whole: DocumentImage.DocumentImage) => Partial<DocumentRows>
): BrokenStore => ({
  fault,
  breaks,
  layer: layerOf(
    () => ({}),
    () => ({}),
    documents
  )
})

/** A store made in the same way without a fault, to show that the laws find only the faults. */
export const sound = layerOf(
  () => ({}),
  () => ({})
)

/** Rewrites the changes before they are kept. */
const keeping =
  (rewrite: (change: Change) => Change): Fault<Handoffs> =>
  (whole) => ({
    // The cast is safe because mapping a non-empty array gives a non-empty array.
    commit: (changes) => whole.commit(changes.map(rewrite) as unknown as Commit)
  })

/** Rewrites the context of every request, in the record and in the event. */
const rewriting = (rewrite: (context: HandoffRecord["request"]["context"]) => HandoffRecord["request"]["context"]) =>
  keeping(({ record, event }) => {
    const request = { ...record.request, context: rewrite(record.request.context) }
    return { record: { ...record, request }, event: event._tag === "Created" ? { ...event, request } : event }
  })

/** Copies the changes that match `isKept` to a second image. */
const shadowing =
  (
    isKept: (change: Change) => boolean,
    read: (whole: Handoffs, shadow: StoreImage.StoreImage) => Partial<Handoffs>
  ): Fault<Handoffs> =>
  (whole) => {
    const shadow = StoreImage.make(origin)
    return {
      commit: (changes) =>
        Effect.tap(whole.commit(changes), () => Effect.sync(() => shadow.put(changes.filter(isKept)))),
      ...read(whole, shadow)
    }
  }

/** Copies a value without freezing the copy. Moments stay as they are. */
const thawed = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null || DateTime.isDateTime(value)) return value
  if (Array.isArray(value)) return value.map(thawed)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, thawed(item)]))
}

/** Reserves records at any revision, for the time that `timeOf` makes of the wanted one. */
const reservingById = (
  image: StoreImage.StoreImage,
  timeOf: (milliseconds: number) => number
): Pick<Handoffs, "reserve"> => {
  const until = new Map<RecordId, number>()
  return {
    reserve: (inbox, { limit, after }, milliseconds) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const found = image
          .list(inbox, { limit: 1000, ...(after && { after }) })
          .filter(({ recordId }) => (until.get(recordId) ?? 0) <= now)
          .slice(0, limit)
        for (const { recordId } of found) until.set(recordId, now + timeOf(milliseconds))
        return found
      })
  }
}

const refused = (detail: string) => new StoreError({ operation: "get", reason: "unavailable", detail })

export const brokenStores: ReadonlyArray<BrokenStore> = [
  ...brokenRenewals.map(({ breaks, fault, handoffs }) => broken(fault, breaks, handoffs)),
  brokenDocuments(
    "overwrites a document",
    "a document is written only over the version that its writer expects",
    (whole) => ({
      put: (kind, key, _, body) =>
        Effect.flatMap(whole.get(kind, key), (row) => whole.put(kind, key, row?.version ?? 0, body))
    })
  ),
  brokenDocuments(
    "removes a document of any version",
    "a document is written only over the version that its writer expects",
    (whole) => ({
      remove: (kind, key) => Effect.flatMap(whole.get(kind, key), (row) => whole.remove(kind, key, row?.version ?? 0))
    })
  ),
  brokenDocuments(
    "compares a version and writes in two steps",
    "of many writers with one version exactly one succeeds",
    (whole) => ({
      put: (kind, key, expected, body) =>
        Effect.gen(function* () {
          const present = (yield* whole.get(kind, key))?.version ?? 0
          yield* Effect.yieldNow
          if (present !== expected) return Result.fail(present)
          return yield* whole.put(kind, key, (yield* whole.get(kind, key))?.version ?? 0, body)
        })
    })
  ),
  brokenDocuments(
    "repeats the last document of a page",
    "documents are listed by key, in pages that show each once",
    (whole) => ({
      list: (kind, after, limit) =>
        Effect.gen(function* () {
          const row = yield* whole.get(kind, after)
          const rows = yield* whole.list(kind, after, limit)
          return row === undefined ? rows : [row, ...rows].slice(0, limit)
        })
    })
  ),
  brokenDocuments(
    "cuts long documents",
    "any key and any JSON is kept unchanged, up to the limits, and nothing else is taken",
    (whole) => ({
      put: (kind, key, expected, body) =>
        whole.put(kind, key, expected, body.length > 65_536 ? JSON.stringify(body.slice(0, 60_000)) : body)
    })
  ),
  broken("skips the revision check", "a revision that is not the next one is a conflict", (_, image) => ({
    commit: (changes) => Effect.sync(() => image.put(changes))
  })),
  broken("lets a creation overwrite", "creating what exists is a conflict and changes nothing", (whole, image) => ({
    commit: (changes) =>
      changes[0].record.revision === 1 ? Effect.sync(() => image.put(changes)) : whole.commit(changes)
  })),
  broken("accepts a gap between revisions", "one commit can hold several changes of one handoff", (whole, image) => ({
    commit: (changes) =>
      changes.length > 1 && changes[0].record.revision === 1 && image.get(changes[0].record.recordId) === undefined
        ? Effect.sync(() => image.put(changes))
        : whole.commit(changes)
  })),
  broken(
    "checks and writes in two steps",
    "exactly one of several writers at a revision wins, and the losers change nothing",
    (_, image) => ({
      commit: (changes) =>
        Effect.gen(function* () {
          const conflict = image.conflict(changes, 0)
          if (conflict !== undefined) return yield* conflict
          yield* Effect.yieldNow
          image.put(changes)
        })
    })
  ),
  broken("creates in two steps", "exactly one of several writers that create an id wins", (whole, image) => ({
    commit: (changes) =>
      changes[0].record.revision > 1
        ? whole.commit(changes)
        : Effect.gen(function* () {
            const conflict = image.conflict(changes, 0)
            if (conflict !== undefined) return yield* conflict
            yield* Effect.yieldNow
            image.put(changes)
          })
  })),
  broken(
    "fails concurrent commits after a conflict",
    "a conflicting commit does not fail concurrent commits",
    (_, image) => {
      const commit = Effect.runSync(
        // The scope lives as long as the test.
        Effect.provideService(
          GroupCommit.make((commits) =>
            Effect.map(Effect.yieldNow, () => {
              const conflicts = commits.map((changes) => image.conflict(changes, 0))
              const conflict = conflicts.find((one) => one !== undefined)
              if (conflict !== undefined) return commits.map(() => Result.fail(conflict))
              for (const changes of commits) image.put(changes)
              return commits.map(() => Result.succeed(undefined))
            })
          ),
          Scope.Scope,
          Scope.makeUnsafe()
        )
      )
      return { commit }
    }
  ),
  broken(
    "loses the last change of a commit",
    "a commit of several changes is all or nothing, wherever the conflict is",
    (whole) => ({
      commit: ([first, ...others]) => whole.commit([first, ...others.slice(0, -1)])
    })
  ),
  broken(
    "writes the part of a commit that fits",
    "a commit of several changes is all or nothing, wherever the conflict is",
    (whole) => ({
      commit: (changes) => Effect.forEach(changes, (change) => whole.commit([change]), { discard: true })
    })
  ),
  broken(
    "counts the records of a failed commit",
    "a failed commit changes nothing: no state, no view, no log, no tally",
    (whole) => {
      let ghosts = 0
      return {
        commit: (changes) => Effect.tapError(whole.commit(changes), () => Effect.sync(() => void (ghosts += 1))),
        tally: Effect.map(whole.tally, (tally) => ({ ...tally, rejected: (tally["rejected"] ?? 0) + ghosts }))
      }
    }
  ),
  broken(
    "appends the event of a failed commit",
    "creating what exists is a conflict and changes nothing",
    (whole, image) => ({
      commit: (changes) =>
        Effect.tapError(whole.commit(changes), () =>
          Effect.sync(() => {
            for (const { record, event } of changes) {
              const now = image.get(record.recordId)
              if (now !== undefined) image.put([{ record: now, event }])
            }
          })
        )
    })
  ),
  broken("returns a state that is one commit old", "a commit can be read once it has succeeded", (whole, image) => {
    const old = new Map<RecordId, HandoffRecord>()
    return {
      commit: (changes) => {
        for (const { record } of changes) {
          const before = image.get(record.recordId)
          if (before !== undefined) old.set(record.recordId, before)
        }
        return whole.commit(changes)
      },
      get: (id) => Effect.sync(() => Option.fromUndefinedOr(old.get(id) ?? image.get(id)))
    }
  }),
  broken("numbers revisions with gaps", "revisions have no gaps under concurrent writers", (whole) => ({
    history: (id) =>
      Effect.map(whole.history(id), (entries) =>
        entries.map((entry) => ({ ...entry, revision: entry.revision * 2 - 1 }))
      )
  })),
  broken("loses the last entry of a history", "replaying a history gives the state", (whole) => ({
    history: (id) => Effect.map(whole.history(id), (entries) => (entries.length > 2 ? entries.slice(0, -1) : entries))
  })),
  broken(
    "writes the changes of a commit in interruptible steps",
    "an interrupted commit is whole or absent",
    (whole, image) => ({
      commit: (changes) =>
        Effect.gen(function* () {
          const conflict = image.conflict(changes, 0)
          if (conflict !== undefined) return yield* conflict
          for (const change of changes) {
            yield* whole.commit([change])
            yield* Effect.yieldNow
          }
        })
    })
  ),
  broken("reorders ties", "an inbox is in order of urgency, then age, then id", (whole, image) => ({
    list: (view, page) =>
      view._tag === "Inbox"
        ? Effect.sync(() =>
            image
              .list(view, { limit: 1000 })
              .toSorted(
                (a, b) =>
                  b.request.priority - a.request.priority ||
                  a.createdAt.epochMilliseconds - b.createdAt.epochMilliseconds ||
                  (a.recordId < b.recordId ? 1 : -1)
              )
              .slice(0, page.limit)
          )
        : whole.list(view, page)
  })),
  broken(
    "sorts priority 1 as the most urgent",
    "an inbox is in order of urgency, then age, then id",
    (whole, image) => ({
      list: (view, page) =>
        view._tag === "Inbox"
          ? Effect.sync(() =>
              image.list(view, { limit: 1000 }).toSorted((a, b) => a.request.priority - b.request.priority)
            )
          : whole.list(view, page)
    })
  ),
  broken("sorts ids like a dictionary", "All and Status list oldest first, then by id", (whole, image) => ({
    list: (view, page) =>
      view._tag === "All"
        ? Effect.sync(() =>
            image
              .list(view, { limit: 1000 })
              .toSorted(
                (a, b) =>
                  a.createdAt.epochMilliseconds - b.createdAt.epochMilliseconds ||
                  a.recordId.localeCompare(b.recordId, "en")
              )
          )
        : whole.list(view, page)
  })),
  broken(
    "keeps the turn with the receiver",
    "Turn follows every transition to the agent that owns the next move",
    (whole) => ({
      list: (view, page) =>
        view._tag === "Turn"
          ? Effect.map(whole.list({ _tag: "All" }, { limit: 1000 }), (records) =>
              records
                .filter((record) => isOpen(record.status) && receiverOf(record) === view.agent)
                .slice(0, page.limit)
            )
          : whole.list(view, page)
    })
  ),
  broken("sorts a turn by age only", "Turn is in order of urgency, then age, then id", (whole, image) => ({
    list: (view, page) =>
      view._tag === "Turn"
        ? Effect.sync(() =>
            image
              .list(view, { limit: 1000 })
              .toSorted((a, b) => a.createdAt.epochMilliseconds - b.createdAt.epochMilliseconds)
          )
        : whole.list(view, page)
  })),
  broken(
    "lists recent handoffs by their creation",
    "Recent lists the last change first, of all or of one sender",
    (whole, image) => ({
      list: (view, page) =>
        view._tag === "Recent"
          ? Effect.sync(() =>
              image
                .list(view, { limit: 1000 })
                .toSorted((a, b) => b.createdAt.epochMilliseconds - a.createdAt.epochMilliseconds)
            )
          : whole.list(view, page)
    })
  ),
  broken(
    "reads the last record of a page of Recent again",
    "Recent shows what did not change exactly once over its pages",
    (whole, image) => ({
      list: (view, { limit, after }) =>
        view._tag === "Recent" && after !== undefined
          ? whole.list(view, { limit, after: image.get(after.recordId) ?? after })
          : whole.list(view, after === undefined ? { limit } : { limit, after })
    })
  ),
  broken("swaps newest and oldest", "Sent lists newest first, then by id", (whole, image) => ({
    list: (view, page) =>
      view._tag === "Sent" ? Effect.sync(() => image.list(view, { limit: 1000 }).toReversed()) : whole.list(view, page)
  })),
  broken("leaves out final parts", "Children lists parts of every status, oldest first", (whole) => ({
    list: (view, page) =>
      Effect.map(whole.list(view, page), (records) =>
        view._tag === "Children" ? records.filter(({ status }) => status === "pending") : records
      )
  })),
  broken(
    "lists final handoffs as due",
    "Due lists open handoffs that have reached their deadline, earliest first",
    shadowing(
      ({ record }) => record.revision === 1,
      (whole, shadow) => ({
        list: (view, page) =>
          view._tag === "Due" ? Effect.sync(() => shadow.list(view, page)) : whole.list(view, page)
      })
    )
  ),
  broken(
    "leaves out handoffs that are due at this moment",
    "Due lists open handoffs that have reached their deadline, earliest first",
    (whole) => ({
      list: (view, page) =>
        whole.list(
          view._tag === "Due" ? { ...view, at: DateTime.makeUnsafe(view.at.epochMilliseconds - 1) } : view,
          page
        )
    })
  ),
  broken(
    "keeps a handoff in the view of its old status",
    "a handoff is listed in the views of its status only",
    shadowing(
      ({ record }) => record.status === "pending",
      (whole, shadow) => ({
        list: (view, page) =>
          view._tag === "Inbox" && view.status === "pending"
            ? Effect.sync(() => shadow.list(view, page))
            : whole.list(view, page)
      })
    )
  ),
  broken("updates Due only when the status changes", "due handoffs follow leases, questions and reminders", (whole) => {
    const known = new Map<RecordId, { readonly status: HandoffStatus; readonly record: HandoffRecord }>()
    const dueOf = ({ recordId }: HandoffRecord) => {
      const record = known.get(recordId)?.record
      return (record && dueAt(record)?.epochMilliseconds) ?? Number.POSITIVE_INFINITY
    }
    return {
      commit: (changes) =>
        Effect.tap(whole.commit(changes), () =>
          Effect.sync(() => {
            for (const { record } of changes) {
              const { recordId, status } = record
              if (known.get(recordId)?.status !== status) known.set(recordId, { status, record })
            }
          })
        ),
      list: (view, page) =>
        view._tag === "Due"
          ? Effect.map(whole.list({ _tag: "All" }, { limit: 1000 }), (all) =>
              all.filter((record) => dueOf(record) <= view.at.epochMilliseconds).toSorted((a, b) => dueOf(a) - dueOf(b))
            )
          : whole.list(view, page)
    }
  }),
  broken(
    "begins a page of Due after a deadline",
    "pages of due handoffs are ordered by leases and reminders",
    (whole) => ({
      list: (view, page) => {
        if (view._tag !== "Due" || page.after === undefined) return whole.list(view, page)
        const behind = page.after.request.deadline?.epochMilliseconds ?? 0
        return Effect.map(whole.list(view, { limit: 1000 }), (all) =>
          all.filter((record) => (dueAt(record)?.epochMilliseconds ?? 0) > behind).slice(0, page.limit)
        )
      }
    })
  ),
  broken(
    "leaves a forwarded handoff in the inbox of its first receiver",
    "a forwarded handoff is in the inbox of its next receiver only",
    (whole) => ({
      list: (view, page) =>
        view._tag !== "Inbox"
          ? whole.list(view, page)
          : Effect.map(whole.list({ _tag: "Status", status: view.status }, { limit: 10_000 }), (records) =>
              records.filter(({ request }) => request.toAgent === view.agent)
            )
    })
  ),
  broken(
    "loses evidence",
    "briefings, read-backs, hops, parts, deliverables and evidence are read back unchanged",
    keeping(({ record, event }) => {
      if (!("evidence" in record)) return { record, event }
      const { evidence: _, ...rest } = record
      return { record: rest, event }
    })
  ),
  broken(
    "loses the digest of the previous entry",
    "briefings, read-backs, hops, parts, deliverables and evidence are read back unchanged",
    keeping(({ record, event }) => {
      const { prev: _, ...rest } = event
      return { record, event: rest }
    })
  ),
  broken(
    "does not return a handoff to an inbox that it has left",
    "a released handoff is pending again, in every view and in the tally",
    (whole) => {
      const left = new Set<RecordId>()
      return {
        commit: (changes) =>
          Effect.tap(whole.commit(changes), () =>
            Effect.sync(() => {
              for (const { record } of changes) if (record.status !== "pending") left.add(record.recordId)
            })
          ),
        list: (view, page) =>
          Effect.map(whole.list(view, page), (records) =>
            view._tag === "Inbox" && view.status === "pending"
              ? records.filter(({ recordId }) => !left.has(recordId))
              : records
          )
      }
    }
  ),
  broken(
    "lists a handoff in its state at the last change of status",
    "a handoff that changes within its status is listed in its current state",
    shadowing(
      ({ event }) => event._tag !== "Progressed" && event._tag !== "Reminded",
      (_, shadow) => ({ list: (view, page) => Effect.sync(() => shadow.list(view, page)) })
    )
  ),
  broken("skips the first record of a page", "pages of any size neither skip nor repeat", (whole) => ({
    list: (view, page) =>
      page.after === undefined
        ? whole.list(view, page)
        : Effect.map(whole.list(view, { ...page, limit: page.limit + 1 }), (records) => records.slice(1))
  })),
  broken("repeats the last record of the previous page", "pages of any size neither skip nor repeat", (whole) => {
    return {
      list: (view, page) => {
        const { after } = page
        return after === undefined
          ? whole.list(view, page)
          : Effect.map(whole.list(view, page), (records) =>
              records.length === 0 ? records : [after, ...records].slice(0, page.limit)
            )
      }
    }
  }),
  broken("compares only ages to find the next page", "pages of any size neither skip nor repeat", (whole, image) => ({
    list: (view, page) => {
      const { after } = page
      return after === undefined || view._tag !== "Inbox"
        ? whole.list(view, page)
        : Effect.sync(() =>
            image
              .list(view, { limit: 1000 })
              .filter(({ createdAt }) => createdAt.epochMilliseconds > after.createdAt.epochMilliseconds)
              .slice(0, page.limit)
          )
    }
  })),
  broken(
    "looks for the last record of a page in the view",
    "pages neither skip nor repeat while handoffs change",
    (whole, image) => ({
      list: (view, page) => {
        const { after } = page
        if (after === undefined) return whole.list(view, page)
        return Effect.sync(() => {
          const all = image.list(view, { limit: 1000 })
          const at = all.findIndex(({ recordId }) => recordId === after.recordId)
          return at === -1 ? [] : all.slice(at + 1, at + 1 + page.limit)
        })
      }
    })
  ),
  broken(
    "returns a record for a limit of 0",
    "a page with a limit of 0, or after the last record, is empty",
    (whole) => ({
      list: (view, page) => whole.list(view, { ...page, limit: Math.max(1, page.limit) })
    })
  ),
  broken("rounds a fractional limit up", "a page holds at most its limit, for any number", (whole) => ({
    list: (view, page) => whole.list(view, { ...page, limit: Math.ceil(page.limit) })
  })),
  broken(
    "returns nothing after an id without the prefix",
    "a page of Prefix can begin after an id without the prefix",
    (whole) => ({
      list: (view, page) =>
        view._tag === "Prefix" && page.after?.recordId.startsWith(view.prefix) === false
          ? Effect.succeed([])
          : whole.list(view, page)
    })
  ),
  broken("rejects a fraction of a millisecond", "a time with a fraction of a millisecond is accepted", (whole) => ({
    commit: (changes) =>
      changes.every(({ record }) => Number.isInteger(record.createdAt.epochMilliseconds))
        ? whole.commit(changes)
        : Effect.die(new Error("It is no whole number"))
  })),
  broken("counts a handoff in each of its former statuses", "the tally follows every commit", (whole, image) => {
    const ever = Object.fromEntries(HandoffStatus.literals.map((status) => [status, 0]))
    return {
      commit: (changes) =>
        Effect.tap(whole.commit(changes), () =>
          Effect.sync(() => {
            for (const { record } of changes) ever[record.status] = (ever[record.status] ?? 0) + 1
          })
        ),
      tally: Effect.sync(() => ({ ...image.tally(), ...ever }))
    }
  }),
  broken("counts handoffs but not their duration", "the tally follows every commit", (whole) => ({
    tally: Effect.map(whole.tally, (tally) =>
      Object.fromEntries(Object.entries(tally).filter(([name]) => !name.startsWith("elapsed")))
    )
  })),
  broken("ignores the case of a prefix", "Prefix finds handoffs by the prefix of their id, in id order", (whole) => ({
    list: (view, page) =>
      view._tag === "Prefix"
        ? Effect.map(whole.list({ _tag: "All" }, { limit: 1000 }), (all) =>
            all
              .filter(({ recordId }) => recordId.toLowerCase().startsWith(view.prefix.toLowerCase()))
              .toSorted((a, b) => (a.recordId < b.recordId ? -1 : 1))
              .filter(({ recordId }) => page.after === undefined || recordId > page.after.recordId)
              .slice(0, page.limit)
          )
        : whole.list(view, page)
  })),
  broken(
    "returns the position of the last creation as the end of the log",
    "the end of the log is the position of its last entry, and the next entry follows it",
    (_, image) => ({
      end: Effect.sync(() =>
        Option.fromUndefinedOr(logIn(image).findLast(({ event }) => event._tag === "Created")?.position)
      )
    })
  ),
  broken("fails on unknown ids", "unknown ids are absent and not an error", (whole) => ({
    get: (id) =>
      Effect.flatMap(whole.get(id), (found) =>
        Option.isNone(found) ? Effect.fail(refused("No such record")) : Effect.succeed(found)
      )
  })),
  broken("dies on unknown ids", "unknown ids are absent and not an error", (whole) => ({
    history: (id) =>
      Effect.map(whole.history(id), (entries) =>
        entries.map((entry) => entry.event)[0] === undefined ? crash() : entries
      )
  })),
  broken(
    "orders the log by the time of its events",
    "the time of an event does not affect its position in the log",
    (whole) => ({
      log: ({ limit }) =>
        Effect.map(whole.log({ limit: 10_000 }), (entries) =>
          entries.toSorted((a, b) => a.event.at.epochMilliseconds - b.event.at.epochMilliseconds).slice(0, limit)
        )
    })
  ),
  broken("keeps the log newest first", "the log holds every change in commit order", (whole) => ({
    log: (page) => Effect.map(whole.log(page), (entries) => entries.toReversed())
  })),
  broken(
    "compares positions as text",
    "a follower of the log sees every entry once under concurrent writers",
    (_, image) => ({
      log: ({ limit, after }) =>
        Effect.sync(() =>
          logIn(image)
            .filter(({ position }) => after === undefined || position > after)
            .slice(0, limit)
        )
    })
  ),
  broken(
    "treats a position as an offset in the page",
    "the log can be resumed after every position, in pages of any size",
    (whole, image) => ({
      log: (page) =>
        Effect.map(
          Effect.suspend(() => Effect.fromResult(image.log(page))),
          (entries): ReadonlyArray<Entry> =>
            entries.map((entry, index) => ({ ...entry, position: positionOf(origin, index + 1) }))
        ),
      history: (id) => whole.history(id)
    })
  ),
  broken(
    "shows an entry late",
    "a follower of the log sees every entry once under concurrent writers",
    (whole, image) => {
      const hidden = new Set<string>()
      let commits = 0
      return {
        commit: (changes) =>
          Effect.gen(function* () {
            yield* whole.commit(changes)
            const position = positionOf(origin, image.lastPosition())
            commits += 1
            hidden.add(position)
            for (let turns = 0; turns < (commits % 3) * 3; turns++) yield* Effect.yieldNow
            hidden.delete(position)
          }),
        log: (page) =>
          Effect.map(whole.log({ ...page, limit: 1000 }), (entries) =>
            entries.filter(({ position }) => !hidden.has(position)).slice(0, page.limit)
          )
      }
    }
  ),
  broken(
    "lets other commits write between the changes of a commit",
    "the entries of one commit are adjacent",
    (whole, image) => ({
      commit: (changes) =>
        Effect.gen(function* () {
          const conflict = image.conflict(changes, 0)
          if (conflict !== undefined) return yield* conflict
          for (const change of changes) {
            yield* whole.commit([change])
            yield* Effect.yieldNow
          }
        })
    })
  ),
  broken(
    "gives no hints, and reads the log from a stale copy",
    "a follower gets every change, through a hint or the next poll",
    (whole) => {
      const copies = new Map<string | undefined, ReadonlyArray<Entry>>()
      return {
        changed: Stream.never,
        log: (page) =>
          Effect.map(whole.log(page), (entries) => {
            const copy = copies.get(page.after) ?? entries
            copies.set(page.after, copy)
            return copy
          })
      }
    }
  ),
  broken(
    "shows the log from the start of the follower on",
    "a follower that starts late gets the earlier changes",
    (whole, image) => {
      let opened: number | undefined
      return {
        log: (page) =>
          Effect.map(whole.log(page), (entries) => {
            opened ??= image.lastPosition()
            const since = opened
            return entries.filter(({ position }) => Number(position.split(".")[2]) > since - 1)
          })
      }
    }
  ),
  broken(
    "rounds a small number to zero",
    "every kind of JSON is read back unchanged",
    rewriting((context) => JSON.parse(JSON.stringify(context).replace("5e-324", "0")))
  ),
  broken(
    "keeps text in Latin-1",
    "text in every script is read back unchanged",
    rewriting((context) => JSON.parse(JSON.stringify(context).replaceAll(/[\u0100-\uffff]/g, "?")))
  ),
  broken(
    "normalises text",
    "text in every script is read back unchanged",
    rewriting((context) => JSON.parse(JSON.stringify(context).normalize("NFC")))
  ),
  broken(
    "drops keys named __proto__",
    "an own key named __proto__ is kept and does not set a prototype",
    rewriting((context) =>
      JSON.parse(JSON.stringify(context), (key, value) => (key === "__proto__" ? undefined : value))
    )
  ),
  broken(
    "copies keys named __proto__ into the prototype",
    "an own key named __proto__ is kept and does not set a prototype",
    rewriting((context) => Object.assign({}, context))
  ),
  broken(
    "reads keys with an escape as V8 13.6 does",
    "keys with a backslash change no key of another handoff",
    rewriting((context) => JSON.parse(JSON.stringify(context).replaceAll(String.raw`"\u0001":`, String.raw`"\\":`)))
  ),
  broken(
    "cuts a long context",
    "a context of one mebibyte is read back unchanged",
    rewriting((context) =>
      Object.fromEntries(
        Object.entries(context).map(([key, value]) => [key, typeof value === "string" ? value.slice(0, 65_535) : value])
      )
    )
  ),
  broken(
    "rounds times to seconds",
    "every field of a request, an event and a response is read back unchanged",
    keeping(({ record, event }) => ({
      record: {
        ...record,
        updatedAt: DateTime.makeUnsafe(Math.floor(record.updatedAt.epochMilliseconds / 1000) * 1000)
      },
      event
    }))
  ),
  broken(
    "loses the routing decision",
    "every field of a request, an event and a response is read back unchanged",
    keeping(({ record, event }) => {
      if (event._tag !== "Created" || event.routing === undefined) return { record, event }
      const { routing: _, ...rest } = event
      return { record, event: rest }
    })
  ),
  broken(
    "loses the hand-back of an attempt",
    "attempts, leases, questions and hand-backs are read back unchanged",
    keeping(({ record, event }) => {
      if (!("handBack" in record)) return { record, event }
      const { handBack: _, ...rest } = record
      return { record: rest, event }
    })
  ),
  broken(
    "keeps a paused lease running",
    "attempts, leases, questions and hand-backs are read back unchanged",
    keeping(({ record, event }) =>
      record.status === "input_required" && record.lease !== undefined
        ? { record: { ...record, lease: { ...record.lease, until: record.updatedAt } }, event }
        : { record, event }
    )
  ),
  broken(
    "forgets that a shutdown does not count",
    "a shutdown, and the answer that comes after it, are read back unchanged",
    keeping(({ record, event }) => {
      const { uncounted: _, ...rest } = record
      return { record: rest, event }
    })
  ),
  broken(
    "forgets when a review ends",
    "deliveries, reviews and returns are read back unchanged, and are due at the end of a review",
    keeping(({ record, event }) => {
      if (record.status !== "delivered") return { record, event }
      const { reviewBy: _, ...rest } = record
      return { record: rest, event }
    })
  ),
  broken("ignores the case of names", "similar names are distinct, and long names are kept", (whole, image) => ({
    get: (id) =>
      Effect.sync(() =>
        Option.fromUndefinedOr(
          image
            .list({ _tag: "All" }, { limit: 1000 })
            .find(({ recordId }) => recordId.toLowerCase() === id.toLowerCase())
        )
      ),
    list: (view, page) => whole.list(view, page)
  })),
  brokenAgents("merges the capabilities of an agent", "putting an agent replaces its registration", (known, whole) => ({
    put: (agent) =>
      whole.put({
        ...agent,
        capabilities: [...new Set([...(known.get(agent.agentId)?.capabilities ?? []), ...agent.capabilities])]
      })
  })),
  broken(
    "gives the records that it caches",
    "changing what a store was given, or what it gives, changes nothing in it",
    (whole) => {
      const cache = new Map<string, HandoffRecord>()
      return {
        get: (id) =>
          Effect.map(
            whole.get(id),
            Option.map((record) => {
              const name = `${id} ${record.revision}`
              // The cast: a copy of a record is a record.
              const cached = cache.get(name) ?? (thawed(record) as HandoffRecord)
              cache.set(name, cached)
              return cached
            })
          )
      }
    }
  ),
  brokenAgents(
    "gives its own agents",
    "changing an agent that was registered or listed changes nothing",
    // The cast: a copy of an agent is an agent.
    (known) => ({ put: (agent) => Effect.sync(() => void known.set(agent.agentId, thawed(agent) as RegisteredAgent)) })
  ),
  brokenAgents("does not remove agents", "removing an agent forgets it, and ignores an unknown one", () => ({
    remove: () => Effect.void
  })),
  brokenAgents(
    "fails when it removes an unknown agent",
    "removing an agent forgets it, and ignores an unknown one",
    (known, whole) => ({
      remove: (id) => (known.has(id) ? whole.remove(id) : Effect.fail(refused("No such agent")))
    })
  ),
  brokenAgents("lists agents in order of registration", "agents are listed by id, in any script", (known) => ({
    all: Effect.sync(() => [...known.values()])
  })),
  brokenAgents("reads and writes the agents in two steps", "agents put concurrently are all kept", () => {
    let agents: ReadonlyArray<RegisteredAgent> = []
    return {
      put: (agent) =>
        Effect.gen(function* () {
          const before = agents
          yield* Effect.yieldNow
          agents = [...before.filter(({ agentId }) => agentId !== agent.agentId), agent]
        }),
      all: Effect.sync(() => agents.toSorted((a, b) => (a.agentId < b.agentId ? -1 : 1)))
    }
  }),
  brokenAgents("stores only capabilities", "capacity, keys and last seen are read back unchanged", (_, whole) => ({
    put: ({ agentId, capabilities }) => whole.put({ agentId, capabilities })
  })),
  brokenAgents(
    "keeps fields that the next registration leaves out",
    "capacity, keys and last seen are read back unchanged",
    (known, whole) => ({ put: (agent) => whole.put({ ...known.get(agent.agentId), ...agent }) })
  ),
  brokenAgents("sorts keys by their start", "capacity, keys and last seen are read back unchanged", (_, whole) => ({
    put: ({ keys, ...agent }) =>
      whole.put({
        ...agent,
        ...(keys === undefined
          ? {}
          : { keys: keys.toSorted((a, b) => a.since.epochMilliseconds - b.since.epochMilliseconds) })
      })
  })),
  brokenAgents(
    "stores the last heartbeat instead of the latest",
    "last seen never goes back, and unknown agents are ignored",
    (known) => ({
      seen: (ids, at) =>
        Effect.sync(() => {
          for (const id of ids) {
            const agent = known.get(id)
            if (agent !== undefined) known.set(id, { ...agent, lastSeen: at })
          }
        })
    })
  ),
  brokenAgents(
    "creates an agent for a heartbeat",
    "last seen never goes back, and unknown agents are ignored",
    (known, whole) => ({
      seen: (ids, at) =>
        Effect.forEach(
          ids,
          (id) => (known.has(id) ? whole.seen([id], at) : whole.put({ agentId: id, capabilities: [], lastSeen: at })),
          { discard: true }
        )
    })
  ),
  brokenAgents(
    "fails on a heartbeat of an unknown agent",
    "last seen never goes back, and unknown agents are ignored",
    (known, whole) => ({
      seen: (ids, at) =>
        ids.every((id) => known.has(id)) ? whole.seen(ids, at) : Effect.fail(refused("No such agent"))
    })
  ),
  brokenAgents(
    "records only the first heartbeat of a batch",
    "a batch of heartbeats moves every agent forward, and ignores the unknown",
    (_, whole) => ({ seen: (ids, at) => whole.seen(ids.slice(0, 1), at) })
  ),
  brokenAgents(
    "loses last seen when an agent is put",
    "putting an agent keeps its last seen, and removing it does not",
    (known) => ({ put: (agent) => Effect.sync(() => void known.set(agent.agentId, agent)) })
  ),
  brokenAgents(
    "keeps last seen when an agent is removed",
    "putting an agent keeps its last seen, and removing it does not",
    (known, whole) => {
      const moments = new Map<string, DateTime.Utc>()
      return {
        seen: (ids, at) =>
          Effect.andThen(
            whole.seen(ids, at),
            Effect.sync(() => ids.forEach((id) => known.has(id) && moments.set(id, at)))
          ),
        put: (agent) => Effect.suspend(() => whole.put(seenAt(agent, moments.get(agent.agentId))))
      }
    }
  ),
  brokenAgents("writes heartbeats in two steps", "an agent put and seen concurrently keeps both", (known) => ({
    seen: (ids, at) =>
      Effect.gen(function* () {
        const agents = ids.flatMap((id) => known.get(id) ?? [])
        yield* Effect.yieldNow
        for (const agent of agents) known.set(agent.agentId, seenAt(agent, at))
      })
  })),
  brokenAgents("puts agents in two steps", "an agent put and seen concurrently keeps both", (known) => ({
    put: (agent) =>
      Effect.gen(function* () {
        const before = known.get(agent.agentId)
        yield* Effect.yieldNow
        known.set(agent.agentId, seenAt(agent, before?.lastSeen))
      })
  })),
  broken("draws a name at every question", "the log has a name, which its positions carry", () => ({
    origin: Effect.map(drawLogName, (log) => ({ log, epoch: 1 }))
  })),
  broken(
    "reads any position as a number",
    "a position of another log or epoch, beyond the end, or malformed is refused",
    (whole) => ({
      log: ({ after, limit }) =>
        Effect.map(whole.log({ limit: 1000 }), (entries) => {
          const number = Number(after?.split(".").at(-1)) || 0
          return entries.filter(({ position }) => Number(position.split(".").at(-1)) > number).slice(0, limit)
        })
    })
  ),
  brokenAgents(
    "appends any entry to a key log",
    "a key log grows by the next revision only, and has positions in the log",
    (_, whole, keys) => ({
      record: (entries) => whole.record(entries).pipe(Effect.catch(() => Effect.sync(() => void keys.push(...entries))))
    })
  ),
  brokenAgents(
    "gives positions to the entries of another log",
    "the key log of another store is kept without positions",
    (_, whole) => ({
      keys: Effect.map(
        whole.keys,
        (logs) =>
          new Map(
            [...logs].map(([log, entries]) => [
              log,
              entries.map((entry, n) => ({ position: positionOf(origin, n + 1), ...entry }))
            ])
          )
      )
    })
  ),
  broken("ignores the keys of a commit", "a commit that names the log must know its keys", (whole, image) => ({
    commit: (changes) =>
      whole
        .commit(changes)
        .pipe(
          Effect.catch((error) =>
            error._tag === "RevisionConflict" && error.recordId === keyLogId
              ? Effect.sync(() => image.put(changes))
              : Effect.fail(error)
          )
        )
  })),
  broken(
    "offers a record to every claimer",
    "two claimers are not offered the same record, in order of urgency, then age",
    (whole) => ({ reserve: whole.list })
  ),
  broken(
    "offers the least urgent first",
    "two claimers are not offered the same record, in order of urgency, then age",
    (whole) => ({
      reserve: (inbox, page, milliseconds) =>
        Effect.map(whole.reserve(inbox, page, milliseconds), (found) => found.toReversed())
    })
  ),
  broken(
    "looks and reserves in two steps",
    "of many claimers at once each is offered other records, and no record is left out",
    (whole) => ({
      reserve: (inbox, page, milliseconds) =>
        Effect.gen(function* () {
          const found = yield* whole.reserve(inbox, page, milliseconds)
          yield* whole.unreserve(found)
          yield* Effect.yieldNow
          yield* whole.reserve(inbox, page, milliseconds)
          return found
        })
    })
  ),
  broken(
    "reserves more than it offers",
    "of many claimers at once each is offered other records, and no record is left out",
    (whole) => ({
      reserve: (inbox, page, milliseconds) =>
        Effect.map(whole.reserve(inbox, { ...page, limit: page.limit + 1 }, milliseconds), (found) =>
          found.slice(0, page.limit)
        )
    })
  ),
  broken(
    "begins every page of reservations at the head",
    "a page of reservations begins after a record, and has at most as many as its limit",
    (whole) => ({
      reserve: (inbox, { limit }, milliseconds) => whole.reserve(inbox, { limit }, milliseconds)
    })
  ),
  broken(
    "keeps a reservation until it is given back",
    "a reservation ends with its time, and after a second at the latest",
    (_, image) => {
      const held: Reservations.Reservations = new Map()
      return { reserve: (inbox, page) => Effect.sync(() => Reservations.reserve(held, image, inbox, page, 0, 1000)) }
    }
  ),
  broken(
    "keeps a reservation for as long as it is told",
    "a reservation ends with its time, and after a second at the latest",
    (_, image) => reservingById(image, (milliseconds) => milliseconds)
  ),
  broken(
    "ignores what is given back",
    "a reservation that is given back ends at once, unless it is of another revision",
    () => ({ unreserve: () => Effect.void })
  ),
  broken(
    "gives back a reservation of another revision",
    "a reservation that is given back ends at once, unless it is of another revision",
    (whole, image) => ({
      unreserve: (records) => whole.unreserve(records.flatMap(({ recordId }) => image.get(recordId) ?? []))
    })
  ),
  broken("keeps a reservation over revisions", "the next revision ends a reservation", (_, image) =>
    reservingById(image, () => Reservations.longest)
  ),
  broken(
    "lets only the claimer that reserved commit",
    "a reservation gives no right: the first commit wins, whoever reserved",
    (whole) => {
      const reserved = new Set<string>()
      return {
        reserve: (inbox, page, milliseconds) =>
          Effect.tap(whole.reserve(inbox, page, milliseconds), (found) =>
            Effect.sync(() => found.forEach(({ recordId }) => reserved.add(recordId)))
          ),
        commit: (changes) =>
          changes.some(
            ({ record, event }) =>
              reserved.has(record.recordId) && "reason" in event && event.reason?.includes("another")
          )
            ? Effect.fail(new RevisionConflict(changes[0].record))
            : whole.commit(changes)
      }
    }
  ),
  broken(
    "writes the commit of the claimer that reserved over another",
    "a reservation gives no right: the first commit wins, whoever reserved",
    (whole, image) => ({
      commit: (changes) =>
        changes.some(({ event }) => "reason" in event && event.reason === "by the first")
          ? Effect.sync(() => image.put(changes))
          : whole.commit(changes)
    })
  ),
  broken("hides a reserved record", "a reserved record is listed as before, and is in no other inbox", (whole) => {
    const reserved = new Set<string>()
    return {
      reserve: (inbox, page, milliseconds) =>
        Effect.tap(whole.reserve(inbox, page, milliseconds), (found) =>
          Effect.sync(() => found.forEach(({ recordId }) => reserved.add(recordId)))
        ),
      list: (view, page) =>
        Effect.map(whole.list(view, page), (records) => records.filter(({ recordId }) => !reserved.has(recordId)))
    }
  }),
  broken(
    "compares the keys before the write",
    "of concurrent commits and changes of keys, no commit is made with outdated keys",
    (_, image, keys) => ({
      commit: (changes) =>
        Effect.gen(function* () {
          const conflict = image.conflict(changes, keysIn(keys))
          if (conflict !== undefined) return yield* conflict
          yield* Effect.yieldNow
          image.put(changes)
        })
    })
  )
]

const crash = (): never => {
  throw new TypeError("Cannot read properties of undefined")
}

/** A store that outlives its scope. `before` changes its contents at each opening. */
const reopened = (
  before: (image: StoreImage.StoreImage, known: Map<string, RegisteredAgent>) => StoreImage.StoreImage,
  documents = (rows: DocumentImage.DocumentImage) => rows
) => {
  let image = StoreImage.make(origin)
  const known = new Map<string, RegisteredAgent>()
  const keys: KeyLog = []
  let rows = DocumentImage.make()
  return Layer.effectContext(
    Effect.sync(() => {
      image = before(image, known)
      rows = documents(rows)
      return Context.make(HandoffStore, handoffsOf(image, keys)).pipe(
        Context.add(AgentStore, agentsOf(known, image, keys)),
        Context.add(DocumentStore, documentsOver("memory", rows))
      )
    })
  )
}

/** Replays an image into a new one, as a durable store does when it opens. */
const reread = (image: StoreImage.StoreImage, rewrite: (entries: ReadonlyArray<Change>) => ReadonlyArray<Change>) => {
  const next = StoreImage.make(origin)
  const changes = logIn(image).flatMap(({ recordId, event, revision }) => {
    const record = image.get(recordId)
    return record === undefined
      ? []
      : [{ record: record.revision === revision ? record : { ...record, revision }, event }]
  })
  next.put(rewrite(changes))
  return next
}

/** A store without a fault. It is a function, because every law needs a new store. */
export const soundReopened = () => reopened((image) => image)

export const brokenReopened: ReadonlyArray<{
  readonly fault: string
  readonly breaks: string
  readonly open: () => Layer.Layer<HandoffStore | AgentStore | DocumentStore>
}> = [
  {
    fault: "loses the last commit",
    breaks: "states, histories and the tally survive reopening",
    open: () => reopened((image) => reread(image, (changes) => changes.slice(0, -1)))
  },
  {
    fault: "renumbers the log",
    breaks: "positions of the log stay valid after reopening, and the log continues",
    open: () =>
      reopened((image) => {
        const next = StoreImage.make(origin)
        const changes = logIn(image).flatMap(({ recordId, event }) => {
          const record = image.get(recordId)
          return record === undefined ? [] : [{ record, event }]
        })
        next.put(changes, image.lastPosition() + 1)
        return next
      })
  },
  {
    fault: "forgets final handoffs",
    breaks: "views keep their order and pages can be resumed after reopening",
    open: () =>
      reopened((image) => reread(image, (changes) => changes.filter(({ record }) => record.status !== "rejected")))
  },
  {
    fault: "forgets everything",
    breaks: "a revision that conflicts before reopening conflicts after it",
    open: () => reopened(() => StoreImage.make(origin))
  },
  {
    fault: "forgets the agents",
    breaks: "agents survive reopening, and removed ones do not return",
    open: () =>
      reopened((image, known) => {
        known.clear()
        return image
      })
  },
  {
    fault: "forgets last seen",
    breaks: "agents survive reopening, and removed ones do not return",
    open: () =>
      reopened((image, known) => {
        for (const [id, { lastSeen: _, ...agent }] of known) known.set(id, agent)
        return image
      })
  },
  {
    fault: "forgets the last version of a document",
    breaks: "documents survive reopening, and their versions do not return",
    open: () =>
      reopened(
        (image) => image,
        (rows) => DocumentImage.make(rows.all())
      )
  }
]
