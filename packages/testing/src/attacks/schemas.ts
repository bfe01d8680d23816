/**
 * JSON Schemas and contents that take any time or any memory. A sender names the schema, a receiver hands back the
 * content, and an archive holds both.
 */
import type { ArchivedHandoff, Handoffs, Json, JsonObject } from "@aumai/handoff"

import type { Attack } from "./Attack.ts"

/** A schema, and a content that is hard to judge by it. */
interface Bomb {
  readonly name: string
  readonly schema: JsonObject
  readonly content: Json
}

const many = <A>(count: number, make: (index: number) => A): ReadonlyArray<A> =>
  Array.from({ length: count }, (_, index) => make(index))

const sentence = "An ordinary sentence about the third quarter, as agents write them."

/** Definitions of which each applies the next one twice. */
const doubling = (count: number): JsonObject =>
  Object.fromEntries(
    many(count, (index) => {
      const next = { $ref: `#/$defs/d${index + 1}` }
      return [`d${index}`, index === count - 1 ? {} : { allOf: [next, next] }]
    })
  )

/** A schema around another, `depth` levels deep. */
const around = (depth: number, wrap: (inner: JsonObject) => JsonObject): JsonObject =>
  many(depth, () => wrap).reduce((inner: JsonObject, wrap) => wrap(inner), {})

const bombs: ReadonlyArray<Bomb> = [
  { name: "a pattern that backtracks on ordinary content", schema: { pattern: "^(.|.)*~~$" }, content: sentence },
  { name: "a pattern with nested repetitions", schema: { pattern: "^(a+)+$" }, content: `${"a".repeat(60)}!` },
  {
    name: "a pattern of keys that backtracks",
    schema: { patternProperties: { "^(.|.)*~~$": true } },
    content: { [sentence]: 1 }
  },
  {
    name: "a pattern whose program is large",
    schema: { pattern: `(${"(?:[a-z]|\\p{L}){3}".repeat(3000)}){1,1000}` },
    content: "a".repeat(10_000)
  },
  { name: "a format with a regular expression", schema: { format: "url" }, content: `http://${"a".repeat(60)}!` },
  { name: "references that double", schema: { $ref: "#/$defs/d0", $defs: doubling(40) }, content: {} },
  {
    name: "references that lead to themselves",
    schema: { $ref: "#/$defs/a", $defs: { a: { anyOf: [{ $ref: "#/$defs/b" }] }, b: { not: { $ref: "#/$defs/a" } } } },
    content: {}
  },
  {
    name: "unique items that are all alike but for their end",
    schema: { uniqueItems: true },
    content: many(20_000, (index) => ({ quarter: "Q3", index }))
  },
  {
    name: "many items with many alternatives",
    schema: { items: { anyOf: [...many(2000, (index) => ({ const: index })), true] } },
    content: many(40_000, (index) => `x${index}`)
  },
  {
    name: "many items that fit none of many alternatives",
    schema: { items: { anyOf: many(2000, (index) => ({ const: index })) } },
    content: many(40_000, (index) => `x${index}`)
  },
  {
    name: "a fault that quotes a long enum for each item",
    schema: { items: { enum: many(5000, (index) => `value ${index}`) } },
    content: many(40_000, (index) => index)
  },
  { name: "a constant of a mebibyte", schema: { const: "x".repeat(900_000) }, content: "y" },
  { name: "a schema that is nested deeply", schema: around(100, (inner) => ({ not: inner })), content: {} },
  {
    name: "a recursive schema for deep content",
    schema: { items: { $ref: "#" }, properties: { a: { $ref: "#" } }, anyOf: [{ type: "array" }, { $ref: "#/items" }] },
    content: around(60, (a) => ({ a }))
  },
  {
    name: "many keys with many patterns",
    schema: { patternProperties: Object.fromEntries(many(1000, (index) => [`^(x?){20}${index}`, true])) },
    content: Object.fromEntries(many(5000, (index) => [`${"x".repeat(20)}${index}`, 1]))
  },
  {
    name: "a keyword that is the validator's own",
    schema: { __absolute_ref__: "https://github.com/cfworker", $ref: "#" },
    content: {}
  }
]

const [sender, receiver] = ["planner", "executor"]

const codeOf = (error: unknown): string => (error instanceof Error ? error.name : String(error))

/** The rejection of a promise in words; `undefined` if it resolves or rejects with the expected error. */
const unexpected = async (promise: Promise<unknown>, expected: string): Promise<string | undefined> => {
  try {
    await promise
    return undefined
  } catch (error) {
    return codeOf(error) === expected ? undefined : `it rejected with ${String(error).slice(0, 500)}`
  }
}

// A thread that V8 still compiles a pattern in ends late, on a busy machine after many seconds. Until then, schemas are refused.
const patience = 45_000

