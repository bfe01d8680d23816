import {
  AgentId,
  frozen,
  InvalidInput,
  invalidInput,
  isKeyed,
  keyAt,
  KeyRequired,
  type KeyState,
  limits,
  PublicKey,
  type Capability,
  type StoreError,
  takeOver,
  Text,
  WireAgent
} from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import { type AgentKey, AgentStore, type RegisteredAgent } from "../store/AgentStore.ts"
import { HandoffStore, nowIn } from "../store/HandoffStore.ts"
import { checkRegistration } from "./Names.ts"
import { IsSignedBy, OperatorKey, Signers } from "./Signers.ts"

/** Options of a change to the registration of an agent. */
export interface UnregisterOptions {
  /**
   * `true` changes an agent that has a key without that key. Nothing checks it: in a process that you trust, any caller
   * can say so. Default: `false`.
   */
  readonly operator?: boolean
}

/** Optional properties of an agent beside its capabilities. */
export interface RegisterOptions extends UnregisterOptions {
  /** The number of open handoffs that the agent takes at once, 1 to 1,000,000. Default: no limit. */
  readonly capacity?: number
  /** The tasks of the agent, in words for people and for a model that chooses receivers. Default: none. */
  readonly description?: string
  /** The Ed25519 public key that is in force from now on, as base64url. Default: the keys stay unchanged. */
  readonly publicKey?: string
}

const { capabilities, capacity, description } = WireAgent.fields
const decodeRegistration = Schema.decodeUnknownEffect(
  Schema.Struct({ agentId: AgentId, capabilities, capacity, description, publicKey: Schema.optionalKey(PublicKey) }),
  { errors: "all" }
)

const decodeRevocation = Schema.decodeUnknownEffect(Schema.Struct({ agentId: AgentId, reason: Text }), {
  errors: "all"
})

const keyRule = Effect.promise(() => import("./KeyRule.ts"))
const keyLedger = Effect.promise(() => import("./KeyLedger.ts"))

const invalidKey = (expected: string) =>
  new InvalidInput({ input: "agent", issues: [{ path: "public_key", expected }] })

const sameWord = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

const keysWith = (
  keys: ReadonlyArray<AgentKey>,
  publicKey: PublicKey | undefined,
  since: DateTime.Utc
): ReadonlyArray<AgentKey> =>
  publicKey === undefined || publicKey === keys.at(-1)?.publicKey ? keys : [...keys, { publicKey, since }]

/** The required capabilities as the agent spells them; `undefined` if it lacks one. */
export const capabilitiesFor = (
  agent: RegisteredAgent,
  required: ReadonlyArray<string>
): ReadonlyArray<Capability> | undefined => {
  const matched = agent.capabilities.filter((capability) => required.some((word) => sameWord(word, capability)))
  return required.every((word) => matched.some((capability) => sameWord(word, capability))) ? matched : undefined
}

/**
 * Registers agents: their capabilities, capacity and public keys, and when they were last seen.
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
     * Registers an agent. Replaces its capabilities, without duplicates, its capacity and its description. Keeps its keys; a new
     * `publicKey` is in force from now on, and this process must have its secret key (`Signers`). An agent that has a key
     * is changed only if this process signs with that key, too, or by an operator.
     */
    readonly register: (
      agentId: string,
      capabilities: ReadonlyArray<string>,
      options?: RegisterOptions
    ) => Effect.Effect<RegisteredAgent, InvalidInput | KeyRequired | StoreError>
    /** Records that an agent is present now. Does nothing if it is not registered. */
    readonly seen: (agentId: AgentId) => Effect.Effect<void, StoreError>
    /**
     * Removes an agent. Does nothing if it is not registered. An agent that has a key is removed only if this process signs
     * with that key, or by an operator.
     */
    readonly unregister: (
      agentId: AgentId,
      options?: UnregisterOptions
    ) => Effect.Effect<void, InvalidInput | KeyRequired | StoreError>
    /**
     * Revokes the key of an agent: no later entry counts as signed with it, and nobody acts in the name of the agent until the
     * operator gives it another key. This process must sign with that key, or have the operator's key.
     */
    readonly revoke: (agentId: AgentId, reason?: string) => Effect.Effect<void, InvalidInput | KeyRequired | StoreError>
    /** Every agent, by id. */
    readonly agents: Effect.Effect<ReadonlyArray<RegisteredAgent>, StoreError>
    /**
     * Finds the agents that have all of these capabilities, ignoring case. Agents with the fewest other capabilities
     * come first, then by id.
     */
    readonly findCapable: (required: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<RegisteredAgent>, StoreError>
  }
