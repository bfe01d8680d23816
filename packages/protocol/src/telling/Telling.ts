/** Describes events, timers and outcomes in words, for every door. */
import {
  answerFields,
  firstAttemptOf,
  maxAttemptsOf,
  maxReworksOf,
  overdueEvent,
  receiverOf,
  rerouteCause,
  startAwaits,
  turnOf,
  whereabouts
} from "../lifecycle/Clocks.ts"
import { isOpen, type Transition } from "../lifecycle/Transitions.ts"
import type { Clock, EndingClock, HandBack, Progress, RerouteCause } from "../model/Attempt.ts"
import type { ReadBack, ReadBackAsk } from "../model/Briefing.ts"
import { type Artifact, checkersOf } from "../model/Delivery.ts"
import type { RoutingDecision } from "../model/EventParts.ts"
import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import { clause, duration, joined, moment, name, names, said, type Description, type Sentence } from "./Sentence.ts"

const reason = (text: string | undefined) => clause(text, (text) => [said(text)])
const lease = (milliseconds: number | undefined) => clause(milliseconds, (held) => ["held for ", duration(held)])
const routed = (routing: RoutingDecision | undefined) =>
  clause(routing, ({ confidence, model, reason }) => [
    "routed: ",
    said(reason),
    ...(confidence === undefined ? [] : [` (${Math.round(confidence * 100)} % sure)`]),
    ...(model === undefined ? [] : [", by ", said(model)])
  ])

/** Describes the progress of the receiver: `80 % Page 4 of 5`. */
export const describeProgress = ({ fraction, note }: Pick<Progress, "fraction" | "note">): Sentence =>
  joined(
    [
      ...clause(fraction, (fraction) => [`${Number((fraction * 100).toFixed(1))} %`]),
      ...clause(note, (note) => [said(note)])
    ],
    " "
  )

/** Describes the hand-back of an attempt, list by list. */
export const describeHandBack = (handBack: HandBack): Sentence =>
  joined(
    [
      ...(["done", "remaining", "pitfalls"] as const).flatMap((list) =>
        clause(handBack[list]?.join("; "), (points): Sentence => [`${list}: `, said(points)])
      ),
      ...clause(handBack.artifacts, (made): Sentence => ["made: ", ...names(made)])
    ],
    " / "
  )

const asked: Readonly<Record<ReadBackAsk, string>> = {
  first_action: "first action",
  most_likely_wrong: "most likely wrong",
  least_confident_item: "least confident about"
}

/** Describes the answers of a read-back to the questions of its briefing, each with the words for the question. */
export const describeAnswers = (readBack: ReadBack): ReadonlyArray<readonly [question: string, answer: string]> =>
  // The cast: Object.entries widens the keys to strings.
  (Object.entries(asked) as ReadonlyArray<readonly [ReadBackAsk, string]>).flatMap(([ask, question]) => {
    const answer = readBack[answerFields[ask]]
    return answer === undefined ? [] : [[question, answer] as const]
  })

/** Describes a read-back: its summary, the items by their answer, and its other answers. */
export const describeReadBack = ({ summary, items = [], ...answers }: ReadBack): ReadonlyArray<Sentence> => [
  ["read back: ", said(summary)],
  ...(["understood", "question", "refused"] as const).flatMap((answer) => {
    const some = items.filter((item) => item.answer === answer)
    const each = some.map(({ id, note }): Sentence => [
      name(id),
      ...(note === undefined ? [] : [" (", said(note), ")"])
    ])
    return some.length === 0 ? [] : [[`${answer}: `, ...joined(each, ", ")]]
  }),
  ...describeAnswers({ summary, ...answers }).map(([question, answer]): Sentence => [`${question}: `, said(answer)])
]

const causes: Readonly<Record<RerouteCause, string>> = {
  rejected: " because it was declined",
  accept_by: " because it was not accepted in time",
  attempts_exhausted: " because no attempt was left"
}

/** The effect of `reroute` in a request, in words. */
export const rerouteTerms = "to the next capable agent if it is declined, not accepted in time, or out of attempts"

const nearing: Readonly<Record<Clock, string>> = {
  accept_by: "the time to accept it is nearly over",
  deadline: "the deadline is near",
  review_by: "the time to review it is nearly over"
}

const missed: Readonly<Record<EndingClock, string>> = {
  accept_by: "not accepted in time",
  deadline: "not finished by the deadline"
}

