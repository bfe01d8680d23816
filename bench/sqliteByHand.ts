/** Hand-written code on `node:sqlite` with the same tables, records and durable commits, without engine and store port. */
import { DatabaseSync } from "node:sqlite"

import { type Change, keysOf, StoredText, tallyOf } from "@aumai/handoff-core"
import {
  AgentId,
  apply,
  create,
  decodeRecord,
  type HandoffEvent,
  type HandoffRecord,
  HandoffRequest,
  RecordId
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

/** The request of every handoff in the SQLite bench. */
export const ask = (index: number) => ({
  fromAgent: AgentId.make("planner"),
  toAgent: AgentId.make(`executor-${index % 50}`),
  taskDescription: "Generate the Q3 financial summary report.",
  priority: 1 + (index % 10),
  context: { quarter: "Q3", format: "PDF" }
})

/** Opens a file that the store created. */
export const open = (path: string) => {
  const db = new DatabaseSync(path)
  db.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -65536"
  )
  const begin = db.prepare("BEGIN IMMEDIATE")
  const commit = db.prepare("COMMIT")
  const select = db.prepare("SELECT record FROM handoffs WHERE id = ?")
  const insert = db.prepare(
    `INSERT INTO handoffs (id, revision, status, from_agent, to_agent, parent, urgency, created_at, due_at, record)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
  )
  const update = db.prepare(
    "UPDATE handoffs SET revision = ?, status = ?, due_at = ?, record = ? WHERE id = ? AND revision = ?"
  )
  const log = db.prepare("INSERT INTO log (record_id, revision, event) VALUES (?, ?, ?)")
  const count = db.prepare(
    "INSERT INTO tally VALUES (?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount"
  )

  const write = (change: Change, before?: HandoffRecord) => {
    const { record } = change
    const { status, from, to, parent = null, urgency, createdAt, dueAt = null } = keysOf(record)
    const text = StoredText.encode(change)
    const { recordId: id, revision } = record
    if (before === undefined) {
      insert.run(id, revision, status, from, to, parent, urgency, createdAt, dueAt, text.record)
    } else if (update.run(revision, status, dueAt, text.record, id, revision - 1).changes !== 1) {
      throw new Error("conflict")
    }
    log.run(id, revision, text.event)
    if (before !== undefined) count.run(before.status, -1)
    for (const [name, amount] of tallyOf(record)) count.run(name, amount)
  }

  const get = (id: RecordId): HandoffRecord => {
    const row = select.get(id)
    return Result.getOrThrow(decodeRecord("row", JSON.parse(String(row?.["record"]))))
  }

  const commitOne = async (change: Change, before?: HandoffRecord): Promise<void> => {
    begin.run()
    write(change, before)
    commit.run()
  }

  let waiting: Array<{ readonly change: Change; readonly before: HandoffRecord | undefined; done: () => void }> = []
  /** Groups the commits of one turn of the event loop in a transaction. */
  const commitTogether = (change: Change, before?: HandoffRecord): Promise<void> =>
    new Promise((done) => {
      waiting.push({ change, before, done })
      if (waiting.length > 1) return
      setImmediate(() => {
        const group = waiting
        waiting = []
        begin.run()
        for (const { change, before } of group) write(change, before)
        commit.run()
        for (const { done } of group) done()
      })
    })

  const now = () => DateTime.makeUnsafe(Date.now())
  let ids = 0
  const lifecycle = async (commit: typeof commitOne) => {
    const index = (ids += 1)
    const id = RecordId.make(`by-hand-${index}`)
    const request = HandoffRequest.make(ask(index))
    const event: HandoffEvent = { _tag: "Created", at: now(), by: request.fromAgent, request }
    await commit({ record: create(id, event), event })
    for (const _tag of ["Accepted", "Started", "Completed"] as const) {
      const before = get(id)
      const fact = { at: now(), by: before.request.toAgent }
      const event: HandoffEvent =
        _tag === "Completed" ? { _tag, ...fact, result: { output: "report.pdf" } } : { _tag, ...fact }
      await commit({ record: Result.getOrThrow(apply(before, event)), event }, before)
    }
  }

  return {
    db,
    /** Runs `each` lifecycles in sequence for each of `callers` concurrent callers. */
    lifecycles: async (callers: number, each: number) => {
      const commit = callers === 1 ? commitOne : commitTogether
      const caller = async () => {
        for (let left = each; left > 0; left--) await lifecycle(commit)
      }
      await Promise.all(Array.from({ length: callers }, caller))
    }
  }
}
