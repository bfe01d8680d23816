/** Describes plain events and handoffs in the words of the protocol. */
import * as protocol from "@aumai/handoff-protocol"

import type { Artifact } from "../types/Delivery.ts"
import type { HandoffEvent } from "../types/HandoffEvent.ts"
import type { HandoffRecord } from "../types/HandoffRecord.ts"
import { fromPlain } from "./Plain.ts"

export {
  describeLimit,
  describeProgress,
  describeProof,
  type Description,
  type Part,
  type Proof,
  render,
  type Renderer,
  rerouteTerms,
  type Sentence,
  type Timer
} from "@aumai/handoff-protocol"

const ofEvent =
  <A>(describe: (event: protocol.HandoffEvent) => A) =>
  (event: HandoffEvent): A =>
    describe(fromPlain<protocol.HandoffEvent>(event))
const ofRecord =
  <A>(describe: (record: protocol.HandoffRecord) => A) =>
  (handoff: HandoffRecord): A =>
    describe(fromPlain<protocol.HandoffRecord>(handoff))

/** Describes an event: the action of its agent, in words that follow the agent's name, and the other fields. */
export const describeEvent = /*#__PURE__*/ ofEvent(protocol.describeEvent)

/** Describes the receiver's response: it accepted, declined or gave up the handoff; `undefined` without a response. */
export const describeResponse = /*#__PURE__*/ ofRecord(protocol.describeResponse)

/** Describes the turn, and the read-back or confirmation that the start waits for. */
export const describeTurn = /*#__PURE__*/ ofRecord(protocol.describeTurn)

/** Describes the words that an agent needs for the next step of a handoff: the question, the read-back, or the task. */
export const describeStep = /*#__PURE__*/ ofRecord(protocol.describeStep)

/** Describes the current attempt: its number, and its number for the receiver if others had the handoff before. */
export const describeAttempt = /*#__PURE__*/ ofRecord(protocol.describeAttempt)

/** Describes the terms of the review that a request asks for; `undefined` without a review. */
export const describeReview = /*#__PURE__*/ ofRecord(protocol.describeReview)
/** Describes the retry policy of a request; `undefined` without one. */
export const describeRetry = /*#__PURE__*/ ofRecord(protocol.describeRetry)

/** Describes the lease: its duration and its end; `undefined` without a lease. */
export const describeLease = /*#__PURE__*/ ofRecord(protocol.describeLease)

/**
 * Describes whether another agent has checked the bytes of an artifact by reference; `undefined` for an artifact by value.
 * Without such evidence the reference is only a claim of the receiver.
 */
export const describeReference = (handoff: HandoffRecord, artifact: Artifact): protocol.Sentence | undefined =>
  protocol.describeReference(fromPlain<protocol.HandoffRecord>(handoff), fromPlain<protocol.Artifact>(artifact))

/** Describes the next timer of a handoff and its effect; `undefined` if no timer runs. */
export const describeTimer = /*#__PURE__*/ ofRecord(protocol.describeTimer)

/** Describes the state of a handoff, in words that follow its name, and the agent that it waits for. */
export const describeOutcome = /*#__PURE__*/ ofRecord(protocol.describeOutcome)
