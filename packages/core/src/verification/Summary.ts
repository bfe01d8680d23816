/** Adds up the results of verified handoffs. */
import type { KnownKeys } from "../engine/KeyJudge.ts"
import { addProven, nothingProven, type Proven } from "./EntryClass.ts"
import type { Verified } from "./VerifyHandoff.ts"

/** The sums over verified handoffs. */
export interface Summary extends Proven {
  /** The number of handoffs. */
  readonly handoffs: number
  /** The number of entries. */
  readonly entries: number
  /** The number of handoffs whose history begins with the state of another program. */
  readonly imported: number
  /** The number of handoffs without a history that can be read. */
  readonly bare: number
}

/** The sums over no handoffs. */
export const emptySummary: Summary = { handoffs: 0, entries: 0, ...nothingProven, imported: 0, bare: 0 }

/** Adds a handoff to the sums. */
export const addVerified = (sums: Summary, one: Omit<Verified, "recordId">): Summary => ({
  handoffs: sums.handoffs + 1,
  entries: sums.entries + one.entries,
  ...addProven(sums, one),
  imported: sums.imported + (one.isImported ? 1 : 0),
  bare: sums.bare + (one.entries === 0 ? 1 : 0)
})

const agentsIn = (count: number): string => (count === 1 ? "1 agent" : `${count} agents`)

/** Says in sentences what these keys do not prove; empty if every key was proven and allowed by an operator. */
export const missingKeys = ({ logs, own, registered }: KnownKeys): ReadonlyArray<string> => {
  const keyLogs = [...logs.values()]
  if (registered.size === 0 && keyLogs.every(({ state }) => state.agents.size === 0)) {
    return ["No agent has a key, so no signature was checked"]
  }
  const ours = own && logs.get(own.log)?.state
  const adopted = keyLogs.reduce((sum, { adopted }) => sum + adopted, 0)
  return [
    ...(ours === undefined || ours.agents.size === 0 || ours.operator !== undefined
      ? []
      : ["No operator's key is pinned, so the first key of each agent was taken on trust"]),
    ...(adopted === 0
      ? []
      : [`The keys of ${agentsIn(adopted)} were taken from a registry, and nobody proved to have them`])
  ]
}

/** Says in sentences which key logs do not hold. */
export const keyLogFaults = ({ logs }: KnownKeys): ReadonlyArray<string> =>
  [...logs].flatMap(([log, { flaw }]) =>
    flaw === undefined ? [] : [`The key log of ${log} does not hold at entry ${flaw.revision}: ${flaw.problem}`]
  )

/** Says in a sentence that handoffs have no history; empty if all have one. */
export const missingHistories = ({ bare, handoffs }: Summary): ReadonlyArray<string> =>
  bare === 0
    ? []
    : [
        `${bare} of ${handoffs} ${handoffs === 1 ? "handoff" : "handoffs"} ${bare === 1 ? "has" : "have"} no readable history`
      ]
