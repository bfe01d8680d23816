import {
  type AgentId,
  type HandoffRecord,
  type HandoffRequest,
  HandoffStatus,
  isOpen,
  type RoutingDecision,
  type StoreError,
  turns
} from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import type { AgentStore, RegisteredAgent } from "../store/AgentStore.ts"
import { HandoffStore, nowIn } from "../store/HandoffStore.ts"
import { AgentCapabilityRegistry, capabilitiesFor } from "./AgentCapabilityRegistry.ts"
import { rulesFor } from "./Names.ts"
import { presenceOf } from "./Presence.ts"
import type { Candidate, Standing } from "./Ranking.ts"

/** The fields of a request that decide its receiver. The router that is provided here uses the first three. */
export type RoutingQuestion = Pick<HandoffRequest, "fromAgent" | "taskDescription" | "requires"> &
  Partial<Pick<HandoffRequest, "priority" | "briefing" | "deadline">>

/** Limits on the router's choice. */
export interface RoutingOptions {
  /**
   * Allows any agent if none matches. Default: `true` if the request requires no capabilities, otherwise `false`.
   */
  readonly fallback?: boolean
  /** Agents that are never chosen, nor agents whose names look like theirs. The sender never is. */
  readonly exclude?: ReadonlyArray<AgentId>
}

/** The statuses of a handoff that has not ended. */
export const openStatuses = HandoffStatus.literals.filter(isOpen)

// Delivered work, which its reviewer may leave waiting for days, takes no room of its receiver.
const busyStatuses = openStatuses.filter((status) => turns[status] !== "reviewer")

// The router counts open handoffs of one status up to this number, or up to the capacity if that is larger. Agents above
// it are equally busy. It is also the page size.
const countedLoad = 100

// Loaded on first use: the stemmers are two of the fifty kilobytes that a browser loads before it starts.
const wordForms = Effect.promise(() => import("./WordForms.ts"))
const ranking = Effect.promise(() => import("./Ranking.ts"))

const candidates = Effect.fnUntraced(function* (agents: ReadonlyArray<RegisteredAgent>, question: RoutingQuestion) {
  const { requires } = question
  if (requires !== undefined && requires.length > 0) {
    return agents.flatMap((agent): ReadonlyArray<Candidate> => {
      const matched = capabilitiesFor(agent, requires)
      return matched === undefined ? [] : [{ agent, matched }]
    })
  }
  const { formsIn, isMentioned } = yield* wordForms
  const forms = formsIn(question.taskDescription)
  return agents
    .map((agent): Candidate => ({
      agent,
      matched: agent.capabilities.filter((capability) => isMentioned(capability, forms))
    }))
    .filter(({ matched }) => matched.length > 0)
})

/**
 * Chooses the receiver of a task; never the sender, nor an agent whose name looks like the sender's. An agent matches if
 * it has all required capabilities. If the request requires none, it matches if the task description mentions a capability
 * of it, in any form of the words. These criteria rank the agents, in this order:
 *
 * 1. room: fewer open handoffs than the capacity, or no capacity;
 * 2. presence: seen within 90 seconds, then never seen, then seen longer ago;
 * 3. the number of matching capabilities;
 * 4. the fewest open handoffs, then the id.
 *
 * A full or absent agent ranks lower but can still be chosen; the reason of the decision then says so.
 *
 * @example
 * ```ts
 * import { AgentCapabilityRegistry, HandoffRouter, MemoryStore } from "@aumai/handoff-core"
 * import { AgentId } from "@aumai/handoff-protocol"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Option from "effect/Option"
 *
 * const program = Effect.gen(function* () {
 *   const registry = yield* AgentCapabilityRegistry
 *   yield* registry.register("bob", ["execute", "report"])
 *   yield* registry.register("carol", ["analyze", "visualize", "report"])
 *   const router = yield* HandoffRouter
 *   return yield* router.route({
 *     fromAgent: AgentId.make("coordinator"),
 *     taskDescription: "Analyze customer sentiment and produce visualizations."
 *   })
 * })
 * const layer = HandoffRouter.layer.pipe(
 *   Layer.provideMerge(AgentCapabilityRegistry.layer),
 *   Layer.provide(MemoryStore.layer)
 * )
 * const decision = await Effect.runPromise(Effect.provide(program, layer))
 * console.log(Option.getOrThrow(decision).agent) // "carol"
 * ```
 */
export class HandoffRouter extends Context.Service<
  HandoffRouter,
  {
    /** Chooses an agent, with the reason and the runners-up; `None` if no agent is available. */
    readonly route: (
      question: RoutingQuestion,
      options?: RoutingOptions
    ) => Effect.Effect<Option.Option<RoutingDecision>, StoreError>
  }
>()("@aumai/handoff-core/HandoffRouter") {
  /** Provides the router over the agents and the open handoffs of a store. */
  static readonly layer: Layer.Layer<HandoffRouter, never, AgentStore | HandoffStore> = Layer.effect(
    HandoffRouter,
    Effect.gen(function* () {
      const registry = yield* AgentCapabilityRegistry
      const store = yield* HandoffStore

      const count = Effect.fnUntraced(function* (agent: AgentId, status: HandoffStatus, most: number) {
        let counted = 0
        let after: HandoffRecord | undefined
        while (counted < most) {
          const limit = Math.min(countedLoad, most - counted)
          const page = yield* store.list(
            { _tag: "Inbox", agent, status },
            { limit, ...(after === undefined ? {} : { after }) }
          )
          counted += page.length
          after = page.at(-1)
          if (page.length < limit) break
        }
        return counted
      })

      /** The number of open handoffs of an agent, counted up to a limit per status. */
      const load = ({ agentId, capacity = 0 }: RegisteredAgent) =>
        Effect.map(
          Effect.forEach(busyStatuses, (status) => count(agentId, status, Math.max(countedLoad, capacity))),
          (counts) => counts.reduce((sum, count) => sum + count, 0)
        )
      const route = Effect.fnUntraced(function* (question: RoutingQuestion, options: RoutingOptions = {}) {
        const { fromAgent, requires = [] } = question
        const excluded = [fromAgent, ...(options.exclude ?? [])]
        const registered = yield* registry.agents
        const { looksLike, nameFault } = yield* rulesFor([...excluded, ...registered.map(({ agentId }) => agentId)])
        const agents = registered.filter(
          ({ agentId }) => nameFault(agentId) === undefined && !excluded.some((one) => looksLike(one, agentId))
        )
        const matching = yield* candidates(agents, question)
        const fallback = matching.length === 0
        if (fallback && !(options.fallback ?? requires.length === 0)) return Option.none()
        const found = fallback ? agents.map((agent): Candidate => ({ agent, matched: [] })) : matching
        const now = yield* nowIn(store)
        const standings: Array<Standing> = []
        for (const candidate of found) {
          const { agent } = candidate
          const held = agent.capacity === undefined ? undefined : yield* load(agent)
          standings.push({ ...candidate, presence: presenceOf(agent, now), held })
        }
        const { decide, firsts } = yield* ranking
        const tied = firsts(standings)
        const busy = new Map<AgentId, number>()
        if (tied.length > 1) for (const { agent, held } of tied) busy.set(agent.agentId, held ?? (yield* load(agent)))
        return Option.fromUndefinedOr(decide(standings, busy, fallback))
      })

      return HandoffRouter.of({ route })
    })
  ).pipe(Layer.provide(AgentCapabilityRegistry.layer))
}
