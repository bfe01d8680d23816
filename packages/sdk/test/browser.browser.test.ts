import { expect, it } from "vitest"

import { openHandoffs } from "../src/browser.ts"
import { generateKeys } from "../src/index.ts"
import { lose } from "./losing.ts"
import { race } from "./races.ts"
import { verifyRepeatedly, writeUntil } from "./writing.ts"

const ask = { fromAgent: "planner", toAgent: "executor", taskDescription: "Generate the Q3 report" }

it.each(["memory:", "sdk-test"])("handoffs go from pending to completed in %s", async (name) => {
  const handoffs = await openHandoffs(name)
  try {
    const seen: Array<string> = []
    const following = (async () => {
      for await (const { event } of handoffs.changes()) {
        seen.push(event._tag)
        if (event._tag === "Completed") break
      }
    })()
    const { recordId } = await handoffs.create({ ...ask, deadline: new Date(Date.now() + 3_600_000) })
    await handoffs.accept(recordId)
    const done = await handoffs.complete(recordId, { result: { output: "report.pdf" } })
    expect(done.result).toEqual({ output: "report.pdf" })
    expect(done.request.deadline).toBeInstanceOf(Date)
    await following
    expect(seen).toEqual(["Created", "Accepted", "Completed"])
    await expect(handoffs.get("nope")).rejects.toMatchObject({ _tag: "HandoffNotFound", message: "No handoff nope" })
    await expect(handoffs.get(recordId, { signal: AbortSignal.abort("enough") })).rejects.toBe("enough")
  } finally {
    await handoffs.close()
  }
})

it.each(["memory:", "sdk-lost"])("a worker is told soon that its handoff was cancelled in %s", async (name) => {
  const worker = await openHandoffs(name)
  // A memory store belongs to one client.
  const other = name === "memory:" ? worker : await openHandoffs(name)
  try {
    await lose(worker, other)
  } finally {
    await other.close()
    await worker.close()
  }
})

it("a hundred verbs at once on one handoff in IndexedDB all succeed from two clients", async () => {
  const one = await openHandoffs("sdk-races")
  const other = await openHandoffs("sdk-races")
  try {
    await race([one, other])
  } finally {
    await other.close()
    await one.close()
  }
})

it.each(["memory:", "sdk-keys"])("handoffs are signed and verified in %s", async (name) => {
  const { publicKey, secretKey } = await generateKeys()
  const handoffs = await openHandoffs(name, { keys: { executor: secretKey } })
  try {
    await handoffs.agents.register("executor", [], { publicKey })
    const schema = { type: "object", required: ["total"] }
    const { recordId } = await handoffs.create({ ...ask, deliverables: [{ name: "sums", schema }] })
    await handoffs.accept(recordId)
    const part = await handoffs.delegate(recordId, { toAgent: "auditor", taskDescription: "Check the sums" })
    await handoffs.cancel(part.recordId)
    await expect(handoffs.complete(recordId, { artifacts: [{ name: "sums", content: {} }] })).rejects.toMatchObject({
      _tag: "NotDelivered",
      issues: [{ deliverable: "sums" }]
    })
    await handoffs.complete(recordId, { artifacts: [{ name: "sums", content: { total: 7 } }] })
    expect(await handoffs.verify(recordId)).toMatchObject({ recordId, entries: 4, signed: 3, keyless: 1 })
    expect(await handoffs.verify()).toMatchObject({ handoffs: 2, entries: 6, signed: 5, flaws: [], faults: [] })
    const { note } = await handoffs.checkpoint({ key: secretKey })
    const checkpoint = { note, key: publicKey }
    expect(await handoffs.verify({ checkpoint })).toMatchObject({ entries: 6, faults: [] })
  } finally {
    await handoffs.close()
  }
})

it("a schema that would never end is judged beside the page, which goes on", async () => {
  const handoffs = await openHandoffs("memory:")
  try {
    const hostile = [{ name: "sums", schema: { pattern: "^(.|.)*~~$" } }]
    const { recordId } = await handoffs.create({ ...ask, deliverables: hostile })
    await handoffs.accept(recordId)
    const artifacts = [{ name: "sums", content: "An ordinary sentence about the third quarter." }]
    const ended: Array<string> = []
    const completing = handoffs.complete(recordId, { artifacts }).catch((error: unknown) => ended.push(String(error)))
    await handoffs.create(ask)
    ended.push("created")
    await completing
    expect(ended).toEqual(["created", expect.stringContaining("it was not judged within 500 ms")])
    const { recordId: next } = await handoffs.create({
      ...ask,
      deliverables: [{ name: "sums", schema: { type: "string" } }]
    })
    await handoffs.accept(next)
    expect((await handoffs.complete(next, { artifacts })).status).toBe("completed")
  } finally {
    await handoffs.close()
  }
})

it("two clients of one database see each other's handoffs, which stay after closing", async () => {
  const name = `sdk-test-${crypto.randomUUID()}`
  const planner = await openHandoffs(name)
  const executor = await openHandoffs(name)
  const { recordId } = await planner.create(ask)
  await executor.accept(recordId)
  expect((await planner.get(recordId)).status).toBe("accepted")
  await planner.close()
  await executor.close()
  const later = await openHandoffs(name)
  expect((await later.get(recordId)).status).toBe("accepted")
  await later.close()
})

it("verify() accuses no commit of another client in IndexedDB", async () => {
  const [handoffs, other] = [await openHandoffs("sdk-verify"), await openHandoffs("sdk-verify")]
  try {
    const stop = new AbortController()
    const writing = writeUntil(other, 4, stop.signal)
    const { accused, grown } = await verifyRepeatedly(handoffs, 15)
    stop.abort()
    await writing
    expect(accused).toEqual([])
    expect(grown).toBe(15)
  } finally {
    await Promise.all([handoffs.close(), other.close()])
  }
})
