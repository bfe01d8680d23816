import { describe, expect, it } from "vitest"

import {
  AlreadyHeld,
  AmbiguousId,
  generateKeys,
  type Handoffs,
  InvalidInput,
  KeyRequired,
  NotYourHandoff
} from "../src/index.ts"
import { openHandoffs } from "../src/node.ts"
import { ask, rejection, stores, temporaryDirectory, using } from "./stores.ts"

describe.each(stores)("names in a $name store", (store) => {
  const open = (body: Parameters<typeof using>[1]) => () => using(store, body)

  it(
    "that look like another agent's are refused, and the error names that agent",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create(ask)
      await handoffs.accept(recordId)
      const forwarded = await rejection(handoffs.forward(recordId, { to: "\u0435xecutor" }))
      expect(forwarded).toBeInstanceOf(AlreadyHeld)
      expect(forwarded).toMatchObject({ agent: "\u0435xecutor", alike: "executor", holders: ["planner", "executor"] })
      const attested = await rejection(handoffs.attest(recordId, { by: "Executor", statement: "Good" }))
      expect(attested).toBeInstanceOf(NotYourHandoff)
      expect(attested).toMatchObject({ by: "Executor", alike: "executor", party: "witness" })
      expect(await rejection(handoffs.create({ ...ask, toAgent: "executor " }))).toBeInstanceOf(InvalidInput)
      expect((await handoffs.history(recordId)).length).toBe(2)
    })
  )

  it(
    "of handoffs are taken as a whole, unless they were drawn",
    open(async (handoffs) => {
      await handoffs.create(ask, { id: "task-10" })
      const { recordId } = await handoffs.create(ask)
      expect((await handoffs.find(recordId.slice(0, 6))).recordId).toBe(recordId)
      await rejection(handoffs.find("task-1"))
      await handoffs.create(ask, { id: "7k2m" })
      await handoffs.create(ask, { id: "7k2m00000000" })
      const ambiguous = await rejection(handoffs.find("7k2m"))
      expect(ambiguous).toBeInstanceOf(AmbiguousId)
      expect(ambiguous).toMatchObject({ recordIds: ["7k2m", "7k2m00000000"] })
      expect((await handoffs.cancel("7k2m")).recordId).toBe("7k2m")
    })
  )

  it(
    "with a key are changed only with that key or by an operator",
    open(async (handoffs) => {
      const { publicKey } = await generateKeys()
      // The key is known from another store, and its secret key is not in this process.
      const keys = [{ public_key: publicKey, since: new Date().toISOString() }]
      const agents = [{ agent_id: "executor", capabilities: ["report"], keys }]
      await handoffs.import({ format: "aumai-handoff/archive/2", agents, records: [] })
      await handoffs.agents.register("executor", ["report"])
      const refused = await rejection(handoffs.agents.register("executor", []))
      expect(refused).toBeInstanceOf(KeyRequired)
      expect(refused).toMatchObject({ agentId: "executor", publicKey })
      expect(await rejection(handoffs.agents.unregister("executor"))).toBeInstanceOf(KeyRequired)
      const acted = await rejection(handoffs.create({ ...ask, fromAgent: "executor", toAgent: "planner" }))
      expect(acted).toMatchObject({ _tag: "KeyRequired", agentId: "executor", publicKey })
      await handoffs.agents.seen("executor")
      await handoffs.agents.register("executor", [], { operator: true })
      await handoffs.agents.unregister("executor", { operator: true })
      expect(await handoffs.agents.list()).toEqual([])
    })
  )
})

it.each(stores.filter(({ isShared }) => isShared))("a process with the key changes its agent: $name", async (store) => {
  using directory = temporaryDirectory()
  const location = store.location(directory.path)
  const { publicKey, secretKey } = await generateKeys()
  const next = await generateKeys()
  await using own = await openHandoffs(location, { keys: { executor: secretKey } })
  await using other = await openHandoffs(location, { keys: { executor: next.secretKey } })
  await using both = await openHandoffs(location, { keys: { executor: [secretKey, next.secretKey] } })
  await own.agents.register("executor", ["report"], { publicKey })
  expect(await rejection(other.agents.unregister("executor"))).toBeInstanceOf(KeyRequired)
  // Only a process that has both keys can replace the one by the other.
  const rotate = (process: Handoffs) => process.agents.register("executor", ["audit"], { publicKey: next.publicKey })
  expect(await rejection(rotate(own))).toBeInstanceOf(InvalidInput)
  expect(await rejection(rotate(other))).toBeInstanceOf(KeyRequired)
  await rotate(both)
  expect(await rejection(own.agents.unregister("executor"))).toBeInstanceOf(KeyRequired)
  await other.agents.unregister("executor")
  expect(await own.agents.list()).toEqual([])
})
