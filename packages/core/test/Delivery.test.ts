import { AgentId, Digest } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { ask, later, refusal, test } from "./managing.ts"

const planner = AgentId.make("planner")
const executor = AgentId.make("executor")
const auditor = AgentId.make("auditor")

const schema = {
  type: "object",
  required: ["total", "quarters"],
  properties: { total: { type: "number" }, quarters: { type: "array", items: { type: "string" }, maxItems: 4 } }
}
// Of "abc": FIPS 180-4, example 1.
const abc = Digest.make("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
const deliverables = [
  { name: "report", mediaType: "application/json", schema },
  { name: "seal", digest: abc }
]
const report = { name: "report", content: { total: 3.5, quarters: ["Q1"] } }
const seal = { name: "seal", content: "abc" }

describe("deliverables", () => {
  test("are checked by name, digest and schema, and every fault is named", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, deliverables })
    yield* manager.accept(recordId)
    assert.strictEqual(
      yield* refusal(manager.complete(recordId), "NotDelivered"),
      `Handoff ${recordId} is not done: report: Expected an artifact of this name; seal: Expected an artifact of this name`
    )
    const wrong = { name: "seal", content: "abcd" }
    assert.include(
      yield* refusal(manager.complete(recordId, { artifacts: [report, wrong] }), "NotDelivered"),
      `seal: Expected the SHA-256 ${abc}`
    )
    const unfit = { name: "report", content: { total: "three", quarters: ["Q1", 2] } }
    const sentence = yield* refusal(manager.complete(recordId, { artifacts: [unfit, seal] }), "NotDelivered")
    assert.include(sentence, "report: Expected content that fits its schema; ")
    assert.include(sentence, "at /total: ")
    assert.include(sentence, "at /quarters/1: ")
    const typed = { ...report, mediaType: "text/plain" }
    assert.include(
      yield* refusal(manager.complete(recordId, { artifacts: [typed, seal] }), "NotDelivered"),
      "report: Expected the media type application/json"
    )
    const far = { name: "report", uri: "s3://bucket/report.json", digest: abc, size: 3 }
    assert.include(
      yield* refusal(manager.complete(recordId, { artifacts: [far, seal] }), "NotDelivered"),
      "report: Expected its content by value"
    )
    assert.strictEqual((yield* manager.get(recordId)).revision, 2)
    const done = yield* manager.complete(recordId, { artifacts: [report, seal] })
    assert.deepStrictEqual(done.artifacts, [report, seal])
  })

  test("can be references with a digest of their content", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, deliverables: [{ name: "seal", digest: abc }] })
    yield* manager.accept(recordId)
    const artifact = { name: "seal", uri: "s3://bucket/seal", digest: abc, size: 3 }
    assert.deepStrictEqual((yield* manager.complete(recordId, { artifacts: [artifact] })).artifacts, [artifact])
  })

  test("with an unusable schema are refused at creation", function* () {
    const manager = yield* HandoffManager
    const unusable = [{ name: "report", schema: { $ref: "https://example.org/report.json" } }]
    const sentence = yield* refusal(manager.create({ ...ask, deliverables: unusable }), "InvalidInput")
    assert.include(sentence, "deliverables[0].schema.$ref: Expected a reference to a place in this schema")
    const twins = [{ name: "report" }, { name: "report" }]
    yield* refusal(manager.create({ ...ask, deliverables: twins }), "InvalidInput")
  })
})

describe("evidence", () => {
  test("is verified by another agent only, and claimed or observed by the receiver", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    yield* manager.accept(recordId)
    yield* refusal(manager.attest(recordId, { by: executor, statement: "It is right" }), "NotYourHandoff")
    const seen = yield* manager.attest(recordId, { by: auditor, statement: "The totals agree", of: "report" })
    const verified = {
      grade: "verified",
      statement: "The totals agree",
      of: "report",
      by: auditor,
      at: later(0)
    } as const
    assert.deepStrictEqual(seen.evidence, [verified])
    const done = yield* manager.complete(recordId, {
      evidence: [{ grade: "observed", statement: "All tests passed" }]
    })
    assert.deepStrictEqual(done.evidence, [
      verified,
      { grade: "observed", statement: "All tests passed", by: executor, at: later(0) }
    ])
    const other = yield* manager.create(ask)
    yield* manager.accept(other.recordId)
    const forged = { grade: "verified", statement: "The auditor has checked it" }
    // The cast makes an argument that a caller without types could pass.
    const evidence = [forged] as unknown as readonly [{ readonly grade: "claimed"; readonly statement: string }]
    yield* refusal(manager.complete(other.recordId, { evidence }), "InvalidInput")
    yield* refusal(manager.attest(recordId, { by: auditor, statement: "Too late" }), "InvalidTransition")
  })

  test("is endorsed, not verified, if the sender attests", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    yield* manager.accept(recordId)
    const seen = yield* manager.attest(recordId, { by: planner, statement: "It is what I asked for" })
    assert.deepStrictEqual(
      seen.evidence?.map(({ by, grade }) => [by, grade]),
      [[planner, "endorsed"]]
    )
    const [, , entry] = yield* manager.history(recordId)
    assert.deepInclude(entry?.event, { _tag: "Attested", grade: "endorsed" })
    for (const grade of ["verified", "endorsed"]) {
      // The cast makes an argument that a caller without types could pass.
      const payload = { by: auditor, statement: "It is right", grade } as never
      assert.include(yield* refusal(manager.attest(recordId, payload), "InvalidInput"), "grade")
    }
  })

  test("of one agent leaves room for others, and that of all witnesses leaves room for the sender", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    yield* manager.accept(recordId)
    const attest = (by: string) => manager.attest(recordId, { by: AgentId.make(by), statement: "I was here" })
    for (let witness = 0; witness < 7; witness++) {
      for (let made = 0; made < 16; made++) yield* attest(`witness-${witness}`)
    }
    assert.strictEqual(
      yield* refusal(attest("witness-0"), "NoRoomLeft"),
      `Handoff ${recordId} takes at most 16 attestations of 128 KiB in all from one agent, and witness-0 has used that up; ask another agent to \`attest\``
    )
    assert.strictEqual(
      yield* refusal(attest("witness-7"), "NoRoomLeft"),
      `Handoff ${recordId} takes at most 112 attestations of 896 KiB in all from agents other than its sender, for whom the rest is kept; ask the sender to \`attest\``
    )
    for (let made = 0; made < 16; made++) yield* attest(planner)
    yield* refusal(attest(planner), "NoRoomLeft")
    const own = Array.from({ length: 128 }, () => ({ grade: "observed", statement: "It ran" }) as const)
    assert.lengthOf((yield* manager.complete(recordId, { evidence: own })).evidence ?? [], 256)
  })

  test("is bounded in bytes as it is in number", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    yield* manager.accept(recordId)
    const statement = "x".repeat(60 * 1024)
    const attest = (by: string) => manager.attest(recordId, { by: AgentId.make(by), statement })
    for (let witness = 0; witness < 7; witness++) {
      for (let made = 0; made < 2; made++) yield* attest(`witness-${witness}`)
      yield* refusal(attest(`witness-${witness}`), "NoRoomLeft")
    }
    assert.include(yield* refusal(attest("witness-7"), "NoRoomLeft"), "other than its sender")
    for (let made = 0; made < 2; made++) yield* attest(planner)
    assert.include(yield* refusal(attest(planner), "NoRoomLeft"), "planner has used that up")
  })
})
