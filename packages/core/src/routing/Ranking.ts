/**
 * Ranks the candidates for a task and states the reason. Loaded on first use, because most programs name the receiver.
 * Imports nothing from Effect, because that would split the bundle that a browser loads before it starts.
 */
import type { AgentId, Capability, RoutingDecision } from "@aumai/handoff-protocol"

import type { RegisteredAgent } from "../store/AgentStore.ts"
import type { Presence } from "./Presence.ts"

/** An agent that may be chosen, with its matching capabilities. */
export interface Candidate {
  readonly agent: RegisteredAgent
  readonly matched: ReadonlyArray<Capability>
}

/** A candidate with its presence and its number of open handoffs. */
export interface Standing extends Candidate {
  readonly presence: Presence
  /** The number of its open handoffs; `undefined` if it has no capacity. */
  readonly held: number | undefined
}

const fullness = ({ agent: { capacity }, held = 0 }: Standing): number =>
  capacity === undefined || held < capacity ? 0 : 1

const remoteness: Readonly<Record<Presence, number>> = { present: 0, unknown: 1, absent: 2 }

/** Compares room, presence and capabilities, best first. */
export const byStanding = (a: Standing, b: Standing): number =>
  fullness(a) - fullness(b) || remoteness[a.presence] - remoteness[b.presence] || b.matched.length - a.matched.length

/** The best candidates, which only their load can rank. */
export const firsts = (standings: ReadonlyArray<Standing>): ReadonlyArray<Standing> => {
  const [first] = standings.toSorted(byStanding)
  return first === undefined ? [] : standings.filter((one) => byStanding(one, first) === 0)
}

const list = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`

/** The reason for a choice, with its drawbacks. */
const reasonOf = ({ agent, matched, presence, held = 0 }: Standing, fallback: boolean): string => {
  const { agentId, capacity, lastSeen } = agent
  const good: Array<string> = []
  const bad: Array<string> = []
  if (presence === "present") good.push("is present")
  if (presence === "absent" && lastSeen !== undefined) {
    // Cut to whole seconds.
    bad.push(`was last seen ${new Date(lastSeen.epochMilliseconds).toISOString().replace(/\.\d+Z$/, "Z")}`)
  }
  if (capacity !== undefined) {
    if (held < capacity) good.push(`has room (${held} of ${capacity})`)
    else bad.push(`is full (${held} of ${capacity})`)
  }
  const isKnown = good.length + bad.length > 0
  const able = fallback ? `is available${isKnown ? "" : " and least busy"}` : `can ${list(matched)}`
  const but = bad.length === 0 ? "" : `, but ${list(bad)}`
  return `${fallback ? "No agent matched; " : ""}${agentId} ${list([able, ...good])}${but}`
}

// A decision names at most this many runners-up.
const namedRunnersUp = 10

/** Decides between all candidates; `undefined` without any. `busy` holds the open handoffs of the best ones. */
export const decide = (
  standings: ReadonlyArray<Standing>,
  busy: ReadonlyMap<AgentId, number>,
  fallback: boolean
): RoutingDecision | undefined => {
  const load = ({ agent }: Standing) => busy.get(agent.agentId) ?? 0
  const [best, ...others] = standings.toSorted(
    (a, b) => byStanding(a, b) || load(a) - load(b) || (a.agent.agentId < b.agent.agentId ? -1 : 1)
  )
  if (best === undefined) return undefined
  return {
    agent: best.agent.agentId,
    reason: reasonOf(best, fallback),
    fallback,
    matched: best.matched,
    runnersUp: others.slice(0, namedRunnersUp).map(({ agent, matched }) => ({ agent: agent.agentId, matched }))
  }
}
