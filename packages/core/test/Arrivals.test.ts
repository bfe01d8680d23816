import {
  advance,
  AgentId,
  type ArchivedHandoff,
  begin,
  clock,
  continuation,
  decodeArchived,
  encodeArchived,
  type HandoffRecord,
  HandoffRequest,
  LogName,
  RecordId,
  replay,
  Salt,
  type Seal,
  type Transition
} from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { type Change, HandoffStore } from "../src/store/HandoffStore.ts"
import { verify, knownKeys, verifyHandoff } from "../src/verification/Verification.ts"
import { later, start, test } from "./managing.ts"

const [sender, receiver, other] = [AgentId.make("sender"), AgentId.make("receiver"), AgentId.make("other")]
const recordId = RecordId.make("a")

const imported = (...handoffs: ReadonlyArray<ArchivedHandoff>) =>
  HandoffManager.use((manager) => Stream.runCollect(manager.import(Stream.fromIterable(handoffs))))

/** A handoff with timers, after these events; in entries of format 2 if there is a seal. */
const made = (given: Partial<HandoffRequest>, events: ReadonlyArray<Transition>, by?: Seal) => {
  const request = HandoffRequest.make({ fromAgent: sender, toAgent: receiver, taskDescription: "Count", ...given })
  const first: Change = begin(recordId, { _tag: "Created", at: start, by: sender, request }, by)
  const changes = [first]
  let { record } = first
  for (const event of events) {
    const next: Change = Result.getOrThrow(advance(record, event, by))
    record = next.record
    changes.push(next)
  }
  return { changes, archived: { record, history: changes.map(({ event }) => event) } satisfies ArchivedHandoff }
}

const seal: Seal = {
  log: LogName.make("0".repeat(26)),
  keys: 0,
  salt: () => Salt.make("A".repeat(22)),
  signer: () => undefined
}

const accepted: Transition = { _tag: "Accepted", at: later(1), by: receiver, lease: 19_000 }
const lost = { at: later(20), by: clock, attempt: 1 } as const

/** Everything that the clock does: on which request, after which events, and by which event once it is due. */
const ofClock: Readonly<Record<string, readonly [Partial<HandoffRequest>, ReadonlyArray<Transition>, Transition]>> = {
  "an expiry": [{ deadline: later(20) }, [], { _tag: "Expired", at: later(20), by: clock, missed: "deadline" }],
  "an expiry of the time to accept": [
    { acceptBy: later(20) },
    [],
    { _tag: "Expired", at: later(20), by: clock, missed: "accept_by" }
  ],
  "a reminder": [
    { deadline: later(30), remindBefore: 10_000 },
    [],
    { _tag: "Reminded", at: later(20), by: clock, of: "deadline" }
  ],
  "the end of a lease": [{}, [accepted], { _tag: "Released", ...lost, reason: "The lease ran out." }],
  "the end of the last lease": [
    { maxAttempts: 1 },
    [accepted],
    { _tag: "Failed", ...lost, reason: "The lease ran out.", code: "attempts_exhausted" }
  ],
  "a re-route": [
    { acceptBy: later(20), reroute: true },
    [],
    { _tag: "Forwarded", at: later(20), by: clock, to: other, because: "accept_by" }
  ]
}

