/** Attacks with JSON: hostile shapes as every argument, and changes to what was given and received. */
import type { Handoffs } from "@aumai/handoff"

import type { Attack } from "./Attack.ts"

/** An object with one key. */
const around = (value: unknown): object => ({ value })

const nested = (levels: number, wrap: (inner: unknown) => unknown): unknown => {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = wrap(value)
  return value
}

const cyclicObject = (): unknown => {
  const value: Record<string, unknown> = { name: "cycle" }
  value["self"] = { value }
  return value
}

const cyclicArray = (): unknown => {
  const value: Array<unknown> = [1]
  value.push(value)
  return value
}

const thrower = () => {
  throw new Error("The caller's own code failed")
}

const throwing = (): unknown => Object.defineProperty({}, "value", { enumerable: true, get: thrower })

/** An object in which every key leads to another such object. */
const endless = (): unknown =>
  new Proxy(
    {},
    {
      ownKeys: () => ["a", "b"],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, writable: true, value: undefined }),
      get: () => endless()
    }
  )

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

class Instance {
  readonly value = 1
}

const manyKeys = (): unknown =>
  Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`a key that is rather long ${n}`, n]))

/** Values that no argument may be or contain. */
const hostile: Readonly<Record<string, () => unknown>> = {
  "an array of 100,000 levels": () => nested(100_000, (inner) => [inner]),
  "an object of 100,000 levels": () => nested(100_000, around),
  "a cyclic object": cyclicObject,
  "a cyclic array": cyclicArray,
  "an object that is reached on 2^100 paths": () => nested(100, (inner) => ({ left: inner, right: inner })),
  "an array of 10 million items": () => Array.from(new Uint8Array(10_000_000)),
  "an array of 4 billion holes": () => Object.assign([], { length: 4_000_000_000 }),
  "an object of 50,000 keys": manyKeys,
  "a text of 20 million characters": () => "x".repeat(20_000_000),
  "a getter that throws": throwing,
  "a proxy without end": endless,
  "a proxy that is revoked": revoked,
  "a proxy of an array with a wrong length": () =>
    new Proxy([], { get: (_, key) => (key === "length" ? Number.NaN : 1) }),
  "an instance of a class": () => new Instance(),
  "a map": () => new Map([["a", 1]]),
  "a function": () => around(thrower),
  "a bigint": () => around(1n),
  "a symbol": () => around(Symbol("x"))
}

// Made once, because some of them take a tenth of a second.
const made = new Map<string, unknown>()
const valueOf = (name: string, make: () => unknown): unknown => {
  if (!made.has(name)) made.set(name, make())
  return made.get(name)
}

const ask = { fromAgent: "planner", toAgent: "executor", taskDescription: "Generate the Q3 report" }
const archived = {
  record_id: "hostile",
  request: { from_agent: "planner", to_agent: "executor", task_description: "Report" },
  status: "pending",
  created_at: "2025-12-01T09:00:00Z",
  updated_at: "2025-12-01T09:00:00Z"
}
const briefing = { severity: "stable", summary: "Short" }

/** Passes a value as one argument. */
type Door = (handoffs: Handoffs, value: never) => Promise<unknown>

const create =
  (fields: (value: unknown) => object): Door =>
  (handoffs, value) =>
    handoffs.create({ ...ask, ...fields(value) })

