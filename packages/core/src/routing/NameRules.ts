/**
 * The rules for names beyond plain ASCII. Loaded on first use, because most names are plain. Imports nothing from Effect,
 * because that would split the bundle that a browser loads before it starts.
 */
import { type HandoffRequest, labelFault, looksLike, nameFault, type RecordId } from "@aumai/handoff-protocol"

import type { RegisteredAgent } from "../store/AgentStore.ts"

export { looksLike, nameFault }

/** A name in an input, with its path on the wire. `id` is the id of a handoff, `label` any other word. */
export type Naming = readonly [path: string, name: string, of?: "agent" | "id" | "label"]

/** A fault in an input. */
interface Issue {
  readonly path: string
  readonly expected: string
}

/** The facts of a call beside its request. */
export interface Circumstances {
  /** The id that the call chooses. */
  readonly id?: RecordId | undefined
  /** The request names no receiver. */
  readonly isRouted: boolean
  /** The request is for a part, whose sender and whole are in the store already. */
  readonly isPart: boolean
}

/** Lists the names that can pass for others. */
export const nameIssues = (names: ReadonlyArray<Naming>): ReadonlyArray<Issue> =>
  names.flatMap(([path, name, of]) => {
    const expected = of === "label" ? labelFault(name) : nameFault(name, of)
    return expected === undefined ? [] : [{ path, expected }]
  })

const labels = (path: (index: number) => string, words: ReadonlyArray<string> = []): ReadonlyArray<Naming> =>
  words.map((word, index) => [path(index), word, "label"])

const ids = (parts: ReadonlyArray<{ readonly id: string }> = []) => parts.map(({ id }) => id)

/** Lists the names of a request that can pass for others, such as a receiver that looks like the sender. */
export const requestIssues = (request: HandoffRequest, how: Circumstances): ReadonlyArray<Issue> => {
  const { briefing, deliverables, fromAgent, parent, requires, review, toAgent } = request
  const { escalateTo } = review ?? {}
  const { id, isPart, isRouted } = how
  const issues = nameIssues([
    ...(isPart ? [] : ([["from_agent", fromAgent]] as const)),
    ...(isRouted ? [] : ([["to_agent", toAgent]] as const)),
    ...(escalateTo === undefined ? [] : ([["review.escalate_to", escalateTo]] as const)),
    ...(isPart || parent === undefined ? [] : ([["parent", parent, "id"]] as const)),
    ...(id === undefined ? [] : ([["id", id, "id"]] as const)),
    ...labels((index) => `requires[${index}]`, requires),
    ...labels(
      (index) => `deliverables[${index}].name`,
      deliverables?.map(({ name }) => name)
    ),
    ...labels((index) => `briefing.actions[${index}].id`, ids(briefing?.actions)),
    ...labels((index) => `briefing.contingencies[${index}].id`, ids(briefing?.contingencies)),
    ...(briefing?.actions ?? []).flatMap(({ owner }, index): ReadonlyArray<Naming> =>
      owner === undefined ? [] : [[`briefing.actions[${index}].owner`, owner]]
    )
  ])
  const party = escalateTo && [fromAgent, ...(isRouted ? [] : [toAgent])].find((one) => looksLike(one, escalateTo))
  if (party !== undefined) {
    return [
      ...issues,
      { path: "review.escalate_to", expected: `Expected another agent than ${party}, and no name like it` }
    ]
  }
  if (isRouted || issues.length > 0) return issues
  if (fromAgent === toAgent) {
    return isPart ? [{ path: "to_agent", expected: `Expected another agent than ${fromAgent}, which delegates` }] : []
  }
  return looksLike(fromAgent, toAgent)
    ? [{ path: "to_agent", expected: `Expected a name that does not look like the sender ${fromAgent}` }]
    : []
}

/** Lists the names of a registration that can pass for others. An agent that is registered already keeps its own. */
export const registrationIssues = (agent: RegisteredAgent, known?: RegisteredAgent): ReadonlyArray<Issue> =>
  nameIssues([
    ...(known === undefined ? ([["agent_id", agent.agentId]] as const) : []),
    ...labels((index) => `capabilities[${index}]`, agent.capabilities).filter(
      ([, capability]) => known?.capabilities.some((one) => one === capability) !== true
    )
  ])
