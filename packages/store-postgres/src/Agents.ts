/** Keeps the agents and the key logs. */
import { AgentStore, CommitPlan, type LogOrigin, StoredAgents } from "@aumai/handoff-core"
import type { RevisionConflict } from "@aumai/handoff-protocol"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"

import * as AgentStatements from "./AgentStatements.ts"
import { texts } from "./Arrays.ts"
import type { Connections } from "./Connections.ts"
import * as Failure from "./Failure.ts"
import type { Read } from "./Log.ts"

type Row = ReadonlyArray<unknown>

const agentRow = ([id, agent, lastSeen]: Row): StoredAgents.AgentRow => ({
  id: String(id),
  agent: String(agent),
  lastSeen: lastSeen === null ? undefined : Number(lastSeen)
})

const keyRow = ([log, revision, event, epoch, number]: Row): StoredAgents.KeyRow => ({
  log: String(log),
  revision: Number(revision),
  event: String(event),
  ...(epoch === null ? {} : { epoch: Number(epoch), number: String(number) })
})

/** Makes the agents of one database. */
export const make = (
  { address, run, transaction }: Connections,
  origin: LogOrigin,
  read: Read
): AgentStore["Service"] => {
  const reader = StoredAgents.reader(address.name, origin)
  const write = (operation: string, sql: string, parameters: ReadonlyArray<PgTypes.Parameter>) =>
    Effect.asVoid(Effect.mapError(run(sql, parameters), Failure.ofWrite(address, operation)))
  return AgentStore.of({
    put: (given) =>
      Effect.suspend(() => {
        const { id, agent, lastSeen } = StoredAgents.encodeAgent(given)
        const seen = PgTypes.int8(lastSeen === undefined ? null : BigInt(lastSeen))
        return write("put", AgentStatements.put, [PgTypes.text(id), PgTypes.text(agent), seen])
      }),
    seen: (ids, at) =>
      write("seen", AgentStatements.seen, [texts(ids), PgTypes.int8(BigInt(Math.floor(at.epochMilliseconds)))]),
    remove: (id) => write("remove", AgentStatements.remove, [PgTypes.text(id)]),
    record: (entries) =>
      transaction<void, RevisionConflict>((run) =>
        Effect.gen(function* () {
          for (const sql of AgentStatements.lockLog) yield* run(sql)
          const lengths = new Map((yield* run(AgentStatements.keyCounts)).map(([log, count]) => [log, Number(count)]))
          const conflict = CommitPlan.keyConflictIn(entries, (log) => lengths.get(log) ?? 0)
          if (conflict !== undefined) return yield* conflict
          yield* run(
            AgentStatements.record,
            AgentStatements.recordParameters(
              entries.map(({ event, revision }) => ({
                log: event.log,
                revision,
                event: StoredAgents.encodeKey(event)
              })),
              origin.log
            )
          )
        })
      ).pipe(Effect.catchTag("SqlError", (error: SqlError) => Effect.fail(Failure.ofWrite(address, "record")(error)))),
    keys: Effect.flatMap(read("keys", AgentStatements.keys), (rows) => reader.keys("keys", rows.map(keyRow))),
    all: Effect.flatMap(read("all", AgentStatements.all), (rows) => reader.agents("all", rows.map(agentRow)))
  })
}
