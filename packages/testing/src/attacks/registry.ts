/** Attacks on the registration of an agent that has a key, by a process that does not have it. */
import { generateKeys, KeyRequired, type RegisterOptions } from "@aumai/handoff"

import type { Attack } from "./Attack.ts"

const agent = "keyed-agent"

/** Changes of a registration with the capability `report` and the capacity 5. */
const changes = (publicKey: string): ReadonlyArray<readonly [string, ReadonlyArray<string>, RegisterOptions]> => [
  ["replaced the key", ["report"], { capacity: 5, publicKey }],
  ["took its capabilities", [], { capacity: 5 }],
  ["added a capability", ["report", "audit"], { capacity: 5 }],
  ["lowered the capacity", ["report"], { capacity: 1 }],
  ["removed the capacity", ["report"], {}]
]

const withoutKey: Attack = {
  name: "a process without the key changes an agent that has one",
  run: async (handoffs) => {
    const isRefused = (change: Promise<unknown>) =>
      change.then(
        () => false,
        (error: unknown) => error instanceof KeyRequired
      )
    const { publicKey } = await generateKeys()
    // Another process has registered the agent, so this one never had the secret key.
    const keys = [{ public_key: publicKey, since: "2026-01-01T00:00:00Z" }]
    const agents = [{ agent_id: agent, capabilities: ["report"], capacity: 5, keys }]
    await handoffs.import({ format: "aumai-handoff/archive/2", agents, records: [] })
    const stranger = await generateKeys()
    const done: Array<string> = []
    for (const [what, capabilities, options] of changes(stranger.publicKey)) {
      if (!(await isRefused(handoffs.agents.register(agent, capabilities, options)))) done.push(what)
    }
    if (!(await isRefused(handoffs.agents.revoke(agent)))) done.push("revoked the key")
    if (!(await isRefused(handoffs.agents.unregister(agent)))) done.push("removed the agent")
    const request = { fromAgent: agent, toAgent: "executor", taskDescription: "Pay the invoice" }
    if (!(await isRefused(handoffs.create(request)))) done.push("acted in its name")
    const left = (await handoffs.agents.list()).find(({ agentId }) => agentId === agent)
    if (left?.keys?.length !== 1 || left.capacity !== 5 || left.capabilities.join() !== "report")
      done.push("left traces")
    await handoffs.agents.unregister(agent, { operator: true })
    return done.length === 0 ? undefined : done.join(", ")
  }
}

export const registry: ReadonlyArray<Attack> = [withoutKey]
