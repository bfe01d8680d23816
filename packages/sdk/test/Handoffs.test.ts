import { describe, expect, it } from "vitest"

import {
  type ArchivedHandoff,
  generateKeys,
  HandoffExists,
  HandoffNotFound,
  type InboxOptions,
  type HandoffRecord,
  type Handoffs,
  InvalidInput,
  InvalidTransition,
  NoCapableAgent,
  NotYourHandoff
} from "../src/index.ts"
import { openHandoffs } from "../src/node.ts"
import { ask, rejection, stores, temporaryDirectory, using } from "./stores.ts"

const inAnHour = () => new Date(Date.now() + 3_600_000)

describe.each(stores)("handoffs in a $name store", (store) => {
  const open = (body: Parameters<typeof using>[1]) => () => using(store, body)

  it(
    "go from pending to completed",
    open(async (handoffs) => {
      const deadline = inAnHour()
      const created = await handoffs.create({ ...ask, context: { quarter: "Q3" }, priority: 8, deadline })
      expect(created).toEqual({
        status: "pending",
        recordId: created.recordId,
        revision: 1,
        request: { ...ask, context: { quarter: "Q3" }, priority: 8, deadline },
        createdAt: created.createdAt,
        updatedAt: created.createdAt,
        attempt: 1,
        head: expect.stringMatching(/^[0-9a-f]{64}$/)
      })
      expect(created.createdAt).toBeInstanceOf(Date)

      const estimatedCompletion = inAnHour()
      const accepted = await handoffs.accept(created.recordId, { reason: "On it.", estimatedCompletion })
      expect(accepted.response).toEqual({ accepted: true, reason: "On it.", estimatedCompletion })
      expect((await handoffs.start(created.recordId, { by: "executor" })).status).toBe("in_progress")
      const completed = await handoffs.complete(created.recordId, { result: { output: "report.pdf" } })
      expect(completed.result).toEqual({ output: "report.pdf" })
      expect(await handoffs.get(created.recordId)).toEqual(completed)

      const history = await handoffs.history(created.recordId)
      expect(history.map(({ event }) => event._tag)).toEqual(["Created", "Accepted", "Started", "Completed"])
      expect(history.map(({ revision }) => revision)).toEqual([1, 2, 3, 4])
      expect(history[1]?.event).toEqual({
        _tag: "Accepted",
        at: accepted.updatedAt,
        by: "executor",
        reason: "On it.",
        estimatedCompletion,
        prev: created.head,
        log: expect.stringMatching(/^[0-9a-z]{26}$/),
        salt: expect.stringMatching(/^[\w-]{22}$/)
      })
    })
  )

  it(
    "end in every other final status",
    open(async (handoffs) => {
      const { recordId: rejected } = await handoffs.create(ask)
      expect(await handoffs.reject(rejected, { reason: "No." })).toMatchObject({
        status: "rejected",
        response: { accepted: false, reason: "No." }
      })
      const { recordId: failed } = await handoffs.create(ask)
      await handoffs.accept(failed)
      expect(await handoffs.fail(failed, { reason: "The ledger is empty." })).toMatchObject({
        status: "failed",
        response: { accepted: false }
      })
      const { recordId: cancelled } = await handoffs.create(ask)
      expect((await handoffs.cancel(cancelled, { reason: "Not needed." })).reason).toBe("Not needed.")
      const { byStatus, total, completionRate } = await handoffs.metrics()
      expect([total, byStatus.rejected, byStatus.failed, byStatus.cancelled, completionRate]).toEqual([3, 1, 1, 1, 0])
    })
  )

  it(
    "expire once their deadline has passed",
    open(async (handoffs) => {
      // The deadline must be in the future when the handoff is created, also on a busy machine.
      const soon = new Date(Date.now() + 1000)
      const { recordId } = await handoffs.create({ ...ask, deadline: soon.toISOString() })
      let expired: ReadonlyArray<HandoffRecord> = []
      while (expired.length === 0) expired = await handoffs.sweep()
      expect(expired.map((handoff) => [handoff.recordId, handoff.status])).toEqual([[recordId, "expired"]])
      expect(await handoffs.list({ _tag: "Due", at: inAnHour() })).toEqual([])
    })
  )

  it(
    "are listed by view, in pages",
    open(async (handoffs) => {
      for (const priority of [1, 5, 9]) await handoffs.create({ ...ask, priority }, { id: `p${priority}` })
      await handoffs.create({ ...ask, toAgent: "auditor", parent: "p1", deadline: inAnHour() }, { id: "part" })
      // Handoffs of the same millisecond are in order of id.
      const ids = (records: ReadonlyArray<HandoffRecord>) => records.map(({ recordId }) => recordId)

      const waiting = async (options?: InboxOptions) =>
        ids((await handoffs.inbox("executor", options)).map(({ record }) => record))
      expect(await waiting()).toEqual(["p9", "p5", "p1"])
      expect(await waiting({ limit: 1 })).toEqual(["p9"])
      expect(await waiting({ awaits: "work" })).toEqual([])
      expect(ids(await handoffs.list({ _tag: "Children", parent: "p1" }))).toEqual(["part"])
      expect(ids(await handoffs.list({ _tag: "Due", at: new Date(Date.now() + 7_200_000) }))).toEqual(["part"])
      const first = await handoffs.list({ _tag: "All" }, { limit: 2 })
      const after = first.at(-1)
      const second = await handoffs.list({ _tag: "All" }, { limit: 2, after })
      expect([...ids(first), ...ids(second)]).toEqual(["p1", "p5", "p9", "part"])
      // A copy of a record through JSON marks the same position.
      expect(ids(await handoffs.list({ _tag: "All" }, { after: JSON.parse(JSON.stringify(after)) }))).toEqual(
        ids(second)
      )

      const all: Array<HandoffRecord> = []
      for await (const record of handoffs.listAll({ _tag: "Sent", agent: "planner" })) all.push(record)
      expect(ids(all).toSorted()).toEqual(["p1", "p5", "p9", "part"])
    })
  )

  it(
    "are claimed once each, the most urgent first",
    open(async (handoffs) => {
      await handoffs.create({ ...ask, priority: 2 })
      await handoffs.create({ ...ask, priority: 9 })
      const first = await handoffs.claim("executor")
      expect([first?.status, first?.request.priority]).toEqual(["accepted", 9])
      const others = await Promise.all([handoffs.claim("executor"), handoffs.claim("executor")])
      expect(others.filter((other) => other !== undefined).length).toBe(1)
      expect(await handoffs.claim("executor")).toBe(undefined)
    })
  )

  it(
    "are routed to a suitable agent",
    open(async (handoffs) => {
      expect(await handoffs.agents.register("alice", ["summarize", "translate", "translate"])).toEqual({
        agentId: "alice",
        capabilities: ["summarize", "translate"]
      })
      await handoffs.agents.register("carol", ["analyze"])
      expect((await handoffs.agents.list()).map(({ agentId }) => agentId)).toEqual(["alice", "carol"])
      expect((await handoffs.agents.findCapable(["Translate"])).map(({ agentId }) => agentId)).toEqual(["alice"])

      const question = { fromAgent: "planner", taskDescription: "Analysis of the ledger" }
      expect(await handoffs.route(question)).toMatchObject({ agent: "carol", fallback: false, matched: ["analyze"] })
      expect(await handoffs.route({ ...question, requires: ["dance"] })).toBe(undefined)
      expect(await handoffs.route({ ...question, requires: ["dance"] }, { fallback: true })).toMatchObject({
        fallback: true
      })
      const { recordId, request } = await handoffs.create(question)
      expect(request.toAgent).toBe("carol")
      expect((await handoffs.history(recordId))[0]?.event).toMatchObject({
        _tag: "Created",
        routing: { agent: "carol" }
      })
      expect(await rejection(handoffs.create({ ...question, requires: ["dance"] }))).toBeInstanceOf(NoCapableAgent)
      await handoffs.agents.unregister("carol")
      expect((await handoffs.agents.list()).length).toBe(1)
    })
  )

  it("avoid agents without capacity, and prefer present ones", async () => {
    const [one, other] = [await generateKeys(), await generateKeys()]
    const [first, second] = [one.publicKey, other.publicKey]
    const route = async (handoffs: Handoffs) => {
      const before = Date.now()
      const alice = await handoffs.agents.register("alice", ["analyze"], { capacity: 1, publicKey: first })
      expect(alice).toMatchObject({ agentId: "alice", capacity: 1, keys: [{ publicKey: first }] })
      expect(alice.keys?.[0]?.since).toBeInstanceOf(Date)
      expect(await handoffs.agents.list()).toEqual([alice])
      await handoffs.agents.register("bob", ["analyze"], { capacity: undefined, publicKey: undefined })
      await handoffs.agents.seen("bob")
      await handoffs.agents.seen("nobody")
      const bob = (await handoffs.agents.list())[1]
      expect(bob).toEqual({ agentId: "bob", capabilities: ["analyze"], lastSeen: expect.any(Date) })
      expect(bob?.lastSeen?.getTime()).toBeGreaterThanOrEqual(before)

      const question = { fromAgent: "planner", taskDescription: "Analysis of the ledger" }
      expect(await handoffs.route(question)).toMatchObject({ agent: "bob", reason: "bob can analyze and is present" })
      const choice = await handoffs.route(question, { exclude: ["bob"] })
      expect(choice).toMatchObject({ agent: "alice", reason: "alice can analyze and has room (0 of 1)", runnersUp: [] })
      await handoffs.create(question, { routing: { exclude: ["bob"] } })
      expect(await handoffs.route(question, { exclude: ["bob"] })).toMatchObject({
        reason: "alice can analyze, but is full (1 of 1)"
      })
      const { keys } = await handoffs.agents.register("alice", ["analyze"], { publicKey: second })
      expect(keys?.map(({ publicKey }) => publicKey)).toEqual([first, second])
    }
    await using(store, route, { keys: { alice: [one.secretKey, other.secretKey] } })
  })

  it(
    "are refused with the error class and a sentence",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create(ask, { id: "q3" })
      const refusals: ReadonlyArray<readonly [Promise<unknown>, new (...args: never) => Error, string]> = [
        [handoffs.accept("nope"), HandoffNotFound, "No handoff nope"],
        [handoffs.history("nope"), HandoffNotFound, "No handoff nope"],
        [handoffs.get(""), InvalidInput, "Invalid id: Expected a value with a length of at least 1"],
        [
          handoffs.complete(recordId),
          InvalidTransition,
          "Handoff q3 is pending; `complete` needs an accepted or in_progress handoff"
        ],
        [
          handoffs.accept(recordId, { by: "mallory" }),
          NotYourHandoff,
          "mallory is not the receiver of handoff q3; `accept` is for executor"
        ],
        [
          handoffs.create({ ...ask, priority: 2 }, { id: "q3" }),
          HandoffExists,
          "Handoff q3 exists already with another request; choose another id. A deadline computed from now differs at each call: give the time to it instead"
        ],
        [
          handoffs.create({ ...ask, priority: 11 }),
          InvalidInput,
          "Invalid request: priority: Expected a value between 1 and 10"
        ],
        [
          handoffs.create({ ...ask, deadline: new Date(0) }),
          InvalidInput,
          "Invalid request: deadline: Expected a moment in the future"
        ],
        [
          handoffs.create({ ...ask, deadline: new Date(Number.NaN) }),
          InvalidInput,
          "Invalid deadline: Expected string"
        ],
        [
          handoffs.create(ask, { by: "" }),
          InvalidInput,
          "Invalid create options: by: Expected a value with a length of at least 1"
        ],
        [handoffs.inbox(""), InvalidInput, "Invalid agent: Expected a value with a length of at least 1"],
        [
          handoffs.list({ _tag: "All" }, { limit: 0 }),
          InvalidInput,
          "Invalid page: limit: Expected a value between 1 and 10000"
        ],
        [
          handoffs.agents.register("", []),
          InvalidInput,
          "Invalid agent: agent_id: Expected a value with a length of at least 1"
        ],
        [
          handoffs.agents.register("alice", [], { capacity: 0 }),
          InvalidInput,
          "Invalid agent: capacity: Expected a value between 1 and 1000000"
        ]
      ]
      for (const [promise, type, message] of refusals) {
        const error = await rejection(promise)
        expect(error).toBeInstanceOf(type)
        expect(error).toMatchObject({ _tag: type.name, message })
      }
    })
  )

  it(
    "refuse arguments that the types forbid, as invalid input",
    open(async (handoffs) => {
      // The casts make arguments that JavaScript can pass.
      const wrong: ReadonlyArray<Promise<unknown>> = [
        handoffs.create(undefined as never),
        handoffs.create({ ...ask, urgency: 3 } as never),
        handoffs.create({ ...ask, signal: AbortSignal.abort() } as never),
        handoffs.create(ask, { ID: "q3" } as never),
        handoffs.accept(undefined as never),
        handoffs.accept("q3", { because: "I can" } as never),
        handoffs.accept("q3", { lease: "10m" } as never),
        handoffs.accept("q3", { attempt: 0 }),
        handoffs.claim("executor", { lease: 0 }),
        handoffs.claim("executor", { leas: 5 } as never),
        handoffs.progress("q3", { fraction: 2 }),
        handoffs.ask("q3", undefined as never),
        handoffs.release("q3", { handBack: { done: "all" } as never }),
        handoffs.release("q3", { notBefore: "tomorrow" }),
        handoffs.create({ ...ask, maxAttempts: 0 }),
        handoffs.create({ ...ask, acceptBy: "soon" }),
        handoffs.reject("q3", undefined as never),
        handoffs.complete("q3", { result: { at: new Date() } } as never),
        handoffs.complete("q3", { result: { f: () => 1 } } as never),
        handoffs.list({ _tag: "Everything" } as never),
        handoffs.list({ _tag: "Status", status: "done" } as never),
        handoffs.list({ _tag: "All" }, { after: { recordId: "q3" } } as never),
        handoffs.inbox("executor", { awaits: "done" } as never),
        handoffs.route({ fromAgent: "planner" } as never),
        handoffs.agents.register("alice", undefined as never),
        handoffs.agents.register("alice", [], { limit: 3 } as never),
        handoffs.agents.register("alice", [], { capacity: "5" } as never),
        handoffs.agents.register("alice", [], { publicKey: 7 } as never),
        handoffs.agents.seen(7 as never),
        handoffs.route({ fromAgent: "planner", taskDescription: "x" }, { exclude: [""] }),
        handoffs.agents.findCapable([1] as never)
      ]
      for (const promise of wrong) expect(await rejection(promise)).toBeInstanceOf(InvalidInput)
      expect((await handoffs.metrics()).total).toBe(0)
    })
  )

  it(
    "accept undefined for optional fields",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create({ ...ask, deadline: undefined, context: undefined }, { id: undefined })
      await handoffs.accept(recordId, { reason: undefined, by: undefined, signal: undefined })
      expect((await handoffs.complete(recordId, { result: undefined })).result).toEqual({})
    })
  )

  it(
    "store a copy that later changes by the caller do not affect",
    open(async (handoffs) => {
      const context = { files: ["a"] }
      const { recordId } = await handoffs.create({ ...ask, context })
      context.files.push("b")
      expect((await handoffs.get(recordId)).request.context).toEqual({ files: ["a"] })
    })
  )

  it(
    "can be created again with the same id",
    open(async (handoffs) => {
      const first = await handoffs.create(ask, { id: "q3" })
      await handoffs.accept("q3")
      expect((await handoffs.create(ask, { id: "q3" })).revision).toBe(first.revision + 1)
    })
  )

  it(
    "move to another store with their history",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create({ ...ask, deadline: inAnHour() }, { id: "a" })
      await handoffs.accept(recordId)
      await handoffs.create(ask, { id: "b" })
      await handoffs.create(ask, { id: "c" })
      await handoffs.cancel("c")
      const lines: Array<string> = []
      for await (const handoff of handoffs.export()) lines.push(JSON.stringify(handoff))

      await using other = await openHandoffs("memory:")
      const outcomes = (reports: ReadonlyArray<{ readonly outcome: string }>) => reports.map(({ outcome }) => outcome)
      expect(outcomes(await other.import(handoffs.export()))).toEqual(["added", "added", "added"])
      expect(await other.get(recordId)).toEqual(await handoffs.get(recordId))
      await other.complete(recordId)
      expect(outcomes(await other.import(lines.map((line) => JSON.parse(line))))).toEqual(Array(3).fill("unchanged"))
      expect(outcomes(await handoffs.import(other.export()))).toEqual(["newer", "unchanged", "unchanged"])
      expect((await handoffs.get(recordId)).status).toBe("completed")
    })
  )

  it(
    "are not imported with an invalid history, and the source is closed",
    open(async (handoffs) => {
      await handoffs.create(ask)
      const archive: Array<ArchivedHandoff> = []
      for await (const handoff of handoffs.export()) archive.push(handoff)
      const [good] = archive
      if (good === undefined) throw new Error("nothing was exported")
      await using other = await openHandoffs("memory:")
      let isReturned = false
      const source = (function* () {
        try {
          yield {
            ...good,
            history: [{ _tag: "Started", at: "2026-12-01T09:00:00Z", by: "executor" }]
          } satisfies ArchivedHandoff
          yield good
        } finally {
          isReturned = true
        }
      })()
      const odd = [{ record: 1 }, 5] as unknown as ReadonlyArray<ArchivedHandoff>
      expect(await other.import([...source, ...odd])).toMatchObject([
        { recordId: good.record_id, outcome: "added" },
        { recordId: good.record_id, outcome: "broken", problem: expect.stringContaining("history") },
        { recordId: "[2]", outcome: "broken" },
        { recordId: "[3]", outcome: "broken" }
      ])
      expect(isReturned).toBe(true)
      const broken = new Error("the network is down")
      const failing = (async function* () {
        yield await Promise.resolve(good)
        throw broken
      })()
      expect(await rejection(other.import(failing))).toBe(broken)
    })
  )
})

describe.each(stores.filter(({ isShared }) => isShared))("two clients of one $name store", (store) => {
  it("see each other's handoffs, which stay after closing", async () => {
    using directory = temporaryDirectory()
    const location = store.location(directory.path)
    {
      await using planner = await openHandoffs(location)
      await using executor = await openHandoffs(location)
      const { recordId } = await planner.create(ask)
      await executor.accept(recordId)
      expect((await planner.get(recordId)).status).toBe("accepted")
    }
    await using later = await openHandoffs(location)
    expect((await later.metrics()).byStatus.accepted).toBe(1)
  })
})
