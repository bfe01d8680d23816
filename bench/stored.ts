/** Makes store files of a given size. */
import { copyFileSync, mkdtempSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { HandoffManager } from "@aumai/handoff-core"
import { FileStore } from "@aumai/handoff-store-file"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const made = new Map<number, string>()

/** Writes `count` handoffs with the file store, half of them completed, and returns the path. */
const make = async (count: number): Promise<string> => {
  const path = join(mkdtempSync(join(tmpdir(), "aumai-handoff-stored-")), "store.json")
  const one = (index: number) =>
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      const { recordId } = yield* manager.create(
        {
          fromAgent: "agent-planner",
          toAgent: `agent-executor-${index % 50}`,
          taskDescription: "Generate the Q3 financial summary report.",
          context: { quarter: "Q3", format: "PDF" },
          priority: 1 + (index % 10)
        },
        { id: `stored${String(index).padStart(6, "0")}` }
      )
      if (index % 2 === 0) return
      yield* manager.accept(recordId)
      yield* manager.complete(recordId, { result: { output: "report.pdf", rows: 3 } })
    })
  const all = Effect.forEach(
    Array.from({ length: count }, (_, index) => index),
    one,
    {
      concurrency: 512,
      discard: true
    }
  )
  const layer = HandoffManager.layer.pipe(Layer.provide(FileStore.layer({ path })))
  await Effect.runPromise(Effect.provide(all, layer))
  return path
}

/** Writes a store with `count` handoffs to a path and returns its size in bytes. */
export const writeStore = async (path: string, count: number): Promise<number> => {
  const template = made.get(count) ?? (await make(count))
  made.set(count, template)
  if (count === 0) return 0
  copyFileSync(template, path)
  return statSync(path).size
}
