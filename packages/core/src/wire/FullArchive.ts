/** The parts of a full archive that an archive of handoffs leaves out: the agents, and the positions of entries. */
import {
  type ArchivedHandoff,
  archiveFormat,
  encodeArchived,
  encodeKeyEvent,
  type LogName,
  type StoreError,
  type WireAgent,
  type WireArchived,
  type WireKeyEvent
} from "@aumai/handoff-protocol"
import type * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"

import { AgentStore, type RegisteredAgent } from "../store/AgentStore.ts"
import { encodeAgent } from "../store/AgentWire.ts"
import { HandoffStore } from "../store/HandoffStore.ts"
import { eachPage } from "../store/Pages.ts"
import { keyEvents } from "./KeyArchive.ts"

/** The keys of a full archive before `records`, in their order. */
export interface FullArchiveHead {
  readonly format: typeof archiveFormat
  /** The name of the log of the store. */
  readonly origin: LogName
  readonly agents: ReadonlyArray<WireAgent>
  /** The events of every key log that the store has, each log in order. */
  readonly keys: ReadonlyArray<WireKeyEvent>
}

/** Reads the part of a full archive that stands before its records. */
export const fullArchiveHead = (): Effect.Effect<FullArchiveHead, StoreError, AgentStore | HandoffStore> =>
  Effect.gen(function* () {
    const { log: origin } = yield* (yield* HandoffStore).origin
    const agents = (yield* (yield* AgentStore).all).map(encodeAgent)
    return { format: archiveFormat, origin, agents, keys: (yield* keyEvents).map(encodeKeyEvent) }
  })

/** Encodes handoffs of the store with the position of each entry in the log, as a full archive holds them. */
export const encodePositioned = <E, R>(
  handoffs: Stream.Stream<ArchivedHandoff, E, R>
): Stream.Stream<WireArchived, E | StoreError, R | HandoffStore> =>
  Stream.unwrap(
    HandoffStore.useSync((store) => {
      const encode = (archived: ArchivedHandoff): Effect.Effect<WireArchived, StoreError> =>
        Effect.map(store.history(archived.record.recordId), (entries) => {
          const { history, ...record } = encodeArchived(archived)
          const positioned = history?.map((event, index) => ({ ...event, position: entries[index]?.position }))
          return { ...record, history: positioned ?? [] }
        })
      return eachPage((page: Arr.NonEmptyReadonlyArray<ArchivedHandoff>) => Effect.forEach(page, encode))(handoffs)
    })
  )

/** The outcome of adding agents to a store. */
export interface AddedAgents {
  readonly added: number
  readonly unchanged: number
  /** The agents that are registered differently. They stay unchanged. */
  readonly different: ReadonlyArray<string>
}

/** The registration of an agent, without its presence. */
const registrationOf = ({ capabilities, capacity, description, keys }: RegisteredAgent) => ({
  capabilities,
  capacity,
  description,
  keys
})

// Loaded with the first agent that has a key.
const keyLedger = Effect.promise(() => import("../routing/KeyLedger.ts"))

/**
 * Registers the agents that the store does not know. Never changes an agent that is registered, or its keys. The keys of
 * the others are taken on trust, unless the store has an operator's key.
 */
export const addMissingAgents = (
  agents: Iterable<RegisteredAgent>
): Effect.Effect<AddedAgents, StoreError, AgentStore | HandoffStore> =>
  Effect.gen(function* () {
    const store = yield* AgentStore
    const known = new Map((yield* store.all).map((agent) => [agent.agentId, agent]))
    const different: Array<string> = []
    let [added, unchanged] = [0, 0]
    for (const agent of agents) {
      const other = known.get(agent.agentId)
      if (other === undefined) {
        yield* store.put(agent)
        known.set(agent.agentId, agent)
        added += 1
      } else if (Equal.equals(registrationOf(other), registrationOf(agent))) unchanged += 1
      else different.push(agent.agentId)
    }
    const ledger = yield* Effect.flatMap(keyLedger, ({ make }) => make)
    yield* ledger.adopt
    return { added, unchanged, different }
  })
