/** The agents in the tests of killed workers. */
import { AgentId } from "@aumai/handoff-protocol"

export const agents = ["executor", "reviewer", "analyst"].map((name) => AgentId.make(name))

/** Receives only parts, so that handoffs that wait for parts do not block them. */
export const helper = AgentId.make("helper")
