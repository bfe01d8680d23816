import { Capability, HandoffStatus, PublicKey } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { AgentStore } from "../store/AgentStore.ts"
import { DocumentStore } from "../store/DocumentStore.ts"
import { HandoffStore, type Position, type View } from "../store/HandoffStore.ts"
import {
  begin,
  drawOwn,
  enforce,
  expect,
  facts,
  factsOf,
  held,
  type LawBroken,
  type LawFailure,
  life,
  logAfter,
  loses,
  mark,
  names,
  same,
  second,
  step,
  tallied,
  whole
} from "./kit.ts"

/** A promise of stores that outlive their scope. */
export interface ReopeningLaw {
  readonly name: string
  /** `open` must open the same store each time. The law opens it several times in sequence, each in a new scope. */
  readonly check: <E>(open: Layer.Layer<HandoffStore | AgentStore | DocumentStore, E>) => Effect.Effect<void, LawBroken>
}

/** Opens the store, runs one part of a law, and closes it. */
type Session = <A, E>(
  part: Effect.Effect<A, E, HandoffStore | AgentStore | DocumentStore>
) => Effect.Effect<A, E | LawFailure>

const reopeningLaw = (
  name: string,
  body: (session: Session) => Generator<Effect.Effect<unknown, LawFailure>, void, never>
): ReopeningLaw => ({
  name,
  check: (open) => {
    // Fresh, because a layer that is provided twice would otherwise be built once.
    const session = <A, E>(part: Effect.Effect<A, E, HandoffStore | AgentStore | DocumentStore>) =>
      Effect.provide(part, Layer.fresh(open), { local: true })
    // The cast is safe because `enforce` reports every failure, including those of opening.
    return enforce(
      name,
      Effect.gen(() => body(session as Session))
    )
  }
})

