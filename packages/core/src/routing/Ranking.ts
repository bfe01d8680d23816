/**
 * Who of several agents gets a task, and why. Loaded when somebody first asks, for most programs name the receiver. It needs
 * nothing of Effect, so that bundlers keep in one piece what a browser loads before it starts.
 */
import type { AgentId, Capability, RoutingDecision } from "@aumai/handoff-protocol"

import type { RegisteredAgent } from "../store/AgentStore.ts"
import type { Presence } from "./Presence.ts"

/** An agent that may get it, and those of its capabilities that are wanted. */
export interface Candidate {
  readonly agent: RegisteredAgent
  readonly matched: ReadonlyArray<Capability>
}

/** A candidate with what decides before its capabilities do. */
export interface Standing extends Candidate {
  readonly presence: Presence
  /** How many open handoffs it has; only counted where it says how many it takes. */
  readonly held: number | undefined
}

const fullness = ({ agent: { capacity }, held = 0 }: Standing): number =>
  capacity === undefined || held < capacity ? 0 : 1

const remoteness: Readonly<Record<Presence, number>> = { present: 0, unknown: 1, absent: 2 }

/** What goes before how busy they are, best first. */
const byStanding = (a: Standing, b: Standing): number =>
  fullness(a) - fullness(b) || remoteness[a.presence] - remoteness[b.presence] || b.matched.length - a.matched.length

/** Those between whom only their load decides who is first. */
export const firsts = (standings: ReadonlyArray<Standing>): ReadonlyArray<Standing> => {
  const [first] = standings.toSorted(byStanding)
  return first === undefined ? [] : standings.filter((one) => byStanding(one, first) === 0)
}

const list = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`

/** Why this one, and what speaks against it. */
const reasonOf = ({ agent, matched, presence, held = 0 }: Standing, fallback: boolean): string => {
  const { agentId, capacity, lastSeen } = agent
  const good: Array<string> = []
  const bad: Array<string> = []
  if (presence === "present") good.push("is present")
  if (presence === "absent" && lastSeen !== undefined) {
    // To the second.
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

// A decision names those who could have been chosen, not everybody.
const namedRunnersUp = 10

/** The decision between all of them; `busy` says how many open handoffs the firsts have. Nothing when there is nobody. */
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
