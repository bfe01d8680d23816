/** Chooses entries of the log by handoff, chain, agent or event. Loaded when `changes` first has a condition. */
import {
  type AgentId,
  type HandoffEvent,
  holdersOf,
  type InvalidPosition,
  type RecordId,
  type StoreError
} from "@aumai/handoff-protocol"
import { isReadonlyArrayNonEmpty } from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import type { Entry, HandoffStore } from "../store/HandoffStore.ts"
import { isBefore } from "../store/Positions.ts"
import { type ChainLink, chainOf } from "./Chain.ts"
import { type ChangesOptions, follow, type Range, type Read, type Where, within } from "./Changes.ts"
import { readAtOnce } from "./Parts.ts"

type Store = HandoffStore["Service"]

/** Keeps the chosen entries of a page. */
type Keep = (page: ReadonlyArray<Entry>) => Effect.Effect<ReadonlyArray<Entry>, StoreError>

/** Reads the history of one handoff instead of the log: its revision tells whether there is anything new. */
const readHistory =
  (id: RecordId) =>
  (store: Store, range: Range): Effect.Effect<Read, InvalidPosition | StoreError> => {
    const { after } = range
    let isChecked = after === undefined
    let revision = 0
    return Effect.gen(function* () {
      // The store refuses a position that the log does not have.
      if (!isChecked && after !== undefined) yield* store.log({ limit: 1, after })
      isChecked = true
      const isLast = range.until !== undefined
      const found = yield* store.get(id)
      if (Option.isNone(found) || found.value.revision === revision) return { entries: [], isLast }
      const history = yield* store.history(id)
      const entries = within(history, range).filter(
        ({ position, revision: its }) => its > revision && (after === undefined || isBefore(after, position))
      )
      revision = history.at(-1)?.revision ?? revision
      return { entries, isLast }
    })
  }

/** Keeps entries of handoffs that an agent sent, has or has had, and those that it recorded. */
const byAgent =
  (store: Store, agent: AgentId): Keep =>
  (page) => {
    const unknown = new Set(page.filter(({ event }) => event.by !== agent).map(({ recordId }) => recordId))
    return Effect.map(
      Effect.forEach(unknown, (id) => store.get(id), { concurrency: readAtOnce }),
      (found) => {
        const others = new Set(
          found.flatMap((one) =>
            Option.isSome(one) && !holdersOf(one.value).includes(agent) ? one.value.recordId : []
          )
        )
        return page.filter(({ event, recordId }) => event.by === agent || !others.has(recordId))
      }
    )
  }

/** The ids of a link and of all parts that were delegated below it. */
const idsBelow = (top: ChainLink): Set<RecordId> => {
  const links = [top]
  for (const { parts } of links) links.push(...parts.filter(({ isDelegated }) => isDelegated))
  return new Set(links.map(({ record }) => record.recordId))
}

/** The members of the chain of a handoff: it is the top of a chain if it only names its parent. */
const membersOf = (root: ChainLink, id: RecordId): Set<RecordId> => {
  const all = [root]
  for (const link of all) all.push(...link.parts)
  const wholes = all.filter((link) => link === root || !link.isDelegated).map(idsBelow)
  return wholes.find((ids) => ids.has(id)) ?? new Set([id])
}

const parentOf = (event: HandoffEvent): RecordId | undefined =>
  event._tag === "Created" ? event.request.parent : event._tag === "Imported" ? event.record.request.parent : undefined

/** Keeps entries of the chain of a handoff, with those of parts that are delegated meanwhile. */
const byChain = (store: Store, id: RecordId): Keep => {
  let members: Set<RecordId> | undefined
  return Effect.fnUntraced(function* (page) {
    if (members === undefined) {
      const found = yield* store.get(id)
      members = Option.isNone(found) ? new Set([id]) : membersOf((yield* chainOf(store, found.value)).root, id)
    }
    const kept: Array<Entry> = []
    // Read once for each page and parent, because any agent can name any parent.
    const given = new Map<RecordId, ReadonlySet<RecordId>>()
    for (const entry of page) {
      const parent = parentOf(entry.event)
      if (parent !== undefined && members.has(parent) && !members.has(entry.recordId)) {
        let parts = given.get(parent)
        if (parts === undefined) {
          const history = yield* store.history(parent)
          parts = new Set(history.flatMap(({ event }) => (event._tag === "Delegated" ? event.child : [])))
          given.set(parent, parts)
        }
        if (parts.has(entry.recordId)) members.add(entry.recordId)
      }
      if (members.has(entry.recordId)) kept.push(entry)
    }
    return kept
  })
}

const byEvents = (events: ReadonlyArray<HandoffEvent["_tag"]>): Keep => {
  const wanted = new Set(events)
  return (page) => Effect.succeed(page.filter(({ event }) => wanted.has(event._tag)))
}

/** The conditions that are judged entry by entry, the cheapest first. */
const keepsOf = (store: Store, { agent, chain, events }: Where): ReadonlyArray<Keep> => [
  // First, because it must see every entry that delegates.
  ...(chain === undefined ? [] : [byChain(store, chain)]),
  ...(events === undefined ? [] : [byEvents(events)]),
  ...(agent === undefined ? [] : [byAgent(store, agent)])
]

/** Streams the entries of a part of the log for which every condition holds. */
export const followWhere = (
  store: Store,
  options: ChangesOptions,
  where: Where
): Stream.Stream<Entry, InvalidPosition | StoreError> => {
  const { handoff } = where
  const keeps = keepsOf(store, where)
  const pages = follow(store, options, "2 seconds", handoff === undefined ? undefined : readHistory(handoff))
  return Stream.transformPull(pages, (pull) =>
    Effect.succeed(
      Effect.gen(function* () {
        while (true) {
          let page: ReadonlyArray<Entry> = yield* pull
          for (const keep of keeps) page = page.length === 0 ? page : yield* keep(page)
          if (isReadonlyArrayNonEmpty(page)) return [...page]
        }
      })
    )
  )
}
