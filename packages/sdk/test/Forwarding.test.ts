import { describe, expect, it } from "vitest"

import {
  AlreadyHeld,
  type HandoffRecord,
  type Handoffs,
  InvalidInput,
  NoAttemptLeft,
  NoCapableAgent,
  NoHopLeft,
  NotYourHandoff,
  StaleAttempt
} from "../src/index.ts"
import { ask, oneStore, rejection, using } from "./stores.ts"

const receivers = ({ hops = [], request }: HandoffRecord) => [request.toAgent, ...hops.map(({ receiver }) => receiver)]

/** Sweeps until an overdue event was applied, and returns its record. */
const swept = async (handoffs: Handoffs): Promise<HandoffRecord | undefined> => {
  while (true) {
    const [moved] = await handoffs.sweep()
    if (moved !== undefined) return moved
  }
}

describe.each(oneStore)("forwarding in a $name store", (store) => {
  const open = (body: Parameters<typeof using>[1]) => () => using(store, body)

  it(
    "moves a handoff from its holder, with a hand-back",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create(ask)
      const held = await handoffs.accept(recordId, { lease: 600_000 })
      await handoffs.start(recordId)
      const handBack = { done: ["The ledger"], artifacts: [{ name: "ledger", content: { rows: [1, 2] } }] }
      const forwarded = await handoffs.forward(recordId, { to: "auditor", reason: "Needs a second look", handBack })
      expect(forwarded).toMatchObject({
        status: "pending",
        attempt: 2,
        handBack,
        hops: [{ receiver: "auditor", attempt: 2, at: forwarded.updatedAt }],
        request: { toAgent: "executor" }
      })
      expect(forwarded.hops?.[0]?.at).toBeInstanceOf(Date)
      expect((await handoffs.where(recordId)).turn).toBe("auditor")
      expect((await handoffs.inbox("executor")).length).toBe(0)

      const late = await rejection(handoffs.complete(recordId, { attempt: held.attempt }))
      expect(late).toBeInstanceOf(StaleAttempt)
      expect(late).toMatchObject({ attempt: 1, current: 2 })
      expect(await rejection(handoffs.accept(recordId, { by: "executor" }))).toBeInstanceOf(NotYourHandoff)

      const claimed = await handoffs.claim("auditor")
      expect(claimed).toMatchObject({ recordId, attempt: 2, handBack })
      expect((await handoffs.complete(recordId, { attempt: 2 })).hops).toEqual(forwarded.hops)
      expect((await handoffs.history(recordId))[3]?.event).toMatchObject({
        _tag: "Forwarded",
        by: "executor",
        to: "auditor",
        reason: "Needs a second look"
      })
    })
  )

  it(
    "uses the router without a named agent, and excludes former receivers",
    open(async (handoffs) => {
      const task = { ...ask, requires: ["analyze"] }
      const { recordId } = await handoffs.create(task)
      expect(await rejection(handoffs.forward(recordId))).toBeInstanceOf(NoCapableAgent)
      for (const agent of ["planner", "executor", "auditor"]) await handoffs.agents.register(agent, ["analyze"])
      const forwarded = await handoffs.forward(recordId)
      expect(receivers(forwarded)).toEqual(["executor", "auditor"])
      expect((await handoffs.history(recordId)).at(-1)?.event).toMatchObject({ routing: { agent: "auditor" } })
      const error = await rejection(handoffs.forward(recordId, { to: "executor" }))
      expect(error).toBeInstanceOf(AlreadyHeld)
      expect(error).toMatchObject({ holders: ["planner", "executor", "auditor"] })
    })
  )

  it(
    "is limited by the request",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create({ ...ask, maxHops: 1 })
      await handoffs.forward(recordId, { to: "auditor" })
      expect(await rejection(handoffs.forward(recordId, { to: "lawyer" }))).toBeInstanceOf(NoHopLeft)
      const fixed = await handoffs.create({ ...ask, maxHops: 0 })
      expect(await rejection(handoffs.forward(fixed.recordId, { to: "auditor" }))).toMatchObject({
        message: `The request of handoff ${fixed.recordId} does not allow forwarding; \`complete\`, \`reject\`, \`release\` or \`fail\` it`
      })
      const wrong: ReadonlyArray<Promise<unknown>> = [
        handoffs.forward("q3", { to: "" }),
        handoffs.forward("q3", { to: "auditor", because: "rejected" } as never),
        handoffs.create({ ...ask, maxHops: -1 })
      ]
      for (const promise of wrong) expect(await rejection(promise)).toBeInstanceOf(InvalidInput)
    })
  )
})

describe.each(oneStore)("re-routing in a $name store", (store) => {
  const open = (body: Parameters<typeof using>[1]) => () =>
    using(store, async (handoffs, location) => {
      for (const agent of ["executor", "auditor"]) await handoffs.agents.register(agent, ["analyze"])
      await body(handoffs, location)
    })
  const task = { ...ask, requires: ["analyze"], reroute: true }

  it(
    "moves to the next suitable agent after a rejection, and ends without one",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create(task)
      const rerouted = await handoffs.reject(recordId, { reason: "No ledgers, please." })
      expect(rerouted.status).toBe("pending")
      expect(receivers(rerouted)).toEqual(["executor", "auditor"])
      expect((await handoffs.history(recordId)).at(-1)?.event).toMatchObject({
        _tag: "Forwarded",
        by: "executor",
        because: "rejected",
        reason: "No ledgers, please."
      })
      const rejected = await handoffs.reject(recordId, { reason: "Nor for me." })
      expect(rejected).toMatchObject({ status: "rejected", response: { reason: "Nor for me." } })
      expect(receivers(rejected)).toEqual(["executor", "auditor"])
    })
  )

  it(
    "moves on after acceptBy has passed",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create({ ...task, acceptBy: new Date(Date.now() + 50) })
      const moved = await swept(handoffs)
      expect(moved).toMatchObject({ recordId, status: "pending", attempt: 2 })
      expect((await handoffs.history(recordId))[1]?.event).toMatchObject({
        _tag: "Forwarded",
        by: "clock",
        because: "accept_by",
        to: "auditor"
      })
    })
  )

  it(
    "moves on when the attempts are exhausted, by expiry or by release",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create({ ...task, maxAttempts: 1 })
      await handoffs.accept(recordId, { lease: 1 })
      const moved = await swept(handoffs)
      expect(moved).toMatchObject({ recordId, status: "pending", attempt: 2, hops: [{ receiver: "auditor" }] })
      // The next receiver has the same number of attempts.
      await handoffs.accept(recordId)
      expect(await rejection(handoffs.release(recordId, { reason: "Cannot be read" }))).toBeInstanceOf(NoAttemptLeft)

      const other = await handoffs.create({ ...task, maxAttempts: 1 })
      await handoffs.accept(other.recordId)
      const rerouted = await handoffs.release(other.recordId, { reason: "Cannot be read" })
      expect(rerouted).toMatchObject({ status: "pending", hops: [{ receiver: "auditor", attempt: 2 }] })
      // A failure ends the handoff.
      await handoffs.accept(other.recordId)
      expect((await handoffs.fail(other.recordId, { reason: "There is no ledger." })).status).toBe("failed")
    })
  )
})
