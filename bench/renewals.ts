/** Measures 1,000 leases that are renewed in one write, against one entry of progress for each. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { type AgentStore, type Change, HandoffStore, MemoryStore } from "@aumai/handoff-core"
import { advance, AgentId, begin, type HandoffRecord, HandoffRequest, RecordId } from "@aumai/handoff-protocol"
import { FileStore } from "@aumai/handoff-store-file"
import { PostgresStore } from "@aumai/handoff-store-postgres"
import { SqliteStore } from "@aumai/handoff-store-sqlite"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import { startPostgres } from "../tooling/postgres.ts"
import { interleaved, milliseconds, type Row, times } from "./measure.ts"

const leases = 1000
const rounds = 5
const [from, to] = [AgentId.make("planner"), AgentId.make("executor")]
const lease = 60_000
const begun = Date.now()
const at = (round: number) => DateTime.makeUnsafe(begun + round * 1000)

const taken = (n: number): readonly [Change, Change] => {
  const request = HandoffRequest.make({ fromAgent: from, toAgent: to, taskDescription: "Generate the Q3 report" })
  const first = begin(RecordId.make(`lease-${n}`), { _tag: "Created", at: at(0), by: from, request })
  return [first, Result.getOrThrow(advance(first.record, { _tag: "Accepted", at: at(0), by: to, lease }))]
}

const section = async <E>(name: string, layer: Layer.Layer<HandoffStore | AgentStore, E>): Promise<Row> => {
  const measured = Effect.gen(function* () {
    const store = yield* HandoffStore
    const records: Array<HandoffRecord> = []
    for (let n = 0; n < leases; n++) {
      const changes = taken(n)
      yield* store.commit(changes)
      records.push(changes[1].record)
    }
    const end = yield* store.end
    let round = 0
    const renew = () => {
      round += 1
      const renewals = records.map(({ attempt, recordId }) => ({
        recordId,
        attempt,
        until: DateTime.makeUnsafe(begun + round * 1000 + lease)
      }))
      return Effect.runPromise(
        Effect.flatMap(store.renew(renewals, at(round)), (refused) =>
          refused.length === 0 ? Effect.void : Effect.die(new Error("A renewal was refused"))
        )
      )
    }
    /** One entry for each lease, as workers wrote it before. The store groups commits that arrive together. */
    const report = () => {
      round += 1
      const changes = records.map((record, n) => {
        const next = Result.getOrThrow(advance(record, { _tag: "Progressed", at: at(round), by: to }))
        records[n] = next.record
        return next
      })
      return Effect.runPromise(
        Effect.forEach(changes, (change) => store.commit([change]), { concurrency: "unbounded", discard: true })
      )
    }
    yield* Effect.promise(renew)
    const grown = !Option.isSome(end) || Option.getOrUndefined(yield* store.end) !== end.value
    if (grown) return yield* Effect.die(new Error("The log has grown"))
    return yield* Effect.promise(() => interleaved(rounds, { renew, report }))
  })
  const { renew, report } = await Effect.runPromise(Effect.provide(measured, layer))
  return {
    name: `${name}: 1,000 leases renewed, log growth 0`,
    ours: milliseconds(renew.wall),
    against: `one entry each: ${milliseconds(report.wall)}`,
    ratio: times(renew.wall / report.wall),
    aim: "< 1×"
  }
}

/** Measures the renewals section. */
export const renewals = async (): Promise<ReadonlyArray<Row>> => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-bench-"))
  try {
    const rows = [
      await section("memory", MemoryStore.layer),
      await section("file", FileStore.layer({ path: join(directory, "handoffs.json") })),
      await section("SQLite", SqliteStore.layer({ path: join(directory, "handoffs.db") }))
    ]
    const server = await startPostgres({ durable: true })
    try {
      rows.push(await section("PostgreSQL", PostgresStore.layer({ url: server.url })))
    } finally {
      await server.stop()
    }
    return rows
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
