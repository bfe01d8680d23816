import { AgentId, Capability, type InvalidInput, invalidInput, limits, type StoreError } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import { AgentStore, type RegisteredAgent } from "./AgentStore.ts"

const decodeAgent = Schema.decodeUnknownEffect(
  Schema.Struct({
    agentId: AgentId,
    capabilities: Schema.Array(Capability).check(Schema.isMaxLength(limits.capabilities))
  }),
  { errors: "all" }
)

const sameWord = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/** The capabilities an agent has of those asked for, as it spells them; nothing when one is missing. */
export const capabilitiesFor = (
  agent: RegisteredAgent,
  required: ReadonlyArray<string>
): ReadonlyArray<Capability> | undefined => {
  const matched = agent.capabilities.filter((capability) => required.some((word) => sameWord(word, capability)))
  return required.every((word) => matched.some((capability) => sameWord(word, capability))) ? matched : undefined
}

/**
 * Knows which agent can do what.
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
    /** Makes an agent known; replaces what it could do before. Each capability is kept once. */
    readonly register: (
      agentId: string,
      capabilities: ReadonlyArray<string>
    ) => Effect.Effect<RegisteredAgent, InvalidInput | StoreError>
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
        register: Effect.fnUntraced(function* (agentId, capabilities) {
          const agent = yield* decodeAgent({ agentId, capabilities: [...new Set(capabilities)] }).pipe(
            Effect.mapError((error) => invalidInput("agent", error))
          )
          yield* store.put(agent)
          return agent
        }),
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
