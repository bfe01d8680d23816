import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"

import { type Handoffs, InvalidInput, NoCapableAgent } from "../src/index.ts"
import { openHandoffs } from "../src/node.ts"
import { type Model, routerOf, scripted, smartRouter, type SmartRouterOptions } from "../src/smart.ts"
import { rejection } from "./stores.ts"

type Answering = (request: IncomingMessage, response: ServerResponse, body: string) => void

/** A server that speaks the common form of chat completions, and answers as each test says. */
const server = createServer((request, response) => {
  let body = ""
  request.setEncoding("utf8").on("data", (text: string) => (body += text))
  request.on("end", () => {
    bodies.push(body)
    answering(request, response, body)
  })
})
const bodies: Array<string> = []
let answering: Answering
let url = ""

beforeAll(
  () =>
    new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        // The cast: a server on a port has such an address.
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`
        resolve()
      })
    })
)
afterAll(() => void server.close())
beforeEach(() => void bodies.splice(0))

/** A model behind HTTP, as a program would write it. */
const model: Model = async ({ schema, signal, system, user }) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", connection: "close" },
    body: JSON.stringify({
      model: "tiny",
      messages: [
        { role: "system", content: system },
        { role: "user", content: user }
      ],
      response_format: { type: "json_schema", json_schema: { name: "choice", schema, strict: true } }
    }),
    signal
  })
  if (!response.ok) throw new Error(`The model answered ${response.status}`)
  // The cast: the form of the API; what is in it is checked by the router.
  const { choices } = (await response.json()) as { choices: ReadonlyArray<{ message: { content: string } }> }
  return choices[0]?.message.content
}

const completion =
  (content: unknown): Answering =>
  (_, response) =>
    response
      .setHeader("content-type", "application/json")
      .end(JSON.stringify({ choices: [{ message: { role: "assistant", content } }] }))

const choosing = (agent: string, confidence = 0.93) =>
  completion(JSON.stringify({ agent, confidence, reason: "It is the closest fit" }))

const ask = { fromAgent: "planner", taskDescription: "Fasse den Bericht zusammen", context: { secret: "hunter2" } }

const using = async (options: Partial<SmartRouterOptions>, body: (handoffs: Handoffs) => Promise<void>) => {
  const handoffs = await openHandoffs("memory:", { router: smartRouter({ model, name: "tiny", ...options }) })
  try {
    await handoffs.agents.register("alice", ["summarize"], { description: "Summarizes English texts" })
    await handoffs.agents.register("bob", ["summarize"], { description: "Summarizes German texts" })
    await body(handoffs)
  } finally {
    await handoffs.close()
  }
}

const withRouter = async (router: ReturnType<typeof routerOf>, body: (handoffs: Handoffs) => Promise<void>) => {
  const handoffs = await openHandoffs("memory:", { router })
  try {
    await handoffs.agents.register("alice", ["summary"])
    await handoffs.agents.register("zoe", [])
    await body(handoffs)
  } finally {
    await handoffs.close()
  }
}

const decisionOf = async (handoffs: Handoffs, id: string) => {
  const [first] = await handoffs.history(id)
  return first?.event._tag === "Created" ? first.event.routing : undefined
}

describe("a router with a model behind HTTP", () => {
  it("chooses, and the history keeps its confidence, reason and name", () =>
    using({}, async (handoffs) => {
      answering = choosing("bob")
      const { recordId, request } = await handoffs.create(ask)
      expect(request.toAgent).toBe("bob")
      expect(await decisionOf(handoffs, recordId)).toMatchObject({
        agent: "bob",
        confidence: 0.93,
        model: "tiny",
        reason: "It is the closest fit",
        runnersUp: [{ agent: "alice", matched: [] }]
      })
      expect(bodies).toHaveLength(1)
      expect(bodies[0]).toContain("Summarizes German texts")
      expect(bodies[0]).not.toContain("hunter2")
      // The same answer without a handoff.
      expect(await handoffs.route({ fromAgent: "planner", taskDescription: "Bericht" })).toMatchObject({ agent: "bob" })
    }))

  const garbage: ReadonlyArray<readonly [string, Answering, string]> = [
    ["a refusal", completion("I'm sorry, but I can't help with that."), "not of the form"],
    ["no content", completion(null), "not of the form"],
    ["an agent that it invented", choosing("mallory"), "may not have the task"],
    ["the sender", choosing("planner"), "may not have the task"],
    ["doubt", choosing("bob", 0.2), "only 20 % sure of bob"],
    ["an overloaded server", (_, response) => response.writeHead(503).end("try later"), "The model failed"],
    ["HTML", (_, response) => response.end("<html>"), "The model failed"],
    ["a cut connection", (request) => request.socket.destroy(), "The model failed"],
    [
      "half an answer",
      (_, response) => response.writeHead(200, { "content-length": 99 }).write("{"),
      "no answer within"
    ],
    ["silence", () => undefined, "no answer within"]
  ]
  it.each(garbage)("leaves the choice to words after %s", (_, answer, why) =>
    using({ timeout: 300 }, async (handoffs) => {
      answering = answer
      const { recordId, request } = await handoffs.create(ask)
      expect(request.toAgent).toBe("alice")
      const decision = await decisionOf(handoffs, recordId)
      expect(decision?.reason).toContain(why)
      expect(decision).toMatchObject({ fallback: true })
      expect(decision).not.toHaveProperty("confidence")
      expect(decision).not.toHaveProperty("model")
    })
  )

  it("ends the request that is too late", () =>
    using({ timeout: 200 }, async (handoffs) => {
      const closed = new Promise<void>((resolve) => {
        answering = (_, response) => response.on("close", resolve)
      })
      await handoffs.create(ask)
      await closed
    }))

  it("tells `onFault` what was wrong", async () => {
    const faults: Array<unknown> = []
    await using({ onFault: (fault) => void faults.push(fault) }, async (handoffs) => {
      answering = (_, response) => response.writeHead(401).end()
      await handoffs.create(ask)
      answering = completion("No")
      await handoffs.create(ask)
    })
    expect(faults.map(String)).toEqual(["Error: The model answered 401", "No"])
  })

  it("describes agents as the program says, and takes the constraints of `among`", () =>
    using(
      {
        describe: ({ agentId, lastSeen }) =>
          `${agentId} of the night shift, ${lastSeen?.getFullYear() ?? "never seen"}`,
        among: ({ priority = 5 }) => (priority > 8 ? ["on-call"] : undefined)
      },
      async (handoffs) => {
        answering = choosing("bob")
        await handoffs.create(ask)
        expect(bodies[0]).toContain("bob of the night shift, never seen")
        // No agent has the capability.
        const refused = await rejection(handoffs.create({ ...ask, priority: 9 }))
        expect(refused).toBeInstanceOf(NoCapableAgent)
        await handoffs.agents.register("carol", ["on-call"])
        await handoffs.agents.register("dave", ["on-call"])
        answering = choosing("dave")
        expect((await handoffs.create({ ...ask, priority: 9 })).request.toAgent).toBe("dave")
        expect(bodies[1]).not.toContain("bob of")
        expect(bodies).toHaveLength(2)
      }
    ))
})

describe("a scripted model", () => {
  it("gives its answers in turn, and then leaves the choice to words", () =>
    using({ model: scripted([{ agent: "bob", confidence: 1, reason: "First" }]) }, async (handoffs) => {
      expect((await handoffs.create(ask)).request.toAgent).toBe("bob")
      const { recordId, request } = await handoffs.create(ask)
      expect(request.toAgent).toBe("alice")
      expect((await decisionOf(handoffs, recordId))?.reason).toContain("The model failed")
    }))
})

describe("a router of a function", () => {
  it("chooses, or asks the router by words", async () => {
    const router = routerOf(({ priority = 5 }, { agents, next }) =>
      priority < 9 ? next() : { agent: agents.at(-1)?.agentId ?? "", reason: "The last one is on call" }
    )
    await withRouter(router, async (handoffs) => {
      const urgent = await handoffs.create({ ...ask, priority: 10 })
      expect(urgent.request.toAgent).toBe("zoe")
      expect(await decisionOf(handoffs, urgent.recordId)).toMatchObject({ reason: "The last one is on call" })
      expect((await handoffs.create({ ...ask, taskDescription: "A summary" })).request.toAgent).toBe("alice")
      const narrow = await handoffs.route(
        { fromAgent: "planner", taskDescription: "A summary" },
        { exclude: ["alice"] }
      )
      expect(narrow?.agent).toBe("zoe")
    })
  })

  it("rejects the call with what it throws, and creates nothing", async () => {
    const bug = new Error("A bug of the router")
    await withRouter(
      routerOf(() => {
        throw bug
      }),
      async (handoffs) => {
        expect(await rejection(handoffs.create(ask))).toBe(bug)
        expect((await handoffs.metrics()).total).toBe(0)
      }
    )
  })

  it("cannot choose nobody, or an agent that may not have the task", async () => {
    for (const agent of ["nobody", "planner", undefined]) {
      const router = routerOf(async () => (agent === undefined ? undefined : { agent, reason: "So" }))
      await withRouter(router, async (handoffs) => {
        expect(await rejection(handoffs.create(ask))).toBeInstanceOf(NoCapableAgent)
      })
    }
  })

  it("must be made by a function of this package", async () => {
    // The cast: what a JavaScript program could pass.
    const router = (() => "bob") as never
    const refused = await rejection(openHandoffs("memory:", { router }))
    expect(refused).toBeInstanceOf(InvalidInput)
    expect(String(refused)).toContain("smartRouter or routerOf")
  })
})
