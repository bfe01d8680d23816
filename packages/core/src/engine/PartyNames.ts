/** Judges the names of agents that join a handoff when a verb is run. Stored histories are not judged by these rules. */
import {
  type AgentId,
  AlreadyHeld,
  type HandoffRecord,
  holdersOf,
  type InvalidInput,
  NotYourHandoff,
  receiverOf
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import { alikeOf, checkName } from "../routing/Names.ts"

/** Refuses a next receiver whose name can pass for another, such as that of an agent that has had the handoff. */
export const checkReceiver = (
  record: HandoffRecord,
  agent: AgentId
): Effect.Effect<void, InvalidInput | AlreadyHeld> => {
  const holders = holdersOf(record)
  return Effect.flatMap(alikeOf(agent, holders), (alike): Effect.Effect<void, InvalidInput | AlreadyHeld> =>
    alike === undefined
      ? checkName("forward", "to", agent)
      : Effect.fail(new AlreadyHeld({ recordId: record.recordId, agent, holders, alike }))
  )
}

/** Refuses a witness whose name can pass for the receiver, the sender or another. An earlier holder keeps its name. */
export const checkWitness = (
  record: HandoffRecord,
  by: AgentId
): Effect.Effect<void, InvalidInput | NotYourHandoff> => {
  const { recordId, request } = record
  return Effect.flatMap(
    alikeOf(by, [receiverOf(record), request.fromAgent]),
    (alike): Effect.Effect<void, InvalidInput | NotYourHandoff> =>
      alike !== undefined
        ? Effect.fail(
            new NotYourHandoff({
              recordId,
              event: "Attested",
              by,
              party: "witness",
              expected: request.fromAgent,
              alike
            })
          )
        : holdersOf(record).includes(by)
          ? Effect.void
          : checkName("attest", "by", by)
  )
}
