import { decodeRecord, type HandoffRecord } from "@aumai/handoff-protocol"
import { displayWidth } from "effect/cli/CliOutput"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"

import { table } from "../src/output/RecordText.ts"

const now = Date.parse("2026-11-22T12:00:00Z")
const record = (id: string, agent: string, task: string, deadline?: string): HandoffRecord =>
  Result.getOrThrow(
    decodeRecord("test", {
      record_id: id,
      request: { from_agent: agent, to_agent: "executor", task_description: task, deadline: deadline ?? null },
      status: "pending",
      created_at: "2026-11-22T09:00:00Z",
      updated_at: "2026-11-22T09:00:00Z"
    })
  )

const records = [
  record("7k2m9q4xw3pz", "planner", "Generate the Q3 report, with every chart of the quarter", "2026-11-22T14:00:00Z"),
  record("c0f530e2-fd02-43eb-8fcb-82e19f6ebf9e", "分析员", "四半期レポートを作成する", "2026-11-22T11:00:00Z")
]

describe("the table", () => {
  it.each([160, 100, 80, 60, 40, 30])("fits %i columns", (columns) => {
    for (const line of table(records, columns, now).split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
  })

  it("prints age, due and the task, and an id that can be copied", () => {
    const [header = "", first = "", second = ""] = table(records, 160, now).split("\n")
    expect(header.split(/ {2,}/)).toEqual(["ID", "STATUS", "PRI", "FROM → TO", "AGE", "DUE", "TASK"])
    expect(first.split(/ {2,}/)).toEqual([
      "7k2m9q4xw3pz",
      "pending",
      "5",
      "planner → executor",
      "3h",
      "in 2h",
      "Generate the Q3 report, with every chart of the quarter"
    ])
    expect(second).toMatch(/^c0f530e2-fd0 .* 1h ago +四半期レポートを作成する$/)
  })

  it("marks a handoff that another program ended, and says what the mark means", () => {
    const [first] = records
    if (first === undefined) throw new Error("no record")
    const ended: HandoffRecord = { ...first, status: "cancelled", reason: "Enough", revision: 2, via: "foreign" }
    expect(table([ended], 160, now)).toMatch(/ {2}cancelled \* {2}[^\n]*\n\* ended by another program$/)
    const { via: _, ...own } = ended
    for (const record of [first, own]) expect(table([record], 160, now)).not.toContain("another program")
  })

  it("drops the less important columns first", () => {
    expect(table(records, 66, now).split("\n")[0]).toMatch(/^ID +STATUS +PRI +FROM → TO +TASK$/)
    expect(table(records, 50, now).split("\n")[0]).toMatch(/^ID +STATUS +PRI +TASK$/)
  })
})
