import {
  advance,
  AgentId,
  type ArchivedHandoff,
  begin,
  clock,
  create,
  erased,
  type HandoffEvent,
  HandoffRequest,
  type KeyEvent,
  linked,
  LogName,
  noKeys,
  RecordId,
  Salt,
  type Seal,
  signedText,
  type Transition,
  withKeys
} from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import * as Signing from "../src/routing/Signing.ts"
import type { RegisteredAgent } from "../src/store/AgentStore.ts"
import {
  addVerified,
  emptySummary,
  missingHistories,
  missingKeys,
  knownKeys,
  verifyHandoff
} from "../src/verification/Verification.ts"
import { start } from "./managing.ts"

const recordId = RecordId.make("a")
const [planner, executor, auditor] = ["planner", "executor", "auditor"].map((name) => AgentId.make(name)) as [
  AgentId,
  AgentId,
  AgentId
]
const at = (minutes: number) => DateTime.add(start, { minutes })
const request = HandoffRequest.make({
  fromAgent: planner,
  toAgent: executor,
  taskDescription: "Report",
  deadline: at(10),
  remindBefore: 300_000
})

/** A history with one entry of each class, by a signing planner, a clock, and agents whose keys are not known. */
const mixed = Effect.gen(function* () {
  const [keys, others] = [yield* Signing.generate, yield* Signing.generate]
  const signers = new Map([
    [planner, (yield* Signing.signer(keys.secretKey)).sign],
    [auditor, (yield* Signing.signer(others.secretKey)).sign]
  ])
  const signed = <Event extends HandoffEvent>(revision: number, event: Event): Event => {
    const sign = signers.get(event.by)
    return sign === undefined ? event : { ...event, sig: sign(signedText(recordId, revision, event)) }
  }
  const created = signed(1, { _tag: "Created", at: start, by: planner, request } as const)
  let handoff: ArchivedHandoff = { record: create(recordId, created), history: [created] }
  const events: ReadonlyArray<Transition> = [
    { _tag: "Accepted", at: at(1), by: executor },
    { _tag: "Attested", at: at(2), by: auditor, statement: "I have seen it" },
    { _tag: "Reminded", at: at(5), by: clock, of: "deadline" },
    { _tag: "Completed", at: at(6), by: executor, via: "foreign", result: {} }
  ]
  for (const event of events) {
    const { record, event: entry } = Result.getOrThrow(
      advance(handoff.record, signed(handoff.record.revision + 1, linked(handoff.record, event)))
    )
    handoff = { record, history: [...handoff.history, entry] }
  }
  const agent: RegisteredAgent = {
    agentId: planner,
    capabilities: [],
    keys: [{ publicKey: keys.publicKey, since: start }]
  }
  return { handoff, agent }
})

const one = { signed: 1, keyless: 1, unknown: 1, foreign: 1, clock: 1, ahead: 0, erased: 0 }

describe("the entries of a history", () => {
  it.effect("are each counted once, by what proves their author", () =>
    Effect.gen(function* () {
      const { agent, handoff } = yield* mixed
      const verified = verifyHandoff(handoff, knownKeys([agent]), at(60))
      assert.deepStrictEqual(verified, { recordId, entries: 5, ...one, isImported: false })
      assert.deepInclude(verifyHandoff(handoff, knownKeys([]), at(60)), { ...one, signed: 0, unknown: 2 })
      // The clock of this process is slow.
      assert.deepInclude(verifyHandoff(handoff, knownKeys([agent]), at(2)), { ...one, ahead: 2 })
    })
  )

  it.effect("keep their proof once they are erased", () =>
    Effect.gen(function* () {
      const { publicKey, secretKey } = yield* Signing.generate
      const { sign } = yield* Signing.signer(secretKey)
      const log = LogName.make("0123456789abcdefghjkmnpqrs")
      const founded: KeyEvent = { _tag: "Founded", at: start, log }
      const { head } = withKeys(noKeys, founded)
      assert(head !== undefined)
      const added = {
        _tag: "KeyAdded",
        at: start,
        log,
        prev: head,
        agent: planner,
        key: publicKey,
        adopted: true
      } as const
      const known = knownKeys([], [founded, added])
      const by: Seal = {
        log,
        keys: 2,
        salt: () => Salt.make("AAAAAAAAAAAAAAAAAAAAAA"),
        signer: (agent) => (agent === planner ? sign : undefined)
      }
      const first = begin(recordId, { _tag: "Created", at: start, by: planner, request }, by)
      const accepted: Transition = { _tag: "Accepted", at: at(1), by: executor, reason: "It is mine" }
      const { event, record } = Result.getOrThrow(advance(first.record, accepted, by))
      const whole = { record, history: [first.event, event] }
      assert.deepInclude(verifyHandoff(whole, known, at(1)), {
        entries: 2,
        signed: 1,
        keyless: 1,
        erased: 0
      })
      const history = whole.history.map(erased)
      const verified = verifyHandoff({ record, history }, known, at(1))
      assert.deepInclude(verified, { entries: 2, signed: 1, keyless: 1, erased: 2 })
      assert.isUndefined(verified.flaw)
    })
  )

  it.effect("are counted up to the first flaw only", () =>
    Effect.gen(function* () {
      const { agent, handoff } = yield* mixed
      const executors = { ...agent, agentId: executor }
      const { flaw, ...counted } = verifyHandoff(handoff, knownKeys([agent, executors]), at(60))
      assert.strictEqual(flaw?.revision, 2)
      assert.deepInclude(counted, { signed: 1, keyless: 0, unknown: 0, foreign: 0, clock: 0 })
    })
  )

  it.effect("add up over handoffs, with what is missing", () =>
    Effect.gen(function* () {
      const { agent, handoff } = yield* mixed
      const verified = verifyHandoff(handoff, knownKeys([agent]), at(60))
      const bare = { ...verified, entries: 0, isImported: true }
      const sums = [verified, bare].reduce(addVerified, emptySummary)
      assert.deepInclude(sums, { handoffs: 2, entries: 5, signed: 2, clock: 2, imported: 1, bare: 1 })
      assert.deepStrictEqual(missingHistories(sums), ["1 of 2 handoffs has no readable history"])
      assert.deepStrictEqual(missingHistories(emptySummary), [])
      assert.deepStrictEqual(missingKeys(knownKeys([agent])), [])
      assert.deepStrictEqual(missingKeys(knownKeys([])), ["No agent has a key, so no signature was checked"])
    })
  )
})
