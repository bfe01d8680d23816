/** The agents of a simulated run: their requests, read-backs and work. */
import type { AgentStore, HandoffManager, NewHandoff, NewPart } from "@aumai/handoff-core"
import * as HandoffWorker from "@aumai/handoff-core/HandoffWorker"
import * as Signing from "@aumai/handoff-core/Signing"
import {
  type After,
  AgentId,
  type Artifact,
  Capability,
  type HandoffRecord,
  isOpen,
  type Briefing,
  type JsonObject,
  type ReadBack
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import type * as Random from "effect/Random"

export const agents = ["executor", "reviewer", "analyst"].map((name) => AgentId.make(name))
export const sender = AgentId.make("planner")
export const auditor = AgentId.make("auditor")
export const lease = 15_000

/** The executor signs its events. */
export const secrets = { executor: Base64Url.encode(new Uint8Array(32).fill(7)) }

type RandomService = (typeof Random.Random)["Service"]

export const chanceOf = (random: RandomService) => {
  const between = (least: number, most: number) => least + Math.floor(random.nextDoubleUnsafe() * (most - least + 1))
  return {
    chance: (share: number) => random.nextDoubleUnsafe() < share,
    between,
    pick: <A>(items: ReadonlyArray<A>): A | undefined => items[between(0, items.length - 1)]
  }
}

const skills: Readonly<Record<string, ReadonlyArray<string>>> = {
  executor: ["report"],
  reviewer: ["report", "count"],
  analyst: ["report", "count"]
}

/** Registers the agents. One has a capacity. */
export const register = (store: AgentStore["Service"]) =>
  Effect.gen(function* () {
    const { publicKey } = yield* Signing.signer(secrets.executor)
    for (const agentId of agents) {
      yield* store.put({
        agentId,
        capabilities: (skills[agentId] ?? []).map((skill) => Capability.make(skill)),
        ...(agentId === "reviewer" ? { capacity: 2 } : {}),
        ...(agentId === "executor" ? { keys: [{ publicKey, since: DateTime.makeUnsafe(0) }] } : {})
      })
    }
  }).pipe(Effect.orDie)

/** The terms of reviews: the sender's alone, with silence that approves, and with silence that escalates. */
const reviews: ReadonlyArray<NonNullable<NewHandoff["review"]>> = [
  { reworks: 1 },
  { within: 2 * lease, silence: "approves" },
  { within: 2 * lease, silence: "escalates", escalateTo: auditor, reworks: 2 }
]

/** Makes a generator of random requests of every kind. */
export const makeAsk = (random: RandomService) => {
  const { between, chance, pick } = chanceOf(random)
  const briefing = (confirm: boolean): Briefing => ({
    severity: "watcher",
    summary: "Two invoices are missing.",
    actions: [{ id: "ask", task: "Ask for them" }],
    contingencies: [{ id: "late", if: "they come late", then: "report without them" }],
    readBack: { confirm }
  })
  let made = 0
  /** The terms of every third request, by turns and not by chance, so that other requests stay those of their seed. */
  const review = (): Pick<NewHandoff, "review"> => {
    made += 1
    const terms = reviews[Math.floor(made / 3) % reviews.length]
    return made % 3 === 0 && terms !== undefined ? { review: terms } : {}
  }
  return (now: DateTime.Utc): NewHandoff => {
    const within = (least: number, most: number) => DateTime.add(now, { milliseconds: between(least, most) })
    const isBriefed = chance(0.25)
    const never = isBriefed && chance(0.15)
    const isRouted = chance(0.2)
    return {
      fromAgent: sender,
      ...(isRouted ? {} : { toAgent: pick(agents) ?? sender }),
      taskDescription: "Do it",
      priority: between(1, 10),
      maxAttempts: between(1, 4),
      context: never ? { never } : {},
      ...(chance(0.3) ? { deadline: within(1000, 40 * lease) } : {}),
      ...(chance(0.25) ? { acceptBy: within(1000, 10 * lease) } : {}),
      ...(chance(0.3) ? { remindBefore: between(1, 5 * lease) } : {}),
      ...(isRouted || chance(0.4) ? { requires: [pick(["report", "count"]) ?? "report"] } : {}),
      ...(chance(0.5) ? { reroute: true } : {}),
      ...(chance(0.5) ? { maxHops: between(0, 3) } : {}),
      ...review(),
      ...(isBriefed ? { briefing: briefing(never || chance(0.5)) } : {}),
      ...(chance(0.15)
        ? {
            deliverables: [
              { name: "text", mediaType: "text/plain" },
              { name: "sums", schema: sums }
            ]
          }
        : {})
    }
  }
}

/** A request that needs routing and content schemas, so that creating it loads every optional module. */
export const fullAsk = (now: DateTime.Utc): NewHandoff => ({
  fromAgent: sender,
  taskDescription: "Report",
  deliverables: [{ name: "sums", schema: sums }],
  deadline: DateTime.add(now, { milliseconds: lease })
})

const sums = { type: "object", required: ["total"], properties: { total: { type: "number" } } }
const delivered: ReadonlyArray<Artifact> = [
  { name: "text", mediaType: "text/plain", content: "All is well." },
  { name: "sums", content: { total: 12 } }
]
const misdelivered: ReadonlyArray<ReadonlyArray<Artifact>> = [
  [],
  [
    { name: "text", mediaType: "text/html", content: "" },
    { name: "sums", content: { total: 12 } }
  ],
  [
    { name: "text", content: "" },
    { name: "sums", content: { total: "many" } }
  ]
]

/** The behaviour of the agents in one run. */
export interface Doing {
  readonly random: RandomService
  /** From then on, agents complete their work. */
  readonly isCalm: () => boolean
  /** The number of starts of each attempt. */
  readonly beginnings: Map<string, number>
}

/** Restates a briefing in full, in part, or with a question. */
export const makeReadBack = ({ isCalm, random }: Doing) => {
  const { chance } = chanceOf(random)
  return ({ request: { briefing } }: After<"Accepted">): Effect.Effect<ReadBack> =>
    Effect.sync(() => {
      const items = [...(briefing?.actions ?? []), ...(briefing?.contingencies ?? [])]
      const restated = items.filter(() => isCalm() || chance(0.9))
      return {
        summary: "So I am to do it.",
        items: restated.map(({ id }) => ({ id, answer: isCalm() || chance(0.8) ? "understood" : "question" }))
      }
    })
}

/** The depth of a part below its root handoff. */
const depthOf = ({ request }: HandoffRecord): number => Number(request.context["depth"] ?? 0)

/** Makes a generator of parts, for a named agent or for a capability. */
export const partsOf = (random: RandomService) => {
  const { chance, pick } = chanceOf(random)
  return (whole: HandoffRecord): NewPart => ({
    ...(chance(0.7) ? { toAgent: pick(agents) ?? sender } : { requires: ["count"] }),
    taskDescription: "A part of it",
    context: { depth: depthOf(whole) + 1 }
  })
}

/** Makes a handler that works for a while and uses every verb of a worker meanwhile. */
export const makeHandler = (manager: HandoffManager["Service"], agent: AgentId, doing: Doing) => {
  const { between, chance, pick } = chanceOf(doing.random)
  const makePart = partsOf(doing.random)
  const isWild = (share: number) => !doing.isCalm() && chance(share)
  return ({ record, progress, ask, deliver }: HandoffWorker.Work): Effect.Effect<JsonObject, unknown> =>
    Effect.gen(function* () {
      const { recordId, attempt, request } = record
      const holder = { by: agent, attempt }
      const name = `attempt ${attempt} of ${recordId}`
      doing.beginnings.set(name, (doing.beginnings.get(name) ?? 0) + 1)
      const result = { attempt, begun: record.revision }
      for (let step = doing.isCalm() ? 1 : between(0, 4); step > 0; step--) {
        yield* Effect.sleep(between(1, lease * (doing.isCalm() ? 1 : 2)))
        if (chance(0.3)) yield* Effect.ignore(progress({ fraction: 1 / step }))
        if (isWild(0.12)) yield* Effect.ignore(ask("Shall I go on?"))
        if (isWild(0.1)) return yield* Effect.fail("It did not work")
        if (isWild(0.03)) return yield* new HandoffWorker.GiveUp({ reason: "It cannot work" })
        if (isWild(0.08)) {
          // The agent may have held the handoff before, which is refused.
          const to = chance(0.5) ? { to: pick(agents) ?? sender } : {}
          yield* Effect.ignore(manager.forward(recordId, { ...holder, ...to, handBack: { done: ["Begun"] } }))
        }
        if (depthOf(record) < 2 && isWild(0.2)) {
          yield* Effect.ignore(manager.delegate(recordId, makePart(record), holder))
        }
      }
      const artifacts = request.deliverables === undefined ? [] : isWild(0.3) ? (pick(misdelivered) ?? []) : delivered
      deliver(...artifacts)
      const open = Effect.map(manager.list({ _tag: "Children", parent: recordId }, { limit: 100 }), (parts) =>
        parts.some(({ status }) => isOpen(status))
      )
      // Completing before its parts are final is refused, and the attempt ends.
      if (isWild(0.2)) return result
      let patience = chance(0.5) ? between(1, 8) : 0
      while (yield* open) {
        if (patience-- > 0) yield* Effect.sleep(lease)
        else if (chance(0.3)) return yield* Effect.fail("Its parts take too long")
        else {
          yield* manager.complete(recordId, { ...holder, result, artifacts, leavesChildren: true })
          break
        }
      }
      return result
    })
}

/** Tests for a handoff that keeps one of a worker's places until its sender confirms, which never happens. */
export const isWaitedFor = ({ request, status }: HandoffRecord): boolean =>
  isOpen(status) && request.context["never"] === true && request.briefing !== undefined
