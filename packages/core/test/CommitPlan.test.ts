import { LogName } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"

import * as CommitPlan from "../src/store/CommitPlan.ts"
import { accepted, created, id, moved, second } from "./fixtures.ts"

const a = created("a")
const b = created("b")
const nothing = () => undefined
const standing = { log: LogName.make("0".repeat(26)), keys: 0 }
const tags = ({ results }: CommitPlan.CommitPlan) => results.map(({ _tag }) => _tag)

describe("a plan for several commits", () => {
  it("checks each commit against the earlier ones that fit, and drops a conflicting one", () => {
    const plan = CommitPlan.make([[a], [b, accepted(created("c"))], [accepted(a)], [a]], nothing, standing)
    assert.deepStrictEqual(tags(plan), ["Success", "Failure", "Success", "Failure"])
    assert.deepStrictEqual(plan.changes, [a, accepted(a)])
    assert.deepStrictEqual([...plan.states], [[id("a"), accepted(a).record]])
    assert.deepStrictEqual([...plan.tally], [["accepted", 1]])
  })

  it("reads each handoff from the store once, and continues from it", () => {
    const asked: Array<string> = []
    const standingOf = (recordId: string): CommitPlan.Standing | undefined => {
      asked.push(recordId)
      return recordId === "a" ? { revision: 1, status: "pending" } : undefined
    }
    const rejected = moved(a, { _tag: "Rejected", at: second(1), by: a.record.request.toAgent, reason: "busy" })
    const plan = CommitPlan.make([[accepted(a)], [rejected], [a], [b]], standingOf, standing)
    assert.deepStrictEqual(tags(plan), ["Success", "Failure", "Failure", "Success"])
    assert.deepStrictEqual(asked, ["a", "b"])
    assert.deepStrictEqual(
      new Map(plan.tally),
      new Map([
        ["pending", 0],
        ["accepted", 1]
      ] as const)
    )
  })
})
