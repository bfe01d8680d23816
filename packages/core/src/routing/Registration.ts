/** Changes the registrations of agents, and matches their capabilities. Loaded on first use. */
import {
  AgentId,
  type Capability,
  frozen,
  InvalidInput,
  invalidInput,
  isKeyed,
  keyAt,
  KeyRequired,
  type KeyState,
  limits,
  PublicKey,
  takeOver,
  Text,
  WireAgent
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { type AgentKey, AgentStore, type RegisteredAgent } from "../store/AgentStore.ts"
import { HandoffStore, nowIn } from "../store/HandoffStore.ts"
import type { AgentCapabilityRegistry } from "./AgentCapabilityRegistry.ts"
import { checkRegistration } from "./Names.ts"
import { IsSignedBy, OperatorKey, Signers } from "./Signers.ts"

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

/** The agents that have all of these capabilities, those with the fewest others first. */
export const capableIn = (
  agents: ReadonlyArray<RegisteredAgent>,
  required: ReadonlyArray<string>
): ReadonlyArray<RegisteredAgent> =>
  agents
    .filter((agent) => capabilitiesFor(agent, required) !== undefined)
    .toSorted((a, b) => a.capabilities.length - b.capabilities.length)

type Changes = Pick<AgentCapabilityRegistry["Service"], "register" | "unregister" | "revoke">

/** Makes the verbs that change registrations. */
export const make = Effect.gen(function* () {
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
    const of = publicKey === state.operator ? "operator" : keyAt(state, agentId) === undefined ? "revoked" : undefined
    return yield* new KeyRequired({ agentId, publicKey, ...(of && { of }) })
  })

  const changes: Changes = {
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
    })
  }
  return changes
})
