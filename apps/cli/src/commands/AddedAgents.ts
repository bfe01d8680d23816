import { warn } from "../output/Output.ts"
import { printable } from "../output/Text.ts"

/** The number of agents that were added, in words. */
export const agentsAdded = (count: number): string => `${count} ${count === 1 ? "agent" : "agents"} added`

/** Names an agent that was left unchanged. */
export const warnOfDifferent = (id: string, where: string) =>
  warn(`Agent ${printable(id)} is registered differently ${where}; it was left unchanged`)
