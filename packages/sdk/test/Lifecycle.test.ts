import { describe, expect, it } from "vitest"

import {
  agentOf,
  type Briefing,
  dueAt,
  type HandoffRecord,
  type Handoffs,
  holdersOf,
  isOpen,
  maxAttemptsOf,
  movesOf,
  receiverOf,
  recordAfter,
  startAwaits,
  statuses,
  turnOf
} from "../src/index.ts"
import { openHandoffs } from "../src/node.ts"
import { ask } from "./stores.ts"

const briefing: Briefing = {
  severity: "watcher",
  summary: "Two invoices are missing.",
  actions: [{ id: "invoices", task: "Ask for them", due: new Date("2036-12-01T09:00:00Z") }],
  readBack: { confirm: true }
}

/** A handoff after each of many steps, with the answer of `where`. */
const live = async (handoffs: Handoffs) => {
  const deadline = new Date("2036-12-01T09:00:00Z")
  const readBack = { summary: "Two.", items: [{ id: "invoices", answer: "understood" }] } as const
  const { recordId } = await handoffs.create({ ...ask, briefing, deadline, maxAttempts: 5 })
  const steps = [
    () => handoffs.accept(recordId, { lease: 600_000 }),
    () => handoffs.restate(recordId, { readBack }),
    () => handoffs.confirm(recordId),
    () => handoffs.start(recordId),
    () => handoffs.progress(recordId, { fraction: 0.5 }),
    () => handoffs.ask(recordId, { question: "Which?" }),
    () => handoffs.answer(recordId, { answer: "Both." }),
    () => handoffs.release(recordId, { notBefore: deadline, handBack: { done: ["One"] } }),
    () => handoffs.forward(recordId, { to: "clerk" }),
    () => handoffs.accept(recordId, { readBack }),
    () => handoffs.confirm(recordId),
    () => handoffs.complete(recordId, { result: { invoices: 2 }, artifacts: [{ name: "both", content: "…" }] })
  ]
  const records: [HandoffRecord, ...Array<HandoffRecord>] = [await handoffs.get(recordId)]
  const wheres = [await handoffs.where(recordId)]
  for (const step of steps) {
    records.push(await step())
    wheres.push(await handoffs.where(recordId))
  }
  return { records, wheres, last: await handoffs.get(recordId), history: await handoffs.history(recordId) }
}

describe("a plain record", () => {
  it("has the turn and the due time of the engine's record", async () => {
    await using handoffs = await openHandoffs("memory:")
    const { records, wheres } = await live(handoffs)
    expect(records.map(turnOf)).toEqual(wheres.map(({ turn }) => turn))
    expect(records.map(dueAt)).toEqual(wheres.map(({ due }) => due?.at))
    expect(new Set(records.map(turnOf))).toEqual(new Set(["executor", "planner", "clerk", undefined]))
  })

  it("names the party that its start awaits", async () => {
    await using handoffs = await openHandoffs("memory:")
    const { records } = await live(handoffs)
    expect(records.slice(0, 4).map(startAwaits)).toEqual([undefined, "receiver", "sender", undefined])
  })

  it("names its holders", async () => {
    await using handoffs = await openHandoffs("memory:")
    const { last } = await live(handoffs)
    expect([receiverOf(last), agentOf(last, "sender"), agentOf(last, "witness")]).toEqual([
      "clerk",
      "planner",
      undefined
    ])
    expect(holdersOf(last)).toEqual(["planner", "executor", "clerk"])
    expect(maxAttemptsOf(last)).toBe(5)
  })

  it("allows the event that followed, and none after the end", async () => {
    await using handoffs = await openHandoffs("memory:")
    const { history, last, records } = await live(handoffs)
    for (const [index, record] of records.slice(0, -1).entries()) {
      expect(movesOf(record).map(({ event }) => event)).toContain(history[index + 1]?.event._tag)
    }
    expect(movesOf(last)).toEqual([])
  })

  it("follows from its history, entry by entry", async () => {
    await using handoffs = await openHandoffs("memory:")
    const { history, records } = await live(handoffs)
    let record: HandoffRecord | undefined
    for (const [index, entry] of history.entries()) {
      record = recordAfter(record, entry)
      expect(record).toEqual({ ...records[index], head: undefined })
    }
    const [, second] = history
    if (second === undefined) throw new Error("nothing has happened")
    expect(recordAfter(undefined, second)).toBeUndefined()
    expect(recordAfter(record, second)).toBeUndefined()
  })
})

describe("the statuses", () => {
  it("are the statuses of the metrics, beginning with the open ones", async () => {
    await using handoffs = await openHandoffs("memory:")
    expect(statuses.toSorted()).toEqual(Object.keys((await handoffs.metrics()).byStatus).toSorted())
    expect(statuses.map(isOpen)).toEqual(statuses.map(isOpen).toSorted((a, b) => Number(b) - Number(a)))
  })
})
