/** Finds the agents that may get a task, and chooses between them by words, room and presence. Loaded on first use. */
import { type AgentId, type HandoffRecord, type HandoffStatus, turns } from "@aumai/handoff-protocol"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import type { AgentStore, RegisteredAgent } from "../store/AgentStore.ts"
import { type HandoffStore, nowIn } from "../store/HandoffStore.ts"
import { openStatuses, type RoutingOptions, type RoutingQuestion } from "./HandoffRouter.ts"
import { rulesFor } from "./Names.ts"
import { presenceOf } from "./Presence.ts"
import { type Candidate, decide, firsts, type Standing } from "./Ranking.ts"
import { capabilitiesFor } from "./Registration.ts"
import { formsIn, isMentioned } from "./WordForms.ts"

// Delivered work, which its reviewer may leave waiting for days, takes no room of its receiver.
const busyStatuses = openStatuses.filter((status) => turns[status] !== "reviewer")

// The router counts open handoffs of one status up to this number, or up to the capacity if that is larger. Agents above
// it are equally busy. It is also the page size.
const countedLoad = 100

/** The agents that have every required capability; without any, those of which the task mentions one. */
export const matching = (
  agents: ReadonlyArray<RegisteredAgent>,
  { requires = [], taskDescription }: RoutingQuestion
): ReadonlyArray<Candidate> => {
  if (requires.length > 0) {
    return agents.flatMap((agent): ReadonlyArray<Candidate> => {
      const matched = capabilitiesFor(agent, requires)
      return matched === undefined ? [] : [{ agent, matched }]
    })
  }
  const forms = formsIn(taskDescription)
  return agents
    .map((agent): Candidate => ({
      agent,
      matched: agent.capabilities.filter((capability) => isMentioned(capability, forms))
    }))
    .filter(({ matched }) => matched.length > 0)
}

/** Makes the routes over the agents and the open handoffs of a store. */
export const make = (agents: AgentStore["Service"], store: HandoffStore["Service"]) => {
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

  /** The agents that may be chosen at all: never the sender, nor an excluded one, nor one whose name looks like theirs. */
  const eligible = Effect.fnUntraced(function* ({ fromAgent }: RoutingQuestion, { exclude = [] }: RoutingOptions) {
    const excluded = [fromAgent, ...exclude]
    const registered = yield* agents.all
    const { looksLike, nameFault } = yield* rulesFor([...excluded, ...registered.map(({ agentId }) => agentId)])
    return registered.filter(
      ({ agentId }) => nameFault(agentId) === undefined && !excluded.some((one) => looksLike(one, agentId))
    )
  })

  const standings = Effect.fnUntraced(function* (candidates: ReadonlyArray<Candidate>, now: DateTime.Utc) {
    const all: Array<Standing> = []
    for (const candidate of candidates) {
      const { agent } = candidate
      const held = agent.capacity === undefined ? undefined : yield* load(agent)
      all.push({ ...candidate, presence: presenceOf(agent, now), held })
    }
    return all
  })

  const route = Effect.fnUntraced(function* (question: RoutingQuestion, options: RoutingOptions = {}) {
    const may = yield* eligible(question, options)
    const able = matching(may, question)
    const fallback = able.length === 0
    if (fallback && !(options.fallback ?? (question.requires ?? []).length === 0)) return Option.none()
    const found = fallback ? may.map((agent): Candidate => ({ agent, matched: [] })) : able
    const standing = yield* standings(found, yield* nowIn(store))
    const tied = firsts(standing)
    const busy = new Map<AgentId, number>()
    if (tied.length > 1) for (const { agent, held } of tied) busy.set(agent.agentId, held ?? (yield* load(agent)))
    return Option.fromUndefinedOr(decide(standing, busy, fallback))
  })

  return { eligible, route, standings }
}
