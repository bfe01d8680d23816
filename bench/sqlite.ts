/** Measures the SQLite store: durable lifecycles, operations on many records, and changes seen by another process. */
import { spawn, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

import { HandoffManager, HandoffStore, keysOf, StoredText } from "@aumai/handoff-core"
import { AgentId, create, HandoffRequest, RecordId } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"

import { type Cost, interleaved, microseconds, milliseconds, perSecond, type Row, times } from "./measure.ts"
import * as ByHand from "./sqliteByHand.ts"
import { lifecycles, managerOn } from "./sqliteChild.ts"

const child = join(import.meta.dirname, "sqliteChild.ts")

/** The flushes per lifecycle, counted by strace in a separate run because tracing is slow. */
const flushes = (directory: string, callers: number, each: number): number | undefined => {
  const counted = (each: number) => {
    const path = join(directory, `flushes-${callers}-${each}.db`)
    const trace = `${path}.trace`
    const program = [process.execPath, child, "lifecycles", path, String(callers), String(each)]
    spawnSync("strace", ["-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", trace, ...program])
    if (!existsSync(trace)) return undefined
    return readFileSync(trace, "utf8").match(/sync\(/g)?.length ?? 0
  }
  const [some, none] = [counted(each), counted(0)]
  return some === undefined || none === undefined ? undefined : (some - none) / (callers * each)
}

const durable = async (directory: string): Promise<ReadonlyArray<Row>> => {
  const rows: Array<Row> = []
  for (const [callers, each] of [
    [1, 400],
    [64, 50]
  ] as const) {
    const runtime = ManagedRuntime.make(managerOn(join(directory, `ours-${callers}.db`)))
    await runtime.runPromise(lifecycles(callers, 10))
    const path = join(directory, `hand-${callers}.db`)
    await Effect.runPromise(Effect.provide(Effect.void, managerOn(path)))
    const hand = ByHand.open(path)
    await hand.lifecycles(callers, 10)
    const { ours, plain } = await interleaved(7, {
      ours: () => runtime.runPromise(lifecycles(callers, each)),
      plain: () => hand.lifecycles(callers, each)
    })
    await runtime.dispose()
    hand.db.close()
    const count = callers * each
    const flushed = flushes(directory, callers, callers === 1 ? 500 : 20)
    const who = callers === 1 ? "1 caller" : `${callers} callers`
    rows.push({
      name: `SQLite store, ${who}: lifecycles`,
      ours: perSecond(count, ours),
      against: `by hand ${perSecond(count, plain)}`,
      ratio: times(plain.wall / ours.wall),
      aim: callers === 1 ? "≥ 0.8×" : "≥ 0.7×"
    })
    rows.push({
      name: `SQLite store, ${who}: cost of a lifecycle`,
      ours: `${microseconds(count, ours.cpu)} CPU`,
      against: `by hand ${microseconds(count, plain.cpu)}`,
      ratio: flushed === undefined ? "strace is not installed" : `${flushed.toFixed(3)} fsync`,
      aim: callers === 1 ? "≤ 4.1" : "≤ 0.4"
    })
  }
  return rows
}

// This agent has a tenth of all handoffs, so that a claim meets a long inbox. The others share the rest.
const busy = AgentId.make("busy")

/** Fills a store with `stored` pending handoffs in random order of ids. Uses plain SQL, because commits would take minutes. */
export const fill = async (path: string, stored: number) => {
  await Effect.runPromise(Effect.provide(Effect.void, managerOn(path)))
  const request = HandoffRequest.make(ByHand.ask(0))
  const event = { _tag: "Created", at: DateTime.makeUnsafe(1_790_000_000_000), by: request.fromAgent, request } as const
  const record = create(RecordId.make("<id>"), event)
  const text = StoredText.encode({ record, event })
  const { db } = ByHand.open(path)
  db.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000")
  const made = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${stored}),
    made AS (SELECT printf('%08x', i * 2654435761 % 4294967296) AS id, i,
      CASE WHEN i % 10 = 0 THEN '${busy}' ELSE 'executor-' || (i % 50) END AS agent FROM n)`
  const filled = (column: string) => `replace(replace(${column}, '<id>', id), 'executor-0', agent)`
  const { createdAt, urgency } = keysOf(record)
  db.prepare(
    `${made} INSERT INTO handoffs (id, revision, status, from_agent, to_agent, urgency, created_at, record)
      SELECT id, 1, 'pending', 'planner', agent, ${urgency}, ${createdAt}, ${filled("?")} FROM made`
  ).run(text.record)
  db.prepare(`${made} INSERT INTO log (record_id, revision, event) SELECT id, 1, ${filled("?")} FROM made`).run(
    text.event
  )
  db.prepare("INSERT INTO tally VALUES ('pending', ?)").run(stored)
  db.close()
}

// The claims per round. All rounds together claim less than the smallest compared inbox holds.
const claims = 50

/** The cost of a thousand calls of each operation on a store with `stored` handoffs. */
const operations = async (directory: string, stored: number) => {
  const path = join(directory, `stored-${stored}.db`)
  await fill(path, stored)
  const runtime = ManagedRuntime.make(managerOn(path))
  const { db } = ByHand.open(path)
  const ids = db
    .prepare("SELECT id FROM handoffs ORDER BY id LIMIT 1000 OFFSET ?")
    .all(stored > 1000 ? stored / 2 : 0)
    .map(({ id }) => RecordId.make(String(id)))
  const { store, manager } = await runtime.runPromise(Effect.all({ store: HandoffStore, manager: HandoffManager }))
  const raw = db.prepare(
    `SELECT id, revision, record FROM handoffs WHERE to_agent = ? AND status = ? AND (urgency, created_at, id) > (?, ?, ?)
      ORDER BY urgency, created_at, id LIMIT ?`
  )
  const agent = AgentId.make("executor-7")
  const each = (operation: (id: RecordId, n: number) => Effect.Effect<unknown, unknown>) => () =>
    runtime.runPromise(Effect.forEach(ids, operation, { discard: true }))
  const [middle] = await runtime.runPromise(store.history(ids[500] ?? RecordId.make("none")))
  const after = middle === undefined ? {} : { after: middle.position }
  let created = 0
  const costs = await interleaved(7, {
    raw: () => {
      for (let n = 0; n < ids.length; n++) raw.all(agent, "pending", Number.NEGATIVE_INFINITY, 0, "", 1)
    },
    "inbox head": each(() => store.list({ _tag: "Inbox", agent, status: "pending" }, { limit: 1 })),
    inbox: each(() => store.list({ _tag: "Inbox", agent, status: "pending" }, { limit: 20 })),
    list: each(() => store.list({ _tag: "All" }, { limit: 20 })),
    get: each(store.get),
    history: each(store.history),
    "log page": each(() => store.log({ limit: 20, ...after })),
    tally: each(() => store.tally),
    commit: each(() => manager.create({ ...ByHand.ask(7), toAgent: "new" }, { id: `new-${(created += 1)}` })),
    claim: () => runtime.runPromise(Effect.repeat(manager.claim(busy), { times: claims - 1 }))
  })
  await runtime.dispose()
  db.close()
  return costs
}

const sizes = async (directory: string): Promise<ReadonlyArray<Row>> => {
  const few = await operations(directory, 1000)
  const some = await operations(directory, 10_000)
  const many = await operations(directory, 1_000_000)
  const each = (cost: Cost, count = 1000) => microseconds(count, cost.wall)
  const rows: Array<Row> = [
    {
      name: "SQLite store, 1e6 records: inbox head",
      ours: each(many["inbox head"]),
      against: `raw prepared query ${each(many.raw)}`,
      ratio: times(many["inbox head"].wall / many.raw.wall),
      aim: "≤ 1.5×"
    }
  ]
  for (const name of ["get", "history", "log page", "inbox", "list", "tally", "commit"] as const) {
    rows.push({
      name: `SQLite store, 1e6 records: ${name}`,
      ours: each(many[name]),
      against: `at 1e3 ${each(few[name])}`,
      ratio: times(many[name].wall / few[name].wall),
      aim: "≤ 1.5×"
    })
  }
  rows.push({
    name: "SQLite store, claim with 1e5 waiting",
    ours: each(many.claim, claims),
    against: `with 1e3 ${each(some.claim, claims)}`,
    ratio: times(many.claim.wall / some.claim.wall),
    aim: "≤ 1.5×"
  })
  return rows
}

/** The delay until another process has read a commit, and the cost of that process while it waits. */
const news = async (directory: string): Promise<ReadonlyArray<Row>> => {
  const path = join(directory, "news.db")
  const runtime = ManagedRuntime.make(managerOn(path))
  const manager = await runtime.runPromise(HandoffManager)
  const follower = spawn(process.execPath, [child, "follow", path, "3000"], { stdio: ["pipe", "pipe", "inherit"] })
  const acknowledged = new Map<string, bigint>()
  const latencies: Array<number> = []
  const commits = 500
  let idle = 0
  const lines = createInterface({ input: follower.stdout })
  const all = new Promise<void>((resolve) => {
    lines.on("line", (line) => {
      const [what = "", value = ""] = line.split(" ")
      if (what === "idle") {
        idle = Number(value)
        void commitAll()
        return
      }
      const at = acknowledged.get(what)
      // The follower can read a commit before its writer gets the acknowledgement.
      latencies.push(at === undefined ? 0 : Number(BigInt(value) - at) / 1e6)
      if (latencies.length === commits) resolve()
    })
  })
  const commitAll = async () => {
    for (let n = 0; n < commits; n++) {
      const { recordId } = await runtime.runPromise(manager.create(ByHand.ask(n)))
      acknowledged.set(recordId, process.hrtime.bigint())
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 15))
    }
  }
  await all
  follower.stdin.write("done\n")
  await runtime.dispose()
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (share: number) => milliseconds(Math.max(0, sorted[Math.floor(share * sorted.length)] ?? 0))
  return [
    {
      name: "SQLite store: commit seen by another process",
      ours: `p50 ${at(0.5)}, p99 ${at(0.99)}`,
      against: "",
      ratio: "",
      aim: "≤ 5 ms, ≤ 20 ms"
    },
    {
      name: "SQLite store: following an idle store",
      ours: `${(idle * 100).toFixed(2)} % CPU`,
      against: "",
      ratio: "",
      aim: "≤ 1 %"
    }
  ]
}

/** Measures the sqlite section. */
export const sqlite = async (): Promise<ReadonlyArray<Row>> => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-bench-"))
  try {
    return [...(await durable(directory)), ...(await sizes(directory)), ...(await news(directory))]
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