const actions: Readonly<Record<HandoffEvent["_tag"], string>> = {
  Created: "created it",
  Imported: "imported it",
  Accepted: "accepted it",
  Rejected: "declined it",
  Started: "started it",
  Progressed: "reported progress",
  Asked: "asked a question",
  Answered: "answered",
  Forwarded: "handed it on",
  Delegated: "delegated a part",
  Restated: "read the briefing back",
  Confirmed: "confirmed the read-back",
  Attested: "verified the work",
  Released: "gave it back",
  Delivered: "delivered it for review",
  Approved: "approved the work",
  Returned: "returned the work",
  Escalated: "let the review escalate",
  Completed: "completed it",
  Failed: "failed it",
  Cancelled: "cancelled it",
  Reminded: "recorded a reminder",
  Expired: "let it expire"
}

const detailsOf = (event: HandoffEvent): ReadonlyArray<Sentence> => {
  switch (event._tag) {
    case "Created":
      return [["to ", name(event.request.toAgent)], ...routed(event.routing)]
    case "Imported":
      return [["as ", { kind: "status", value: event.record.status }]]
    case "Accepted":
      return [
        ...reason(event.reason),
        ...clause(event.estimatedCompletion, (at) => ["expected by ", moment(at)]),
        ...lease(event.lease),
        ...(event.readBack === undefined ? [] : describeReadBack(event.readBack))
      ]
    case "Rejected":
    case "Failed":
    case "Approved":
      return reason(event.reason)
    case "Progressed":
      return [describeProgress(event), ...lease(event.lease)]
    case "Asked":
      return reason(event.question)
    case "Answered":
      return reason(event.answer)
    case "Forwarded":
      return [
        ["to ", name(event.to), ...(event.because === undefined ? [] : [causes[event.because]])],
        ...reason(event.reason),
        ...routed(event.routing),
        ...clause(event.handBack, describeHandBack)
      ]
    case "Delegated":
      return [["the part ", { kind: "id", value: event.child }]]
    case "Restated":
      return describeReadBack(event.readBack)
    case "Confirmed":
      return [
        ...clause(event.checked, (parts): Sentence => [
          "checked: ",
          ...joined(
            parts.map((part) => [name(part)]),
            ", "
          )
        ]),
        ...clause(event.correction, (correction): Sentence => ["set right: ", said(correction)])
      ]
    case "Attested":
      return [
        ...reason(event.statement),
        ...clause(event.of, (of) => ["of ", name(of)]),
        ...clause(event.uri, (uri) => [name(uri)])
      ]
    case "Released":
      return [
        ...reason(event.reason),
        ...clause(event.handBack, describeHandBack),
        ...clause(event.notBefore, (at) => ["not before ", moment(at)])
      ]
    case "Returned":
      return [["missing: ", said(event.missing)]]
    case "Completed":
    case "Delivered":
      return [
        ...clause(event.artifacts, (artifacts) => ["artifacts: ", ...names(artifacts)]),
        ...(event.evidence ?? []).map(({ grade, statement }): Sentence => [`${grade}: `, said(statement)]),
        ...(event.leavesChildren === true ? [["leaves its open parts"]] : [])
      ]
    case "Cancelled":
      return [...clause(event.along, (along) => ["along with ", { kind: "id", value: along }]), ...reason(event.reason)]
    case "Reminded":
      return [[nearing[event.of]]]
    case "Expired":
      return [[missed[event.missed]]]
    case "Started":
    case "Escalated":
      return []
  }
}

/** Describes an event: the action, to follow the name of the agent, and the details. */
export const describeEvent = (event: HandoffEvent): Description => ({
  what: event._tag === "Attested" && event.grade !== undefined ? "endorsed the work" : actions[event._tag],
  details: detailsOf(event).filter((sentence) => sentence.length > 0)
})

/** Describes the receiver's answer: accepted, declined, or failed after it had accepted; `undefined` if it has not answered. */
export const describeResponse = (record: HandoffRecord): Description | undefined => {
  const response = "response" in record ? record.response : undefined
  if (response === undefined) return undefined
  const { accepted, estimatedCompletion } = response
  return {
    what: accepted ? "accepted" : record.status === "failed" ? "failed" : "declined",
    details: [
      ...reason(response.reason),
      ...clause(estimatedCompletion, (at): Sentence => ["expected by ", moment(at)])
    ]
  }
}

/** Describes whose turn it is, and which step of the read-back the start waits for. */
export const describeTurn = (record: HandoffRecord): Sentence => {
  const turn = turnOf(record)
  if (turn === undefined) return ["nobody's turn"]
  const awaited = { receiver: " to read the briefing back", sender: " to confirm the read-back" } as const
  const awaits = startAwaits(record)
  return [
    name(turn),
    "'s turn",
    ...(awaits === undefined ? [] : [awaited[awaits]]),
    ...(record.status === "delivered" ? [" to approve or return the work"] : [])
  ]
}

/**
 * Describes the attempt: its number in all, and its number for the receiver if other agents had the handoff before, or the
 * work was returned.
 */
