import { readFileSync } from "node:fs"
import { join } from "node:path"

import { openHandoffs } from "@aumai/handoff/browser"
import { describe, expect, it } from "vitest"

import { exportText, importText } from "../src/data/Portable.ts"

const outcomes = (reports: ReadonlyArray<{ readonly name: string; readonly outcome: string }>) =>
  reports.map(({ name, outcome }) => `${name}: ${outcome}`)

describe("a file of handoffs", () => {
  it("round-trips through an export", async () => {
    await using handoffs = await openHandoffs("memory:")
    await handoffs.create({ fromAgent: "a", toAgent: "b", taskDescription: "c" }, { id: "q3" })
    const text = await exportText(handoffs)
    await using other = await openHandoffs("memory:")
    expect(outcomes(await importText(other, "handoffs.json", text))).toEqual(["q3: added"])
    expect(await exportText(other)).toBe(text)
  })

  it("may name a part before the whole that it was cancelled with", async () => {
    await using handoffs = await openHandoffs("memory:")
    const { recordId } = await handoffs.create({ fromAgent: "a", toAgent: "b", taskDescription: "c" }, { id: "whole" })
    await handoffs.accept(recordId)
    const part = await handoffs.delegate(recordId, { toAgent: "c", taskDescription: "d" }, { id: "part" })
    await handoffs.accept(part.recordId)
    await handoffs.delegate(part.recordId, { toAgent: "d", taskDescription: "e" }, { id: "below" })
    await handoffs.cancel(recordId)
    const records: ReadonlyArray<{ readonly record_id: string }> = JSON.parse(await exportText(handoffs))
    const order = ["below", "part", "whole"].map((id) => records.find(({ record_id }) => record_id === id))
    await using other = await openHandoffs("memory:")
    expect(outcomes(await importText(other, "handoffs.json", JSON.stringify(order)))).toEqual([
      "below: added",
      "part: added",
      "whole: added"
    ])
    await using third = await openHandoffs("memory:")
    expect(outcomes(await importText(third, "handoffs.json", JSON.stringify(order.slice(0, 2))))).toEqual([
      "below: broken",
      "part: broken"
    ])
  })

  it("may be in the former JSON format of the SDK", async () => {
    const text = readFileSync(join(import.meta.dirname, "fixtures/former-export.json"), "utf8")
    await using handoffs = await openHandoffs("memory:")
    const added = ["report: added", "charts: added", "withdrawn: added"]
    expect(outcomes(await importText(handoffs, "former.json", text))).toEqual(added)
    const former: ReadonlyArray<{ readonly record: { readonly recordId: string } }> = JSON.parse(text)
    for (const { record } of former) {
      expect(JSON.parse(JSON.stringify(await handoffs.get(record.recordId)))).toEqual(record)
    }
    expect((await handoffs.verify()).flaws).toEqual([])
  })

  it("imports the valid records, and names those that cannot be read", async () => {
    await using handoffs = await openHandoffs("memory:")
    await handoffs.create({ fromAgent: "a", toAgent: "b", taskDescription: "c" }, { id: "q3" })
    const [good]: ReadonlyArray<unknown> = JSON.parse(await exportText(handoffs))
    const text = JSON.stringify([7, { record: 1 }, { record_id: "q4" }, good])
    expect(outcomes(await importText(handoffs, "handoffs.json", text))).toEqual([
      "record 1: broken",
      "record 2: broken",
      "q4: broken",
      "q3: unchanged"
    ])
  })
})
