import {
  AgentStore,
  HandoffRouter,
  type ModelQuestion as EngineQuestion,
  type RegisteredAgent as EngineAgent,
  type RoutingQuestion as EngineRoutingQuestion,
  smartRouter as engineRouter,
  type SmartRouterOptions as EngineOptions
} from "@aumai/handoff-core"
import type { RoutingDecision as EngineDecision } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import * as Inputs from "./client/Inputs.ts"
import { fromPlain, plain, type Plain } from "./client/Plain.ts"
import { thrown } from "./client/Thrown.ts"
import type { RoutingDecision } from "./types/HandoffEvent.ts"
import type { RoutingOptions } from "./types/Payloads.ts"
import type { RegisteredAgent } from "./types/Reports.ts"
import type { Router } from "./types/Router.ts"

/** The question to a router: the fields of a request that decide its receiver. */
export type Question = Plain<EngineRoutingQuestion>

/** A question to a model. */
export interface ModelQuestion extends EngineQuestion {
  /** Aborted when the answer is too late. Give it to `fetch`. */
  readonly signal: AbortSignal
}

/** A model: any function that answers with a value of the schema, or with the JSON of one. */
export type Model = (question: ModelQuestion) => unknown

/** An answer of a model. */
export interface ModelAnswer {
  /** The id of the agent. */
  readonly agent: string
  /** The probability that this agent is the right one, from 0 to 1. */
  readonly confidence: number
  /** Why this agent, in one sentence. */
  readonly reason: string
}

/** The options of `smartRouter`. */
export interface SmartRouterOptions extends Omit<EngineOptions, "model" | "describe" | "among"> {
  /** Asks the model. It runs before the commit, and once for each choice. */
  readonly model: Model
  /** Describes an agent to the model, in up to 500 characters. Default: the description it was registered with. */
  readonly describe?: ((agent: RegisteredAgent) => string | undefined) | undefined
  /**
   * The capabilities that an agent must have to be offered to the model, in addition to those that the request requires.
   * Default: none.
   */
  readonly among?: ((question: Question) => ReadonlyArray<string> | undefined) | undefined
}

/**
 * Makes a router that asks a language model who gets a task. The rules come first: the model chooses only among the agents
 * that may get it. If it fails, is late, answers anything else, or is not sure enough, the router by words chooses, and the
 * reason in the history says so. The history keeps the model's confidence, reason and name.
 *
 * The model sees no context and no briefing unless `sees` names them. Throws `RangeError` for a `minConfidence` or a
 * `timeout` outside of its range.
 *
 * @example
 * ```ts
 * import { openHandoffs } from "@aumai/handoff/node"
 * import { scripted, smartRouter } from "@aumai/handoff/smart"
 *
 * // In place of a language model.
 * const model = scripted([{ agent: "bob", confidence: 0.9, reason: "Bob reads German" }])
 * await using handoffs = await openHandoffs("memory:", { router: smartRouter({ model }) })
 * await handoffs.agents.register("alice", ["summarize"], { description: "Summarizes English texts" })
 * await handoffs.agents.register("bob", ["summarize"], { description: "Summarizes German texts" })
 * const { request } = await handoffs.create({ fromAgent: "planner", taskDescription: "Fasse den Bericht zusammen" })
 * console.log(request.toAgent) // bob
 * ```
 */
export const smartRouter = ({ among, describe, model, ...options }: SmartRouterOptions): Router =>
  engineRouter({
    ...options,
    // The engine leaves the choice to words, whatever is thrown.
    model: (question) => Effect.promise(async (signal) => model({ ...question, signal })),
    ...(describe === undefined ? {} : { describe: (agent: EngineAgent) => describe(plain(agent)) }),
    ...(among === undefined ? {} : { among: (question: EngineRoutingQuestion) => among(plain(question)) })
  })

/**
 * Makes a model for tests, which gives these answers in turn and throws when it has no more.
 *
 * @example
 * ```ts
 * import { scripted } from "@aumai/handoff/smart"
 *
 * const model = scripted([{ agent: "bob", confidence: 0.9, reason: "Bob reads German" }])
 * ```
 */
export const scripted = (answers: ReadonlyArray<ModelAnswer>): Model => {
  const left = [...answers]
  return () => {
    const answer = left.shift()
    if (answer === undefined) throw new Error(`The script has ${answers.length} answers; add one for each choice`)
    return answer
  }
}

/** The choice of a router: an agent and the reason. */
export interface Choice extends Partial<RoutingDecision> {
  readonly agent: string
  readonly reason: string
}

/** The rules of one choice, and what helps to make it. */
export interface Choosing extends RoutingOptions {
  /** Every registered agent. */
  readonly agents: ReadonlyArray<RegisteredAgent>
  /** Asks the router by words, for a router that wraps it. Leaves out the excluded agents of the call, too. */
  readonly next: (options?: RoutingOptions) => Promise<RoutingDecision | undefined>
  /** Aborted when the call that needs the choice is. */
  readonly signal: AbortSignal
}

/**
 * Makes a router of a function, which gives the agent that gets a task and the reason, or `undefined` without one. What
 * it throws rejects the call. A choice of an agent that is not registered, is excluded or lacks a required capability counts
 * as none.
 *
 * @example
 * ```ts
 * import { openHandoffs } from "@aumai/handoff/node"
 * import { routerOf } from "@aumai/handoff/smart"
 *
 * const router = routerOf(({ priority = 5 }, { next }) =>
 *   priority < 9 ? next() : { agent: "on-call", reason: "Urgent tasks go to whoever is on call" }
 * )
 * await using handoffs = await openHandoffs("memory:", { router })
 * await handoffs.agents.register("on-call", [])
 * const { request } = await handoffs.create({ fromAgent: "planner", taskDescription: "Restart it", priority: 10 })
 * console.log(request.toAgent) // on-call
 * ```
 */
export const routerOf = (
  choose: (question: Question, choosing: Choosing) => Choice | undefined | Promise<Choice | undefined>
): Router =>
  Layer.effect(
    HandoffRouter,
    Effect.gen(function* () {
      const { route: byWords } = yield* HandoffRouter
      const store = yield* AgentStore
      return HandoffRouter.of({
        route: (question, options = {}) =>
          Effect.flatMap(store.all, (agents) =>
            Effect.promise(async (signal) => {
              const next: Choosing["next"] = async (narrower) => {
                const { exclude = [], ...more } = Inputs.routing(narrower ?? {})
                const asked = byWords(question, {
                  ...options,
                  ...more,
                  exclude: [...(options.exclude ?? []), ...exclude]
                })
                const exit = await Effect.runPromiseExit(asked, { signal })
                if (exit._tag === "Failure") throw thrown(exit.cause, signal)
                return plain(Option.getOrUndefined(exit.value))
              }
              const choice = await choose(plain(question), { ...options, agents: plain(agents), next, signal })
              return Option.map(Option.fromNullishOr(choice), (choice) =>
                // The cast: the engine checks the decision.
                fromPlain<EngineDecision>({ fallback: false, matched: [], runnersUp: [], ...choice })
              )
            })
          )
      })
    })
  ).pipe(Layer.provide(HandoffRouter.layer))
