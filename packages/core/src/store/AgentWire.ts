/** Converts agents to and from their JSON, which files and the command line use. */
import { decodeTimestamp, type InvalidInput, invalidInput, WireAgent } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { RegisteredAgent } from "./AgentStore.ts"

const toMoment = (text: string): DateTime.Utc => Result.getOrThrow(decodeTimestamp("moment", text))

const decode = Schema.decodeUnknownResult(WireAgent, { errors: "all" })

/**
 * Decodes an agent; errors call it `input`.
 *
 * @example
 * ```ts
 * import { decodeAgent } from "@aumai/handoff-core"
 *
 * console.log(decodeAgent("agent", { agent_id: "carol", capabilities: ["analyze"] })._tag) // Success
 * ```
 */
export const decodeAgent = (input: string, json: unknown): Result.Result<RegisteredAgent, InvalidInput> =>
  Result.mapBoth(decode(json), {
    onFailure: (error) => invalidInput(input, error),
    onSuccess: ({ agent_id, capabilities, capacity, description, keys, last_seen }): RegisteredAgent => ({
      agentId: agent_id,
      capabilities,
      ...(capacity === undefined ? {} : { capacity }),
      ...(description === undefined ? {} : { description }),
      ...(keys === undefined
        ? {}
        : { keys: keys.map(({ public_key, since }) => ({ publicKey: public_key, since: toMoment(since) })) }),
      ...(last_seen === undefined ? {} : { lastSeen: toMoment(last_seen) })
    })
  })

/**
 * Encodes an agent.
 *
 * @example
 * ```ts
 * import { encodeAgent } from "@aumai/handoff-core"
 * import { AgentId } from "@aumai/handoff-protocol"
 *
 * console.log(encodeAgent({ agentId: AgentId.make("carol"), capabilities: [] })) // { agent_id: "carol", capabilities: [] }
 * ```
 */
export const encodeAgent = ({
  agentId,
  capabilities,
  capacity,
  description,
  keys,
  lastSeen
}: RegisteredAgent): WireAgent => ({
  agent_id: agentId,
  capabilities,
  ...(capacity === undefined ? {} : { capacity }),
  ...(description === undefined ? {} : { description }),
  ...(keys === undefined
    ? {}
    : { keys: keys.map(({ publicKey, since }) => ({ public_key: publicKey, since: DateTime.formatIso(since) })) }),
  ...(lastSeen === undefined ? {} : { last_seen: DateTime.formatIso(lastSeen) })
})
