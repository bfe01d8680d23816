/** Measures export and import of 1e5 records against JSON.stringify and JSON.parse of the same bytes and one validation. */
import { HandoffManager, MemoryStore } from "@aumai/handoff-core"
import { type ArchivedHandoff, decodeArchived, encodeArchived, wireSchemas } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import { interleaved, milliseconds, type Row, times } from "./measure.ts"

const count = 100_000
const layer = HandoffManager.layer.pipe(Layer.provideMerge(MemoryStore.layer))

const filled = Effect.gen(function* () {
  const manager = yield* HandoffManager
  for (let index = 0; index < count; index++) {
    const { recordId } = yield* manager.create({
      fromAgent: "planner",
      toAgent: `executor-${index % 50}`,
      taskDescription: "Generate the Q3 financial summary report.",
      priority: 1 + (index % 10),
      context: { quarter: "Q3", format: "PDF" }
    })
    if (index % 2 === 0) yield* manager.accept(recordId)
    if (index % 4 === 0) yield* manager.complete(recordId, { result: { output: "report.pdf" } })
  }
})

/** Measures the archive section. */
export const archive = async (): Promise<ReadonlyArray<Row>> => {
  const store = await Effect.runPromise(Layer.build(layer).pipe(Effect.scoped, Effect.cached, Effect.flatten))
  await Effect.runPromise(Effect.provide(filled, store))
  const exportText = HandoffManager.use((manager) =>
    Effect.gen(function* () {
      const parts: Array<string> = []
      yield* Stream.runForEachArray(manager.export, (chunk) =>
        Effect.sync(() => void parts.push(...chunk.map((archived) => JSON.stringify(encodeArchived(archived)))))
      )
      return `[${parts.join(",")}]`
    })
  )
  const text = await Effect.runPromise(Effect.provide(exportText, store))
  const values = JSON.parse(text) as ReadonlyArray<unknown>
  const isArchived = Schema.is(wireSchemas.ArchivedHandoff)
  const importText = Effect.gen(function* () {
    const manager = yield* HandoffManager
    const handoffs = (JSON.parse(text) as ReadonlyArray<unknown>).map((json): ArchivedHandoff =>
      Result.getOrThrow(decodeArchived("bench", json))
    )
    yield* Stream.runDrain(manager.import(Stream.fromIterable(handoffs)))
  })
  const validate = (all: ReadonlyArray<unknown>) => {
    for (const one of all) if (!isArchived(one)) throw new Error("invalid")
  }
  const costs = await interleaved(5, {
    exporting: () => Effect.runPromise(Effect.provide(exportText, store)),
    stringify: () => {
      validate(values)
      return JSON.stringify(values)
    },
    importing: () => Effect.runPromise(Effect.provide(importText, layer)),
    parse: () => validate(JSON.parse(text) as ReadonlyArray<unknown>)
  })
  const row = (name: string, ours: number, bare: number): Row => ({
    name,
    ours: milliseconds(ours),
    against: `bare ${milliseconds(bare)}`,
    ratio: times(ours / bare),
    aim: "≤ 1.4×"
  })
  return [
    row("export of 1e5 records", costs.exporting.wall, costs.stringify.wall),
    row("import of 1e5 records", costs.importing.wall, costs.parse.wall)
  ]
}