/** Every argument that takes more than a number, by its name. */
const doors: Readonly<Record<string, Door>> = {
  "the request": (handoffs, value) => handoffs.create(value),
  "a context": create((context) => ({ context })),
  "a value in a context": create((value) => ({ context: { rows: [value] } })),
  "a task": create((taskDescription) => ({ taskDescription })),
  "capabilities that a request requires": create((requires) => ({ requires })),
  "a briefing": create((value) => ({ briefing: value })),
  "actions of a briefing": create((actions) => ({ briefing: { ...briefing, actions } })),
  "a situation of a briefing": create((known) => ({ briefing: { ...briefing, situation: { known: [known] } } })),
  deliverables: create((deliverables) => ({ deliverables })),
  "a schema of a deliverable": create((schema) => ({ deliverables: [{ name: "report", schema }] })),
  "options of a creation": (handoffs, value) => handoffs.create(ask, { routing: { exclude: value } }),
  "a part": async (handoffs, context) => {
    const { recordId } = await handoffs.create(ask)
    await handoffs.accept(recordId)
    return handoffs.delegate(recordId, { toAgent: "clerk", taskDescription: "Find it", context })
  },
  "a read-back": (handoffs, readBack) => handoffs.accept("hostile", { readBack }),
  "items of a restatement": (handoffs, items) => handoffs.restate("hostile", { readBack: { summary: "So", items } }),
  "a note of progress": (handoffs, note) => handoffs.progress("hostile", { note }),
  "a question": (handoffs, question) => handoffs.ask("hostile", { question }),
  "a hand-back": (handoffs, handBack) => handoffs.release("hostile", { handBack }),
  "sentences of a hand-back": (handoffs, done) => handoffs.release("hostile", { handBack: { done } }),
  "a result": (handoffs, result) => handoffs.complete("hostile", { result }),
  artifacts: (handoffs, artifacts) => handoffs.complete("hostile", { artifacts }),
  "content of an artifact": (handoffs, content) =>
    handoffs.complete("hostile", { artifacts: [{ name: "report", content: { value: content } }] }),
  evidence: (handoffs, evidence) => handoffs.complete("hostile", { evidence }),
  "a statement of a witness": (handoffs, statement) => handoffs.attest("hostile", { by: "witness", statement }),
  "options of a claim": (handoffs, lease) => handoffs.claim("executor", { lease }),
  "a view": (handoffs, value) => handoffs.list(value),
  "a cursor": (handoffs, after) => handoffs.list({ _tag: "All" }, { after }),
  "capabilities of an agent": (handoffs, value) => handoffs.agents.register("hostile", value),
  "options of a registration": (handoffs, capacity) => handoffs.agents.register("hostile", [], { capacity }),
  "capabilities to find": (handoffs, value) => handoffs.agents.findCapable(value),
  "a question of routing": (handoffs, requires) => handoffs.route({ ...ask, requires }),
  "an archive": (handoffs, value) => handoffs.import([value]),
  "a context in an archive": (handoffs, context) =>
    handoffs.import([{ ...archived, request: { ...archived.request, context: { context } } }]),
  "a history in an archive": (handoffs, history) => handoffs.import([{ ...archived, history: [history] }])
}

// A sentence may list twenty faults. Nothing of the value is repeated but the first keys of a path.
const longest = 10_000

/** The sentence on the only handoff of an archive that was left out, while others would be imported. */
const leftOut = (outcome: unknown): string | undefined => {
  // The cast: any value may have these, and they are read as unknown.
  const [report] = Array.isArray(outcome)
    ? (outcome as ReadonlyArray<Partial<Record<"outcome" | "problem", unknown>>>)
    : []
  return report?.outcome === "broken" && typeof report.problem === "string" ? report.problem : undefined
}

/** Expects a call to be refused as invalid, with a sentence; resolves with what happened instead. */
const refused = async (call: () => Promise<unknown>): Promise<string | undefined> => {
  try {
    const problem = leftOut(await call())
    if (problem === undefined) return "was accepted"
    return problem.length > longest ? `led to a report of ${problem.length} characters` : undefined
  } catch (error) {
    if (!(error instanceof Error) || !("_tag" in error) || error._tag !== "InvalidInput")
      return `led to ${String(error)}`
    return error.message.length > longest ? `led to a sentence of ${error.message.length} characters` : undefined
  }
}

const shapes = Object.entries(doors).map(([place, door]): Attack => ({
  name: `hostile values as ${place} are refused as invalid`,
  run: async (handoffs) => {
    for (const [name, make] of Object.entries(hostile)) {
      // The cast: the value is of no type that the door allows.
      const broke = await refused(() => door(handoffs, valueOf(name, make) as never))
      if (broke !== undefined) return `${name} as ${place} ${broke}`
    }
    return undefined
  }
}))

const limits: Attack = {
  name: "a page of any size but 1 to 10,000 is refused as invalid",
  run: async (handoffs) => {
    for (const limit of [1e9, 10_001, 0, -1, 1.5, Number.NaN, Infinity, -Infinity]) {
      const broke =
        (await refused(() => handoffs.list({ _tag: "All" }, { limit }))) ??
        (await refused(() => handoffs.inbox("executor", { limit })))
      if (broke !== undefined) return `A limit of ${limit} ${broke}`
    }
    return undefined
  }
}