/** The laws of stores that outlive their scope: commits survive reopening. The memory store breaks all of them. */
export const reopening: ReadonlyArray<ReopeningLaw> = [
  reopeningLaw("states, histories and the tally survive reopening", function* (session) {
    const own = yield* drawOwn
    const a = life(own.id("a"), ["Accepted", "Started", "Completed"])
    const b = begin(own.id("b"), { context: { text: "Übergabe 引き渡し 👍" }, due: 90 })
    const before = yield* session(
      Effect.gen(function* () {
        const store = yield* HandoffStore
        for (const change of a) yield* store.commit([change])
        yield* store.commit([b])
        yield* loses("a second creation", [begin(own.id("b"), { priority: 9 })])
        return yield* tallied
      })
    )
    const after = yield* session(
      Effect.gen(function* () {
        return { a: yield* held(own.id("a")), b: yield* held(own.id("b")), tally: yield* tallied }
      })
    )
    yield* same("the first handoff", after.a, {
      record: Option.some(a[3]?.record),
      events: a.map(({ event }) => event),
      revisions: [1, 2, 3, 4]
    })
    yield* same("the second handoff", after.b, { record: Option.some(b.record), events: [b.event], revisions: [1] })
    yield* same("the tally", after.tally, before)
  }),

  reopeningLaw("positions of the log stay valid after reopening, and the log continues", function* (session) {
    const own = yield* drawOwn
    const [created, accepted, started] = life(own.id("a"), ["Accepted", "Started"])
    // Cannot happen: a life of two steps has three changes.
    if (accepted === undefined || started === undefined) return
    const commit = (change: typeof created) => Effect.flatMap(HandoffStore, (store) => store.commit([change]))
    const start: Position = yield* session(mark(own))
    yield* session(commit(created))
    const first = yield* session(logAfter(own, start))
    yield* session(commit(accepted))
    yield* session(commit(started))
    const entries = yield* session(logAfter(own, start))
    yield* same("the log", facts(entries), factsOf([created, accepted, started]))
    yield* same("the entry seen before", entries.slice(0, 1), first)
    const [seen] = first
    if (seen !== undefined) {
      yield* same("the log after it", yield* session(logAfter(own, seen.position)), entries.slice(1))
    }
    yield* same("the number of positions", new Set(entries.map(({ position }) => position)).size, 3)
    const end = yield* session(Effect.flatMap(HandoffStore, (store) => store.end))
    yield* same("the end of the log", end, Option.fromUndefinedOr(entries.at(-1)?.position))
  }),

  reopeningLaw("views keep their order and pages can be resumed after reopening", function* (session) {
    const own = yield* drawOwn
    const [from, to, parent] = [own.agent("from"), own.agent("to"), own.id("parent")]
    const changes = Array.from({ length: 6 }, (_, n) =>
      begin(own.id(`r${n}`), { from, to, parent, at: n % 3, priority: 3 + (n % 2), due: 50 - n })
    )
    const views: ReadonlyArray<View> = [
      { _tag: "All" },
      ...HandoffStatus.literals.map((status) => ({ _tag: "Status", status }) as const),
      { _tag: "Inbox", agent: to, status: "pending" },
      { _tag: "Inbox", agent: to, status: "rejected" },
      { _tag: "Sent", agent: from },
      { _tag: "Children", parent },
      { _tag: "Due", at: second(60) },
      { _tag: "Prefix", prefix: own.id("r") }
    ]
    const read = Effect.forEach(views, (view) => Effect.map(whole(own, view, 4), names))
    const before = yield* session(
      Effect.gen(function* () {
        const store = yield* HandoffStore
        for (const change of changes) yield* store.commit([change])
        for (const { record } of changes.slice(0, 2)) yield* store.commit([step(record, "Rejected")])
        return yield* read
      })
    )
    yield* same("the views", yield* session(read), before)
  }),

  reopeningLaw("a revision that conflicts before reopening conflicts after it", function* (session) {
    const own = yield* drawOwn
    const created = begin(own.id("a"))
    const accepted = step(created.record, "Accepted")
    yield* session(Effect.flatMap(HandoffStore, (store) => store.commit([created, accepted])))
    yield* session(loses("a late rejection", [step(created.record, "Rejected")]))
    yield* session(Effect.flatMap(HandoffStore, (store) => store.commit([step(accepted.record, "Started")])))
    yield* same("the revisions", (yield* session(held(own.id("a")))).revisions, [1, 2, 3])
  }),

  reopeningLaw("agents survive reopening, and removed ones do not return", function* (session) {
    const own = yield* drawOwn
    const [a, b] = [own.agent("a"), own.agent("b")]
    const capabilities = [Capability.make("analyze"), Capability.make("可視化")]
    const keys = [{ publicKey: PublicKey.make("k".repeat(43)), since: second(1) }]
    yield* session(
      Effect.gen(function* () {
        const agents = yield* AgentStore
        yield* agents.put({ agentId: a, capabilities: [] })
        yield* agents.put({ agentId: a, capabilities, capacity: 5, keys })
        yield* agents.seen([a], second(2))
        yield* agents.put({ agentId: b, capabilities })
        yield* agents.remove(b)
      })
    )
    const all = yield* session(Effect.flatMap(AgentStore, (agents) => agents.all))
    yield* same(
      "the agents",
      all.filter(({ agentId }) => own.has(agentId)),
      [{ agentId: a, capabilities, capacity: 5, keys, lastSeen: second(2) }]
    )
  }),

  reopeningLaw("documents survive reopening, and their versions do not return", function* (session) {
    const own = yield* drawOwn
    const kind = own.id("kind")
    const put = (key: string, version: number) =>
      DocumentStore.use((documents) => documents.put({ kind, key, version, body: { key, text: "引き渡し" } }))
    const first = yield* session(put("a", 0))
    const second = yield* session(put("b", 0))
    yield* session(DocumentStore.use(({ remove }) => remove(kind, "b", second)))
    const third = yield* session(put("b", 0))
    yield* expect(third > second, "Expected a version that no earlier document of the key had")
    yield* same("the documents", yield* session(DocumentStore.use(({ list }) => list(kind, { limit: 10 }))), [
      { key: "a", version: first, body: { key: "a", text: "引き渡し" } },
      { key: "b", version: third, body: { key: "b", text: "引き渡し" } }
    ])
    yield* session(put("a", first))
  })
]
