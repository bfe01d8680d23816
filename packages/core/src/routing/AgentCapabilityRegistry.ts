import {
  AgentId,
  InvalidInput,
  invalidInput,
  limits,
  PublicKey,
  type Capability,
  type StoreError,
  WireAgent
} from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import { type AgentKey, AgentStore, type RegisteredAgent } from "../store/AgentStore.ts"

/** What an agent may say of itself beside what it can do. */
export interface RegisterOptions {
  /** How many open handoffs it takes at once, 1 to 1,000,000; no limit when left out. */
  readonly capacity?: number
  /** The Ed25519 key it signs with from now on, as base64url; left out, or the one in force: its keys stay as they are. */
  readonly publicKey?: string
}

const { capabilities, capacity } = WireAgent.fields
const decodeRegistration = Schema.decodeUnknownEffect(
  Schema.Struct({ agentId: AgentId, capabilities, capacity, publicKey: Schema.optionalKey(PublicKey) }),
  { errors: "all" }
)

const tooManyKeys = () =>
  new InvalidInput({
    input: "agent",
    issues: [
      { path: "public_key", expected: `expected one of the ${limits.keys} keys that it has; it cannot get more` }
    ]
  })

const sameWord = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

const keysWith = (
  keys: ReadonlyArray<AgentKey>,
  publicKey: PublicKey | undefined,
  since: DateTime.Utc
): ReadonlyArray<AgentKey> =>
  publicKey === undefined || publicKey === keys.at(-1)?.publicKey ? keys : [...keys, { publicKey, since }]

/** The capabilities an agent has of those asked for, as it spells them; nothing when one is missing. */
export const capabilitiesFor = (
  agent: RegisteredAgent,
  required: ReadonlyArray<string>
): ReadonlyArray<Capability> | undefined => {
  const matched = agent.capabilities.filter((capability) => required.some((word) => sameWord(word, capability)))
  return required.every((word) => matched.some((capability) => sameWord(word, capability))) ? matched : undefined
}

/**
 * Knows which agent can do what, how much of it at once, which keys it signs with, and when it was last heard of.
 *
 * @example
 * ```ts
 * import { AgentCapabilityRegistry, MemoryStore } from "@aumai/handoff-core"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const program = Effect.gen(function* () {
 *   const registry = yield* AgentCapabilityRegistry
 *   yield* registry.register("alice", ["summarize", "translate", "analyze"])
 *   yield* registry.register("carol", ["analyze", "visualize"])
 *   return (yield* registry.findCapable(["analyze"])).map(({ agentId }) => agentId)
 * })
 * const layer = AgentCapabilityRegistry.layer.pipe(Layer.provide(MemoryStore.layer))
 * console.log(await Effect.runPromise(Effect.provide(program, layer))) // ["carol", "alice"]
 * ```
 */
export class AgentCapabilityRegistry extends Context.Service<
  AgentCapabilityRegistry,
  {
    /**
     * Makes an agent known; replaces what it could do before, and how much at once. Each capability is kept once. Its keys
     * stay, and another one than that in force is in force from now on.
     */
    readonly register: (
      agentId: string,
      capabilities: ReadonlyArray<string>,
      options?: RegisterOptions
    ) => Effect.Effect<RegisteredAgent, InvalidInput | StoreError>
    /** Notes that an agent is there now; silent when it is unknown. */
    readonly seen: (agentId: AgentId) => Effect.Effect<void, StoreError>
    /** Forgets an agent; silent when it is unknown. */
    readonly unregister: (agentId: AgentId) => Effect.Effect<void, StoreError>
    /** Every agent, by id. */
    readonly agents: Effect.Effect<ReadonlyArray<RegisteredAgent>, StoreError>
    /**
     * Who can do all of this, upper and lower case alike: those first whose other capabilities are fewest (the closest
     * fit), then by id.
     */
    readonly findCapable: (required: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<RegisteredAgent>, StoreError>
  }
>()("@aumai/handoff-core/AgentCapabilityRegistry") {
  /** The registry over the agents of a store. */
  static readonly layer: Layer.Layer<AgentCapabilityRegistry, never, AgentStore> = Layer.effect(
    AgentCapabilityRegistry,
    Effect.gen(function* () {
      const store = yield* AgentStore
      return AgentCapabilityRegistry.of({
        register: Effect.fnUntraced(function* (agentId, capabilities, options = {}) {
          const { publicKey, ...said } = yield* decodeRegistration({
            ...options,
            agentId,
            capabilities: [...new Set(capabilities)]
          }).pipe(Effect.mapError((error) => invalidInput("agent", error)))
          const known = (yield* store.all).find((agent) => agent.agentId === said.agentId)
          const keys = keysWith(known?.keys ?? [], publicKey, yield* DateTime.now)
          if (keys.length > limits.keys) return yield* tooManyKeys()
          const agent: RegisteredAgent = {
            ...said,
            ...(keys.length === 0 ? {} : { keys }),
            ...(known?.lastSeen === undefined ? {} : { lastSeen: known.lastSeen })
          }
          yield* store.put(agent)
          return agent
        }),
        seen: (agentId) => Effect.flatMap(DateTime.now, (now) => store.seen(agentId, now)),
        unregister: store.remove,
        agents: store.all,
        findCapable: (required) =>
          Effect.map(store.all, (agents) =>
            agents
              .filter((agent) => capabilitiesFor(agent, required) !== undefined)
              .toSorted((a, b) => a.capabilities.length - b.capabilities.length)
          )
      })
    })
  )
}
