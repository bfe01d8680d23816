/** Who works through inboxes in the tests of killed workers. */
import { AgentId } from "@aumai/handoff-protocol"

export const agents = ["executor", "reviewer", "analyst"].map((name) => AgentId.make(name))

/** Gets nothing but parts, so that whoever waits for these does not stand in their way. */
export const helper = AgentId.make("helper")
