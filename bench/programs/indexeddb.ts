/** Runs in the page of the IndexedDB bench: the store, and the same transactions written by hand. */
import { type Change, HandoffStore, keysOf } from "@aumai/handoff-core"
import {
  AgentId,
  apply,
  create,
  encodeEvent,
  encodeRecord,
  type HandoffEvent,
  HandoffRequest,
  RecordId
} from "@aumai/handoff-protocol"
import { IndexedDbStore } from "@aumai/handoff-store-indexeddb"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"

const [sender, receiver] = [AgentId.make("planner"), AgentId.make("executor")]
const at = DateTime.makeUnsafe(1_790_000_000_000)
let drawn = 0

const created = (): Change => {
  const request = HandoffRequest.make({
    fromAgent: sender,
    toAgent: receiver,
    taskDescription: "Generate the Q3 financial summary report.",
    context: { quarter: "Q3", format: "PDF" }
  })
  const event: HandoffEvent = { _tag: "Created", at, by: sender, request }
  return { record: create(RecordId.make(`record-${String((drawn += 1)).padStart(8, "0")}`), event), event }
}

const accepted = ({ record }: Change): Change => {
  const event: HandoffEvent = { _tag: "Accepted", at, by: receiver }
  return { record: Result.getOrThrow(apply(record, event)), event }
}

/** Creates and accepts each handoff, so that half of the commits find a row. */
const pairs = (commits: number): ReadonlyArray<Change> =>
  Array.from({ length: commits / 2 }).flatMap(() => {
    const first = created()
    return [first, accepted(first)]
  })

const runtimeOf = (name: string) => ManagedRuntime.make(IndexedDbStore.layer({ name }))
const runtimes = new Map<string, ReturnType<typeof runtimeOf>>()
const runtimeFor = (name: string) => {
  const runtime = runtimes.get(name) ?? runtimeOf(name)
  runtimes.set(name, runtime)
  return runtime
}

const openRaw = (name: string): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(name)
    request.addEventListener("success", () => resolve(request.result))
    request.addEventListener("error", () => reject(request.error))
  })

/** One hand-written commit with the same reads, rows, indexes and counts. */
const commitRaw = (database: IDBDatabase, { record, event }: Change): Promise<void> =>
  new Promise((resolve, reject) => {
    const transaction = database.transaction(["records", "log", "meta"], "readwrite", { durability: "strict" })
    transaction.addEventListener("complete", () => resolve())
    transaction.addEventListener("abort", () => reject(transaction.error))
    const [records, log, meta] = ["records", "log", "meta"].map((name) => transaction.objectStore(name))
    if (records === undefined || log === undefined || meta === undefined) return
    const id = record.recordId
    let before: { readonly revision: number; readonly status: string } | undefined
    const standing = records.get(id)
    standing.addEventListener("success", () => {
      before = standing.result
    })
    const counted = meta.get("counts")
    counted.addEventListener("success", () => {
      if ((before?.revision ?? 0) + 1 !== record.revision) return transaction.abort()
      log.add({ id, revision: record.revision, event: JSON.stringify(encodeEvent(event)) })
      const keys = keysOf(record)
      const text = JSON.stringify(encodeRecord(record))
      records.put({ id, revision: record.revision, ...keys, newest: -keys.createdAt, record: text })
      const counts = { ...counted.result }
      counts[record.status] = (counts[record.status] ?? 0) + 1
      if (before !== undefined) counts[before.status] -= 1
      meta.put(counts, "counts")
      transaction.commit()
    })
  })

/** The milliseconds that `callers` take together, each with an equal share of the commits. */
const timed = async (commits: number, callers: number, commit: (change: Change) => Promise<void>): Promise<number> => {
  const shares = Array.from({ length: callers }, () => pairs(commits / callers))
  const start = performance.now()
  await Promise.all(
    shares.map(async (share) => {
      for (const change of share) await commit(change)
    })
  )
  return performance.now() - start
}

const bench = {
  ours: (name: string, commits: number, callers: number) =>
    runtimeFor(name).runPromise(
      Effect.gen(function* () {
        const store = yield* HandoffStore
        const run = Effect.runPromiseWith(yield* Effect.context())
        return yield* Effect.promise(() => timed(commits, callers, (change) => run(store.commit([change]))))
      })
    ),
  /** Runs on a database that the store created and closed. */
  byHand: async (name: string, commits: number, callers: number) => {
    const runtime = runtimeOf(name)
    await runtime.runPromise(Effect.void)
    await runtime.dispose()
    const database = await openRaw(name)
    const taken = await timed(commits, callers, (change) => commitRaw(database, change))
    database.close()
    return taken
  },
  /** Fills an inbox with `waiting` handoffs and reads its head `reads` times. Returns the mean time in milliseconds. */
  inboxHead: (waiting: number, reads: number) =>
    runtimeFor(`inbox ${waiting}`).runPromise(
      Effect.gen(function* () {
        const store = yield* HandoffStore
        for (let left = waiting; left > 0; left -= 1000) {
          yield* store.commit([created(), ...Array.from({ length: 999 }, created)])
        }
        const head = store.list({ _tag: "Inbox", agent: receiver, status: "pending" }, { limit: 1 })
        yield* Effect.repeat(head, { times: reads })
        const start = performance.now()
        yield* Effect.repeat(head, { times: reads - 1 })
        return (performance.now() - start) / reads
      })
    )
}

declare global {
  var handoffBench: typeof bench
}

globalThis.handoffBench = bench
