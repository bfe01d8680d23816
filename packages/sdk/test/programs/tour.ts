/** Completes a handoff at a location, using everything that may differ between runtimes, and prints the changes. */
import { generateKeys, HandoffNotFound } from "../../src/index.ts"
import { openHandoffs } from "../../src/node.ts"

const { publicKey, secretKey } = await generateKeys()
const handoffs = await openHandoffs(process.argv[2] ?? "memory:", { keys: { executor: secretKey } })
await handoffs.agents.register("executor", ["report"], { publicKey })
const seen: Array<string> = []
const first = Promise.withResolvers<void>()
const following = (async () => {
  for await (const { event } of handoffs.changes()) {
    seen.push(event._tag)
    first.resolve()
  }
})()
const deliverables = [{ name: "sums", schema: { type: "object", required: ["total"] } }]
const { recordId } = await handoffs.create({
  fromAgent: "planner",
  toAgent: "executor",
  taskDescription: "Report",
  deliverables
})
const claimed = await handoffs.claim("executor")
const controller = new AbortController()
controller.abort(new Error("changed my mind"))
const reason = await handoffs.start(recordId, { signal: controller.signal }).catch((error: unknown) => String(error))
const complete = (content: object) =>
  handoffs.complete(recordId, {
    result: { output: "report.pdf" },
    artifacts: [{ name: "sums", content: { ...content } }]
  })
const misfit = await complete({}).catch((error: unknown) => String(error))
const done = await complete({ total: 7 })
const { signed, flaws, faults } = await handoffs.verify()
const askForNothing = async () => {
  await handoffs.get("nope")
}
const missing = await askForNothing().catch((error: unknown) => error)
const left = handoffs.changes({ signal: AbortSignal.timeout(60_000) })
for await (const { event } of left) if (event._tag === "Completed") break
// Otherwise the store may close before the follower has read an entry.
await first.promise
await handoffs.close()
await handoffs.close()
await following
const closed = await handoffs.metrics().catch((error: unknown) => String(error))
const stack = missing instanceof HandoffNotFound ? (missing.stack ?? "") : ""
console.log(
  JSON.stringify({
    claimed: claimed?.status,
    reason,
    misfit,
    result: done.result,
    signed,
    isWhole: flaws.length + faults.length === 0,
    isDate: done.updatedAt instanceof Date,
    missing: stack.split("\n")[0],
    isMine: stack.includes("tour.ts"),
    seen: seen.slice(0, 1),
    closed,
    asyncDispose: typeof handoffs[Symbol.asyncDispose]
  })
)
