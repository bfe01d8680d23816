import {
  advance,
  AgentId,
  type ArchivedHandoff,
  authorizedText,
  begin,
  type HandoffEvent,
  HandoffRequest,
  type KeyEvent,
  type KeyState,
  LogName,
  noKeys,
  provenText,
  RecordId,
  Salt,
  type Seal,
  type Transition,
  withKeys
} from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { AgentCapabilityRegistry } from "../src/routing/AgentCapabilityRegistry.ts"
import type { Signer } from "../src/routing/Signers.ts"
import * as Signing from "../src/routing/Signing.ts"
import { knownKeys, verify, verifyHandoff } from "../src/verification/Verification.ts"
import { learnKeys } from "../src/wire/KeyArchive.ts"
import { later, start, test } from "./managing.ts"

const [executor, auditor] = [AgentId.make("executor"), AgentId.make("auditor")]
const log = LogName.make("z".repeat(26))
const recordId = RecordId.make("a")

const imported = (handoff: ArchivedHandoff, trust = false) =>
  Effect.map(
    HandoffManager.use((manager) => Stream.runCollect(manager.import(Stream.make(handoff), { trust }))),
    ([report]) => report
  )

/** Registers the executor with a key in a process that has this key and the operator's. */
const register = (operator: string, keys: ReadonlyArray<string>, publicKey: string, isOperator = false) =>
  Effect.provide(
    AgentCapabilityRegistry.use((registry) =>
      registry.register("executor", ["report"], { publicKey, operator: isOperator })
    ),
    Layer.fresh(AgentCapabilityRegistry.layer).pipe(Layer.provide(Signing.layer({ executor: keys }, operator))),
    { local: true }
  )

const revoke = (operator: string) =>
  Effect.provide(
    AgentCapabilityRegistry.use((registry) => registry.revoke(executor, "Stolen")),
    Layer.fresh(AgentCapabilityRegistry.layer).pipe(Layer.provide(Signing.layer({}, operator))),
    { local: true }
  )

/** A key log of these events, each with the key that proves it and the one that authorizes it. */
const keyLog = (
  ...drafts: ReadonlyArray<readonly [object, (Signer | undefined)?, Signer?]>
): ReadonlyArray<KeyEvent> => {
  let state: KeyState = noKeys
  return drafts.map(([draft, own, authority]) => {
    const revision = state.revision + 1
    const head = state.head === undefined ? {} : { prev: state.head }
    // The cast: a draft has the other fields of its event.
    const open = { ...draft, at: start, log, ...head } as KeyEvent
    const proven = own === undefined ? open : { ...open, proof: own.sign(provenText(revision, open)) }
    const event =
      authority === undefined ? proven : { ...proven, sig: authority.sign(authorizedText(revision, proven)) }
    state = withKeys(state, event)
    return event
  })
}

const sealOf = (keys: number, signer?: Signer): Seal => ({
  log,
  keys,
  salt: () => Salt.make("A".repeat(22)),
  signer: () => signer?.sign
})

/** A handoff of the executor in that log, with further events. */
const made = (seal: Seal | undefined, from = executor, ...events: ReadonlyArray<readonly [Transition, Seal?]>) => {
  const deadline = later(60)
  const request = HandoffRequest.make({ fromAgent: from, toAgent: auditor, taskDescription: "Report", deadline })
  const first = begin(recordId, { _tag: "Created", at: start, by: from, request }, seal)
  const history: Array<HandoffEvent> = [first.event]
  let { record } = first
  for (const [event, by] of events) {
    const next = Result.getOrThrow(advance(record, event, by))
    record = next.record
    history.push(next.event)
  }
  return { record, history }
}

const three = Effect.gen(function* () {
  const [operator, own, thief] = [yield* Signing.generate, yield* Signing.generate, yield* Signing.generate]
  return { operator, own, thief, thiefs: yield* Signing.signer(thief.secretKey) }
}).pipe(Effect.orDie)

