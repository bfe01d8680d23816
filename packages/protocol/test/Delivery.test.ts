import { createHash } from "node:crypto"

import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"

import {
  type AgentId,
  Artifact,
  artifactDigest,
  checkersOf,
  type Deliverable,
  digestOf,
  type Evidence,
  type HandoffRecord,
  limits,
  type OwnEvidence,
  type Transition
} from "../src/index.ts"
import { Artifacts, Deliverables } from "../src/model/Delivery.ts"
import { asked, at, follow, receiver, refused, sender, stranger, successor } from "./samples.ts"

const accept: Transition = { _tag: "Accepted", at: at(1), by: receiver }
const start: Transition = { _tag: "Started", at: at(2), by: receiver }
const question: Transition = { _tag: "Asked", at: at(3), by: receiver, question: "?" }
const complete = (artifacts?: ReadonlyArray<Artifact>, evidence?: ReadonlyArray<OwnEvidence>): Transition => ({
  _tag: "Completed",
  at: at(9),
  by: receiver,
  result: {},
  ...(artifacts === undefined ? {} : { artifacts }),
  ...(evidence === undefined ? {} : { evidence })
})
const verified = (by = stranger, statement = "✓"): Transition => ({ _tag: "Attested", at: at(5), by, statement })

const held = (...deliverables: ReadonlyArray<Deliverable>) => follow(asked({ deliverables }), accept)
const issuesOf = (deliverable: Deliverable, ...artifacts: ReadonlyArray<Artifact>) => {
  const error = refused(held(deliverable), complete(artifacts))
  assert(error._tag === "NotDelivered")
  return error.issues.map(({ deliverable: name, expected }) => `${name}: ${expected}`)
}
const evidenceOf = (record: HandoffRecord) => ("evidence" in record ? (record.evidence ?? []) : [])

const text = { name: "report", mediaType: "text/plain", content: "翻訳 😀" }
const reference = { name: "report", mediaType: "text/plain", uri: "s3://b/r", digest: artifactDigest(text), size: 11 }

describe("a deliverable", () => {
  it("must be delivered under its name", () => {
    assert.deepStrictEqual(issuesOf({ name: "report" }), ["report: Expected an artifact of this name"])
    assert.deepStrictEqual(issuesOf({ name: "report" }, { ...text, name: "Report" }), [
      "report: Expected an artifact of this name"
    ])
    assert.strictEqual(follow(held({ name: "report" }), complete([text])).status, "completed")
  })

  it("must have the media type, if the artifact has one", () => {
    assert.deepStrictEqual(issuesOf({ name: "report", mediaType: "text/html" }, text), [
      "report: Expected the media type text/html"
    ])
    const { mediaType: _, ...untyped } = text
    assert.strictEqual(
      follow(held({ name: "report", mediaType: "text/html" }), complete([untyped])).status,
      "completed"
    )
  })

  it("must have the digest, of its value or of its reference", () => {
    const digest = digestOf(text.content)
    for (const artifact of [text, reference]) {
      assert.strictEqual(follow(held({ name: "report", digest }), complete([artifact])).status, "completed")
    }
    assert.deepStrictEqual(issuesOf({ name: "report", digest }, { ...text, content: "翻訳" }), [
      `report: Expected the SHA-256 ${digest}`
    ])
    assert.deepStrictEqual(issuesOf({ name: "report", digest }, { ...reference, digest: digestOf("") }).length, 1)
  })

  it("must be delivered by value if it has a schema", () => {
    const deliverable = { name: "report", schema: { type: "string" } }
    assert.match(issuesOf(deliverable, reference)[0] ?? "", /by value/)
    assert.strictEqual(follow(held(deliverable), complete([text])).status, "completed")
  })

  it("is named in the error if it is missing, and extra artifacts are allowed", () => {
    const error = refused(held({ name: "a" }, { name: "report" }, { name: "b" }), complete([text]))
    assert.include(error.message, "a: Expected an artifact of this name; b: Expected an artifact of this name")
    assert.strictEqual(follow(held(), complete([text])).status, "completed")
    assert.strictEqual(follow(asked(), accept, complete([text])).status, "completed")
  })

  it("is not required of another program's completion", () => {
    assert.strictEqual(follow(held({ name: "report" }), { ...complete(), via: "foreign" }).status, "completed")
  })

  it("has a unique name, and so has an artifact", () => {
    const names = (schema: typeof Artifacts | typeof Deliverables, ...list: ReadonlyArray<string>) =>
      Schema.is(schema as Schema.Codec<unknown, unknown>)(list.map((name) => ({ name, content: null })))
    for (const schema of [Artifacts, Deliverables]) {
      assert.isTrue(names(schema, "a", "b"))
      assert.isFalse(names(schema, "a", "a"))
      assert.isFalse(names(schema, ""))
      assert.isFalse(names(schema, ...Array.from({ length: limits.parts + 1 }, (_, index) => `${index}`)))
    }
  })
})

