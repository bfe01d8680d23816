/** Collects the attempts and acknowledgements that processes print, and compares them with the final contents. */
import { HandoffStore } from "@aumai/handoff-core"
import { encodeEvent, replay } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"

import { FileStore } from "../src/index.ts"
import type { Running } from "./processes.ts"

interface Report {
  readonly what: "try" | "done"
  readonly id: string
  readonly revision: number
  readonly key: string
}

export const makeOracle = () => {
  const promised = new Map<string, Array<string>>()
  const tried = new Set<string>()
  const broken: Array<string> = []
  let commits = 0

  const hear = (line: string) => {
    // The cast is safe because worker.ts writes these lines, and a line that a kill cut short does not parse.
    const report = parse(line) as Report | undefined
    if (report === undefined) return
    const at = `${report.id} ${report.revision}`
    if (report.what === "try") tried.add(`${at} ${report.key}`)
    else {
      commits += 1
      promised.set(at, [...(promised.get(at) ?? []), report.key])
    }
  }

  return {
    broken,
    acknowledged: () => promised.size,
    /** The acknowledged commits, also those of two winners. */
    commits: () => commits,
    /** Reads the lines of a process until it ends. `first` is a line that was read already. */
    listen: async (running: Running, first?: string) => {
      if (first !== undefined) hear(first)
      for (let line = await running.nextLine(); line !== undefined; line = await running.nextLine()) hear(line)
    },
    /** Compares the final contents. A process that was refused has kept its commits in files beside the store, at `aside`. */
    verify: (path: string, aside: ReadonlyArray<string> = []) =>
      Effect.gen(function* () {
        const store = yield* HandoffStore
        const found = new Map<string, string>()
        const kept = new Set<string>()
        for (const file of aside) {
          for (const [at, key] of yield* keysIn(file)) kept.add(`${at} ${key}`)
        }
        for (const record of yield* store.list({ _tag: "All" }, { limit: 1_000_000 })) {
          const history = yield* store.history(record.recordId)
          const replayed = replay(
            record.recordId,
            history.map(({ event }) => event)
          )
          if (Result.isFailure(replayed) || !Equal.equals(replayed.success, record)) {
            broken.push(`the history of ${record.recordId} does not replay to its state`)
          }
          for (const [index, { revision, event }] of history.entries()) {
            const key = JSON.stringify(encodeEvent(event))
            if (revision !== index + 1) broken.push(`the revisions of ${record.recordId} are not dense`)
            if (!tried.has(`${record.recordId} ${revision} ${key}`))
              broken.push(`no process wrote ${record.recordId} ${revision}`)
            found.set(`${record.recordId} ${revision}`, key)
          }
        }
        for (const [at, keys] of promised) {
          const open = keys.filter((key) => !kept.has(`${at} ${key}`))
          if (open.length > 1) broken.push(`two winners at ${at}`)
          for (const key of open) if (found.get(at) !== key) broken.push(`lost: ${at}`)
        }
      }).pipe(Effect.provide(FileStore.layer({ path })))
  }
}

/** The events in a file of records, by id and revision. */
const keysIn = (path: string) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const records = yield* store.list({ _tag: "All" }, { limit: 1_000_000 })
    const histories = yield* Effect.forEach(records, ({ recordId }) => store.history(recordId))
    return histories
      .flat()
      .map(({ event, recordId, revision }) => [`${recordId} ${revision}`, JSON.stringify(encodeEvent(event))] as const)
  }).pipe(Effect.provide(Layer.fresh(FileStore.layer({ path }))))

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
