/** The words of the protocol for plain events and handoffs. */
import * as protocol from "@aumai/handoff-protocol"

import type { HandoffEvent } from "../types/HandoffEvent.ts"
import type { HandoffRecord } from "../types/HandoffRecord.ts"
import { own } from "./Plain.ts"

export {
  describeProgress,
  type Description,
  type Part,
  render,
  type Renderer,
  rerouteTerms,
  type Sentence,
  type Timer
} from "@aumai/handoff-protocol"

const ofEvent =
  <A>(describe: (event: protocol.HandoffEvent) => A) =>
  (event: HandoffEvent): A =>
    describe(own<protocol.HandoffEvent>(event))
const ofRecord =
  <A>(describe: (record: protocol.HandoffRecord) => A) =>
  (handoff: HandoffRecord): A =>
    describe(own<protocol.HandoffRecord>(handoff))

/**
 * What an agent did in an event, to follow its name, and what the event says besides.
 *
 * @example
 * ```ts
 * import { describeEvent, type Entry } from "@aumai/handoff"
 *
 * const show = ({ event }: Entry) => `${event.by} ${describeEvent(event).what}` // executor accepted it
 * ```
 */
export const describeEvent = /*#__PURE__*/ ofEvent(protocol.describeEvent)

/** What the receiver answered: that it accepted, declined, or gave up what it had accepted; `undefined` if it has not. */
export const describeResponse = /*#__PURE__*/ ofRecord(protocol.describeResponse)

/** Whose turn it is, and for which word on the briefing the start waits. */
export const describeTurn = /*#__PURE__*/ ofRecord(protocol.describeTurn)

/** Which attempt it is: the number in all, and the number for its receiver where others had it before. */
export const describeAttempt = /*#__PURE__*/ ofRecord(protocol.describeAttempt)

/** How long the receiver holds the handoff; `undefined` without a lease. */
export const describeLease = /*#__PURE__*/ ofRecord(protocol.describeLease)

/** The next timer of a handoff, and what it does; `undefined` if none runs. */
export const describeTimer = /*#__PURE__*/ ofRecord(protocol.describeTimer)

/** What has become of a handoff, to follow its name, and whom it waits for. */
export const describeOutcome = /*#__PURE__*/ ofRecord(protocol.describeOutcome)
