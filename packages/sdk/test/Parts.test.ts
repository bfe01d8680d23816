import { describe, expect, it } from "vitest"

import {
  type ChainLink,
  HandoffExists,
  InvalidInput,
  InvalidTransition,
  NoCapableAgent,
  NotYourHandoff,
  NotCompleted,
  OpenChildren,
  StaleAttempt
} from "../src/index.ts"
import { ask, oneStore, rejection, stores, using } from "./stores.ts"

const charts = { toAgent: "artist", taskDescription: "Draw the charts" }

/** A tree of ids. */
const idsOf = ({ record, parts }: ChainLink): ReadonlyArray<unknown> => [record.recordId, ...parts.map(idsOf)]

describe.each(oneStore)("parts of a handoff in a $name store", (store) => {
  const open = (body: Parameters<typeof using>[1]) => () =>
    using(store, async (handoffs, location) => {
      await handoffs.create(ask, { id: "whole" })
      await body(handoffs, location)
    })

  it(
    "are handoffs from its holder, who stays accountable",
    open(async (handoffs) => {
      expect(await rejection(handoffs.delegate("whole", charts))).toBeInstanceOf(InvalidTransition)
      const { attempt } = await handoffs.accept("whole")
      const context = { months: [7, 8, 9] }
      const part = await handoffs.delegate("whole", { ...charts, context }, { id: "charts", attempt })
      context.months.pop()
      expect(part).toMatchObject({
        recordId: "charts",
        status: "pending",
        request: { fromAgent: "executor", toAgent: "artist", parent: "whole", context: { months: [7, 8, 9] } }
      })
      expect(await handoffs.get("whole")).toMatchObject({ status: "accepted", parts: 1 })
      expect((await handoffs.history("whole")).at(-1)?.event).toMatchObject({ _tag: "Delegated", child: "charts" })
      // Idempotent.
      const same = { ...charts, context: { months: [7, 8, 9] } }
      expect((await handoffs.delegate("whole", same, { id: "charts" })).recordId).toBe("charts")
      expect((await handoffs.get("whole")).parts).toBe(1)
      expect(await rejection(handoffs.delegate("whole", charts, { id: "charts" }))).toBeInstanceOf(HandoffExists)

      const refusals: ReadonlyArray<readonly [Promise<unknown>, new (...args: never) => Error]> = [
        [handoffs.delegate("whole", charts, { by: "planner" }), NotYourHandoff],
        [handoffs.delegate("whole", charts, { attempt: 2 }), StaleAttempt],
        [handoffs.delegate("whole", { taskDescription: "Sing", requires: ["sing"] }), NoCapableAgent],
        [handoffs.delegate("whole", { ...charts, fromAgent: 7 } as never, { lease: 5 } as never), InvalidInput],
        [handoffs.delegate("whole", undefined as never), InvalidInput]
      ]
      for (const [promise, type] of refusals) expect(await rejection(promise)).toBeInstanceOf(type)
      expect((await handoffs.get("whole")).parts).toBe(1)
    })
  )

  it(
    "must be final before the whole is completed, unless it leaves them",
    open(async (handoffs) => {
      await handoffs.accept("whole")
      const { recordId } = await handoffs.delegate("whole", charts)
      const error = await rejection(handoffs.complete("whole"))
      expect(error).toBeInstanceOf(OpenChildren)
      expect(error).toMatchObject({ children: [recordId] })
      await handoffs.accept(recordId)
      await handoffs.complete(recordId, { result: { charts: 3 } })
      expect((await handoffs.complete("whole")).parts).toBe(1)

      await handoffs.create(ask, { id: "hasty" })
      await handoffs.accept("hasty")
      const left = await handoffs.delegate("hasty", charts)
      expect((await handoffs.complete("hasty", { leavesChildren: true })).status).toBe("completed")
      expect((await handoffs.get(left.recordId)).status).toBe("pending")
    })
  )

  it(
    "are cancelled with the whole",
    open(async (handoffs) => {
      await handoffs.accept("whole")
      await handoffs.delegate("whole", charts, { id: "charts" })
      await handoffs.delegate("whole", { ...charts, taskDescription: "Write it up" }, { id: "text" })
      await handoffs.accept("charts")
      await handoffs.delegate("charts", { toAgent: "printer", taskDescription: "Print them" }, { id: "print" })
      await handoffs.accept("text")
      await handoffs.complete("text")
      await handoffs.cancel("whole", { reason: "Not needed." })
      const statuses = await Promise.all(["charts", "print", "text"].map((id) => handoffs.get(id)))
      expect(statuses.map(({ status }) => status)).toEqual(["cancelled", "cancelled", "completed"])
      expect((await handoffs.history("print")).at(-1)?.event).toMatchObject({
        _tag: "Cancelled",
        by: "planner",
        along: "charts"
      })
    })
  )

  it(
    "are returned as one tree, from any of them, before handoffs that only name it",
    open(async (handoffs) => {
      await handoffs.accept("whole")
      await handoffs.delegate("whole", charts, { id: "a" })
      await handoffs.accept("a")
      await handoffs.delegate("a", { toAgent: "printer", taskDescription: "Print them" }, { id: "b" })
      await handoffs.create({ ...ask, fromAgent: "stranger", parent: "whole" }, { id: "noise" })
      const delegated = (link: ChainLink): ChainLink => ({
        ...link,
        parts: link.parts.filter(({ isDelegated }) => isDelegated).map(delegated)
      })
      for (const id of ["whole", "a", "b"]) {
        const { root: all, isCut } = await handoffs.chain(id)
        expect(idsOf(all)).toEqual(["whole", ["a", ["b"]], ["noise"]])
        const root = delegated(all)
        expect([idsOf(root), isCut]).toEqual([["whole", ["a", ["b"]]], false])
        expect(root.record.createdAt).toBeInstanceOf(Date)
        expect(root.parts[0]?.record).toEqual(await handoffs.get("a"))
      }
    })
  )
})

describe.each(stores)("the result of a handoff in a $name store", (store) => {
  it("reaches its sender, with the parts that its handler waited for", () =>
    using(store, async (handoffs) => {
      void handoffs.work("artist", async () => ({ drawn: 3 }))
      void handoffs.work("executor", async ({ recordId }, { parts }) => {
        await handoffs.delegate(recordId, charts)
        const [drawn] = await parts.settled()
        return { parts: drawn?.status === "completed" ? drawn.result : {} }
      })
      expect((await handoffs.createAndWait(ask)).result).toEqual({ parts: { drawn: 3 } })
    }))

  it("is an error that carries the record if it was not completed, and ends with its signal", () =>
    using(store, async (handoffs) => {
      const { recordId } = await handoffs.create(ask)
      const stop = new AbortController()
      const stopped = handoffs.result(recordId, { signal: stop.signal })
      const waiting = handoffs.result(recordId)
      stop.abort(new Error("enough"))
      expect(await rejection(stopped)).toBe(stop.signal.reason)
      void handoffs.reject(recordId, { reason: "No access" })
      const error = await rejection(waiting)
      expect(error).toBeInstanceOf(NotCompleted)
      expect(error).toMatchObject({ record: { recordId, status: "rejected", updatedAt: expect.any(Date) } })
    }))
})
