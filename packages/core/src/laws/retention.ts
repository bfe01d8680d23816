import { AgentId, erased, type RecordId, replay, RevisionConflict, StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import { entryLeaf } from "../engine/LeafHash.ts"
import type { ArchiveFile } from "../retention/ArchiveFile.ts"
import { archive } from "../retention/Archiving.ts"
import { purge } from "../retention/Purging.ts"
import { verifyRetained } from "../retention/Retained.ts"
import { AgentStore } from "../store/AgentStore.ts"
import { type Entry, HandoffStore } from "../store/HandoffStore.ts"
import type { RemovedRun, Retention } from "../store/Retention.ts"
import { checkpoint, holds } from "../verification/Checkpoint.ts"
import {
  begin,
  drawOwn,
  expect,
  facts,
  factsOf,
  held,
  law,
  type Law,
  life,
  logAfter,
  mark,
  same,
  second,
  step,
  tallied,
  whole
} from "./kit.ts"

// In seconds of the laws: in January 1970, so that an archive of a store in use has only what laws wrote.
const longAgo = -1_789_000_000
const before = second(longAgo + 500_000)

const runsOf = (entries: ReadonlyArray<Entry>): ReadonlyArray<RemovedRun> =>
  entries.map((entry) => ({ first: entry.position, last: entry.position, level: 0, hash: entryLeaf(entry) }))

/** The retention of the store; a store without one has nothing to keep. */
const retained = Effect.flatMap(HandoffStore, ({ retention }) => retention ?? Effect.undefined)

/** The log has an operator's key, which a law does not have, and without which nothing is archived or purged. */
const isOperated = Effect.gen(function* () {
  const { log } = yield* (yield* HandoffStore).origin
  const event = (yield* (yield* AgentStore).keys).get(log)?.[0]?.event
  return event?._tag === "Founded" && event.operator !== undefined
})

/** The runs of removed entries at these positions. */
const runsAt = (retention: Retention, entries: ReadonlyArray<Entry>) =>
  Effect.gen(function* () {
    const wanted = new Set(entries.map(({ position }) => position))
    const found: Array<RemovedRun> = []
    let after: RemovedRun["first"] | undefined
    while (true) {
      const page: ReadonlyArray<RemovedRun> = yield* retention.removed({ limit: 3, ...(after && { after }) })
      found.push(...page.filter(({ first }) => wanted.has(first)))
      after = page.at(-1)?.first
      if (page.length < 3) return found
    }
  })

/** The steps at which a law interrupts archiving, each before or after its effect. */
const faults = ["write", "read", "flush", "rewrite", "reclaim"] as const
type Fault = (typeof faults)[number]

/** A file in memory that, like one on a disk, has its name only once all of it is written. */
const fileInMemory = (name: string, fail: (step: Fault) => void) => {
  let text: string | undefined
  const file: ArchiveFile = {
    name,
    read: async () => {
      fail("read")
      const now = text
      return now === undefined
        ? undefined
        : (async function* () {
            yield now.slice(0, 7)
            yield now.slice(7)
          })()
    },
    write: async (pieces) => {
      fail("write")
      let written = ""
      for await (const piece of pieces) written += piece
      text = written
    },
    flush: async () => fail("flush")
  }
  return { file, has: (id: RecordId) => text?.includes(`{"record_id":"${id}"`) ?? false }
}

const interrupted = new StoreError({ operation: "law", reason: "unavailable", detail: "Interrupted by a law" })

/** The laws of archiving and purging. A store without retention keeps them. */
export const retention: ReadonlyArray<Law> = [
  law("a removed handoff leaves its leaves, positions stay valid, and it can be put back", function* () {
    const store = yield* HandoffStore
    const retention = yield* retained
    if (retention === undefined) return
    const own = yield* drawOwn
    const start = yield* mark(own)
    const sums = yield* tallied
    const changes = [
      ...life(own.id("a"), ["Accepted", "Completed"]),
      begin(own.id("b")),
      ...life(own.id("c"), ["Rejected"]),
      begin(own.id("z"))
    ]
    const stays = new Set([own.id("b"), own.id("z")])
    for (const change of changes) yield* store.commit([change])
    const entries = yield* logAfter(own, start)
    const counted = yield* tallied
    const seen = yield* checkpoint
    const gone = entries.filter(({ recordId }) => !stays.has(recordId))
    const [a, c] = [yield* held(own.id("a")), yield* held(own.id("c"))]
    const records = [a, c].flatMap(({ record }) => Option.toArray(record))
    yield* retention.rewrite({ drop: records, leave: runsOf(gone) })
    for (const name of ["a", "c"]) {
      yield* same("a removed record", yield* store.get(own.id(name)), Option.none())
      yield* same("the history of a removed record", yield* store.history(own.id(name)), [])
    }
    yield* same(
      "the records that stay",
      (yield* whole(own, { _tag: "All" })).map(({ recordId }) => recordId),
      [own.id("b"), own.id("mark"), own.id("z")]
    )
    yield* same("the sums", yield* tallied, { ...sums, pending: (sums["pending"] ?? 0) + 2 })
    const left = entries.filter(({ recordId }) => stays.has(recordId))
    for (const [index, { position }] of entries.entries()) {
      const after = entries.slice(index + 1).filter(({ recordId }) => stays.has(recordId))
      yield* same("the log after a removed position", yield* logAfter(own, position), after)
    }
    yield* same("the runs of the removed entries", yield* runsAt(retention, gone), runsOf(gone))
    yield* same("an earlier checkpoint", (yield* holds(seen)).outcome, "holds")
    const next = begin(own.id("d"))
    yield* store.commit([next])
    yield* same("the log without them", facts(yield* logAfter(own, start)), [...facts(left), ...factsOf([next])])

    yield* retention.rewrite({
      put: records.map((record) => ({
        record,
        base: 0,
        entries: entries.filter(({ recordId }) => recordId === record.recordId)
      })),
      retract: gone.map(({ position }) => position)
    })
    yield* same("a record that was put back", yield* held(own.id("a")), a)
    yield* same("the log with them", (yield* logAfter(own, start)).slice(0, entries.length), entries)
    yield* same("the runs of entries that came back", yield* runsAt(retention, gone), [])
    yield* same("the sums with them", yield* tallied, { ...counted, pending: (counted["pending"] ?? 0) + 1 })
    yield* same("an earlier checkpoint after that", (yield* holds(seen)).outcome, "holds")
  }),

  law("a rewrite of a handoff that changed is refused, and changes nothing", function* () {
    const store = yield* HandoffStore
    const retention = yield* retained
    if (retention === undefined) return
    const own = yield* drawOwn
    const start = yield* mark(own)
    const [first, second] = [begin(own.id("a")), begin(own.id("b"))]
    yield* store.commit([first, second])
    yield* store.commit([step(second.record, "Rejected")])
    const entries = yield* logAfter(own, start)
    const stale = { drop: [first.record, second.record], leave: runsOf(entries.slice(0, 2)) }
    const conflict = yield* Effect.match(retention.rewrite(stale), {
      onSuccess: () => "success",
      onFailure: (error) => (error instanceof RevisionConflict ? error.recordId : error.message)
    })
    yield* same("the outcome of a stale rewrite", conflict, own.id("b"))
    yield* same("the log", yield* logAfter(own, start), entries)
    yield* same("the runs", yield* runsAt(retention, entries), [])
    const again = { record: first.record, entries: entries.slice(0, 1), base: 0 }
    yield* expect(
      Result.isFailure(yield* Effect.result(retention.rewrite({ put: [again] }))),
      "Expected putting back a handoff that the store has to be refused"
    )
  }),

  law("an erased handoff keeps its positions, digests and sums", function* () {
    const store = yield* HandoffStore
    const retention = yield* retained
    if (retention === undefined) return
    const own = yield* drawOwn
    const start = yield* mark(own)
    for (const change of life(own.id("a"), ["Accepted", "Completed"])) yield* store.commit([change])
    const [entries, sums, seen] = [yield* logAfter(own, start), yield* tallied, yield* checkpoint]
    const left = entries.map((entry) => ({ ...entry, event: erased(entry.event) }))
    const record = Result.getOrThrow(
      replay(
        own.id("a"),
        left.map(({ event }) => event)
      )
    )
    yield* retention.rewrite({ put: [{ record, entries: left, base: record.revision }] })
    yield* same("the erased log", yield* logAfter(own, start), left)
    yield* same("the erased record", yield* store.get(own.id("a")), Option.some(record))
    yield* same("the sums", yield* tallied, sums)
    yield* same("an earlier checkpoint", (yield* holds(seen)).outcome, "holds")
  }),

  law("archiving that is interrupted at any step loses nothing, and is completed by repeating it", function* () {
    const store = yield* HandoffStore
    const retention = yield* retained
    if (retention === undefined || (yield* isOperated)) return
    const own = yield* drawOwn
    for (const fault of faults) {
      const ids = ["a", "b"].map((name) => own.id(`${fault}.${name}`))
      for (const id of ids) yield* store.commit(life(id, ["Accepted", "Completed"], { at: longAgo }))
      let isFailing = true
      const fail = (step: Fault) => {
        if (isFailing && step === fault) throw new Error("Interrupted by a law")
      }
      const { file, has } = fileInMemory(`${fault}.json`, fail)
      const failing = <A, E>(step: Fault, effect: Effect.Effect<A, E>): Effect.Effect<A, E | StoreError> =>
        Effect.suspend((): Effect.Effect<A, E | StoreError> =>
          isFailing && step === fault ? Effect.fail(interrupted) : effect
        )
      const faulty = {
        ...store,
        retention: Effect.succeed({
          ...retention,
          // One handoff in each rewrite, of which the second fails.
          batch: 1,
          rewrite: (rewrite: Parameters<Retention["rewrite"]>[0]) =>
            rewrite.drop?.[0]?.recordId === ids[0]
              ? retention.rewrite(rewrite)
              : failing("rewrite", retention.rewrite(rewrite)),
          reclaim: failing("reclaim", retention.reclaim)
        })
      }
      const archiving = archive({ before, file }).pipe(Effect.provideService(HandoffStore, faulty))
      const outcome = yield* Effect.result(archiving)
      yield* expect(Result.isFailure(outcome), `Expected a fault of ${fault} to fail the archive`)
      for (const id of ids) {
        const isHeld = Option.isSome(yield* store.get(id))
        yield* expect(isHeld || has(id), `Expected ${id} in the store or in the archive after a fault of ${fault}`)
        yield* expect(
          isHeld || (fault !== "write" && fault !== "read" && fault !== "flush"),
          `Expected ${id} to stay until the archive was flushed and checked`
        )
      }
      isFailing = false
      if (fault !== "reclaim") yield* archiving
      for (const id of ids) {
        yield* same("a record after the archive was completed", yield* store.get(id), Option.none())
        yield* expect(has(id), `Expected ${id} in the archive`)
      }
      yield* same("what left the store", (yield* verifyRetained([file])).faults, [])
    }
  }),

  law("purging erases the texts of handoffs that have ended, and of no others", function* () {
    const store = yield* HandoffStore
    if (store.retention === undefined || (yield* isOperated)) return
    const own = yield* drawOwn
    const by = AgentId.make("operator")
    const open = begin(own.id("open"))
    yield* store.commit([open])
    yield* store.commit(life(own.id("a"), ["Accepted", "Completed"]))
    const seen = yield* checkpoint
    const refusal = yield* Effect.match(purge({ handoffs: [own.id("a"), own.id("open")], by }), {
      onSuccess: () => "success",
      onFailure: ({ _tag }) => _tag
    })
    yield* same("the outcome of a purge with an open handoff", refusal, "InvalidTransition")
    yield* expect(
      JSON.stringify(yield* store.history(own.id("a"))).includes("Keep the law"),
      "Expected a refused purge to erase nothing"
    )
    yield* same("the purged handoffs", (yield* Effect.orDie(purge({ handoffs: [own.id("a")], by }))).purged, [
      own.id("a")
    ])
    const { events, record } = yield* held(own.id("a"))
    yield* expect(!JSON.stringify({ events, record }).includes("Keep the law"), "Expected no text after a purge")
    yield* same(
      "the status after a purge",
      Option.map(record, ({ status }) => status),
      Option.some("completed")
    )
    yield* same("an open handoff", yield* store.get(own.id("open")), Option.some(open.record))
    yield* same("an earlier checkpoint", (yield* holds(seen)).outcome, "holds")
    const again = yield* Effect.orDie(purge({ handoffs: [own.id("a")], by }))
    yield* same("a second purge", again, { purged: [], unchanged: [own.id("a")] })
  })
]
