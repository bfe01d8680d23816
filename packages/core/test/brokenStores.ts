import { dueAt, type HandoffRecord, HandoffStatus, type RecordId, StoreError } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import { AgentStore, type RegisteredAgent, seenAt } from "../src/AgentStore.ts"
import * as GroupCommit from "../src/GroupCommit.ts"
import { type Change, type Commit, type Entry, HandoffStore, Position } from "../src/HandoffStore.ts"
import * as StoreImage from "../src/StoreImage.ts"

type Handoffs = HandoffStore["Service"]
type Agents = AgentStore["Service"]

/** A store with a fault, and the law that finds it. */
export interface BrokenStore {
  readonly fault: string
  readonly breaks: string
  readonly layer: Layer.Layer<HandoffStore | AgentStore>
}

/** A memory store without group commit, and what its faults may build on. */
const handoffsOf = (image: StoreImage.StoreImage): Handoffs => ({
  commit: (changes) =>
    Effect.suspend(() => {
      const conflict = image.conflict(changes)
      if (conflict !== undefined) return Effect.fail(conflict)
      return Effect.sync(() => image.put(changes))
    }),
  get: (id) => Effect.sync(() => Option.fromUndefinedOr(image.get(id))),
  list: (view, page) => Effect.sync(() => image.list(view, page)),
  history: (id) => Effect.sync(() => image.history(id)),
  log: (page) => Effect.sync(() => image.log(page)),
  end: Effect.sync(() => Option.fromUndefinedOr(image.end())),
  tally: Effect.sync(image.tally),
  changed: Stream.empty
})

const agentsOf = (known: Map<string, RegisteredAgent>): Agents => ({
  put: (agent) => Effect.sync(() => void known.set(agent.agentId, seenAt(agent, known.get(agent.agentId)?.lastSeen))),
  seen: (id, at) =>
    Effect.sync(() => {
      const agent = known.get(id)
      if (agent !== undefined) known.set(id, seenAt(agent, at))
    }),
  remove: (id) => Effect.sync(() => void known.delete(id)),
  all: Effect.sync(() => [...known.values()].toSorted((a, b) => (a.agentId < b.agentId ? -1 : 1)))
})

/** Breaks what is given, and keeps the rest. */
type Fault<S> = (whole: S, image: StoreImage.StoreImage) => Partial<S>

