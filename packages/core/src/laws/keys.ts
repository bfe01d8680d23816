import { type KeyEvent, keyLogId, type LogName, PublicKey } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import { AgentStore } from "../store/AgentStore.ts"
import { drawLogName } from "../store/Draws.ts"
import { type Change, HandoffStore, type Position } from "../store/HandoffStore.ts"
import {
  begin,
  drawOwn,
  expect,
  held,
  law,
  type Law,
  logAfter,
  loses,
  mark,
  type Own,
  same,
  sealFor,
  second,
  step
} from "./kit.ts"

const publicKey = PublicKey.make("k".repeat(43))

/** The next entry of the key log of a log. A store does not judge it, so it needs no signature. */
const next = (log: LogName, own: Own, n: number) =>
  Effect.gen(function* () {
    const entries = (yield* (yield* AgentStore).keys).get(log) ?? []
    const revision = entries.length + n
    const event: KeyEvent =
      revision === 1
        ? { _tag: "Founded", at: second(0), log, operator: publicKey }
        : { _tag: "KeyAdded", at: second(n), log, agent: own.agent(`a${n}`), key: publicKey, adopted: true }
    return { revision, event }
  })

const lengthOf = (log: LogName) =>
  Effect.map(
    Effect.flatMap(AgentStore, (agents) => agents.keys),
    (logs) => logs.get(log)?.length ?? 0
  )

const fails = <A>(what: string, effect: Effect.Effect<A, { readonly _tag: string }, HandoffStore | AgentStore>) =>
  Effect.flatMap(Effect.result(effect), (result) =>
    expect(
      Result.isFailure(result) && result.failure._tag === "RevisionConflict",
      `Expected ${what} to fail with RevisionConflict`
    )
  )

const malformed = ["", "garbage", "0", "42", "-1", "1.2.3", "0.0.0", "９", "\u0000", "a".repeat(5000)]

