/** Writes the agents of a database and their keys, and reads their rows. Loaded with the first agent. */
import { type AgentStore, CommitPlan, type LogOrigin, StoredAgents } from "@aumai/handoff-core"
import type { LogName, RevisionConflict, StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import type * as Connection from "./Connection.ts"
import type { Requests } from "./Database.ts"
import * as Failure from "./Failure.ts"
import { type AgentValue, type KeyValue, later, ofLog } from "./Schema.ts"

/** Converts a row for the reader. A row of the first version has only capabilities. */
const agentRow = ({ id, agent, lastSeen, capabilities }: AgentValue): StoredAgents.AgentRow => ({
  id,
  agent: agent ?? `{"capabilities":${capabilities}}`,
  lastSeen
})

/** Appends entries to key logs. One of this log takes the next position of the log, whose row is not kept. */
const record = (
  transact: Connection.Transact,
  own: LogName,
  entries: Parameters<AgentStore["Service"]["record"]>[0]
): Effect.Effect<void, RevisionConflict | StoreError> =>
  Effect.flatMap(
    transact<Result.Result<void, RevisionConflict>>({
      operation: "record keys",
      mode: "readwrite",
      stores: ["keys", "log"],
      body: ({ store, when, answer }) => {
        const [keys, log] = [store("keys"), store("log")]
        const counts = new Map<string, number>()
        const logs = [...new Set(entries.map(({ event }) => event.log))]

        const write = (index: number) => {
          const entry = entries[index]
          if (entry === undefined) return answer(Result.void)
          const { event, revision } = entry
          const value: KeyValue = { log: event.log, revision, event: StoredAgents.encodeKey(event) }
          const put = (value: KeyValue) => when(keys.put(value), () => write(index + 1))
          if (event.log !== own) return put(value)
          when<IDBValidKey>(log.add({ id: "", revision: 0, event: "" }), (position) =>
            when(log.delete(position), () => put({ ...value, position: Number(position) }))
          )
        }

        for (const [index, name] of logs.entries()) {
          when<number>(keys.count(ofLog(name)), (count) => {
            counts.set(name, count)
            if (index < logs.length - 1) return
            const conflict = CommitPlan.keyConflictIn(entries, (name) => counts.get(name) ?? 0)
            if (conflict === undefined) write(0)
            else answer(Result.fail(conflict))
          })
        }
      }
    }),
    Effect.fromResult
  )

const keyRow = ({ event, log, position, revision }: KeyValue): StoredAgents.KeyRow => ({
  log,
  revision,
  event,
  number: position === undefined ? undefined : String(position)
})

/** Makes the writes of agents and keys, and the reader of their rows. */
export const make = (name: string, transact: Connection.Transact, origin: LogOrigin) => {
  const reader = StoredAgents.reader(Failure.named(name), origin)
  const change = (operation: string, body: (agents: IDBObjectStore, requests: Requests<void>) => void) =>
    transact<void>({
      operation,
      mode: "readwrite",
      stores: ["agents"],
      body: (requests) => body(requests.store("agents"), requests)
    })
  const finish = ({ when, answer }: Requests<void>, request: IDBRequest) => when(request, () => answer(undefined))
  const service: Omit<AgentStore["Service"], "keys" | "all"> = {
    put: (given) =>
      change("put agent", (agents, requests) => {
        const row = StoredAgents.encodeAgent(given)
        requests.when<AgentValue | undefined>(agents.get(row.id), (held) =>
          finish(requests, agents.put({ ...row, lastSeen: later(held?.lastSeen, row.lastSeen) }))
        )
      }),
    seen: (ids, at) =>
      change("see agents", (agents, { answer, when }) => {
        if (ids.length === 0) return answer(undefined)
        for (const [index, id] of ids.entries()) {
          when<AgentValue | undefined>(agents.get(id), (held) => {
            if (held !== undefined) agents.put({ ...held, lastSeen: later(held.lastSeen, at.epochMilliseconds) })
            // Requests are answered in order, so this is the last answer.
            if (index === ids.length - 1) answer(undefined)
          })
        }
      }),
    remove: (id) => change("remove agent", (agents, requests) => finish(requests, agents.delete(id))),
    record: (entries) => record(transact, origin.log, entries)
  }
  return {
    ...service,
    keysOf: (values: ReadonlyArray<KeyValue>) => reader.keys("read keys", values.map(keyRow)),
    agentsOf: (values: ReadonlyArray<AgentValue>) => reader.agents("read agents", values.map(agentRow))
  }
}