describe("a key log that another program has made", () => {
  test("gives an agent no key, though its operator takes over the one that is known and replaces it", function* () {
    const { operator, own, thief, thiefs } = yield* three
    yield* register(operator.secretKey, [own.secretKey], own.publicKey)
    const { publicKey } = own
    const forged = keyLog(
      [{ _tag: "Founded", operator: thief.publicKey }, thiefs],
      [{ _tag: "KeyAdded", agent: executor, key: publicKey, adopted: true }, undefined, thiefs],
      [{ _tag: "KeyRevoked", agent: executor, key: publicKey, reason: "" }, undefined, thiefs],
      [{ _tag: "KeyAdded", agent: executor, key: thief.publicKey }, thiefs, thiefs]
    )
    yield* learnKeys(forged)
    const handoff = made(sealOf(4, thiefs))
    const named = [{ agentId: executor, capabilities: [], keys: [{ publicKey, since: start }] }]
    const { flaw, signed } = verifyHandoff(handoff, { ...knownKeys(named, forged), isNamed: true }, start)
    assert.deepStrictEqual([flaw?.problem, signed], ["Its signature is not that of executor", 0])
    assert.match((yield* imported(handoff))?.problem ?? "", /is signed with a key that this store does not know$/)
    assert.strictEqual((yield* imported(handoff, true))?.outcome, "added")
    assert.deepInclude(yield* verify(recordId), { signed: 0, unknown: 1 })
  })

  test("gives an agent the keys that it exchanged for the known one by rotation", function* () {
    const { operator, own, thief: next, thiefs: nexts } = yield* three
    const owns = yield* Signing.signer(own.secretKey)
    yield* register(operator.secretKey, [own.secretKey], own.publicKey)
    yield* learnKeys(
      keyLog(
        [{ _tag: "Founded" }],
        [{ _tag: "KeyAdded", agent: executor, key: own.publicKey }, owns],
        [{ _tag: "KeyRotated", agent: executor, key: next.publicKey }, nexts, owns]
      )
    )
    assert.deepStrictEqual(yield* imported(made(sealOf(3, nexts))), { recordId, outcome: "added" })
    assert.deepInclude(yield* verify(recordId), { signed: 1 })
  })

  test("proves no new entry with a key that was revoked here, and every one that came before", function* () {
    const { operator, own } = yield* three
    const owns = yield* Signing.signer(own.secretKey)
    yield* register(operator.secretKey, [own.secretKey], own.publicKey)
    yield* learnKeys(keyLog([{ _tag: "Founded" }], [{ _tag: "KeyAdded", agent: executor, key: own.publicKey }, owns]))
    const honest = made(sealOf(2, owns))
    assert.deepStrictEqual(yield* imported(honest), { recordId, outcome: "added" })
    yield* revoke(operator.secretKey)
    const later = made(sealOf(2, owns), executor, [{ _tag: "Cancelled", at: start, by: executor }, sealOf(2, owns)])
    assert.match((yield* imported(later))?.problem ?? "", /^Entry 2 .* but it is signed with a key that was revoked$/)
    assert.deepStrictEqual(yield* imported(honest), { recordId, outcome: "unchanged" })
    assert.deepInclude(yield* verify(recordId), { signed: 1 })
  })
})

describe("an import leaves out what verify would find in the store:", () => {
  test("an overdue event in the name of an agent with a key", function* () {
    const { operator, own } = yield* three
    yield* register(operator.secretKey, [own.secretKey], own.publicKey)
    yield* TestClock.setTime(DateTime.toEpochMillis(later(600)))
    const expired: Transition = { _tag: "Expired", at: later(60), by: executor, missed: "deadline" }
    const report = yield* imported(made(undefined, auditor, [expired]))
    assert.match(report?.problem ?? "", /^Entry 2: It is not signed, and executor has had a key since/)
  })

  test("an entry of format 1 after one of format 2", function* () {
    const handoff = made(sealOf(0), auditor, [{ _tag: "Cancelled", at: start, by: auditor }])
    const problem = "Entry 2: It is of format 1 after an entry of format 2"
    assert.deepStrictEqual(yield* imported(handoff), { recordId, outcome: "broken", problem })
  })

  test("an entry that names fewer keys than the one before", function* () {
    const handoff = made(sealOf(3), auditor, [{ _tag: "Cancelled", at: start, by: auditor }, sealOf(2)])
    const problem = "Entry 2: It names 2 entries of the key log, fewer than an entry before it"
    assert.deepStrictEqual(yield* imported(handoff), { recordId, outcome: "broken", problem })
  })
})
