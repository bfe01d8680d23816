/** Runs verbs as a given agent, for callers that learn the agent from a token, a claim or a session. */
import {
  type After,
  type AgentId,
  type ErrorOf,
  type HandoffRecord,
  type RecordId,
  type RecordOf,
  type TransitionVerbName,
  type Verbs,
  type Waiting,
  type Whereabouts
} from "@aumai/handoff-protocol"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"

import type { Entry } from "../store/HandoffStore.ts"
import type { Chain } from "./Chain.ts"
import type { HandoffManager } from "./HandoffManager.ts"

type Manager = HandoffManager["Service"]

/** The agent that acts, and the attempt that it holds. */
export interface Acting {
  readonly agent: AgentId
  /** A verb of the receiver is refused with `StaleAttempt` once this attempt is over. */
  readonly attempt?: number
}

/** The results of the verbs that do not record a transition of an existing handoff. */
interface Others {
  readonly create: HandoffRecord
  readonly delegate: HandoffRecord
  readonly reopen: HandoffRecord
  readonly claim: Option.Option<After<"Accepted">>
  readonly inbox: ReadonlyArray<Waiting>
  readonly get: HandoffRecord
  readonly where: Whereabouts
  readonly chain: Chain
  readonly history: ReadonlyArray<Entry>
}

/** The verbs that an agent runs. */
export type ActedVerb = TransitionVerbName | keyof Others

/** The arguments of a verb, with the handoff that it is about. The actor is not among them. */
export type Call<Name extends ActedVerb> = Verbs[Name]["input"]["Type"] &
  (Verbs[Name]["subject"] extends "handoff" ? { readonly recordId: RecordId } : unknown)

/** The result of a verb. */
export type Answer<Name extends ActedVerb> = Name extends TransitionVerbName
  ? RecordOf<Verbs[Name]>
  : Name extends keyof Others
    ? Others[Name]
    : never

const others: {
  readonly [Name in keyof Others]: (
    manager: Manager,
    acting: Acting,
    call: Call<Name>
  ) => Effect.Effect<Others[Name], ErrorOf<Verbs[Name]>>
} = {
  create: (manager, { agent }, { id, routing, ...ask }) =>
    manager.create({ ...ask, fromAgent: agent }, { by: agent, ...named(id), ...(routing && { routing }) }),
  delegate: (manager, { agent, attempt }, { id, recordId, routing, ...part }) =>
    manager.delegate(recordId, part, {
      by: agent,
      ...(attempt === undefined ? {} : { attempt }),
      ...named(id),
      ...(routing && { routing })
    }),
  reopen: (manager, { agent }, { recordId, ...changes }) => manager.reopen(recordId, { by: agent, ...changes }),
  claim: (manager, { agent }, call) => manager.claim(agent, call),
  inbox: (manager, { agent }, call) => manager.inbox(agent, call),
  get: (manager, _, { recordId }) => manager.get(recordId),
  where: (manager, _, { recordId }) => manager.where(recordId),
  chain: (manager, _, { recordId }) => manager.chain(recordId),
  history: (manager, _, { recordId }) => manager.history(recordId)
}

const named = (id: RecordId | undefined) => (id === undefined ? {} : { id })

/**
 * Runs verbs as one agent. You name the agent once; the arguments of a verb cannot name another.
 *
 * @example
 * ```ts
 * import { actAs, HandoffManager, MemoryStore } from "@aumai/handoff-core"
 * import { AgentId } from "@aumai/handoff-protocol"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const program = Effect.gen(function* () {
 *   const manager = yield* HandoffManager
 *   const planner = actAs(manager, { agent: AgentId.make("planner") })
 *   const executor = actAs(manager, { agent: AgentId.make("executor"), attempt: 1 })
 *   const { recordId } = yield* planner("create", { toAgent: AgentId.make("executor"), taskDescription: "Write it" })
 *   yield* executor("accept", { recordId })
 *   return yield* executor("complete", { recordId, result: { pages: 3 } })
 * })
 * const layer = HandoffManager.layer.pipe(Layer.provide(MemoryStore.layer))
 * console.log((await Effect.runPromise(Effect.provide(program, layer))).status) // completed
 * ```
 */
export const actAs =
  (manager: Manager, acting: Acting) =>
  <Name extends ActedVerb>(name: Name, call: Call<Name>): Effect.Effect<Answer<Name>, ErrorOf<Verbs[Name]>> => {
    // The casts: the compiler cannot relate a generic name to the row of that verb.
    if (name in others) return others[name as "get"](manager, acting, call as never) as never
    const { recordId, ...input } = call as { readonly recordId: RecordId }
    const { agent, attempt } = acting
    const payload = { ...input, by: agent, ...(attempt === undefined ? {} : { attempt }) }
    return manager[name as TransitionVerbName](recordId, payload as never) as never
  }