/** Repeats a call that is refused because the thread of an attack is still being stopped, as the refusal asks for. */
const patiently = async <A>(call: () => Promise<A>): Promise<A> => {
  const end = Date.now() + patience
  while (true) {
    try {
      return await call()
    } catch (error) {
      if (!String(error).includes("is still being stopped") || Date.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
}

/** Completes a handoff with a schema, which must work after every attack. */
const isUsable = async (handoffs: Handoffs): Promise<string | undefined> => {
  const schema = { type: "object", required: ["total"], properties: { total: { type: "number" } } }
  const ask = {
    fromAgent: sender,
    toAgent: receiver,
    taskDescription: "Add up Q3",
    deliverables: [{ name: "sums", schema }]
  }
  const { recordId } = await patiently(() => handoffs.create(ask))
  await handoffs.accept(recordId)
  const artifacts = [{ name: "sums", content: { total: 7 } }]
  return patiently(() => handoffs.complete(recordId, { artifacts })).then(() => undefined, String)
}

/** A handoff as another program could have stored it. */
const stored = ({ content, name, schema }: Bomb, id: string, isDone: boolean, agent = receiver): ArchivedHandoff => {
  const at = "2026-11-30T09:00:00.000Z"
  return {
    record_id: id,
    request: {
      from_agent: sender,
      to_agent: agent,
      task_description: name,
      context: {},
      priority: 5,
      max_attempts: 1,
      deliverables: [{ name: "sums", schema }]
    },
    status: isDone ? "completed" : "pending",
    created_at: at,
    updated_at: at,
    ...(isDone ? { result: {}, artifacts: [{ name: "sums", content }] } : {})
  }
}

let drawn = 0
const newId = () => `schema-attack-${(drawn += 1)}-${Date.now().toString(36)}`

/** Creates a handoff with the schema, and completes it with the content if it was created. */
const created =
  ({ content, name, schema }: Bomb) =>
  async (handoffs: Handoffs): Promise<string | undefined> => {
    const id = newId()
    const ask = {
      fromAgent: sender,
      toAgent: receiver,
      taskDescription: name,
      deliverables: [{ name: "sums", schema }]
    }
    const fault = await unexpected(handoffs.create(ask, { id }), "InvalidInput")
    if (fault !== undefined) return fault
    const isThere = await handoffs.get(id).catch(() => undefined)
    if (isThere === undefined) return isUsable(handoffs)
    await handoffs.accept(id)
    const artifacts = [{ name: "sums", content }]
    return (await unexpected(handoffs.complete(id, { artifacts }), "NotDelivered")) ?? isUsable(handoffs)
  }

/** Completes a stored handoff whose schema was never judged, as one from an earlier version. */
const completed =
  (bomb: Bomb) =>
  async (handoffs: Handoffs): Promise<string | undefined> => {
    const id = newId()
    const [report] = await handoffs.import([stored(bomb, id, false)])
    if (report?.outcome !== "added") return `the handoff was not imported but is ${report?.outcome}`
    await handoffs.accept(id)
    const artifacts = [{ name: "sums", content: bomb.content }]
    return (await unexpected(handoffs.complete(id, { artifacts }), "NotDelivered")) ?? isUsable(handoffs)
  }

/** Imports a completed handoff, and verifies it. */
const imported =
  (bomb: Bomb) =>
  async (handoffs: Handoffs): Promise<string | undefined> => {
    const id = newId()
    const [report] = await handoffs.import([stored(bomb, id, true)])
    if (report?.outcome !== "added" && report?.outcome !== "broken") return `the import is ${report?.outcome}`
    if (report.outcome === "added") {
      const { flaw } = await handoffs.verify(id)
      // The import may have given up before it found the misfit.
      const isMisfit = flaw === undefined || flaw.problem.includes("does not fit")
      if (!isMisfit) return `the limit of a machine became a flaw: ${flaw.problem}`
    }
    return isUsable(handoffs)
  }

/** A worker that meets the schema goes on with the next handoff. */
const worked =
  (bomb: Bomb) =>
  async (handoffs: Handoffs): Promise<string | undefined> => {
    const [id, next] = [newId(), newId()]
    const agent = `worker-${id}`
    await handoffs.import([stored(bomb, id, false, agent)])
    await handoffs.create({ fromAgent: sender, toAgent: agent, taskDescription: "next", priority: 1 }, { id: next })
    const stop = new AbortController()
    const working = handoffs.work(
      agent,
      async ({ recordId }, { deliver }) => {
        if (recordId === id) deliver({ name: "sums", content: bomb.content })
      },
      { signal: stop.signal }
    )
    const ended = new Set<string>()
    for await (const { event, recordId } of handoffs.changes({ signal: AbortSignal.timeout(60_000) })) {
      if ((recordId === id || recordId === next) && (event._tag === "Completed" || event._tag === "Failed")) {
        ended.add(recordId)
      }
      if (ended.size === 2) break
    }
    stop.abort()
    await working
    const { status } = await handoffs.get(next)
    return status === "completed" ? undefined : `the next handoff of the worker is ${status}`
  }

// The time of a pattern, that of references, and the memory: these go through every verb.
const everywhere = /^(?:a pattern that backtracks|references that double|many items with many|a keyword)/

/** Schemas of others, through the verbs that judge them. */
export const schemaAttacks: ReadonlyArray<Attack> = bombs.flatMap((bomb) => [
  { name: `${bomb.name}, in a new request`, run: created(bomb) },
  ...(everywhere.test(bomb.name)
    ? [
        { name: `${bomb.name}, in a stored request`, run: completed(bomb) },
        { name: `${bomb.name}, in an archive`, run: imported(bomb) },
        { name: `${bomb.name}, in the inbox of a worker`, run: worked(bomb) }
      ]
    : [])
])
