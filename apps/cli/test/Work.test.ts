import { describe, expect, it } from "vitest"

import { command } from "./command.ts"

const cli = command()

const statusOf = async (store: string, id: string) =>
  JSON.parse((await cli.run(["status", "--id", id, "--json", "--store", store])).stdout)

// The other tests of `work` start programs: see Work.process.test.ts.
describe("work", () => {
  it("refuses an invalid lease before it claims anything", async () => {
    const id = await cli.create("refused.json")
    const words = ["work", "--agent", "executor", "--exec", "true", "--lease", "soon", "--store", "refused.json"]
    const { code, stderr } = await cli.run(words)
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Error: Invalid --lease: expected a duration/)])
    expect((await statusOf("refused.json", id)).status).toBe("pending")
  })
})
