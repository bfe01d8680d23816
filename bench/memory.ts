/** Measures the engine in memory against hand-written code with the same transitions, events and indexes. */
import { HandoffManager, MemoryStore, StoreImage } from "@aumai/handoff-core"
import {
  AgentId,
  advance as advanced,
  create,
  type HandoffEvent,
  HandoffRequest,
  RecordId,
  LogName
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"

import { interleaved, microseconds, perSecond, type Row, times } from "./measure.ts"

const ask = (index: number) => ({
  fromAgent: AgentId.make("planner"),
  toAgent: AgentId.make(`executor-${index % 50}`),
  taskDescription: "Generate the Q3 financial summary report.",
  priority: 1 + (index % 10),
  context: { quarter: "Q3", format: "PDF" }
})

const layer = HandoffManager.layer.pipe(Layer.provideMerge(MemoryStore.layer))

const lifecycles = (count: number) =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    for (let index = 0; index < count; index++) {
      const { recordId } = yield* manager.create(ask(index))
      yield* manager.accept(recordId)
      yield* manager.start(recordId)
      yield* manager.complete(recordId, { result: { output: "report.pdf" } })
    }
  })

/** The hand-written code: the same transitions, digests and indexes, with promises instead of effects. */
const plain = () => {
  const image = StoreImage.make({ log: LogName.make("0".repeat(26)), epoch: 1 })
  const now = () => DateTime.makeUnsafe(Date.now())
  let ids = 0
  const advance = async (id: RecordId, event: HandoffEvent) => {
    const record = image.get(id)
    if (record === undefined) throw new Error("unknown")
    const next = advanced(record, event)
    if (Result.isFailure(next)) throw next.failure
    image.put([next.success])
    return next.success.record
  }
  return {
    create: async (index: number) => {
      const request = HandoffRequest.make(ask(index))
      const event: HandoffEvent = { _tag: "Created", at: now(), by: request.fromAgent, request }
      const record = create(RecordId.make(`record-${(ids += 1)}`), event)
      image.put([{ record, event }])
      return record
    },
    accept: async (id: RecordId, by: AgentId) => advance(id, { _tag: "Accepted", at: now(), by }),
    start: async (id: RecordId, by: AgentId) => advance(id, { _tag: "Started", at: now(), by }),
    complete: async (id: RecordId, by: AgentId) =>
      advance(id, { _tag: "Completed", at: now(), by, result: { output: "report.pdf" } })
  }
}

const plainLifecycles = async (count: number) => {
  const store = plain()
  for (let index = 0; index < count; index++) {
    const { recordId, request } = await store.create(index)
    await store.accept(recordId, request.toAgent)
    await store.start(recordId, request.toAgent)
    await store.complete(recordId, request.toAgent)
  }
}

/** The mean time of reading the head of an inbox with `waiting` handoffs. */
const inboxHead = async (waiting: number) => {
  const runtime = ManagedRuntime.make(layer)
  const agent = AgentId.make("executor-0")
  const reads = 20_000
  await runtime.runPromise(
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      for (let index = 0; index < waiting; index++) yield* manager.create({ ...ask(index), toAgent: agent })
    })
  )
  const read = HandoffManager.use((manager) =>
    Effect.gen(function* () {
      for (let index = 0; index < reads; index++) {
        yield* manager.list({ _tag: "Inbox", agent, status: "pending" }, { limit: 1 })
      }
    })
  )
  await runtime.runPromise(read)
  const { head } = await interleaved(5, { head: () => runtime.runPromise(read) })
  await runtime.dispose()
  return microseconds(reads, head.wall)
}

/** Measures the memory section. */
export const memory = async (): Promise<ReadonlyArray<Row>> => {
  const run = (count: number) => Effect.runPromise(Effect.provide(lifecycles(count), layer))
  await run(2000)
  await plainLifecycles(2000)
  const few = await interleaved(5, {
    ours: async () => {
      for (let round = 0; round < 20; round++) await run(1000)
    },
    plain: async () => {
      for (let round = 0; round < 20; round++) await plainLifecycles(1000)
    }
  })
  const many = await interleaved(3, { ours: () => run(100_000), plain: () => plainLifecycles(100_000) })
  return [
    {
      name: "lifecycle in memory, 1e3 records",
      ours: perSecond(20_000, few.ours),
      against: `plain Map ${perSecond(20_000, few.plain)}`,
      ratio: times(few.plain.wall / few.ours.wall),
      aim: "≥ 0.6×"
    },
    {
      name: "lifecycle in memory, 1e5 records",
      ours: perSecond(100_000, many.ours),
      against: `plain Map ${perSecond(100_000, many.plain)}`,
      ratio: times(many.plain.wall / many.ours.wall),
      aim: "≥ 0.6×"
    },
    {
      name: "lifecycle in memory, growth",
      ours: perSecond(100_000, many.ours),
      against: `at 1e3 ${perSecond(20_000, few.ours)}`,
      ratio: times(few.ours.wall / 20_000 / (many.ours.wall / 100_000)),
      aim: "≥ 0.7×"
    },
    { name: "inbox head, 1e3 waiting", ours: await inboxHead(1000), against: "", ratio: "", aim: "≤ 5 µs" },
    { name: "inbox head, 1e5 waiting", ours: await inboxHead(100_000), against: "", ratio: "", aim: "≤ 5 µs" }
  ]
}
