import { describe, expect, it } from "vitest"

import { GiveUp, type Handoffs } from "../src/index.ts"
import { ask, rejection, stores, using } from "./stores.ts"

/** Works until something is true of the handoffs, and then stops. */
const workUntil = async (
  handoffs: Handoffs,
  handler: Parameters<Handoffs["work"]>[1],
  isDone: () => Promise<boolean>
): Promise<void> => {
  const stop = new AbortController()
  const working = handoffs.work("executor", handler, { lease: 5000, grace: 100, signal: stop.signal })
  await expect.poll(isDone, { timeout: 20_000, interval: 20 }).toBe(true)
  stop.abort()
  await working
}

describe.each(stores)("work on a $name store", (store) => {
  it("hands back what the handler resolves to, with its progress and its answered question on record", () =>
    using(store, async (handoffs) => {
      const { recordId } = await handoffs.create(ask)
      const answering = (async () => {
        for await (const { event } of handoffs.changes()) {
          if (event._tag === "Asked") await handoffs.answer(recordId, { answer: `${event.question} The third.` })
          if (event._tag === "Completed") break
        }
      })()
      await workUntil(
        handoffs,
        async ({ request }, { progress, ask }) => {
          await progress({ note: "Reading", fraction: 0.25 })
          return { task: request.taskDescription, quarter: await ask("Which?") }
        },
        async () => (await handoffs.get(recordId)).status === "completed"
      )
      await answering
      expect(await handoffs.get(recordId)).toMatchObject({
        status: "completed",
        result: { task: ask.taskDescription, quarter: "Which? The third." }
      })
      const tags = (await handoffs.history(recordId)).map(({ event }) => event._tag)
      expect(tags.filter((tag) => tag === "Asked" || tag === "Answered")).toEqual(["Asked", "Answered"])
    }))

  it("tries again what was thrown, fails at once what was given up, and takes nothing for an empty result", () =>
    using(store, async (handoffs) => {
      const flaky = await handoffs.create({ ...ask, taskDescription: "flaky" })
      const hopeless = await handoffs.create({ ...ask, taskDescription: "hopeless" })
      await workUntil(
        handoffs,
        async ({ attempt, request }) => {
          if (request.taskDescription === "hopeless") throw new GiveUp("There is no such file.")
          if (attempt === 1) throw new Error("Not yet")
        },
        async () => (await handoffs.get(flaky.recordId)).status === "completed"
      )
      expect(await handoffs.get(flaky.recordId)).toMatchObject({ attempt: 2, result: {} })
      expect(await handoffs.get(hopeless.recordId)).toMatchObject({
        status: "failed",
        attempt: 1,
        response: { reason: "There is no such file." }
      })
    }))

  it("aborts the handler's signal when the handoff is taken away", () =>
    using(store, async (handoffs) => {
      const { recordId } = await handoffs.create(ask)
      const aborted = Promise.withResolvers<boolean>()
      const stop = new AbortController()
      const working = handoffs.work(
        "executor",
        async (_, { signal }) => {
          signal.addEventListener("abort", () => aborted.resolve(signal.aborted))
          await handoffs.cancel(recordId)
          await aborted.promise
        },
        { lease: 300, signal: stop.signal }
      )
      expect(await aborted.promise).toBe(true)
      stop.abort()
      await working
      expect((await handoffs.get(recordId)).status).toBe("cancelled")
    }))

  it("ends when the handoffs are closed, and releases what is under way", () =>
    using(store, async (handoffs) => {
      await handoffs.create(ask)
      const begun = Promise.withResolvers<void>()
      const working = handoffs.work(
        "executor",
        async (_, { signal }) => {
          begun.resolve()
          await new Promise((resolve) => signal.addEventListener("abort", resolve))
        },
        { grace: 50 }
      )
      await begun.promise
      await handoffs.close()
      await working
    }))

  it("may be told and asked without being waited for", () =>
    using(store, async (handoffs) => {
      const { recordId } = await handoffs.create(ask)
      const unhandled: Array<unknown> = []
      const note = (error: unknown) => unhandled.push(error)
      process.on("unhandledRejection", note)
      const stop = new AbortController()
      const aborted = Promise.withResolvers<void>()
      const working = handoffs.work(
        "executor",
        async (_, { signal, progress, ask }) => {
          signal.addEventListener("abort", () => aborted.resolve())
          void progress({ fraction: 7 })
          void ask("Which quarter?")
          await aborted.promise
        },
        { lease: 5000, grace: 50, signal: stop.signal }
      )
      await expect.poll(async () => (await handoffs.get(recordId)).status, { timeout: 20_000 }).toBe("input_required")
      stop.abort()
      await working
      await new Promise((resolve) => setImmediate(resolve))
      process.off("unhandledRejection", note)
      expect(unhandled).toEqual([])
      expect(await handoffs.get(recordId)).toMatchObject({ status: "pending", attempt: 2 })
    }))

  it("rejects once the handoffs are closed, and ends at once when it was stopped before", () =>
    using(store, async (handoffs) => {
      await handoffs.work("executor", async () => {}, { signal: AbortSignal.abort() })
      await handoffs.close()
      expect(await rejection(handoffs.work("executor", async () => {}))).toMatchObject({
        message: expect.stringMatching(/are closed/)
      })
    }))

  it("refuses options that are none", () =>
    using(store, async (handoffs) => {
      const refused = await rejection(handoffs.work("executor", async () => {}, { concurrency: 0 }))
      expect(refused).toMatchObject({ _tag: "InvalidInput" })
    }))
})
