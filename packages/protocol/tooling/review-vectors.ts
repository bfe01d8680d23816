/** The vectors of reviews: delivered work that is approved, returned, or left to silence. */
import { at, created, type Event, moves, replay, request, reviewed } from "./histories.ts"

const asked = (review: Event, more: Event = {}): Event => ({ ...created, request: { ...request, ...more, review } })
const working = [moves.Accepted, moves.Started]
const delivered = [...working, moves.Delivered]
const again = (minute: number, number: number): Event => ({
  ...moves.Delivered,
  at: at(minute),
  attempt: number + 1,
  result: { output: `report-${number}.pdf` }
})
const returned = (minute: number): Event => ({ ...moves.Returned, at: at(minute) })
const held: Event = { ...moves.Accepted, lease: 600_000 }
const silent = asked({ within: 1_800_000, silence: "approves" })
const silence: Event = { _tag: "Approved", at: at(33), by: "clock" }
const lead = (event: Event): Event => ({ ...event, by: "lead", at: at(34) })

export const reviews = [
  replay("work that is reviewed is approved", [reviewed, ...delivered, moves.Approved]),
  replay("no receiver completes work that is reviewed", [reviewed, ...working, moves.Completed]),
  replay("nor does another program", [reviewed, ...working, { ...moves.Completed, via: "foreign" }]),
  replay("nor an entry whose body was erased", [
    reviewed,
    ...working,
    { ...moves.Completed, body: "0".repeat(64), log: "e".repeat(26) }
  ]),
  replay("work that nobody reviews is not delivered", [created, ...delivered]),
  replay("the receiver does not approve its work", [reviewed, ...delivered, { ...moves.Approved, by: "executor" }]),
  replay("nor does the agent of an escalation that is still to come", [reviewed, ...delivered, lead(moves.Approved)]),
  replay("a lease rests while the work is reviewed", [reviewed, held, moves.Started, moves.Delivered]),
  replay("a return renews it, in a new attempt", [reviewed, held, moves.Started, moves.Delivered, moves.Returned]),
  replay("and its end releases that attempt", [
    asked({}),
    held,
    moves.Delivered,
    moves.Returned,
    { _tag: "Released", at: at(16), by: "clock", attempt: 2 }
  ]),
  replay("work that was returned is delivered again", [reviewed, ...delivered, moves.Returned, again(9, 1)]),
  replay("but not by the attempt before", [
    reviewed,
    ...delivered,
    moves.Returned,
    { ...moves.Delivered, at: at(9), attempt: 1 }
  ]),
  replay("work is returned as often as the request allows", [
    reviewed,
    ...delivered,
    returned(6),
    again(9, 1),
    returned(12),
    again(15, 2)
  ]),
  replay("and not more often", [
    reviewed,
    ...delivered,
    returned(6),
    again(9, 1),
    returned(12),
    again(15, 2),
    returned(18)
  ]),
  replay("nor at all where the request allows none", [asked({ reworks: 0 }), ...delivered, moves.Returned]),
  replay("the attempts of the receiver begin again with a return", [
    asked({}, { max_attempts: 1 }),
    ...delivered,
    moves.Returned,
    { ...moves.Released, at: at(9), attempt: 2 }
  ]),
  replay("a delivery meets the deadline", [asked({}), ...delivered, moves.Expired]),
  replay("also if it is returned", [asked({}), ...delivered, moves.Returned, moves.Expired]),
  replay("silence approves on the millisecond", [silent, ...delivered, silence]),
  replay("silence does not approve before", [silent, ...delivered, { ...silence, at: at(32) }]),
  replay("silence does not approve where it escalates", [reviewed, ...delivered, silence]),
  replay("silence escalates", [reviewed, ...delivered, moves.Escalated]),
  replay("silence does not escalate before", [reviewed, ...delivered, { ...moves.Escalated, at: at(32) }]),
  replay("silence does not escalate twice", [reviewed, ...delivered, moves.Escalated, moves.Escalated]),
  replay("without a time, silence says nothing", [asked({}), ...delivered, moves.Escalated]),
  replay("after an escalation its agent approves", [reviewed, ...delivered, moves.Escalated, lead(moves.Approved)]),
  replay("or returns, and the sender reviews the next delivery", [
    reviewed,
    ...delivered,
    moves.Escalated,
    lead(moves.Returned),
    { ...moves.Delivered, at: at(36) }
  ]),
  replay("after an escalation the sender does not approve", [
    reviewed,
    ...delivered,
    moves.Escalated,
    { ...moves.Approved, at: at(34) }
  ]),
  replay("but it may cancel", [reviewed, ...delivered, moves.Escalated, { ...moves.Cancelled, at: at(34) }]),
  replay("a reminder of the review", [
    asked({ within: 1_800_000, silence: "approves" }, { remind_before: 600_000 }),
    ...delivered,
    { _tag: "Reminded", at: at(23), by: "clock", of: "review_by" }
  ]),
  replay("evidence of the receiver leaves room for a witness", [
    reviewed,
    ...working,
    { ...moves.Delivered, evidence: [{ grade: "observed", statement: "All totals add up." }] },
    moves.Attested,
    moves.Approved
  ]),
  replay("a silence without a time", [asked({ silence: "approves" })]),
  replay("an escalation to nobody", [asked({ within: 1_800_000, silence: "escalates" })])
]
