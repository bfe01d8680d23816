import { describe, expect, it } from "vitest"

import { commandProcess } from "./command.ts"

const cli = commandProcess()

// Also the only test of the command that starts it from source.
describe("the command as a process", () => {
  it("prints its version, commit and runtime", async () => {
    const { stdout } = await cli.run(["--version"])
    expect(stdout).toMatch(
      /^aumai-handoff v\d+\.\d+\.\d+ \((?:source|no commit|[0-9a-f]{10}\+?), (?:Node|Bun) \d+\.\d+\.\d+\)\n$/
    )
  })

  it("exits with 0 when done, with 1 and a sentence when refused, and with 2 on a usage error", async () => {
    const id = await cli.create("start.json")
    const done = await cli.run(["accept", "--id", id, "--store", "start.json"])
    expect(done).toEqual({ code: 0, stdout: `Handoff ${id} is accepted; waits for executor\n`, stderr: "" })
    const refused = await cli.run(["accept", "--id", id, "--store", "start.json"])
    expect(refused).toEqual({
      code: 1,
      stdout: "",
      stderr: `Error: Handoff ${id} is accepted; \`accept\` needs a pending handoff\n`
    })
    const wrong = await cli.run(["frobnicate"])
    expect([wrong.code, wrong.stdout, wrong.stderr]).toEqual([
      2,
      "",
      expect.stringContaining('Unknown subcommand "frobnicate"')
    ])
  })

  it("takes its store from the environment", async () => {
    const env = { AUMAI_HANDOFF_STORE: "named.json" }
    await cli.create("named.json", { id: "from-environment" })
    expect((await cli.run(["list"], { env })).stdout).toContain("from-environment")
  })
})