/** The laws of the log's name, of its positions, and of the key logs. */
export const keys: ReadonlyArray<Law> = [
  law("the log has a name, which its positions carry", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const { epoch, log } = yield* store.origin
    yield* same("the name of the log", yield* store.origin, { log, epoch })
    yield* expect(/^[0-9a-hjkmnp-tv-z]{26}$/.test(log), `Expected a name of 26 Crockford characters, got ${log}`)
    const position = yield* mark(own)
    yield* expect(position.startsWith(`${log}.${epoch}.`), `Expected a position of log ${log}, got ${position}`)
  }),

  law("a position of another log or epoch, beyond the end, or malformed is refused", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const position = yield* mark(own)
    const [log = "", epoch = "", ...numbers] = position.split(".")
    const number = numbers.join(".")
    const digits = numbers.at(-1) ?? ""
    const far = [...numbers.slice(0, -1).map((n) => String(Number(n) + 1e6)), `${Number(digits) + 1e6}`].join(".")
    const refusals: ReadonlyArray<readonly [position: string, reason: string]> = [
      ...malformed.map((text) => [text, "malformed"] as const),
      ...[`${log}.${epoch}`, `${log}.${epoch}.${number}.`, `${log}.x.${number}`, `${log}.${epoch}.-${number}`].map(
        (text) => [text, "malformed"] as const
      ),
      [`${yield* drawLogName}.${epoch}.${number}`, "another_log"],
      [`${log}.${Number(epoch) + 1}.${number}`, "another_epoch"],
      [`${log}.${epoch}.${far}`, "beyond"]
    ]
    for (const [text, reason] of refusals) {
      // The cast: any text may come from outside.
      const read = yield* Effect.result(store.log({ limit: 10, after: text as Position }))
      yield* expect(
        Result.isFailure(read) && read.failure._tag === "InvalidPosition" && read.failure.reason === reason,
        `Expected the position ${JSON.stringify(text.slice(0, 80))} to be refused as ${reason}`
      )
    }
  }),

  law("a key log grows by the next revision only, and has positions in the log", function* () {
    const [store, agents] = [yield* HandoffStore, yield* AgentStore]
    const own = yield* drawOwn
    const { log } = yield* store.origin
    const before = yield* lengthOf(log)
    const start = yield* mark(own)
    const [first, second] = [yield* next(log, own, 1), yield* next(log, own, 2)]
    yield* fails("an entry after a gap", agents.record([second]))
    yield* agents.record([first, second])
    yield* fails("an entry that is there", agents.record([second]))
    const end = yield* mark(own, "end")
    const entries = ((yield* agents.keys).get(log) ?? []).slice(before)
    yield* same(
      "the entries",
      entries.map(({ event, revision }) => ({ revision, event })),
      [first, second]
    )
    // The log lists the entries of handoffs only.
    yield* same("the log", (yield* logAfter(own, start)).length, 1)
    for (const { position } of entries) {
      yield* expect(position !== undefined, "Expected an entry of the key log to have a position")
      if (position === undefined) continue
      yield* same("the log after its position", (yield* logAfter(own, position)).length, 1)
      yield* expect(position !== start && position !== end, "Expected no two entries at one position")
    }
  }),

  law("the key log of another store is kept without positions", function* () {
    const agents = yield* AgentStore
    const own = yield* drawOwn
    const log = yield* drawLogName
    const [first, second] = [yield* next(log, own, 1), yield* next(log, own, 2)]
    yield* agents.record([first, second])
    yield* fails("an entry that is there", agents.record([first]))
    yield* same("the entries", (yield* agents.keys).get(log), [first, second])
  }),

  law("a commit that names the log must know its keys", function* () {
    const [store, agents] = [yield* HandoffStore, yield* AgentStore]
    const own = yield* drawOwn
    const { log } = yield* store.origin
    const seal = sealFor(log, yield* lengthOf(log))
    const created = begin(own.id("a"), {}, seal)
    yield* store.commit([created])
    const accepted = step(created.record, "Accepted", 1, "in time", seal)
    yield* agents.record([yield* next(log, own, 1)])
    const { recordId } = yield* loses("a commit with outdated keys", [accepted])
    yield* same("the conflict", recordId, keyLogId)
    const mixed: readonly [Change, Change] = [begin(own.id("b"), {}, sealFor(log, 1 + seal.keys)), accepted]
    yield* loses("a commit with one such entry", mixed)
    yield* same("the history", (yield* held(own.id("a"))).events, [created.event])
    yield* same("the other history", (yield* held(own.id("b"))).events, [])
    const again = step(created.record, "Accepted", 1, "again", sealFor(log, 1 + seal.keys))
    yield* store.commit([again])
    yield* same("the history", (yield* held(own.id("a"))).events, [created.event, again.event])
    // An entry of another log is that of an import or a copy.
    yield* store.commit([begin(own.id("c"), {}, sealFor(yield* drawLogName, 7))])
  }),

  law("of concurrent commits and changes of keys, no commit is made with outdated keys", function* () {
    const [store, agents] = [yield* HandoffStore, yield* AgentStore]
    const own = yield* drawOwn
    const { log } = yield* store.origin
    const before = yield* lengthOf(log)
    const writers = Array.from({ length: 8 }, (_, n) =>
      Effect.gen(function* () {
        for (let tries = 0; tries < 20; tries++) {
          const seal = sealFor(log, yield* lengthOf(log))
          const result = yield* Effect.result(store.commit([begin(own.id(`w${n}`), {}, seal)]))
          if (Result.isSuccess(result)) return
        }
      })
    )
    const changes = Effect.forEach([1, 2, 3, 4], () =>
      Effect.gen(function* () {
        yield* agents.record([yield* next(log, own, 1)])
        yield* Effect.yieldNow
      })
    )
    yield* Effect.all([...writers, changes], { concurrency: "unbounded" })
    const positions = ((yield* agents.keys).get(log) ?? []).slice(before).map(({ position }) => position)
    const counts: Array<number> = []
    for (const position of positions) counts.push((yield* logAfter(own, position)).length)
    const entries = yield* logAfter(own, undefined)
    yield* same("the number of commits", entries.length, writers.length)
    for (const [index, { event }] of entries.entries()) {
      // The number of changes of keys that precede this entry: after each of them, fewer entries are left.
      const earlier = counts.filter((left) => entries.length - left <= index).length
      yield* same("the number of keys that an entry names", event.keys ?? 0, before + earlier)
    }
  })
]
