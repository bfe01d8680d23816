/** The registry of agents: a small file of its own beside the records, written whole under the same lock. */
import { isUtf8 } from "node:buffer"

import { type AgentStore, type RegisteredAgent } from "@aumai/handoff-core"
import { AgentId, Capability, limits, parseJson, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import * as Failure from "./Failure.ts"
import type { FileStat, FsError } from "./JournalFs.ts"
import * as JournalWrite from "./JournalWrite.ts"
import { isSame, locked, type Session } from "./Session.ts"

const AgentsText = Schema.Array(
  Schema.Struct({
    agent_id: AgentId,
    capabilities: Schema.Array(Capability).check(Schema.isMaxLength(limits.capabilities))
  })
)
const decodeAgents = Schema.decodeUnknownResult(AgentsText, { errors: "all" })

type Agents = ReadonlyMap<string, RegisteredAgent>

interface Known {
  readonly stat: FileStat | undefined
  readonly agents: Agents
}

const inOrder = (agents: Agents): ReadonlyArray<RegisteredAgent> =>
  [...agents.values()].toSorted((a, b) => (a.agentId < b.agentId ? -1 : 1))

const encode = (agents: Agents): Buffer => {
  const wire = inOrder(agents).map(({ agentId, capabilities }) => ({ agent_id: agentId, capabilities }))
  return Buffer.from(`${JSON.stringify(wire, undefined, 2)}\n`)
}

const decode = (bytes: Buffer): Result.Result<Agents, string> =>
  Result.flatMap(isUtf8(bytes) ? parseJson(bytes.toString("utf8")) : Result.fail("Expected UTF-8"), (json) =>
    Result.mapBoth(decodeAgents(json), {
      onFailure: (error) => error.message,
      onSuccess: (wire) =>
        new Map(wire.map(({ agent_id, capabilities }) => [agent_id, { agentId: agent_id, capabilities }]))
    })
  )

export const make = (session: Session): AgentStore["Service"] => {
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

  const write = (agents: Agents): Effect.Effect<void, FsError> =>
    Effect.gen(function* () {
      const mode = known?.stat?.mode ?? session.rest?.stat?.mode ?? JournalWrite.privateMode
      const { path, file } = yield* JournalWrite.writeTemporary(session, mode, (file) =>
        JournalWrite.appendAll(file, encode(agents))
      )
      yield* file.close
      yield* Effect.tapError(fs.rename(path, paths.agents), () => Effect.ignore(fs.unlink(path)))
      yield* fs.syncDirectory(paths.directory)
    })

  const change = (operation: string, edit: (agents: Map<string, RegisteredAgent>) => void) =>
    locked(
      session,
      operation,
      Effect.flatMap(read(operation), (before): Effect.Effect<void, StoreError> => {
        if (session.lock === undefined) return Effect.fail(JournalWrite.readOnly(session, operation))
        const agents = new Map(before)
        edit(agents)
        return Effect.mapError(write(agents), Failure.ofDisk(operation, "in doubt"))
      })
    )

  return {
    put: (agent) => change("put agent", (agents) => void agents.set(agent.agentId, agent)),
    remove: (id) => change("remove agent", (agents) => void agents.delete(id)),
    all: Effect.map(read("read agents"), inOrder)
  }
}
