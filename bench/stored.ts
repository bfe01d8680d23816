/** Store files of a given size, for benches that start from one. */
import { writeFileSync } from "node:fs"

import { encodeArchived, decodeArchived } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

/** Writes a file of that many pending and completed handoffs, laid out as the file store lays it out; gives its bytes. */
export const writeStore = (path: string, count: number): number => {
  const at = "2026-11-22T08:12:07.922Z"
  const records = Array.from({ length: count }, (_, index) => {
    const json = {
      record_id: `stored${String(index).padStart(6, "0")}`,
      request: {
        from_agent: "agent-planner",
        to_agent: `agent-executor-${index % 50}`,
        task_description: "Generate the Q3 financial summary report.",
        context: { quarter: "Q3", format: "PDF" },
        priority: 1 + (index % 10),
        deadline: null
      },
      response: index % 2 === 0 ? null : { accepted: true, reason: "Accepted by receiving agent.", estimated_completion: null },
      status: index % 2 === 0 ? "pending" : "completed",
      result: index % 2 === 0 ? {} : { output: "report.pdf", rows: 3 },
      created_at: at,
      updated_at: at
    }
    return encodeArchived(Result.getOrThrow(decodeArchived("bench", json)))
  })
  const text = count === 0 ? "[]" : JSON.stringify(records, undefined, 2)
  writeFileSync(path, text)
  return Buffer.byteLength(text)
}