/** Changes everything in a value that can be changed. */
const deface = (value: unknown): void => {
  if (typeof value !== "object" || value === null || value instanceof Date) return
  for (const item of Object.values(value)) deface(item)
  const changes = Array.isArray(value)
    ? [() => value.copyWithin(0, 1), () => value.pop(), () => value.push("defaced")]
    : Object.keys(value).flatMap((key) => [
        () => Reflect.set(value, key, "defaced"),
        () => Reflect.deleteProperty(value, key)
      ])
  for (const change of changes) {
    try {
      change()
    } catch {
      // It is frozen.
    }
  }
}

const rows = () => ({ rows: [{ n: 3 }, { n: 1 }, { n: 2 }], deep: { list: [[2, 1]] } })
const given = () => ({
  ask: {
    ...ask,
    fromAgent: "giver",
    toAgent: "taker",
    context: rows(),
    deliverables: [{ name: "report", schema: { type: "object" } }]
  },
  done: { result: rows(), artifacts: [{ name: "report", content: rows() }] }
})

/** The stored handoff as text, and what `verify` says about it. */
const kept = async (handoffs: Handoffs, id: string): Promise<string> => {
  const { flaw } = await handoffs.verify(id)
  return JSON.stringify([await handoffs.get(id), await handoffs.history(id), flaw])
}

const everything = async <A>(items: AsyncIterable<A>, most: number): Promise<ReadonlyArray<A>> => {
  const all: Array<A> = []
  for await (const item of items) if (all.push(item) >= most) break
  return all
}

/** Changes what was given and received through every door. */
export const changing: Attack = {
  name: "changing what was given or received changes nothing stored",
  run: async (handoffs) => {
    const { ask, done } = given()
    const created = await handoffs.create(ask)
    const { recordId } = created
    const accepted = await handoffs.accept(recordId)
    const completed = await handoffs.complete(recordId, done)
    const before = await kept(handoffs, recordId)
    const [entry] = await handoffs.history(recordId)
    const received: Readonly<Record<string, () => unknown>> = {
      "the arguments": () => [ask, done],
      create: () => created,
      accept: () => accepted,
      complete: () => completed,
      get: () => handoffs.get(recordId),
      find: () => handoffs.find(recordId),
      list: () => handoffs.list({ _tag: "Sent", agent: "giver" }),
      listAll: () => everything(handoffs.listAll({ _tag: "Sent", agent: "giver" }), 100),
      inbox: () => handoffs.inbox("taker"),
      chain: () => handoffs.chain(recordId),
      history: () => handoffs.history(recordId),
      changes: () => everything(handoffs.changes(entry && { from: entry.position }), 2),
      export: () => everything(handoffs.export(), 100_000)
    }
    for (const [door, receive] of Object.entries(received)) {
      deface(await receive())
      if ((await kept(handoffs, recordId)) !== before) return `changing what ${door} gave changed the store`
    }
    return undefined
  }
}

/** Changes a handoff in a handler, and an artifact after it was delivered. */
export const working: Attack = {
  name: "a handler that changes its handoff changes nothing stored",
  run: async (handoffs) => {
    const { ask, done } = given()
    const { recordId } = await handoffs.create({ ...ask, toAgent: "worker" })
    const requestNow = async () => JSON.stringify((await handoffs.get(recordId)).request)
    const asked = await requestNow()
    const [artifact] = done.artifacts
    const stop = new AbortController()
    let broke: string | undefined
    const work = handoffs.work(
      "worker",
      async (handoff, { deliver }) => {
        deface(handoff)
        if (artifact !== undefined) deliver(artifact)
        deface(artifact)
        return {}
      },
      { signal: stop.signal }
    )
    for await (const { event, recordId: id } of handoffs.changes()) {
      if (id !== recordId || !["Completed", "Failed", "Released"].includes(event._tag)) continue
      if (event._tag !== "Completed") broke = `the handoff was ${event._tag}`
      else if (!JSON.stringify(event.artifacts).includes(`"rows":[{"n":3},{"n":1},{"n":2}]`))
        broke = "the artifact changed"
      break
    }
    stop.abort()
    await work
    if ((await requestNow()) !== asked) return "the handler changed the request"
    return broke
  }
}

export const jsonAttacks: ReadonlyArray<Attack> = [...shapes, limits, changing, working]
