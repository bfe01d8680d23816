import { describe, expect, it } from "vitest"

import { type Briefing, CannotWork, GiveUp, type Handoffs, type WorkHandler, type WorkOptions } from "../src/index.ts"
import { openHandoffs } from "../src/node.ts"
import { lose } from "./losing.ts"
import { ask, rejection, stores, using } from "./stores.ts"

const briefing: Briefing = {
  severity: "unstable",
  summary: "Two invoices are missing.",
  actions: [{ id: "invoices", task: "Ask for them" }],
  readBack: {}
}

/** Works until a condition on the handoffs holds, and then stops. */
const workUntil = async (
  handoffs: Handoffs,
  handler: WorkHandler,
  isDone: () => Promise<boolean>,
  options: WorkOptions = {}
): Promise<void> => {
  const stop = new AbortController()
  const working = handoffs.work("executor", handler, { lease: 5000, grace: 100, ...options, signal: stop.signal })
  await expect.poll(isDone, { timeout: 20_000, interval: 20 }).toBe(true)
  stop.abort()
  await working
}

describe.each(stores)("work on a $name store", (store) => {
  it("completes with the handler's result, and records its progress and its answered question", () =>
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

  it("tells its handler soon that the handoff was cancelled, also by another client", () =>
    using(store, async (handoffs, location) => {
      await lose(handoffs, handoffs)
      if (!store.isShared) return
      await using other = await openHandoffs(location)
      await lose(handoffs, other)
    }))

  it("records what its handler threw", () =>
    using(store, async (handoffs) => {
      const thrown: Readonly<Record<string, readonly [thrown: unknown, reason: string]>> = {
        object: [{ status: 503 }, '{"status":503}'],
        caused: [
          new TypeError("No report", { cause: Object.assign(new Error("closed\0"), { code: "E42" }) }),
          "TypeError: No report caused by: closed (E42)"
        ],
        several: [new AggregateError([new Error("one"), "two"], "All"), "AggregateError: All [one; two]"],
        hopeless: [new GiveUp("No file", { cause: new RangeError("gone") }), "No file caused by: RangeError: gone"]
      }
      const create = (id: string) => handoffs.create({ ...ask, taskDescription: id, maxAttempts: 1 }, { id })
      for (const id of Object.keys(thrown)) await create(id)
      await workUntil(
        handoffs,
        async ({ recordId }) => {
          throw thrown[recordId]?.[0]
        },
        async () => (await handoffs.metrics()).byStatus.failed === 4
      )
      for (const [id, [, reason]] of Object.entries(thrown)) {
        expect(await handoffs.get(id)).toMatchObject({ status: "failed", response: { accepted: false, reason } })
      }
    }))

  it("leaves a question open when it is stopped, and asks it once", () =>
    using(store, async (handoffs) => {
      const { recordId } = await handoffs.create({ ...ask, maxAttempts: 1 })
      const handler: WorkHandler = async (_, { ask }) => ({ quarter: await ask("Which quarter?") })
      const isAsked = async () => (await handoffs.get(recordId)).status === "input_required"
      await workUntil(handoffs, handler, isAsked)
      expect(await handoffs.get(recordId)).toMatchObject({ status: "input_required", released: true, attempt: 2 })
      const answered = await handoffs.answer(recordId, { answer: "The third." })
      expect(answered).toMatchObject({ status: "pending", answer: { answer: "The third." } })
      await workUntil(handoffs, handler, async () => (await handoffs.get(recordId)).status === "completed")
      expect(await handoffs.get(recordId)).toMatchObject({
        attempt: 2,
        uncounted: 1,
        result: { quarter: "The third." }
      })
      expect(await handoffs.verify(recordId)).toMatchObject({ recordId })
    }))

  it("retries after an error, fails at once after GiveUp, and treats undefined as an empty result", () =>
    using(store, async (handoffs) => {
      const flaky = await handoffs.create({ ...ask, taskDescription: "flaky" })
      const hopeless = await handoffs.create({ ...ask, taskDescription: "hopeless" })
      await workUntil(
        handoffs,
        async ({ attempt, request }) => {
          if (request.taskDescription === "hopeless") throw new GiveUp("There is no such file.")
          if (attempt === 1) throw new Error("Not yet")
        },
        async () => (await handoffs.get(flaky.recordId)).status === "completed",
        { retry: { initial: 1 } }
      )
      expect(await handoffs.get(flaky.recordId)).toMatchObject({ attempt: 2, result: {} })
      expect(await handoffs.get(hopeless.recordId)).toMatchObject({
        status: "failed",
        attempt: 1,
        response: { reason: "There is no such file." }
      })
    }))

  it("aborts the handler's signal when the handoff is lost", () =>
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

  it("ends when the handoffs are closed, and releases running work", () =>
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

  it("accepts progress and questions that are not awaited", () =>
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
      expect(await handoffs.get(recordId)).toMatchObject({ status: "input_required", released: true, attempt: 2 })
    }))

  it("rejects once the handoffs are closed, and ends at once if it was stopped before", () =>
    using(store, async (handoffs) => {
      await handoffs.work("executor", async () => {}, { signal: AbortSignal.abort() })
      await handoffs.close()
      expect(await rejection(handoffs.work("executor", async () => {}))).toMatchObject({
        message: expect.stringMatching(/are closed/)
      })
    }))

  it("restates a briefing, waits for the confirmation, and delivers the artifacts", () =>
    using(store, async (handoffs) => {
      const deliverables = [{ name: "report", schema: { type: "object", required: ["total"] } }]
      const { recordId } = await handoffs.create({ ...ask, briefing, deliverables })
      const confirming = (async () => {
        for await (const { event } of handoffs.changes()) {
          if (event._tag === "Restated") await handoffs.confirm(recordId, { correction: "Of Smith & Sons." })
          if (event._tag === "Completed") break
        }
      })()
      const seen: Array<unknown> = []
      await workUntil(
        handoffs,
        async ({ readBack }, { deliver, vouch }) => {
          const content = { total: 7 }
          deliver({ name: "report", content })
          content.total = 8
          deliver({ name: "note", content: readBack?.correction ?? "" })
          vouch({ grade: "observed", statement: "The sums agree", of: "report" })
        },
        async () => (await handoffs.get(recordId)).status === "completed",
        {
          readBack: async ({ status, request }, { signal }) => {
            seen.push(status, request.briefing?.severity, signal.aborted)
            return { summary: "I get them.", items: [{ id: "invoices", answer: "question", note: undefined as never }] }
          }
        }
      )
      await confirming
      expect(seen).toEqual(["accepted", "unstable", false])
      expect(await handoffs.get(recordId)).toMatchObject({
        result: {},
        artifacts: [
          { name: "report", content: { total: 7 } },
          { name: "note", content: "Of Smith & Sons." }
        ],
        evidence: [{ grade: "observed", statement: "The sums agree", of: "report", by: "executor" }]
      })
    }))

  it("skips a required read-back without a readBack option", () =>
    using(store, async (handoffs) => {
      const asks = await handoffs.create({ ...ask, briefing, priority: 9 })
      const { recordId } = await handoffs.create(ask)
      const isDone = async () => (await handoffs.get(recordId)).status === "completed"
      await workUntil(handoffs, async () => {}, isDone)
      expect(await handoffs.get(asks.recordId)).toMatchObject({ status: "pending", revision: 1 })
    }))

  it("releases a handoff that it could not restate or deliver", () =>
    using(store, async (handoffs) => {
      const unread = await handoffs.create({ ...ask, briefing })
      const hopeless = await handoffs.create({ ...ask, briefing, taskDescription: "hopeless" })
      const undelivered = await handoffs.create({ ...ask, deliverables: [{ name: "report" }] })
      const isBack = async ({ recordId }: { readonly recordId: string }) => (await handoffs.get(recordId)).attempt === 2
      await workUntil(
        handoffs,
        async () => {},
        async () =>
          (await isBack(unread)) &&
          (await isBack(undelivered)) &&
          (await handoffs.get(hopeless.recordId)).status === "failed",
        {
          readBack: async ({ request }) => {
            if (request.taskDescription === "hopeless") throw new GiveUp("There is no ledger.")
            throw new Error("Nothing is clear.")
          }
        }
      )
      const reasonOf = async ({ recordId }: { readonly recordId: string }) =>
        (await handoffs.history(recordId)).find(({ event }) => event._tag === "Released")?.event
      expect(await reasonOf(unread)).toMatchObject({ reason: "Nothing is clear." })
      expect(await reasonOf(undelivered)).toMatchObject({
        reason: expect.stringContaining("report: Expected an artifact")
      })
    }))

  it("tells failures apart, pauses after several in a row, and ends at an empty inbox", () =>
    using(store, async (handoffs) => {
      for (const id of ["a", "b", "c"]) await handoffs.create({ ...ask, taskDescription: id }, { id })
      const [told, messages]: [Array<unknown>, Array<string>] = [[], []]
      const fetchFailed = new TypeError("fetch failed", {
        cause: Object.assign(new Error("no"), { code: "ECONNRESET" })
      })
      const busy = Object.assign(new Error("Busy"), { status: 429, headers: { "retry-after": "120" } })
      const thrown: Readonly<Record<string, unknown>> = { a: fetchFailed, b: busy, c: new ReferenceError("typo") }
      const say = (message: string) => void messages.push(message)
      const before = Date.now()
      await handoffs.work(
        "executor",
        async ({ recordId }) => {
          throw thrown[recordId]
        },
        {
          until: "empty",
          breaker: { after: 3, pause: 1 },
          retry: { initial: 60_000, jitter: 0 },
          logger: { info: say, warn: say },
          onError: ({ handoff, kind, retryAfter }) => {
            told.push([handoff.recordId, kind, retryAfter])
            throw new Error("of the listener")
          }
        }
      )
      expect(told).toEqual([
        ["a", "unavailable", undefined],
        ["b", "unavailable", 120_000],
        ["c", "bug", undefined]
      ])
      expect(messages).toEqual([expect.stringMatching(/^3 handoffs failed in a row; .*: ReferenceError: typo$/)])
      const waits = await Promise.all(
        ["a", "b", "c"].map(async (id) => {
          const { notBefore } = await handoffs.where(id)
          return Math.floor((Number(notBefore) - before) / 60_000)
        })
      )
      expect(waits).toEqual([1, 2, 10])
      const released = (await handoffs.history("c")).at(-1)?.event
      expect(released).toMatchObject({ _tag: "Released", stack: expect.stringContaining("Work.test.ts") })
    }))

  it("stops without counting the attempt if its handler cannot run", () =>
    using(store, async (handoffs) => {
      const { recordId } = await handoffs.create({ ...ask, maxAttempts: 1 })
      for (const error of [
        new CannotWork("No key"),
        Object.assign(new Error("gone"), { code: "ERR_MODULE_NOT_FOUND" })
      ]) {
        const stopped = await rejection(
          handoffs.work("executor", async () => {
            throw error
          })
        )
        expect(stopped).toMatchObject({ _tag: "CannotWork", message: expect.stringContaining(error.message) })
      }
      expect(await handoffs.get(recordId)).toMatchObject({ status: "pending", uncounted: 2 })
    }))

  it("works on another handoff while a read-back waits for its confirmation", () =>
    using(store, async (handoffs) => {
      const waiting = await handoffs.create({
        ...ask,
        briefing: { ...briefing, readBack: { confirm: true } },
        priority: 9
      })
      const { recordId } = await handoffs.create(ask)
      const statusOf = async (id: string) => (await handoffs.get(id)).status
      await workUntil(
        handoffs,
        async ({ recordId: id }) => {
          if (id === recordId) await handoffs.confirm(waiting.recordId)
        },
        async () => (await statusOf(waiting.recordId)) === "completed",
        { readBack: async () => ({ summary: "I get them.", items: [{ id: "invoices", answer: "understood" }] }) }
      )
      expect(await statusOf(recordId)).toBe("completed")
    }))

  it("refuses invalid options", () =>
    using(store, async (handoffs) => {
      for (const options of [{ concurrency: 0 }, { readBack: true as never }, { lease: "10m" as never }]) {
        const refused = await rejection(handoffs.work("executor", async () => {}, options))
        expect(refused).toMatchObject({ _tag: "InvalidInput" })
      }
    }))
})
