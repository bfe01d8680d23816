import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import {
  advance,
  AgentId,
  agentOf,
  artifactDigest,
  type Briefing,
  clock,
  create,
  type Deliverable,
  type HandoffEvent,
  type HandoffRecord,
  HandoffRequest,
  overdueEvent,
  type ReadBack,
  rerouteCause,
  type Review,
  type Transition,
  transitions
} from "../src/index.ts"
import { at, lead, moves, receiver, recordId, sender } from "./samples.ts"

const minute = 60_000
const anyMinutes = [0, 1, 5, 10, 25, 60, 300, 700] as const

const readBack = { all: {}, confirmed: { confirm: true }, one: { required: ["b"] } } as const
const briefingOf = (kind: keyof typeof readBack): Briefing => ({
  severity: "watcher",
  summary: "要約",
  actions: [{ id: "a", task: "A", owner: receiver, due: at(50) }],
  situation: { known: ["k"], open: ["o"] },
  contingencies: [{ id: "b", if: "if", then: "then" }],
  readBack: readBack[kind]
})
const report = { name: "report", mediaType: "text/plain", content: "All is well. ✓" }
const deliverables: { readonly [Kind in "named" | "exact"]: ReadonlyArray<Deliverable> } = {
  named: [{ name: "report", schema: { type: "string" } }],
  exact: [{ name: "report", mediaType: "text/plain", digest: artifactDigest(report) }]
}

const reviews: { readonly [Kind in "open" | "approves" | "escalates"]: Review } = {
  open: { reworks: 1 },
  approves: { within: 30 * minute, silence: "approves" },
  escalates: { within: 30 * minute, silence: "escalates", escalateTo: lead }
}

/** A request, and the steps tried on it in order: an event, or a wait for the next timer. */
export const Life = {
  asked: Schema.Struct({
    acceptBy: Schema.UndefinedOr(Schema.Literals([5, 30])),
    deadline: Schema.UndefinedOr(Schema.Literals([30, 500])),
    remindBefore: Schema.UndefinedOr(Schema.Literals([5, 1000])),
    maxAttempts: Schema.UndefinedOr(Schema.Literals([1, 2])),
    maxHops: Schema.UndefinedOr(Schema.Literals([0, 1])),
    reroute: Schema.UndefinedOr(Schema.Boolean),
    review: Schema.UndefinedOr(Schema.Literals(["open", "approves", "escalates"])),
    briefing: Schema.UndefinedOr(Schema.Literals(["all", "confirmed", "one"])),
    deliverables: Schema.UndefinedOr(Schema.Literals(["named", "exact"]))
  }),
  steps: Schema.Array(
    Schema.Struct({
      // The cast restores the keys of the moves, which Object.keys widens to string.
      tag: Schema.Literals([...(Object.keys(moves) as ReadonlyArray<Transition["_tag"]>), "wait", "reroute"]),
      wait: Schema.Literals(anyMinutes),
      lease: Schema.UndefinedOr(Schema.Literals([10, 300])),
      isFirst: Schema.Boolean,
      to: Schema.Literals(["通訳", "third", "fourth", "fifth", "planner"]),
      items: Schema.Array(
        Schema.Struct({
          id: Schema.Literals(["a", "b"]),
          answer: Schema.Literals(["understood", "question", "refused"])
        })
      ).check(Schema.isMaxLength(4)),
      artifact: Schema.Literals(["none", "right", "right", "wrong"])
    })
  )
}
type Steps = (typeof Life.steps)["Type"]
type Asked = (typeof Life.asked)["Type"]

const artifactsOf = (kind: Steps[number]["artifact"]) =>
  kind === "none"
    ? {}
    : {
        artifacts: [kind === "right" ? report : { name: "report", content: { isWrong: true } }],
        evidence: [{ grade: "observed", statement: "seen", of: "report" } as const]
      }

/** The clock's event, or a re-route if the request allows it. */
const byTime = (record: HandoffRecord, { tag, to }: Steps[number], now: DateTime.Utc): Transition | undefined => {
  const due = overdueEvent(record, now)
  const because = due && rerouteCause(record, due)
  return tag === "reroute" && because !== undefined
    ? { _tag: "Forwarded", at: now, by: clock, to: AgentId.make(to), because }
    : due
}

