import { describe, expect, it } from "vitest"

import { command } from "./command.ts"
import { isClean, on } from "./telling.ts"

const cli = command()

describe("work that is reviewed", () => {
  it("is delivered, returned with what is missing, and approved", async () => {
    const { done, refused } = on(cli, "review.json")
    const id = await cli.create("review.json", { review: '{"within": 86400000, "silence": "approves", "reworks": 1}' })
    await done("accept", "--id", id, "--lease", "10m")
    expect(await done("complete", "--id", id, "--result", '{"pages": 3}')).toBe(
      [
        `Handoff ${id} is delivered (lease 10m, rests until the review); waits for planner`,
        "  planner must approve the work, or return it",
        `  aumai-handoff approve --id ${id} --store review.json`,
        `  aumai-handoff return --id ${id} --missing '…' --store review.json`,
        ""
      ].join("\n")
    )
    expect(await done("list", "--status", "delivered")).toContain(id)
    const inbox = await done("inbox", "--agent", "planner")
    expect(inbox).toContain('\n  result: {"pages":3}\n')
    expect(inbox).toContain(`aumai-handoff return --id ${id} --missing '…'`)
    expect(await done("where", "--id", id)).toContain("silence approves the work")
    const again = await done("return", "--id", id, "--missing", "Page 4, \u001b[31mred")
    expect(again).toContain(`Handoff ${id} is in_progress (attempt 2, 1 of 3 since the work was returned to executor`)
    const status = await done("status", "--id", id)
    expect(status).toMatch(
      /^Review: {5}by planner within 1d of each delivery, then silence approves, at most 1 return$/m
    )
    expect(status).toMatch(/^Returned: {3}1\. by planner \S+Z: Page 4, /m)
    expect(isClean(status)).toBe(true)
    await done("complete", "--id", id, "--result", '{"pages": 4}')
    expect((await refused("return", "--id", id, "--missing", "Page 5")).stderr).toContain(
      "was returned once, as often as its request allows"
    )
    expect(await done("approve", "--id", id, "--reason", "Well done.")).toContain(
      `Handoff ${id} is completed (attempt 2, `
    )
    const history = await done("history", "--id", id)
    expect(history).toContain('{"pages":3}')
    expect(history).toMatch(/Returned +planner: missing: Page 4/)
    expect(history).toMatch(/Approved +planner: Well done\.$/m)
    expect(await done("verify")).toContain("1 handoff")
    expect((await refused("create", "--from", "a", "--to", "b", "--task", "t", "--review", "[]")).stderr).toContain(
      "Invalid --review: Expected an object, such as {}"
    )
  })
})