>()("@aumai/handoff-core/AgentCapabilityRegistry") {
  /** Provides the registry over the agents of a store. */
  static readonly layer: Layer.Layer<AgentCapabilityRegistry, never, HandoffStore | AgentStore> = Layer.effect(
    AgentCapabilityRegistry,
    Effect.gen(function* () {
      const store = yield* AgentStore
      const now = nowIn(yield* HandoffStore)
      const signers = yield* Signers
      const operatorKey = yield* OperatorKey
      const isSignedBy = yield* IsSignedBy

      const find = (agentId: AgentId) =>
        Effect.map(store.all, (agents) => agents.find((agent) => agent.agentId === agentId))

      const context = yield* Effect.context<HandoffStore | AgentStore>()
      const ledger = yield* Effect.cached(Effect.flatMap(keyLedger, ({ make }) => Effect.provide(make, context)))

      /** Refuses a change of an agent that has a key, unless this process signs with that key or an operator calls. */
      const checkKey = Effect.fnUntraced(function* (
        state: KeyState,
        known: RegisteredAgent | undefined,
        next: RegisteredAgent | undefined,
        operator: boolean | undefined,
        agentId: AgentId
      ) {
        if (operator === true || !isKeyed(state, agentId)) return
        const moment = DateTime.formatIso(yield* now)
        const { keyNeeded } = yield* keyRule
        const all = [...(signers.get(agentId) ?? []), ...(operatorKey === undefined ? [] : [operatorKey])]
        const publicKey = keyNeeded(state, agentId, known, next, all, isSignedBy, moment)
        if (publicKey === undefined) return
        const of =
          publicKey === state.operator ? "operator" : keyAt(state, agentId) === undefined ? "revoked" : undefined
        return yield* new KeyRequired({ agentId, publicKey, ...(of && { of }) })
      })

      return AgentCapabilityRegistry.of({
        register: Effect.fnUntraced(function* (agentId, capabilities, options = {}) {
          const given = yield* Effect.fromResult(takeOver("agent", { agentId, capabilities, options }))
          const { operator, ...registered } = given.options
          const { publicKey, ...registration } = yield* decodeRegistration({
            ...registered,
            agentId: given.agentId,
            capabilities: [...new Set(given.capabilities)]
          }).pipe(Effect.mapError((error) => invalidInput("agent", error)))
          const fault = publicKey && (yield* keyRule).faultOf(publicKey)
          if (fault !== undefined) return yield* invalidKey(fault)
          const known = yield* find(registration.agentId)
          yield* checkRegistration(registration, known)
          const keys = keysWith(known?.keys ?? [], publicKey, yield* now)
          if (keys.length > limits.keys) {
            return yield* invalidKey(`Expected one of the ${limits.keys} keys already registered, which is the limit`)
          }
          const agent: RegisteredAgent = frozen({
            ...registration,
            ...(keys.length === 0 ? {} : { keys }),
            ...(known?.lastSeen === undefined ? {} : { lastSeen: known.lastSeen })
          })
          const keyLog = yield* ledger
          yield* keyLog.adopt
          yield* checkKey(yield* keyLog.state, known, agent, operator, agent.agentId)
          if (publicKey !== undefined) yield* keyLog.add(agent.agentId, publicKey)
          yield* store.put(agent)
          return agent
        }),
        seen: (agentId) => Effect.flatMap(now, (at) => store.seen([agentId], at)),
        unregister: Effect.fnUntraced(function* (agentId, { operator } = {}) {
          const keyLog = yield* ledger
          yield* keyLog.adopt
          // An operator without the key removes the registration, and leaves the key in force.
          if (operator !== true) yield* keyLog.remove(agentId)
          yield* store.remove(agentId)
        }),
        revoke: Effect.fnUntraced(function* (agentId, reason = "") {
          const given = yield* decodeRevocation({ agentId, reason }).pipe(
            Effect.mapError((error) => invalidInput("agent", error))
          )
          const keyLog = yield* ledger
          yield* keyLog.adopt
          yield* keyLog.revoke(given.agentId, given.reason)
        }),
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
