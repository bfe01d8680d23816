/** Stores the agents in a small file beside the records, rewritten as a whole under the same lock. */
import { isUtf8 } from "node:buffer"

import { type AgentStore, decodeAgent, encodeAgent, type RegisteredAgent, seenAt } from "@aumai/handoff-core"
import { frozen, parseJson, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import * as Failure from "./Failure.ts"
import type { FileStat, FsError } from "./JournalFs.ts"
import * as JournalWrite from "./JournalWrite.ts"
import * as Place from "./Place.ts"
import { isSame, locked, type Session } from "./Session.ts"

type Agents = ReadonlyMap<string, RegisteredAgent>

interface Known {
  readonly stat: FileStat | undefined
  readonly agents: Agents
}

const inOrder = (agents: Agents): ReadonlyArray<RegisteredAgent> =>
  [...agents.values()].toSorted((a, b) => (a.agentId < b.agentId ? -1 : 1))

const encode = (agents: Agents): Buffer =>
  Buffer.from(`${JSON.stringify(inOrder(agents).map(encodeAgent), undefined, 2)}\n`)

const decode = (bytes: Buffer): Result.Result<Agents, string> =>
  Result.flatMap(isUtf8(bytes) ? parseJson(bytes.toString("utf8")) : Result.fail("Expected UTF-8"), (json) => {
    if (!Array.isArray(json)) return Result.fail("Expected an array of agents")
    const agents = new Map<string, RegisteredAgent>()
    for (const [index, one] of json.entries()) {
      const agent = decodeAgent(`agent [${index}]`, one)
      if (Result.isFailure(agent)) return Result.fail(agent.failure.message)
      agents.set(agent.success.agentId, frozen(agent.success))
    }
    return Result.succeed(agents)
  })

/** Makes the agent store of a session, without the key logs. */
export const make = (session: Session): Omit<AgentStore["Service"], "record" | "keys"> => {
  const { fs, paths } = session
  let known: Known | undefined

  const read = (operation: string): Effect.Effect<Agents, StoreError> =>
    Effect.gen(function* () {
      const stat = yield* fs.stat(paths.agents)
      if (known !== undefined && isSame(known.stat, stat)) return known.agents
      if (stat === undefined) {
        known = { stat, agents: new Map() }
        return known.agents
      }
      const { stat: readStat, bytes } = yield* fs.read(paths.agents)
      const agents = decode(bytes)
      if (Result.isFailure(agents)) return yield* Failure.corrupt(operation, paths.agents, agents.failure)
      known = { stat: readStat, agents: agents.success }
      return agents.success
    }).pipe(Effect.catchTag("FsError", (cause) => Effect.fail(Failure.ofDisk(operation)(cause))))

  const write = (agents: Agents): Effect.Effect<void, FsError | StoreError> =>
    JournalWrite.replaceFile(
      session,
      paths.agents,
      known?.stat?.mode ?? session.rest?.stat?.mode ?? JournalWrite.privateMode,
      encode(agents)
    )

  /** Edits the agents under the lock. Writes nothing if `edit` returns `false`. */
  const change = (operation: string, edit: (agents: Map<string, RegisteredAgent>) => boolean) =>
    locked(
      session,
      operation,
      Effect.suspend(() => {
        // Read the file again, because the cache cannot tell two heartbeats apart: the file keeps its size, and within one
        // tick of the file system's clock its time and inode number can be the same.
        known = undefined
        return read(operation)
      }).pipe(
        Effect.flatMap((before): Effect.Effect<void, StoreError> => {
          const agents = new Map(before)
          if (!edit(agents)) return Effect.void
          if (session.lock === undefined) return Effect.fail(JournalWrite.readOnly(session, operation))
          return Effect.mapError(write(agents), Failure.ofDisk(operation, "in doubt"))
        })
      )
    )

  return {
    put: (agent) =>
      change("put agent", (agents) => {
        agents.set(agent.agentId, seenAt(agent, agents.get(agent.agentId)?.lastSeen))
        return true
      }),
    seen: (ids, at) =>
      change("see agents", (agents) => {
        let isChanged = false
        for (const id of ids) {
          const before = agents.get(id)
          if (before === undefined) continue
          const after = seenAt(before, at)
          agents.set(id, after)
          isChanged ||= after !== before
        }
        return isChanged
      }),
    remove: (id) => change("remove agent", (agents) => agents.delete(id)),
    all: Effect.map(
      Effect.tap(
        Effect.suspend(() => read("read agents")),
        () => Place.check(session, "read agents")
      ),
      inOrder
    )
  }
}
