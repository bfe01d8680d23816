/** Adds up the results of verified handoffs. */
import type { RegisteredAgent } from "../store/AgentStore.ts"
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

/** Says in a sentence that no signature could be checked with the keys of these agents; empty if some could. */
export const missingKeys = (agents: ReadonlyArray<Pick<RegisteredAgent, "keys">>): ReadonlyArray<string> =>
  agents.some(({ keys = [] }) => keys.length > 0)
    ? []
    : [
        `No ${agents.length === 0 ? "agents are registered" : "registered agent has a key"}, so no signature was checked`
      ]

/** Says in a sentence that handoffs have no history; empty if all have one. */
export const missingHistories = ({ bare, handoffs }: Summary): ReadonlyArray<string> =>
  bare === 0
    ? []
    : [
        `${bare} of ${handoffs} ${handoffs === 1 ? "handoff" : "handoffs"} ${bare === 1 ? "has" : "have"} no readable history`
      ]