export const describeAttempt = (record: HandoffRecord): Sentence => {
  const begun = firstAttemptOf(record)
  const own = `${record.attempt - begun + 1} of ${maxAttemptsOf(record)}`
  const isReturned = record.rework?.attempt === begun
  return begun === 1
    ? [own]
    : [`${record.attempt}, ${own} ${isReturned ? "since the work was returned to " : "for "}`, name(receiverOf(record))]
}

/** Describes the terms of the review that a request asks for; `undefined` without a review. */
export const describeReview = (record: HandoffRecord): Sentence | undefined => {
  const { fromAgent, review } = record.request
  if (review === undefined) return undefined
  const { escalateTo, silence, within } = review
  const reworks = maxReworksOf(record)
  return [
    "by ",
    name(fromAgent),
    ...(within === undefined ? [] : [" within ", duration(within), " of each delivery"]),
    ...(silence === "approves" ? [", then silence approves"] : []),
    ...(escalateTo === undefined ? [] : [", then by ", name(escalateTo)]),
    `, at most ${reworks} ${reworks === 1 ? "return" : "returns"}`
  ]
}

/** Describes the retry policy of a request; `undefined` without one. The worker decides what it leaves out. */
export const describeRetry = ({ request: { retry } }: HandoffRecord): Sentence | undefined => {
  const { factor, final, initial, jitter, max } = retry ?? {}
  const clauses = [
    ...clause(initial, (pause) => ["first pause ", duration(pause)]),
    ...clause(factor, (times) => [`each ${times} times the last`]),
    ...clause(max, (pause) => ["at most ", duration(pause)]),
    ...clause(jitter, (share) => [`up to ${Math.round(100 * share)} % shorter by chance`]),
    ...clause(final, (words) => ["final: ", said(words.join(", "))])
  ]
  return clauses.length === 0 ? undefined : joined(clauses, ", ")
}

/** Describes the lease of the receiver; `undefined` without a lease. */
export const describeLease = (record: HandoffRecord): Sentence | undefined => {
  const lease = "lease" in record ? record.lease : undefined
  if (lease === undefined) return undefined
  const { milliseconds, until } = lease
  const rests =
    startAwaits(record) === "sender"
      ? "rests until it is confirmed"
      : record.status === "delivered"
        ? "rests until the review"
        : "rests until the answer"
  return [duration(milliseconds), ", ", ...(until === undefined ? [rests] : ["until ", moment(until)])]
}

/**
 * Describes whether another agent has checked the bytes of an artifact by reference; `undefined` for an artifact by value,
 * whose bytes are in the record. Without such evidence the reference is only a claim of the receiver.
 */
export const describeReference = (record: HandoffRecord, artifact: Artifact): Sentence | undefined => {
  if ("content" in artifact) return undefined
  const checkers = checkersOf(artifact, "evidence" in record ? record.evidence : undefined)
  return checkers.length === 0
    ? ["claimed, not checked"]
    : ["checked by ", ...names(checkers.map((name) => ({ name })))]
}

/** Describes the effect of a timer by the event that the clock records. */
const endings = ({ attempt }: HandoffRecord): Readonly<Partial<Record<Transition["_tag"], string>>> => ({
  Expired: "it expires",
  Approved: "silence approves the work",
  Escalated: "its review escalates",
  Released: `its lease runs out, and it waits for attempt ${attempt + 1}`,
  Failed: "its lease runs out, and because this is the last attempt it fails",
  Reminded: "a reminder is recorded"
})

/** A timer in words: when it runs out, in milliseconds since 1970, and what happens then. */
export interface Timer {
  readonly at: number
  readonly what: string
}

/** Describes the next timer of a handoff; `undefined` if none runs. */
export const describeTimer = (record: HandoffRecord): Timer | undefined => {
  const { due } = whereabouts(record)
  if (due === undefined) return undefined
  const ending = endings(record)[due.event] ?? due.event
  const event = overdueEvent(record, due.at)
  const isRerouted = event !== undefined && rerouteCause(record, event) !== undefined
  return {
    at: due.at.epochMilliseconds,
    what: isRerouted ? `it goes to the next capable agent; without one, ${ending}` : ending
  }
}

/** Describes the status of a handoff, to follow its name, and the agent that it waits for. */
export const describeOutcome = (record: HandoffRecord): Sentence => {
  const held = [
    ...(record.attempt > 1 ? [["attempt ", ...describeAttempt(record)]] : []),
    ...clause(describeLease(record), (lease) => ["lease ", ...lease])
  ]
  const turn = turnOf(record)
  return [
    "is ",
    { kind: "status", value: record.status },
    ...(held.length === 0 ? [] : [" (", ...joined(held, "; "), ")"]),
    ...(isOpen(record.status) ? ["; waits for ", turn === undefined ? "nobody" : name(turn)] : [])
  ]
}
