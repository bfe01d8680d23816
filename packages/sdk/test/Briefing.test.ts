import { describe, expect, it } from "vitest"

import {
  type Briefing,
  coverageOf,
  InvalidInput,
  NotYourHandoff,
  type ReadBack,
  ReadBackIncomplete,
  UnknownItem
} from "../src/index.ts"
import { ask, oneStore, rejection, stores, using } from "./stores.ts"

const due = new Date(Date.now() + 86_400_000)
const briefing: Briefing = {
  severity: "watcher",
  summary: "The ledger of Q3 is complete but for two invoices.",
  actions: [{ id: "invoices", task: "Ask for the two invoices", owner: "executor", due }],
  situation: { known: ["Both are from the same supplier"], open: ["Whether they were paid"] },
  contingencies: [{ id: "late", if: "they do not come by Friday", then: "report without them" }],
  readBack: {}
}
const summary = "I get two invoices, and report on Friday."
const understood = (...ids: ReadonlyArray<string>): ReadBack => ({
  summary,
  items: ids.map((id) => ({ id, answer: "understood" }))
})

describe.each(oneStore)("a briefing in a $name store", (store) => {
  const open = (body: Parameters<typeof using>[1]) => () => using(store, body)

  it(
    "is stored unchanged, including its times",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create({ ...ask, briefing })
      const kept = await handoffs.get(recordId)
      expect(kept.request.briefing).toEqual(briefing)
      expect(kept.request.briefing?.actions?.[0]?.due).toBeInstanceOf(Date)
      // A copy through JSON is the same.
      const again = await handoffs.create({ ...ask, briefing: JSON.parse(JSON.stringify(briefing)) })
      expect(again.request).toEqual(kept.request)
      // Optional fields can be undefined.
      const spare = { ...briefing, actions: undefined, readBack: { required: ["late"], confirm: undefined } } as never
      expect((await handoffs.create({ ...ask, briefing: spare })).request.briefing?.readBack).toEqual({
        required: ["late"]
      })
    })
  )

  it(
    "must be restated before the start, and errors name the missing items",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create({ ...ask, briefing })
      const accepted = await handoffs.accept(recordId, { readBack: understood("invoices"), lease: 600_000 })
      expect(accepted.readBack).toEqual(understood("invoices"))
      expect(coverageOf(briefing, accepted.readBack)).toEqual({
        understood: ["invoices"],
        question: [],
        refused: [],
        missing: ["late"]
      })
      const error = await rejection(handoffs.start(recordId))
      expect(error).toBeInstanceOf(ReadBackIncomplete)
      expect(error).toMatchObject({ awaits: "receiver", missing: ["late"] })
      const stranger = await rejection(handoffs.restate(recordId, { readBack: understood("later") }))
      expect(stranger).toBeInstanceOf(UnknownItem)
      expect(stranger).toMatchObject({ items: ["later"], known: ["invoices", "late"] })
      const restated = await handoffs.restate(recordId, { readBack: understood("late") })
      expect(restated.readBack?.items.map(({ id }) => id)).toEqual(["invoices", "late"])
      expect((await handoffs.start(recordId)).readBack).toEqual(restated.readBack)
    })
  )

  it(
    "waits for the sender if it requires confirmation, and after a question",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create({ ...ask, briefing })
      await handoffs.accept(recordId, { lease: 600_000 })
      expect(await rejection(handoffs.confirm(recordId))).toBeInstanceOf(ReadBackIncomplete)
      const items = [
        { id: "invoices", answer: "question", note: "Of which supplier?" },
        { id: "late", answer: "understood" }
      ] as const
      const restated = await handoffs.restate(recordId, { readBack: { summary, items } })
      expect(restated.lease).toEqual({ milliseconds: 600_000 })
      expect((await handoffs.where(recordId)).turn).toBe("planner")
      expect(await rejection(handoffs.start(recordId))).toMatchObject({ awaits: "sender", missing: [] })
      expect(await rejection(handoffs.confirm(recordId, { by: "executor" }))).toBeInstanceOf(NotYourHandoff)
      const confirmed = await handoffs.confirm(recordId, { correction: "Of Smith & Sons." })
      expect(confirmed.readBack).toEqual({
        summary,
        items,
        confirmed: confirmed.updatedAt,
        correction: "Of Smith & Sons."
      })
      expect(confirmed.readBack?.confirmed).toBeInstanceOf(Date)
      expect(confirmed.lease?.until).toBeInstanceOf(Date)
      expect((await handoffs.start(recordId)).status).toBe("in_progress")
      const tags = (await handoffs.history(recordId)).map(({ event }) => event._tag)
      expect(tags).toEqual(["Created", "Accepted", "Restated", "Confirmed", "Started"])
    })
  )

  it(
    "is skipped by claims without a read-back",
    open(async (handoffs) => {
      const asks = await handoffs.create({ ...ask, briefing, priority: 9 })
      const { readBack: _, ...rest } = briefing
      const withoutReadBack = await handoffs.create({ ...ask, briefing: rest })
      expect((await handoffs.claim("executor", { readsBack: false }))?.recordId).toBe(withoutReadBack.recordId)
      expect(await handoffs.claim("executor", { readsBack: false })).toBe(undefined)
      expect((await handoffs.claim("executor"))?.recordId).toBe(asks.recordId)
    })
  )

  it(
    "is refused with duplicate or invalid items",
    open(async (handoffs) => {
      const twice = { ...briefing, contingencies: [{ id: "invoices", if: "so", then: "then" }] }
      const wrong: ReadonlyArray<Promise<unknown>> = [
        handoffs.create({ ...ask, briefing: twice }),
        handoffs.create({ ...ask, briefing: { ...briefing, readBack: { required: ["nothing"] } } }),
        handoffs.create({ ...ask, briefing: { ...briefing, actions: [{ id: "a", task: "b", due: "soon" }] } as never }),
        handoffs.create({ ...ask, briefing: "Ask for the invoices" as never }),
        handoffs.restate("q3", undefined as never),
        handoffs.restate("q3", { readBack: { summary: 7 } as never }),
        handoffs.confirm("q3", { correction: 7 } as never),
        handoffs.claim("executor", { readsBack: "yes" } as never)
      ]
      for (const promise of wrong) expect(await rejection(promise)).toBeInstanceOf(InvalidInput)
    })
  )

  it(
    "survives an archive, with its read-backs",
    open(async (handoffs) => {
      await handoffs.create({ ...ask, briefing: { ...briefing, readBack: { confirm: true } } }, { id: "q3" })
      await handoffs.accept("q3", { readBack: understood("invoices", "late") })
      await handoffs.confirm("q3")
      const lines: Array<string> = []
      for await (const handoff of handoffs.export()) lines.push(JSON.stringify(handoff))
      await using(stores[0] ?? store, async (other) => {
        expect(await other.import(lines.map((line) => JSON.parse(line)))).toEqual([
          { recordId: "q3", outcome: "added" }
        ])
        expect(await other.get("q3")).toEqual(await handoffs.get("q3"))
      })
    })
  )
})

describe("the coverage of a briefing", () => {
  it("has the items of each answer, and is empty without a briefing", () => {
    const items = [
      { id: "invoices", answer: "refused" },
      { id: "late", answer: "question" }
    ] as const
    expect(coverageOf(briefing, { summary, items })).toEqual({
      understood: [],
      question: ["late"],
      refused: ["invoices"],
      missing: []
    })
    expect(coverageOf(briefing, undefined).missing).toEqual(["invoices", "late"])
    const { readBack: _, ...rest } = briefing
    expect(coverageOf(rest, undefined).missing).toEqual([])
  })
})
