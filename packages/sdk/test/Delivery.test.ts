import { createHash } from "node:crypto"

import { describe, expect, it } from "vitest"

import { type Deliverable, describeReference, InvalidInput, NotDelivered, NotYourHandoff } from "../src/index.ts"
import { ask, oneStore, rejection, using } from "./stores.ts"

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")

const deliverables: ReadonlyArray<Deliverable> = [
  { name: "note", mediaType: "text/plain", digest: sha256("All is well.") },
  {
    name: "report",
    mediaType: "application/json",
    schema: {
      type: "object",
      required: ["total", "lines"],
      properties: {
        total: { type: "number" },
        lines: { type: "array", items: { type: "object", properties: { amount: { type: "number" } } } }
      }
    }
  }
]
const note = { name: "note", mediaType: "text/plain", content: "All is well." }
const report = { name: "report", mediaType: "application/json", content: { total: 7, lines: [{ amount: 7 }] } }

describe.each(oneStore)("a delivery in a $name store", (store) => {
  const open = (body: Parameters<typeof using>[1]) => () => using(store, body)

  it(
    "has the requested artifacts and their evidence",
    open(async (handoffs) => {
      const { recordId, request } = await handoffs.create({ ...ask, deliverables })
      expect(request.deliverables).toEqual(deliverables)
      await handoffs.accept(recordId)
      const scan = { name: "scan", uri: "s3://bucket/scan.pdf", digest: sha256("scan"), size: 48_213 }
      const mine = { ...report, content: structuredClone(report.content) }
      const completing = handoffs.complete(recordId, {
        result: { done: true },
        artifacts: [note, mine, scan],
        evidence: [{ grade: "observed", statement: "The sums agree", of: "report" }]
      })
      // The engine has its own copy.
      mine.content.lines.pop()
      const completed = await completing
      expect(completed.artifacts).toEqual([note, report, scan])
      expect(completed.evidence).toEqual([
        { grade: "observed", statement: "The sums agree", of: "report", by: "executor", at: completed.updatedAt }
      ])
      expect(await handoffs.get(recordId)).toEqual(completed)
    })
  )

  it(
    "is refused with the name of each missing or wrong artifact",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create({ ...ask, deliverables })
      await handoffs.accept(recordId)
      const nothing = await rejection(handoffs.complete(recordId))
      expect(nothing).toBeInstanceOf(NotDelivered)
      expect(nothing).toMatchObject({
        issues: [
          { deliverable: "note", expected: "Expected an artifact of this name" },
          { deliverable: "report", expected: "Expected an artifact of this name" }
        ]
      })
      const other = await rejection(
        handoffs.complete(recordId, { artifacts: [{ ...note, content: "All is lost." }, report] })
      )
      expect(other).toMatchObject({
        issues: [{ deliverable: "note", expected: `Expected the SHA-256 ${sha256("All is well.")}` }]
      })
      expect((await handoffs.get(recordId)).status).toBe("accepted")
    })
  )

  it(
    "is refused if its content does not fit the schema, with the path of each fault",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create({ ...ask, deliverables })
      await handoffs.accept(recordId)
      const error = await rejection(
        handoffs.complete(recordId, {
          artifacts: [note, { ...report, content: { lines: [{ amount: 7 }, { amount: "7" }] } }]
        })
      )
      expect(error).toBeInstanceOf(NotDelivered)
      expect(error).toMatchObject({ message: expect.stringMatching(/report: .*lines.*1.*amount/) })
      expect(error).toMatchObject({ message: expect.stringMatching(/report: .*total/) })
      const unusable = { ...ask, deliverables: [{ name: "report", schema: { $ref: "#/$defs/report" } }] }
      expect(await rejection(handoffs.create(unusable))).toMatchObject({
        _tag: "InvalidInput",
        message: expect.stringContaining("deliverables[0].schema")
      })
    })
  )

  it(
    "is endorsed by the sender, and a reference is claimed until its digest is attested",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create(ask)
      await handoffs.accept(recordId)
      const scan = { name: "scan", uri: "s3://bucket/scan", digest: sha256("scan"), size: 4 }
      const words = async () =>
        (describeReference(await handoffs.get(recordId), scan) ?? [])
          .map((part) => (typeof part === "string" ? part : part.value))
          .join("")
      expect(await words()).toBe("claimed, not checked")
      const about = { statement: "I have read it", of: "scan", digest: scan.digest }
      const { evidence } = await handoffs.attest(recordId, { by: ask.fromAgent, ...about })
      expect(evidence?.map(({ grade }) => grade)).toEqual(["endorsed"])
      await handoffs.complete(recordId, { artifacts: [scan] })
      expect(await words()).toBe(`checked by ${ask.fromAgent}`)
    })
  )

  it(
    "is attested by another agent than the receiver",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create(ask)
      await handoffs.accept(recordId)
      const mine = await rejection(handoffs.attest(recordId, { by: "executor", statement: "It is fine" }))
      expect(mine).toBeInstanceOf(NotYourHandoff)
      expect(mine).toMatchObject({ party: "witness" })
      const uri = "https://ci.example/runs/7"
      const attested = await handoffs.attest(recordId, { by: "auditor", statement: "It adds up", of: "report", uri })
      const verified = { grade: "verified", statement: "It adds up", of: "report", uri, by: "auditor" }
      expect(attested).toMatchObject({ status: "accepted", evidence: [{ ...verified, at: attested.updatedAt }] })
      const evidence = [{ grade: "claimed", statement: "It is fine" }] as const
      expect((await handoffs.complete(recordId, { evidence })).evidence?.map(({ grade }) => grade)).toEqual([
        "verified",
        "claimed"
      ])
    })
  )

  it(
    "is refused as invalid input",
    open(async (handoffs) => {
      const wrong: ReadonlyArray<Promise<unknown>> = [
        handoffs.create({ ...ask, deliverables: [{ name: "a" }, { name: "a" }] }),
        handoffs.create({ ...ask, deliverables: [{ name: "a", digest: "abc" }] }),
        handoffs.attest("q3", { statement: "It adds up" } as never),
        handoffs.attest("q3", { by: "auditor" } as never),
        handoffs.complete("q3", { artifacts: [{ name: "a" }] as never }),
        handoffs.complete("q3", { artifacts: [{ name: "a", content: () => 1 }] as never }),
        handoffs.complete("q3", { artifacts: [{ name: "a", uri: "file:///a", digest: "abc", size: 1 }] }),
        handoffs.complete("q3", { evidence: [{ grade: "verified", statement: "mine" }] as never }),
        handoffs.complete("q3", { leavesChildren: false } as never)
      ]
      for (const promise of wrong) expect(await rejection(promise)).toBeInstanceOf(InvalidInput)
    })
  )
})
