import {
  type AgentId,
  type HandoffRecord,
  type HandoffRequest,
  HandoffStatus,
  isOpen,
  type RoutingDecision,
  type StoreError
} from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import type { AgentStore, RegisteredAgent } from "../store/AgentStore.ts"
import { HandoffStore } from "../store/HandoffStore.ts"
import { AgentCapabilityRegistry, capabilitiesFor } from "./AgentCapabilityRegistry.ts"
import { presenceOf } from "./Presence.ts"
import type { Candidate, Standing } from "./Ranking.ts"

/** What the router looks at. */
export type RoutingQuestion = Pick<HandoffRequest, "fromAgent" | "taskDescription" | "requires">

/** How far the router may go when no agent matches. */
export interface RoutingOptions {
  /**
   * Whether any agent may be taken when none matches. Left out: only when nothing was explicitly required; `true`:
   * always; `false`: never.
   */
  readonly fallback?: boolean
  /** Never chosen, beside the sender. */
  readonly exclude?: ReadonlyArray<AgentId>
}

const openStatuses = HandoffStatus.literals.filter(isOpen)

// Among equals the less busy one is taken; beyond this many open handoffs of one status nobody is less busy, unless it says
// that it takes more. It is also how many are read at a time.
const countedLoad = 100

// Loaded when words are first compared: the stemmers are two of the fifty kilobytes that a browser loads before it starts.
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
 * Chooses who should take a task. Required capabilities decide who can when there are any; otherwise the task does, by which
 * capabilities it mentions, in any form of the words. Never the sender. Of those who can, it is:
 *
 * 1. one that has room, which is fewer open handoffs than its capacity, or no capacity;
 * 2. one that is present (seen within 90 seconds), then one that was never seen, then one that was seen longer ago;
 * 3. the one of which most capabilities are wanted;
 * 4. the one with the fewest open handoffs; then the first by id.
 *
 * So where nobody says how much it takes or when it was there, capabilities decide, and nobody is left out who is full or
 * away: the decision's reason says so.
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
    /** The decision, with its reason and the runners-up; none when there is no agent to give it to. */
    readonly route: (
      question: RoutingQuestion,
      options?: RoutingOptions
    ) => Effect.Effect<Option.Option<RoutingDecision>, StoreError>
  }
>()("@aumai/handoff-core/HandoffRouter") {
  /** The router over the agents and the open handoffs of a store. */
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

      /** How many open handoffs an agent has, as far as it matters. */
      const load = ({ agentId, capacity = 0 }: RegisteredAgent) =>
        Effect.map(
          Effect.forEach(openStatuses, (status) => count(agentId, status, Math.max(countedLoad, capacity))),
          (counts) => counts.reduce((sum, count) => sum + count, 0)
        )
      const route = Effect.fnUntraced(function* (question: RoutingQuestion, options: RoutingOptions = {}) {
        const { fromAgent, requires = [] } = question
        const excluded = new Set([fromAgent, ...(options.exclude ?? [])])
        const agents = (yield* registry.agents).filter(({ agentId }) => !excluded.has(agentId))
        const matching = yield* candidates(agents, question)
        const fallback = matching.length === 0
        if (fallback && !(options.fallback ?? requires.length === 0)) return Option.none()
        const found = fallback ? agents.map((agent): Candidate => ({ agent, matched: [] })) : matching
        const now = yield* DateTime.now
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
