import { describe, expect, it } from "vitest"

import { command } from "./command.ts"

const cli = command()

const statusOf = async (store: string, id: string) =>
  JSON.parse((await cli.run(["status", "--id", id, "--json", "--store", store])).stdout)

// The rest of it starts programs, and stops: see Work.process.test.ts.
describe("work", () => {
  it("refuses a lease that is none, before it claims anything", async () => {
    const id = await cli.create("refused.json")
    const words = ["work", "--agent", "executor", "--exec", "true", "--lease", "soon", "--store", "refused.json"]
    const { code, stderr } = await cli.run(words)
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Error: Invalid --lease: expected a duration/)])
    expect((await statusOf("refused.json", id)).status).toBe("pending")
  })
})
