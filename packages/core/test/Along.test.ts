import {
  advance,
  AgentId,
  type ArchivedHandoff,
  begin,
  encodeArchived,
  HandoffRequest,
  RecordId,
  type Transition
} from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

import { openBox } from "../../testing/src/openBox.ts"
import { HandoffManager } from "../src/engine/HandoffManager.ts"
import type { AgentStore } from "../src/store/AgentStore.ts"
import { type Change, HandoffStore } from "../src/store/HandoffStore.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"
import { archiveEndings, knownKeys, proveArchive, verifyAll } from "../src/verification/Verification.ts"
import { ask, later, start, test } from "./managing.ts"

const elsewhere = HandoffManager.layer.pipe(Layer.provideMerge(Layer.merge(MemoryStore.layer, openBox)))

const inAnotherStore = <A, E>(effect: Effect.Effect<A, E, HandoffManager | HandoffStore | AgentStore>) =>
  Effect.provide(effect, Layer.fresh(elsewhere), { local: true })

const imported = (handoffs: ReadonlyArray<ArchivedHandoff>) =>
  Effect.map(
    HandoffManager.use((manager) => Stream.runCollect(manager.import(Stream.fromIterable(handoffs)))),
    (reports) => new Map(reports.map((report) => [report.recordId, report]))
  )

/** The handoffs of a store that do not hold or are unproven, by id. */
const doubtful = Effect.map(Stream.runCollect(verifyAll), (all) =>
  Object.fromEntries(
    all.flatMap(({ flaw, recordId, unproven }) =>
      (flaw ?? unproven) === undefined ? [] : [[recordId, flaw === undefined ? "unproven" : flaw.revision]]
    )
  )
)

/** The same of an archive. */
const doubtfulIn = Effect.fnUntraced(function* (handoffs: ReadonlyArray<ArchivedHandoff>) {
  const endings = archiveEndings()
  const alone = yield* Effect.forEach(handoffs, (one) =>
    proveArchive("archive", encodeArchived(one), knownKeys([]), endings)
  )
  const all = yield* Effect.forEach(alone, endings.judged)
  return Object.fromEntries(
    all.flatMap(({ flaw, recordId, unproven }) =>
      (flaw ?? unproven) === undefined ? [] : [[recordId, flaw === undefined ? "unproven" : flaw.revision]]
    )
  )
})

const permutations = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  all.length < 2
    ? [all]
    : all.flatMap((one, index) => permutations(all.toSpliced(index, 1)).map((rest) => [one, ...rest]))

/** A whole with a part, a part of that, and one below a part that was completed; then the whole is cancelled. */
const cancelledTree = Effect.gen(function* () {
  const manager = yield* HandoffManager
  const part = { taskDescription: "A part" }
  yield* manager.create(ask, { id: "whole" })
  yield* manager.accept(RecordId.make("whole"))
  for (const [id, parent, agent] of [
    ["part", "whole", "clerk"],
    ["below", "part", "scribe"],
    ["done", "whole", "auditor"],
    ["left", "done", "typist"]
  ] as const) {
    yield* manager.delegate(RecordId.make(parent), { ...part, toAgent: agent }, { id })
    if (id !== "below" && id !== "left") yield* manager.accept(RecordId.make(id))
  }
  yield* manager.complete(RecordId.make("done"), { leavesChildren: true })
  yield* manager.cancel(RecordId.make("whole"))
  return yield* Stream.runCollect(manager.export)
})

const withoutWhole = (all: ReadonlyArray<ArchivedHandoff>) => {
  const isWhole = ({ record }: ArchivedHandoff) => record.recordId === "whole"
  return [all.filter((one) => !isWhole(one)), all.filter(isWhole)] as const
}

/** A handoff, made of its events. */
const made = (id: string, parent: string | undefined, ...events: ReadonlyArray<Transition>) => {
  const recordId = RecordId.make(id)
  const request = HandoffRequest.make({
    fromAgent: sender,
    toAgent: AgentId.make("receiver"),
    taskDescription: "A part",
    ...(parent === undefined ? {} : { parent: RecordId.make(parent) })
  })
  const first: Change = begin(recordId, { _tag: "Created", at: start, by: sender, request })
  const changes = [first]
  for (const event of events) changes.push(Result.getOrThrow(advance(changes.at(-1)?.record ?? first.record, event)))
  return changes
}

const archived = (changes: ReadonlyArray<Change>): ArchivedHandoff => {
  const record = changes.at(-1)?.record
  if (record === undefined) throw new Error("A handoff has an entry")
  return { record, history: changes.map(({ event }) => event) }
}

const [sender, stranger, receiver] = [AgentId.make("sender"), AgentId.make("stranger"), AgentId.make("receiver")]
const cancelled = (along?: string, by = sender, at = 10): Transition => ({
  _tag: "Cancelled",
  at: later(at),
  by,
  ...(along === undefined ? {} : { along: RecordId.make(along) })
})
const accepted: Transition = { _tag: "Accepted", at: later(5), by: receiver }
const completed: Transition = { _tag: "Completed", at: later(6), by: receiver, result: {} }

/** Handoffs of which the first claims to have been cancelled along, and does not hold; and those that fall with it. */
const forgeries: Readonly<
  Record<string, { readonly all: ReadonlyArray<ReadonlyArray<Change>>; readonly doubt: Record<string, unknown> }>