describe("an import of what the clock does", () => {
  for (const [name, [request, before, event]] of Object.entries(ofClock)) {
    test(`takes ${name} if it was due, and refuses it from another program`, function* () {
      const honest = made(request, [...before, event]).archived
      yield* TestClock.adjust("1 hour")
      assert.throws(() => made(request, [...before, { ...event, at: later(19) }]))
      for (const at of [event.at, later(19)]) {
        const forged = made(request, [...before, { ...event, at, via: "foreign" }]).archived
        const revision = before.length + 2
        const problem = `Entry ${revision} was recorded by another program, but only the clock may record it`
        assert.deepStrictEqual(yield* imported(forged), [{ recordId, outcome: "broken", problem }])
        assert.isTrue((yield* Effect.exit(HandoffManager.use((manager) => manager.get(recordId))))._tag === "Failure")
      }
      yield* imported(made(request, before).archived)
      const forged = made(request, [...before, { ...event, via: "foreign" }]).archived
      assert.deepStrictEqual((yield* imported(forged))[0]?.outcome, "broken")
      assert.deepStrictEqual(yield* imported(honest), [{ recordId, outcome: "newer" }])
    })

    test(`accuses no store of ${name} that an earlier version took from another program`, function* () {
      yield* TestClock.adjust("1 hour")
      const { archived, changes } = made(request, [...before, { ...event, at: later(10), via: "foreign" }])
      const { commit } = yield* HandoffStore
      for (const change of changes) yield* commit([change])
      const { entries, flaw } = yield* verify(recordId)
      assert.deepStrictEqual([entries, flaw], [changes.length, undefined])
      assert.deepStrictEqual(yield* imported(archived), [{ recordId, outcome: "unchanged" }])
    })

    test(`holds ${name} in format 2 only if the clock recorded it`, function* () {
      const now = yield* DateTime.now
      assert.isUndefined(verifyHandoff(made(request, [...before, event], seal).archived, knownKeys([]), now).flaw)
      const forged = made(request, [...before, { ...event, via: "foreign" }], seal).archived
      assert.deepStrictEqual(verifyHandoff(forged, knownKeys([]), now).flaw, {
        revision: before.length + 2,
        problem: "It was recorded by another program, but only the clock may record it"
      })
    })
  }

  test("takes the expiry that another program saw as that of the clock, if it was due", function* () {
    const { archived } = made({ deadline: later(20) }, [accepted])
    const seen = (seconds: number): HandoffRecord => ({
      ...Result.getOrThrow(
        replay(recordId, [
          ...archived.history,
          { _tag: "Expired", at: later(seconds), by: clock, missed: "deadline", via: "foreign" }
        ])
      )
    })
    assert.isUndefined(continuation(archived.record, seen(19)))
    const [expired] = continuation(archived.record, seen(20)) ?? []
    assert.deepInclude(expired, { _tag: "Expired", at: later(20), by: clock, missed: "deadline" })
    assert.isUndefined(expired?.via)
  })
})

describe("a moment ahead of now", () => {
  const rejected: Transition = { _tag: "Rejected", at: later(100), by: receiver, reason: "Busy" }

  test("is refused by an import beyond the difference between clocks, in each entry", function* () {
    const { archived } = made({}, [
      { ...accepted, at: later(50) },
      { _tag: "Started", at: later(100), by: receiver }
    ])
    for (const [seconds, entry] of [
      [-61, 1],
      [-11, 2],
      [39, 3]
    ] as const) {
      yield* TestClock.setTime(later(seconds).epochMilliseconds)
      const [report] = yield* imported(archived)
      assert.deepInclude(report, { outcome: "broken" })
      assert.match(report?.problem ?? "", new RegExp(`^Entry ${entry} is dated ahead: it is now `))
    }
    yield* TestClock.setTime(later(40).epochMilliseconds)
    assert.deepStrictEqual(yield* imported(archived), [{ recordId, outcome: "added" }])
  })

  test("is refused in the state of another program, too", function* () {
    const { archived } = made({}, [])
    const state = (fields: object) =>
      // The cast is safe because an encoded handoff is an object.
      Result.getOrThrow(decodeArchived("test", { ...encodeArchived(archived), history: null, head: null, ...fields }))
    const far = DateTime.formatIso(later(61))
    for (const fields of [{ updated_at: far }, { created_at: far }]) {
      assert.deepInclude((yield* imported(state(fields)))[0], { outcome: "broken" })
    }
    assert.deepStrictEqual(yield* imported(state({})), [{ recordId, outcome: "added" }])
    const edited = { status: "rejected", response: { accepted: false, reason: "No" }, updated_at: far }
    assert.deepInclude((yield* imported(state(edited)))[0], { outcome: "broken" })
  })

  test("is counted in a store, and is no flaw", function* () {
    const { archived, changes } = made({}, [rejected])
    const { commit } = yield* HandoffStore
    for (const change of changes) yield* commit([change])
    for (const [seconds, ahead] of [
      [-61, 2],
      [-60, 1],
      [39, 1],
      [40, 0]
    ] as const) {
      yield* TestClock.setTime(later(seconds).epochMilliseconds)
      const verified = { recordId, entries: 2, keyless: 2, ahead }
      assert.deepInclude(yield* verify(recordId), verified)
      assert.deepInclude(verifyHandoff(archived, knownKeys([]), yield* DateTime.now), verified)
    }
    yield* TestClock.setTime(start.epochMilliseconds)
    assert.deepStrictEqual(yield* imported(archived), [{ recordId, outcome: "unchanged" }])
  })
})
