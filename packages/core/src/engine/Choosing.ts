/** Asks the router for a receiver, and checks its choice: a router may be of another author, or a model. Loaded on first use. */
import { type HandoffRequest, RoutingDecision, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import type { HandoffRouter, RoutingOptions } from "../routing/HandoffRouter.ts"
import { rulesFor } from "../routing/Names.ts"
import { capabilitiesFor } from "../routing/Registration.ts"
import type { AgentStore } from "../store/AgentStore.ts"

const isDecision = Schema.is(Schema.toType(RoutingDecision))

/** Asks for a receiver; `None` if the router has none, or chose an agent that must not get the task. */
export type Choose = (
  request: HandoffRequest,
  options?: RoutingOptions
) => Effect.Effect<Option.Option<RoutingDecision>, StoreError>

/** Makes the choice of a receiver, over a router and the registered agents. */
export const make =
  (router: HandoffRouter["Service"], agents: AgentStore["Service"]): Choose =>
  (request, options = {}) =>
    Effect.gen(function* () {
      const { briefing, context, deadline, fromAgent, priority, requires, taskDescription } = request
      const question = {
        fromAgent,
        taskDescription,
        priority,
        ...(requires === undefined ? {} : { requires }),
        ...(briefing === undefined ? {} : { briefing }),
        ...(deadline === undefined ? {} : { deadline }),
        ...(router.seesContext === true ? { context } : {})
      }
      const decided = yield* router.route(question, options)
      if (Option.isNone(decided) || !isDecision(decided.value)) return Option.none()
      const { agent } = decided.value
      const registered = (yield* agents.all).find(({ agentId }) => agentId === agent)
      const excluded = [fromAgent, ...(options.exclude ?? [])]
      const { looksLike } = yield* rulesFor([agent, ...excluded])
      const mayFallBack = options.fallback ?? (requires ?? []).length === 0
      const isEligible =
        registered !== undefined &&
        (mayFallBack || capabilitiesFor(registered, requires ?? []) !== undefined) &&
        !excluded.some((one) => looksLike(one, agent))
      return isEligible ? decided : Option.none()
    })