> = {
  "the whole is open": { all: [made("c", "p", cancelled("p", stranger)), made("p", undefined)], doubt: { c: 2 } },
  "the whole is missing": { all: [made("c", "p", cancelled("p", stranger))], doubt: { c: "unproven" } },
  "the whole was completed": {
    all: [made("c", "p", cancelled("p", stranger)), made("p", undefined, accepted, completed)],
    doubt: { c: 2 }
  },
  "the whole was cancelled by another agent": {
    all: [made("c", "p", cancelled("p", stranger)), made("p", undefined, cancelled())],
    doubt: { c: 2 }
  },
  "the whole was cancelled at another moment": {
    all: [made("c", "p", cancelled("p")), made("p", undefined, cancelled(undefined, sender, 11))],
    doubt: { c: 2 }
  },
  "the whole was cancelled by another program at another moment": {
    all: [
      made("c", "p", cancelled("p")),
      made("p", undefined, { ...cancelled(undefined, sender, 11), via: "foreign" })
    ],
    doubt: { c: 2 }
  },
  "the whole is not its parent": {
    all: [made("c", "p", cancelled("q")), made("p", undefined, cancelled()), made("q", undefined, cancelled())],
    doubt: { c: 2 }
  },
  "the whole of its whole is open": {
    all: [
      made("c", "p", cancelled("p", stranger)),
      made("p", "q", cancelled("q", stranger)),
      made("q", undefined, accepted)
    ],
    doubt: { c: 2, p: 2 }
  },
  "the whole of its whole is missing": {
    all: [made("c", "p", cancelled("p", stranger)), made("p", "q", cancelled("q", stranger))],
    doubt: { c: "unproven", p: "unproven" }
  },
  "the whole above a completed one is open": {
    all: [made("c", "p", cancelled("p", stranger)), made("p", "q", accepted, completed), made("q", undefined)],
    doubt: { c: 2 }
  },
  "the one between it and the cancelled whole is open": {
    all: [made("c", "p", cancelled("p")), made("p", "q", accepted), made("q", undefined, cancelled())],
    doubt: { c: 2 }
  },
  "the two form a circle": {
    all: [made("c", "p", cancelled("p", stranger)), made("p", "c", cancelled("c", stranger))],
    doubt: { c: 2, p: 2 }
  },
  "it is its own whole": { all: [made("c", "c", cancelled("c", stranger))], doubt: { c: 2 } }
}

describe("a part cancelled along with its whole", () => {
  test("holds at every depth, below completed parts, too", function* () {
    const exported = yield* cancelledTree
    assert.deepStrictEqual(yield* doubtful, {})
    assert.deepStrictEqual(
      exported.filter(({ history }) => history.some((event) => "along" in event)).map(({ record }) => record.recordId),
      ["below", "left", "part"] as never
    )
  })

  test("holds in any order of an archive, and is imported in any order", function* () {
    for (const order of permutations(yield* cancelledTree)) {
      assert.deepStrictEqual(yield* doubtfulIn(order), {})
      const [outcomes, doubt] = yield* inAnotherStore(Effect.all([imported(order), doubtful]))
      assert.deepStrictEqual(
        [...outcomes.values()].map(({ outcome }) => outcome).join(),
        "added,added,added,added,added"
      )
      assert.deepStrictEqual(doubt, {})
    }
  })

  test("is imported from an archive of many batches that has the whole last", function* () {
    const [parts, whole] = withoutWhole(yield* cancelledTree)
    const others = Array.from({ length: 600 }, (_, n) => archived(made(`other-${n}`, undefined)))
    const order = [...parts, ...others, ...whole]
    const outcomes = yield* inAnotherStore(imported(order))
    assert.lengthOf(
      [...outcomes.values()].filter(({ outcome }) => outcome === "added"),
      order.length
    )
    // A second import finds all of them.
    const again = yield* inAnotherStore(Effect.andThen(imported(order), imported(order)))
    assert.lengthOf(
      [...again.values()].filter(({ outcome }) => outcome === "unchanged"),
      order.length
    )
  })

  test("is imported once the store has the whole", function* () {
    const [parts, whole] = withoutWhole(yield* cancelledTree)
    const outcomes = yield* inAnotherStore(Effect.all([imported(parts), imported(whole), imported(parts.toReversed())]))
    assert.deepStrictEqual(
      outcomes.map((reports) =>
        [...reports.values()]
          .map(({ outcome }) => outcome)
          .toSorted()
          .join()
      ),
      // Of the parts, the completed one needs no whole.
      ["added,broken,broken,broken", "added", "added,added,added,unchanged"]
    )
  })

  for (const [name, { all, doubt }] of Object.entries(forgeries)) {
    test(`does not hold if ${name}`, function* () {
      const refused = Object.keys(doubt).toSorted()
      for (const order of permutations(all.map(archived))) {
        assert.deepStrictEqual(yield* doubtfulIn(order), doubt)
        const reports = yield* inAnotherStore(imported(order))
        const broken = [...reports.values()].filter(({ outcome }) => outcome === "broken")
        assert.deepStrictEqual(broken.map(({ recordId }) => String(recordId)).toSorted(), refused)
        for (const { problem } of broken) assert.match(problem ?? "", /^It was cancelled along with [cpq], but /)
      }
      // In a store that an earlier version filled, it is found, and importing it again changes nothing.
      const { commit } = yield* HandoffStore
      for (const change of all.flat()) yield* commit([change])
      assert.deepStrictEqual(yield* doubtful, doubt)
      const again = yield* imported(all.map(archived))
      assert.deepStrictEqual([...new Set([...again.values()].map(({ outcome }) => outcome))], ["unchanged"])
    })
  }
})