describe("an artifact", () => {
  const is: (value: unknown) => boolean = Schema.is(Artifact)

  it("is a value, or a reference with digest and size", () => {
    for (const good of [text, reference, { name: "a", content: null }, { ...reference, size: 0 }])
      assert.isTrue(is(good))
    const { digest: _, ...undigested } = reference
    for (const bad of [
      { name: "a" },
      undigested,
      { ...reference, size: -1 },
      { ...reference, size: 0.5 },
      { ...reference, uri: "" },
      { ...reference, digest: "sha256" },
      { name: "a", content: Number.NaN }
    ]) {
      assert.isFalse(is(bad))
    }
  })

  it("has the digest of its text or of its canonical JSON", () => {
    const sha = (content: string) => createHash("sha256").update(content, "utf8").digest("hex")
    assert.strictEqual(artifactDigest(text), sha("翻訳 😀"))
    assert.strictEqual(artifactDigest({ name: "a", content: { b: 1, a: [null] } }), sha('{"a":[null],"b":1}'))
    assert.strictEqual(artifactDigest(reference), reference.digest)
  })

  it("with content drops a given digest", () => {
    const both = { ...reference, content: "other" }
    assert.strictEqual(artifactDigest(both), digestOf("other"))
    assert.strictEqual(
      refused(held({ name: "report", digest: reference.digest }), complete([both]))._tag,
      "NotDelivered"
    )
  })
})

describe("evidence", () => {
  const own = { grade: "observed", statement: "seen", of: "report", digest: digestOf("") } as const

  it("is kept with grade, author and time, verified ones first", () => {
    const record = follow(asked(), accept, verified(), start, verified(sender, "also"), complete([text], [own]))
    const expected: ReadonlyArray<Evidence> = [
      { grade: "verified", statement: "✓", by: stranger, at: at(5) },
      { grade: "verified", statement: "also", by: sender, at: at(5) },
      { ...own, by: receiver, at: at(9) }
    ]
    assert.deepStrictEqual(evidenceOf(record), expected)
    assert.isFalse("evidence" in follow(asked(), accept, complete([text])))
  })

  it("is verified by any agent except the receiver", () => {
    for (const events of [[accept], [accept, start], [accept, start, question]]) {
      const record = follow(asked(), ...events)
      const error = refused(record, verified(receiver))
      assert(error._tag === "NotYourHandoff")
      assert.deepStrictEqual([error.party, error.expected], ["witness", sender])
      assert.strictEqual(follow(record, verified()).status, record.status)
    }
    assert.strictEqual(refused(asked(), verified())._tag, "InvalidTransition")
    const forwarded = follow(
      asked(),
      { _tag: "Forwarded", at: at(1), by: receiver, to: successor },
      { ...accept, by: successor }
    )
    assert.strictEqual(refused(forwarded, verified(successor))._tag, "NotYourHandoff")
    assert.strictEqual(evidenceOf(follow(forwarded, verified(receiver))).length, 1)
  })

  it("is endorsed by the sender only, and the sender's word in older histories stays verified", () => {
    const held = follow(asked(), accept)
    // The cast: a spread widens the literal of the grade.
    const endorsed = { ...verified(sender), grade: "endorsed" } as Transition
    assert.deepStrictEqual(
      evidenceOf(follow(held, endorsed, verified(sender))).map(({ grade }) => grade),
      ["endorsed", "verified"]
    )
    const error = refused(held, { ...endorsed, by: stranger })
    assert(error._tag === "NotYourHandoff")
    assert.deepStrictEqual([error.party, error.expected], ["sender", sender])
  })

  it("checks an artifact if it is of another agent than the receiver and names the artifact and its digest", () => {
    const digest = digestOf("abc")
    const scan = { name: "scan", uri: "s3://bucket/scan", digest, size: 3 }
    const all: ReadonlyArray<readonly [Partial<Evidence>, ReadonlyArray<AgentId>]> = [
      [{}, [stranger]],
      [{ grade: "endorsed", by: sender }, [sender]],
      [{ grade: "claimed", by: receiver }, []],
      [{ grade: "observed", by: receiver }, []],
      [{ of: "report" }, []],
      [{ digest: digestOf("abd") }, []]
    ]
    for (const [different, expected] of all) {
      const one = {
        grade: "verified",
        statement: "✓",
        of: "scan",
        digest,
        by: stranger,
        at: at(5),
        ...different
      } as const
      assert.deepStrictEqual(checkersOf(scan, [one, one]), expected)
    }
    assert.deepStrictEqual(checkersOf(scan), [])
  })

  it("ends with the attempt, and stays in the history", () => {
    const released = follow(asked(), accept, verified(), { _tag: "Released", at: at(6), by: receiver })
    assert.isFalse("evidence" in follow(released, { ...accept, at: at(7) }))
  })

  it("is limited, so that every store accepts the record", () => {
    let record = follow(asked(), accept)
    for (let count = 0; count < limits.parts; count += 1) record = follow(record, verified())
    for (const event of [verified(), { ...verified(), via: "foreign" } as const]) {
      const error = refused(record, event)
      assert(error._tag === "NoRoomLeft")
      assert.strictEqual(error.of, "evidence")
    }
    const all = Array.from({ length: limits.parts }, () => own)
    assert.strictEqual(evidenceOf(follow(record, complete([], all))).length, 2 * limits.parts)
    const large = { ...verified(), statement: "x".repeat(limits.textBytes) } as Transition
    let full = follow(asked(), accept)
    for (let count = 0; count < 15; count += 1) full = follow(full, large)
    assert.strictEqual(refused(full, large)._tag, "NoRoomLeft")
    // A record that was decoded with more than the limit accepts no more.
    const stuffed = { ...record, evidence: Array.from({ length: 2 * limits.parts }, () => evidenceOf(record)[0]) }
    assert.strictEqual(refused(stuffed as HandoffRecord, complete([], [own]))._tag, "NoRoomLeft")
  })
})
