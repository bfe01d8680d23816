/** Judges the names of agents that join a handoff when a verb is run. Stored histories are not judged by these rules. */
import {
  type AgentId,
  AlreadyHeld,
  type HandoffRecord,
  type HandoffRequest,
  holdersOf,
  InvalidInput,
  NotYourHandoff,
  receiverOf
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import { alikeOf, checkName } from "../routing/Names.ts"

/** The agent to which the review of a request may escalate, if there is one. It must not do the work that it may review. */
export const laterReviewersOf = ({ review }: HandoffRequest): ReadonlyArray<AgentId> =>
  review?.escalateTo === undefined ? [] : [review.escalateTo]

/** Refuses a next receiver whose name can pass for another, such as that of an agent that has had the handoff. */
export const checkReceiver = (
  record: HandoffRecord,
  agent: AgentId
): Effect.Effect<void, InvalidInput | AlreadyHeld> => {
  const holders = holdersOf(record)
  const [escalateTo] = laterReviewersOf(record.request)
  return Effect.flatMap(
    Effect.all([alikeOf(agent, holders), alikeOf(agent, laterReviewersOf(record.request))]),
    ([alike, reviewer]): Effect.Effect<void, InvalidInput | AlreadyHeld> => {
      if (alike !== undefined) return Effect.fail(new AlreadyHeld({ recordId: record.recordId, agent, holders, alike }))
      if (agent !== escalateTo && reviewer === undefined) return checkName("forward", "to", agent)
      const expected = `Expected another agent than ${escalateTo}, and no name like it, because ${escalateTo} may have to review the work`
      return Effect.fail(new InvalidInput({ input: "forward", issues: [{ path: "to", expected }] }))
    }
  )
}

/** Lists the agents that must not become the next receiver: those that had the handoff, and one that may review its work. */
export const excludedFrom = (record: HandoffRecord): ReadonlyArray<AgentId> => [
  ...holdersOf(record),
  ...laterReviewersOf(record.request)
]

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
