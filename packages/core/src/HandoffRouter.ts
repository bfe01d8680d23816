import {
  type AgentId,
  type Capability,
  type HandoffRequest,
  HandoffStatus,
  isOpen,
  type RoutingDecision,
  type StoreError
} from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { AgentCapabilityRegistry, capabilitiesFor } from "./AgentCapabilityRegistry.ts"
import type { AgentStore, RegisteredAgent } from "./AgentStore.ts"
import { HandoffStore } from "./HandoffStore.ts"

/** What the router looks at. */
export type RoutingQuestion = Pick<HandoffRequest, "fromAgent" | "taskDescription" | "requires">

/** How far the router may go when no agent matches. */
export interface RoutingOptions {
  /**
   * Whether any agent may be taken when none matches. Left out: only when nothing was explicitly required; `true`:
   * always; `false`: never.
   */
  readonly fallback?: boolean
}

interface Candidate {
  readonly agent: AgentId
  readonly matched: ReadonlyArray<Capability>
}

const openStatuses = HandoffStatus.literals.filter(isOpen)

// Among equals the less busy one is taken; beyond this many open handoffs of one status nobody is less busy.
const countedLoad = 100

// A decision names those who could have been chosen, not everybody.
const namedRunnersUp = 10

// Loaded when words are first compared: the stemmers are two of the fifty kilobytes that a browser loads before it starts.
const wordForms = Effect.promise(() => import("./WordForms.ts"))

const candidates = Effect.fnUntraced(function* (agents: ReadonlyArray<RegisteredAgent>, question: RoutingQuestion) {
  const { requires } = question
  if (requires !== undefined && requires.length > 0) {
    return agents.flatMap((agent): ReadonlyArray<Candidate> => {
      const matched = capabilitiesFor(agent, requires)
      return matched === undefined ? [] : [{ agent: agent.agentId, matched }]
    })
  }
  const { formsIn, isMentioned } = yield* wordForms
  const forms = formsIn(question.taskDescription)
  return agents
    .map(({ agentId, capabilities }): Candidate => ({
      agent: agentId,
      matched: capabilities.filter((capability) => isMentioned(capability, forms))
    }))
    .filter(({ matched }) => matched.length > 0)
})

const list = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`

/**
 * Chooses who should take a task. Required capabilities decide when there are any; otherwise the agent whose capabilities
 * the task mentions most often, in any form of the words. Never the sender. Ties go to who has the fewest open
 * handoffs, then by id.
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

      const load = (agent: AgentId) =>
        Effect.map(
          Effect.forEach(openStatuses, (status) =>
            Effect.map(store.list({ _tag: "Inbox", agent, status }, { limit: countedLoad }), (page) => page.length)
          ),
          (counts) => counts.reduce((sum, count) => sum + count, 0)
        )

      /** Best first: most capabilities matched, then the least busy, then by id. */
      const ranked = Effect.fnUntraced(function* (found: ReadonlyArray<Candidate>) {
        const most = Math.max(...found.map(({ matched }) => matched.length))
        const tied = found.filter(({ matched }) => matched.length === most)
        const loads = new Map<AgentId, number>()
        if (tied.length > 1) for (const { agent } of tied) loads.set(agent, yield* load(agent))
        const busy = ({ agent }: Candidate) => loads.get(agent) ?? 0
        return found.toSorted(
          (a, b) => b.matched.length - a.matched.length || busy(a) - busy(b) || (a.agent < b.agent ? -1 : 1)
        )
      })

      const route = Effect.fnUntraced(function* (question: RoutingQuestion, options?: RoutingOptions) {
        const agents = (yield* registry.agents).filter(({ agentId }) => agentId !== question.fromAgent)
        const required = question.requires !== undefined && question.requires.length > 0
        const matching = yield* candidates(agents, question)
        const fallback = matching.length === 0
        if (fallback && !(options?.fallback ?? !required)) return Option.none()
        const found = fallback ? agents.map(({ agentId }) => ({ agent: agentId, matched: [] })) : matching
        const [best, ...others] = yield* ranked(found)
        if (best === undefined) return Option.none()
        const reason = fallback
          ? `No agent matched; ${best.agent} is available and least busy`
          : `${best.agent} can ${list(best.matched)}`
        const runnersUp = others.slice(0, namedRunnersUp)
        return Option.some({ agent: best.agent, reason, fallback, matched: best.matched, runnersUp })
      })

      return HandoffRouter.of({ route })
    })
  ).pipe(Layer.provide(AgentCapabilityRegistry.layer))
}
