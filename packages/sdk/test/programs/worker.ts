/** Works at a location until it is stopped. Tests kill it at any moment. */
import { HandoffManager } from "@aumai/handoff-core"
import { AgentId, isOpen, type RecordId } from "@aumai/handoff-protocol"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"

import type { HandoffRecord } from "../../src/index.ts"
import { openHandoffs, schemaBox, storeLayer } from "../../src/node.ts"
import { agents, helper } from "../agents.ts"

const [location = "memory:", lease = "1000"] = process.argv.slice(2)
const stop = new AbortController()
process.on("SIGTERM", () => stop.abort())
const handoffs = await openHandoffs(location)
const runtime = ManagedRuntime.make(
  HandoffManager.layer.pipe(Layer.provide(Layer.merge(storeLayer(location), schemaBox)))
)
const manager = await runtime.runPromise(HandoffManager)
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Delegates two parts to the helper, and waits until they are final. Idempotent. */
const delegate = async ({ attempt, recordId }: HandoffRecord, by: AgentId) => {
  // The cast is safe because the handoff was just claimed under this id.
  const id = recordId as RecordId
  const parts = await Promise.all(
    ["a", "b"].map((part) =>
      runtime.runPromise(
        manager.delegate(
          id,
          { toAgent: helper, taskDescription: `Part ${part}`, priority: 10, maxAttempts: 100 },
          { id: `${recordId}-${part}`, by, attempt }
        )
      )
    )
  )
  for (const part of parts) {
    while (isOpen((await runtime.runPromise(manager.get(part.recordId))).status)) await wait(20)
  }
}

const work = (agent: string) =>
  handoffs.work(
    agent,
    async (record) => {
      const { attempt, recordId, request, revision } = record
      const by = AgentId.make(agent)
      await wait(Math.random() * 20)
      const { mode } = request.context
      if (mode === "delegate") await delegate(record, by)
      if (mode === "forward" && attempt === 1) {
        // The cast has the same reason as above. The router chooses the next receiver, and this worker's result is refused.
        await runtime.runPromise(manager.forward(recordId as RecordId, { by, attempt, reason: "Somebody else can." }))
      }
      return { attempt, begun: revision, pid: process.pid }
    },
    {
      concurrency: 2,
      lease: Number(lease),
      grace: 2000,
      signal: stop.signal,
      // The usual pauses are as long as the test.
      retry: { initial: 50, max: 1000 }
    }
  )
await Promise.all([...agents, helper].map(work))
await runtime.dispose()
await handoffs.close()