const layerOf = (
  handoffs: Fault<Handoffs>,
  agents: (known: Map<string, RegisteredAgent>, whole: Agents) => Partial<Agents>
) =>
  Layer.effectContext(
    Effect.sync(() => {
      const image = StoreImage.make()
      const known = new Map<string, RegisteredAgent>()
      const [wholeHandoffs, wholeAgents] = [handoffsOf(image), agentsOf(known)]
      return Context.make(HandoffStore, { ...wholeHandoffs, ...handoffs(wholeHandoffs, image) }).pipe(
        Context.add(AgentStore, { ...wholeAgents, ...agents(known, wholeAgents) })
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
  agents: (known: Map<string, RegisteredAgent>, whole: Agents) => Partial<Agents>
): BrokenStore => ({ fault, breaks, layer: layerOf(() => ({}), agents) })

/** The store without any fault: what a law finds in the others is the fault and not the way they are made. */
export const sound = layerOf(
  () => ({}),
  () => ({})
)

/** Rewrites the changes before they are kept. */
const keeping =
  (rewrite: (change: Change) => Change): Fault<Handoffs> =>
  (whole) => ({
    // The cast: mapping keeps what is not empty not empty.
    commit: (changes) => whole.commit(changes.map(rewrite) as unknown as Commit)
  })

/** Rewrites the context of every request that is kept, in the record and in the event. */
const rewriting = (rewrite: (context: HandoffRecord["request"]["context"]) => HandoffRecord["request"]["context"]) =>
  keeping(({ record, event }) => {
    const request = { ...record.request, context: rewrite(record.request.context) }
    return { record: { ...record, request }, event: event._tag === "Created" ? { ...event, request } : event }
  })

/** Keeps each change in an image of its own too, as far as it is of interest. */
const shadowing =
  (
    isKept: (change: Change) => boolean,
    read: (whole: Handoffs, shadow: StoreImage.StoreImage) => Partial<Handoffs>
  ): Fault<Handoffs> =>
  (whole) => {
    const shadow = StoreImage.make()
    return {
      commit: (changes) =>
        Effect.tap(whole.commit(changes), () => Effect.sync(() => shadow.put(changes.filter(isKept)))),
      ...read(whole, shadow)
    }
  }

const refused = (detail: string) => new StoreError({ operation: "get", reason: "unavailable", detail })

export const brokenStores: ReadonlyArray<BrokenStore> = [
  broken("skips the revision check", "a revision that is not the next one is a conflict", (_, image) => ({
    commit: (changes) => Effect.sync(() => image.put(changes))
  })),
  broken("lets a creation overwrite", "creating what exists is a conflict and changes nothing", (whole, image) => ({
    commit: (changes) =>
      changes[0].record.revision === 1 ? Effect.sync(() => image.put(changes)) : whole.commit(changes)
  })),
  broken("accepts a gap between revisions", "one commit may hold several changes of one handoff", (whole, image) => ({
    commit: (changes) =>
      changes.length > 1 && changes[0].record.revision === 1 && image.get(changes[0].record.recordId) === undefined
        ? Effect.sync(() => image.put(changes))
        : whole.commit(changes)
  })),
  broken(
    "checks and writes in two steps",
    "of many writers at one revision exactly one wins, and the losers leave no trace",
    (_, image) => ({
      commit: (changes) =>
        Effect.gen(function* () {
          const conflict = image.conflict(changes)
          if (conflict !== undefined) return yield* conflict
          yield* Effect.yieldNow
          image.put(changes)
        })
    })
  ),
  broken("creates in two steps", "of many writers that create one id exactly one wins", (whole, image) => ({
    commit: (changes) =>
      changes[0].record.revision > 1
        ? whole.commit(changes)
        : Effect.gen(function* () {
            const conflict = image.conflict(changes)
            if (conflict !== undefined) return yield* conflict
            yield* Effect.yieldNow
            image.put(changes)
          })
  })),
  broken("fails the neighbours of a loser", "a commit that loses does not fail its neighbours", (_, image) => {
    const commit = Effect.runSync(
      // The scope: it lives as long as the test.
      Effect.provideService(
        GroupCommit.make((commits) =>
          Effect.map(Effect.yieldNow, () => {
            const conflicts = commits.map(image.conflict)
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
  }),
  broken(
    "loses the last of a batch",
    "a batch is all or nothing, wherever the one that does not fit stands",
    (whole) => ({
      commit: ([first, ...others]) => whole.commit([first, ...others.slice(0, -1)])
    })
  ),
  broken(
    "keeps the half of a batch that fits",
    "a batch is all or nothing, wherever the one that does not fit stands",
    (whole) => ({
      commit: (changes) => Effect.forEach(changes, (change) => whole.commit([change]), { discard: true })
    })
  ),
  broken(
    "counts a failed commit's records",
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
    "applies a failed commit's event",
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
  broken("gives a state that is one commit old", "a commit can be read as soon as it has succeeded", (whole, image) => {
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
  broken("numbers revisions with gaps", "revisions are dense however many write at once", (whole) => ({
    history: (id) =>
      Effect.map(whole.history(id), (entries) =>
        entries.map((entry) => ({ ...entry, revision: entry.revision * 2 - 1 }))
      )
  })),
  broken("keeps a state that its history does not give", "replaying a history gives the state", (whole) => ({
    history: (id) => Effect.map(whole.history(id), (entries) => (entries.length > 2 ? entries.slice(0, -1) : entries))
  })),
  broken(
    "writes a batch in steps that an interruption can part",
    "an interrupted commit happens wholly or not at all",
    (whole, image) => ({
      commit: (changes) =>
        Effect.gen(function* () {
          const conflict = image.conflict(changes)
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
    "takes priority 1 for the most urgent",
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
  broken(
    "sorts ids as a dictionary does",
    "all, and all of one status, are listed oldest first, then by id",
    (whole, image) => ({
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
    })
  ),
  broken("swaps newest and oldest", "what an agent sent is listed newest first, then by id", (whole, image) => ({
    list: (view, page) =>
      view._tag === "Sent" ? Effect.sync(() => image.list(view, { limit: 1000 }).toReversed()) : whole.list(view, page)
  })),
  broken(
    "loses the parts that have ended",
    "the parts of a handoff are listed oldest first, whatever became of them",
    (whole) => ({
      list: (view, page) =>
        Effect.map(whole.list(view, page), (records) =>
          view._tag === "Children" ? records.filter(({ status }) => status === "pending") : records
        )
    })
  ),
  broken(
    "includes final ones in due",
    "due is what is open and has reached its deadline, earliest first",
    shadowing(
      ({ record }) => record.revision === 1,
      (whole, shadow) => ({
        list: (view, page) =>
          view._tag === "Due" ? Effect.sync(() => shadow.list(view, page)) : whole.list(view, page)
      })
    )
  ),
  broken(
    "misses what falls due this moment",
    "due is what is open and has reached its deadline, earliest first",
    (whole) => ({
      list: (view, page) =>
        whole.list(
          view._tag === "Due" ? { ...view, at: DateTime.makeUnsafe(view.at.epochMilliseconds - 1) } : view,
          page
        )
    })
  ),
  broken(
    "forgets to take a handoff out of its old status",
    "a handoff stands in the views of its status and in no other",
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
  broken(
    "moves a handoff among what is due only with its status",
    "what is due follows leases, questions and reminders",
    (whole) => {
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
                all
                  .filter((record) => dueOf(record) <= view.at.epochMilliseconds)
                  .toSorted((a, b) => dueOf(a) - dueOf(b))
              )
            : whole.list(view, page)
      }
    }
  ),
  broken(
    "begins a page of what is due behind a deadline",
    "pages of what is due go by leases and reminders, too",
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
    "leaves what is handed on in the inbox of its first receiver",
    "a handoff that is handed on is in the inbox of its next receiver, and in no other's",
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
    "forgets what is verified",
    "briefings, read-backs, hops, parts, deliverables and evidence come back as they were",
    keeping(({ record, event }) => {
      if (!("evidence" in record)) return { record, event }
      const { evidence: _, ...rest } = record
      return { record: rest, event }
    })
  ),
  broken(
    "forgets the digest of the entry before",
    "briefings, read-backs, hops, parts, deliverables and evidence come back as they were",
    keeping(({ record, event }) => {
      const { prev: _, ...rest } = event
      return { record, event: rest }
    })
  ),
  broken(
    "takes nothing back into an inbox that it has left",
    "a handoff that is given back waits again, in each view and in the tally",
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
    "lists a handoff as it was when its status last changed",
    "a handoff that moves and keeps its status is shown as it is now",
    shadowing(
      ({ event }) => event._tag !== "Progressed" && event._tag !== "Reminded",
      (_, shadow) => ({ list: (view, page) => Effect.sync(() => shadow.list(view, page)) })
    )
  ),
  broken("skips one at the start of a page", "pages of any size neither skip nor repeat", (whole) => ({
    list: (view, page) =>
      page.after === undefined
        ? whole.list(view, page)
        : Effect.map(whole.list(view, { ...page, limit: page.limit + 1 }), (records) => records.slice(1))
  })),
  broken("repeats the boundary of a page", "pages of any size neither skip nor repeat", (whole) => {
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
    "pages neither skip nor repeat while handoffs move on",
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
  broken("gives one where none is asked for", "a view of a page of nothing, or behind its end, is empty", (whole) => ({
    list: (view, page) => whole.list(view, { ...page, limit: Math.max(1, page.limit) })
  })),
  broken(
    "gives one more for a part of one",
    "a page holds no more than its limit, whatever number that is",
    (whole) => ({
      list: (view, page) => whole.list(view, { ...page, limit: Math.ceil(page.limit) })
    })
  ),
  broken(
    "gives nothing behind an id that does not begin as the others",
    "what a page of ids begins behind need not begin like them",
    (whole) => ({
      list: (view, page) =>
        view._tag === "Prefix" && page.after?.recordId.startsWith(view.prefix) === false
          ? Effect.succeed([])
          : whole.list(view, page)
    })
  ),
  broken("refuses a moment between two milliseconds", "a moment between two milliseconds disturbs nobody", (whole) => ({
    commit: (changes) =>
      changes.every(({ record }) => Number.isInteger(record.createdAt.epochMilliseconds))
        ? whole.commit(changes)
        : Effect.die(new Error("It is no whole number"))
  })),
  broken("counts a handoff in every status it had", "the tally follows every commit", (whole, image) => {
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
  broken("counts handoffs but not how long they took", "the tally follows every commit", (whole) => ({
    tally: Effect.map(whole.tally, (tally) =>
      Object.fromEntries(Object.entries(tally).filter(([name]) => !name.startsWith("elapsed")))
    )
  })),
  broken(
    "looks for the beginning of an id without regard to case",
    "handoffs are found by the beginning of their id, in the order of their ids",
    (whole) => ({
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
    })
  ),
  broken(
    "gives the position of the last creation as the end of the log",
    "the end of the log is where its last entry stands, and what comes next stands behind it",
    (_, image) => ({
      end: Effect.sync(() =>
        Option.fromUndefinedOr(image.log({ limit: 1e6 }).findLast(({ event }) => event._tag === "Created")?.position)
      )
    })
  ),
  broken("fails on unknown ids", "what is unknown is absent, and no error", (whole) => ({
    get: (id) =>
      Effect.flatMap(whole.get(id), (found) =>
        Option.isNone(found) ? Effect.fail(refused("No such record")) : Effect.succeed(found)
      )
  })),
  broken("dies on unknown ids", "what is unknown is absent, and no error", (whole) => ({
    history: (id) =>
      Effect.map(whole.history(id), (entries) =>
        entries.map((entry) => entry.event)[0] === undefined ? crash() : entries
      )
  })),
  broken(
    "orders the log by the time of its events",
    "what a change says of its time has no say in its place in the log",
    (whole) => ({
      log: ({ limit }) =>
        Effect.map(whole.log({ limit: 10_000 }), (entries) =>
          entries.toSorted((a, b) => a.event.at.epochMilliseconds - b.event.at.epochMilliseconds).slice(0, limit)
        )
    })
  ),
  broken("keeps the log newest first", "the log holds every change, in the order of the commits", (whole) => ({
    log: (page) => Effect.map(whole.log(page), (entries) => entries.toReversed())
  })),
  broken(
    "compares positions as text",
    "a reader that follows the log while many write misses nothing and sees nothing twice",
    (_, image) => ({
      log: ({ limit, after }) =>
        Effect.sync(() =>
          image
            .log({ limit: 1000 })
            .filter(({ position }) => after === undefined || position > after)
            .slice(0, limit)
        )
    })
  ),
  broken(
    "takes a position for a place in the page",
    "the log can be resumed behind every position, in pages of any size",
    (whole, image) => ({
      log: (page) =>
        Effect.map(
          Effect.sync(() => image.log(page)),
          (entries): ReadonlyArray<Entry> =>
            entries.map((entry, index) => ({ ...entry, position: Position.make(String(index + 1)) }))
        ),
      history: (id) => whole.history(id)
    })
  ),
  broken(
    "shows an entry late",
    "a reader that follows the log while many write misses nothing and sees nothing twice",
    (whole, image) => {
      const hidden = new Set<string>()
      let commits = 0
      return {
        commit: (changes) =>
          Effect.gen(function* () {
            yield* whole.commit(changes)
            const position = String(image.lastPosition())
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
  broken("lets others write in between a batch", "the entries of one commit stand together", (whole, image) => ({
    commit: (changes) =>
      Effect.gen(function* () {
        const conflict = image.conflict(changes)
        if (conflict !== undefined) return yield* conflict
        for (const change of changes) {
          yield* whole.commit([change])
          yield* Effect.yieldNow
        }
      })
  })),
  broken(
    "never hints, and reads the log from a stale copy",
    "a follower learns of every change: hints arrive, or asking again heals",
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
  broken("shows the log from now on", "a follower that starts late sees what happened before", (whole, image) => {
    let opened: number | undefined
    return {
      log: (page) =>
        Effect.map(whole.log(page), (entries) => {
          opened ??= image.lastPosition()
          const since = opened
          return entries.filter(({ position }) => Number(position) > since - 1)
        })
    }
  }),
  broken(
    "turns a small number into zero",
    "every kind of JSON comes back as it was",
    rewriting((context) => JSON.parse(JSON.stringify(context).replace("5e-324", "0")))
  ),
  broken(
    "keeps text in Latin-1",
    "text of every script comes back as it was",
    rewriting((context) => JSON.parse(JSON.stringify(context).replaceAll(/[\u0100-\uffff]/g, "?")))
  ),
  broken(
    "normalises text",
    "text of every script comes back as it was",
    rewriting((context) => JSON.parse(JSON.stringify(context).normalize("NFC")))
  ),
  broken(
    "drops keys named __proto__",
    "an own key named __proto__ is kept, and pollutes nothing",
    rewriting((context) =>
      JSON.parse(JSON.stringify(context), (key, value) => (key === "__proto__" ? undefined : value))
    )
  ),
  broken(
    "copies keys named __proto__ into the prototype",
    "an own key named __proto__ is kept, and pollutes nothing",
    rewriting((context) => Object.assign({}, context))
  ),
  broken(
    "cuts a long context",
    "a context of a mebibyte comes back as it was",
    rewriting((context) =>
      Object.fromEntries(
        Object.entries(context).map(([key, value]) => [key, typeof value === "string" ? value.slice(0, 65_535) : value])
      )
    )
  ),
  broken(
    "keeps whole seconds",
    "every part of a request, an event and a response comes back as it was",
    keeping(({ record, event }) => ({
      record: {
        ...record,
        updatedAt: DateTime.makeUnsafe(Math.floor(record.updatedAt.epochMilliseconds / 1000) * 1000)
      },
      event
    }))
  ),
  broken(
    "forgets how a receiver was chosen",
    "every part of a request, an event and a response comes back as it was",
    keeping(({ record, event }) => {
      if (event._tag !== "Created" || event.routing === undefined) return { record, event }
      const { routing: _, ...rest } = event
      return { record, event: rest }
    })
  ),
  broken(
    "forgets what an attempt has learnt",
    "attempts, leases, questions and what was learnt come back as they were",
    keeping(({ record, event }) => {
      if (!("handBack" in record)) return { record, event }
      const { handBack: _, ...rest } = record
      return { record: rest, event }
    })
  ),
  broken(
    "keeps a lease that rests as if it ran",
    "attempts, leases, questions and what was learnt come back as they were",
    keeping(({ record, event }) =>
      record.status === "input_required" && record.lease !== undefined
        ? { record: { ...record, lease: { ...record.lease, until: record.updatedAt } }, event }
        : { record, event }
    )
  ),
  broken(
    "takes upper and lower case for one",
    "names that look alike are different, and long ones are kept",
    (whole, image) => ({
      get: (id) =>
        Effect.sync(() =>
          Option.fromUndefinedOr(
            image
              .list({ _tag: "All" }, { limit: 1000 })
              .find(({ recordId }) => recordId.toLowerCase() === id.toLowerCase())
          )
        ),
      list: (view, page) => whole.list(view, page)
    })
  ),
  brokenAgents("merges what an agent can do", "putting an agent replaces what was known of it", (known, whole) => ({
    put: (agent) =>
      whole.put({
        ...agent,
        capabilities: [...new Set([...(known.get(agent.agentId)?.capabilities ?? []), ...agent.capabilities])]
      })
  })),
  brokenAgents("forgets nobody", "removing an agent forgets it, and is silent when it is unknown", () => ({
    remove: () => Effect.void
  })),
  brokenAgents(
    "fails to remove the unknown",
    "removing an agent forgets it, and is silent when it is unknown",
    (known, whole) => ({
      remove: (id) => (known.has(id) ? whole.remove(id) : Effect.fail(refused("No such agent")))
    })
  ),
  brokenAgents("lists agents as they came", "agents are listed by id, in any script", (known) => ({
    all: Effect.sync(() => [...known.values()])
  })),
  brokenAgents("reads and writes the agents in two steps", "agents that are put at once are all kept", () => {
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
  brokenAgents(
    "knows of capabilities only",
    "capacity, keys and when an agent was last seen come back as they were",
    (_, whole) => ({ put: ({ agentId, capabilities }) => whole.put({ agentId, capabilities }) })
  ),
  brokenAgents(
    "keeps what is not said again",
    "capacity, keys and when an agent was last seen come back as they were",
    (known, whole) => ({ put: (agent) => whole.put({ ...known.get(agent.agentId), ...agent }) })
  ),
  brokenAgents(
    "sorts keys by when they began",
    "capacity, keys and when an agent was last seen come back as they were",
    (_, whole) => ({
      put: ({ keys, ...agent }) =>
        whole.put({
          ...agent,
          ...(keys === undefined
            ? {}
            : { keys: keys.toSorted((a, b) => a.since.epochMilliseconds - b.since.epochMilliseconds) })
        })
    })
  ),
  brokenAgents(
    "takes the last word for the latest",
    "when an agent was last seen never goes back, and says nothing of who is unknown",
    (known) => ({
      seen: (id, at) =>
        Effect.sync(() => {
          const agent = known.get(id)
          if (agent !== undefined) known.set(id, { ...agent, lastSeen: at })
        })
    })
  ),
  brokenAgents(
    "makes up who was seen",
    "when an agent was last seen never goes back, and says nothing of who is unknown",
    (known, whole) => ({
      seen: (id, at) =>
        known.has(id) ? whole.seen(id, at) : whole.put({ agentId: id, capabilities: [], lastSeen: at })
    })
  ),
  brokenAgents(
    "fails to see the unknown",
    "when an agent was last seen never goes back, and says nothing of who is unknown",
    (known, whole) => ({
      seen: (id, at) => (known.has(id) ? whole.seen(id, at) : Effect.fail(refused("No such agent")))
    })
  ),
  brokenAgents(
    "forgets when it was seen who is put",
    "putting an agent keeps when it was last seen, and removing it does not",
    (known) => ({ put: (agent) => Effect.sync(() => void known.set(agent.agentId, agent)) })
  ),
  brokenAgents(
    "remembers when it was seen who was removed",
    "putting an agent keeps when it was last seen, and removing it does not",
    (known, whole) => {
      const moments = new Map<string, DateTime.Utc>()
      return {
        seen: (id, at) =>
          Effect.andThen(
            whole.seen(id, at),
            Effect.sync(() => void (known.has(id) && moments.set(id, at)))
          ),
        put: (agent) => Effect.suspend(() => whole.put(seenAt(agent, moments.get(agent.agentId))))
      }
    }
  ),
  brokenAgents("notes who was seen in two steps", "an agent that is put and seen at once loses neither", (known) => ({
    seen: (id, at) =>
      Effect.gen(function* () {
        const agent = known.get(id)
        yield* Effect.yieldNow
        if (agent !== undefined) known.set(id, seenAt(agent, at))
      })
  })),
  brokenAgents("puts agents in two steps", "an agent that is put and seen at once loses neither", (known) => ({
    put: (agent) =>
      Effect.gen(function* () {
        const before = known.get(agent.agentId)
        yield* Effect.yieldNow
        known.set(agent.agentId, seenAt(agent, before?.lastSeen))
      })
  }))
]

const crash = (): never => {
  throw new TypeError("Cannot read properties of undefined")
}

/** What a store that outlives its scope keeps, and how it is opened: each entry forgets something else. */
const reopened = (
  before: (image: StoreImage.StoreImage, known: Map<string, RegisteredAgent>) => StoreImage.StoreImage
) => {
  let image = StoreImage.make()
  const known = new Map<string, RegisteredAgent>()
  return Layer.effectContext(
    Effect.sync(() => {
      image = before(image, known)
      return Context.make(HandoffStore, handoffsOf(image)).pipe(Context.add(AgentStore, agentsOf(known)))
    })
  )
}

/** Reads an image into a new one, change by change, as a durable store does when it opens. */
const reread = (image: StoreImage.StoreImage, rewrite: (entries: ReadonlyArray<Change>) => ReadonlyArray<Change>) => {
  const next = StoreImage.make()
  const changes = image.log({ limit: 10_000 }).flatMap(({ recordId, event, revision }) => {
    const record = image.get(recordId)
    return record === undefined
      ? []
      : [{ record: record.revision === revision ? record : { ...record, revision }, event }]
  })
  next.put(rewrite(changes))
  return next
}

/** A store that keeps everything; as a function, because every law begins with a store of its own. */
export const soundReopened = () => reopened((image) => image)

export const brokenReopened: ReadonlyArray<{
  readonly fault: string
  readonly breaks: string
  readonly open: () => Layer.Layer<HandoffStore | AgentStore>
}> = [
  {
    fault: "loses the last commit",
    breaks: "states, histories and the tally are there after reopening",
    open: () => reopened((image) => reread(image, (changes) => changes.slice(0, -1)))
  },
  {
    fault: "numbers the log anew",
    breaks: "positions of the log are good after reopening, and the log goes on",
    open: () =>
      reopened((image) => {
        const next = StoreImage.make()
        const changes = image.log({ limit: 10_000 }).flatMap(({ recordId, event }) => {
          const record = image.get(recordId)
          return record === undefined ? [] : [{ record, event }]
        })
        next.put(changes, image.lastPosition() + 1)
        return next
      })
  },
  {
    fault: "forgets what has ended",
    breaks: "views are in order and pages go on after reopening",
    open: () =>
      reopened((image) => reread(image, (changes) => changes.filter(({ record }) => record.status !== "rejected")))
  },
  {
    fault: "forgets everything",
    breaks: "a revision that was lost before reopening is lost after it",
    open: () => reopened(() => StoreImage.make())
  },
  {
    fault: "forgets the agents",
    breaks: "agents are there after reopening, and those removed are not",
    open: () =>
      reopened((image, known) => {
        known.clear()
        return image
      })
  },
  {
    fault: "forgets when agents were last seen",
    breaks: "agents are there after reopening, and those removed are not",
    open: () =>
      reopened((image, known) => {
        for (const [id, { lastSeen: _, ...agent }] of known) known.set(id, agent)
        return image
      })
  }
]
