import {
  type AgentId,
  type HandoffRequest,
  HandoffStatus,
  isOpen,
  type RoutingDecision,
  type StoreError
} from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"

import { AgentStore } from "../store/AgentStore.ts"
import { HandoffStore } from "../store/HandoffStore.ts"

/**
 * The fields of a request that decide its receiver. The router that is provided here uses the first three. The context is
 * there only for a router that asks for it.
 */
export type RoutingQuestion = Pick<HandoffRequest, "fromAgent" | "taskDescription" | "requires"> &
  Partial<Pick<HandoffRequest, "priority" | "briefing" | "deadline" | "context">>

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

// Loaded on first use, because most programs name the receiver.
const routes = Effect.promise(() => import("./Routes.ts"))

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
    /** Set it to get the context of a request, which may be large or secret. Default: `false`. */
    readonly seesContext?: boolean
  }
>()("@aumai/handoff-core/HandoffRouter") {
  /** Provides the router over the agents and the open handoffs of a store. */
  static readonly layer: Layer.Layer<HandoffRouter, never, AgentStore | HandoffStore> = Layer.effect(
    HandoffRouter,
    Effect.gen(function* () {
      const agents = yield* AgentStore
      const store = yield* HandoffStore
      return HandoffRouter.of({
        route: (question, options) => Effect.flatMap(routes, ({ make }) => make(agents, store).route(question, options))
      })
    })
  )
}