const eventOf = (record: HandoffRecord, step: Steps[number], now: DateTime.Utc): Transition | undefined => {
  const { artifact, isFirst, items, lease, tag, to } = step
  if (tag === "wait" || tag === "reroute") return byTime(record, step, now)
  const by = agentOf(record, transitions[tag].by) ?? moves[tag].by
  const move: Transition = { ...moves[tag], at: now, by, ...(isFirst ? { attempt: 1 } : {}) }
  const said: ReadBack = { summary: "復唱", items }
  const leased = lease === undefined ? {} : { lease: lease * minute }
  switch (move._tag) {
    case "Accepted":
      return { ...move, ...leased, ...(record.request.briefing === undefined ? {} : { readBack: said }) }
    case "Progressed":
      return { ...move, ...leased }
    case "Restated":
      return { ...move, readBack: said }
    case "Forwarded":
      return { ...move, to: AgentId.make(to) }
    case "Released":
      return { ...move, ...(lease === 300 ? { code: "shutdown" as const } : {}) }
    case "Completed":
    case "Delivered":
      return { ...move, ...artifactsOf(artifact) }
    default:
      return move
  }
}

const requestOf = (asked: Asked) =>
  HandoffRequest.make({
    fromAgent: sender,
    toAgent: receiver,
    taskDescription: "翻訳 😀",
    ...(asked.acceptBy === undefined ? {} : { acceptBy: at(asked.acceptBy) }),
    ...(asked.deadline === undefined ? {} : { deadline: at(asked.deadline) }),
    ...(asked.remindBefore === undefined ? {} : { remindBefore: asked.remindBefore * minute }),
    ...(asked.maxAttempts === undefined ? {} : { maxAttempts: asked.maxAttempts }),
    ...(asked.maxHops === undefined ? {} : { maxHops: asked.maxHops }),
    ...(asked.reroute === undefined ? {} : { reroute: asked.reroute }),
    ...(asked.review === undefined ? {} : { review: reviews[asked.review] }),
    ...(asked.briefing === undefined ? {} : { briefing: briefingOf(asked.briefing) }),
    ...(asked.deliverables === undefined ? {} : { deliverables: deliverables[asked.deliverables] })
  })

/** Runs a life and returns the handoff with its history. Skips refused events. `each` sees the record after every event. */
export const lived = (asked: Asked, steps: Steps, each: (record: HandoffRecord) => void = () => {}) => {
  const created = { _tag: "Created", at: at(0), by: sender, request: requestOf(asked) } as const
  const history: Array<HandoffEvent> = [created]
  let record = create(recordId, created)
  each(record)
  let now = at(0)
  for (const step of steps) {
    now = DateTime.add(now, { minutes: step.wait })
    const event = eventOf(record, step, now)
    const advanced = event && advance(record, event)
    if (advanced === undefined || Result.isFailure(advanced)) continue
    record = advanced.success.record
    history.push(advanced.success.event)
    each(record)
  }
  return { record, history }
}

/** A long life with every kind of event that keeps a handoff open, which short random lives do not reach. */
export const longLife: readonly [Asked, Steps] = [
  {
    acceptBy: 30,
    deadline: 500,
    remindBefore: 5,
    maxAttempts: 2,
    maxHops: undefined,
    reroute: true,
    review: "escalates",
    briefing: "confirmed",
    deliverables: "exact"
  },
  (
    [
      ["Delegated", 0],
      ["wait", 25],
      ["reroute", 5],
      ["Accepted", 0],
      ["Confirmed", 1],
      ["Restated", 0],
      ["Confirmed", 0],
      ["Started", 0],
      ["Delegated", 0],
      ["Attested", 1],
      ["Progressed", 0],
      ["Asked", 1],
      ["Answered", 1],
      ["Released", 0],
      ["Accepted", 0],
      ["Forwarded", 1],
      ["Accepted", 0],
      ["Confirmed", 0],
      ["Attested", 1],
      ["Started", 0],
      ["Attested", 1],
      ["Delivered", 0],
      ["Returned", 1],
      ["Delivered", 1],
      ["wait", 25],
      ["wait", 10],
      ["Approved", 0]
    ] as const
  ).map(([tag, wait], index) => ({
    tag,
    wait,
    lease: 10,
    isFirst: false,
    to: index < 5 ? ("通訳" as const) : ("third" as const),
    items: [
      { id: "a", answer: "understood" },
      { id: "b", answer: index < 5 ? "question" : "understood" }
    ],
    artifact: "right"
  }))
]
