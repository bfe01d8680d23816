/** Commands that name the id of the new handoff, repeated. */
import { describe, expect, it } from "vitest"

import { command } from "./command.ts"

const cli = command()
const asked = ["create", "--from", "planner", "--to", "executor", "--task", "Nightly", "--id", "nightly"]
const run = (store: string, ...words: ReadonlyArray<string>) => cli.run([...words, "--store", store])
const inJson = (store: string, ...words: ReadonlyArray<string>) => run(store, ...words, "--json")

describe("create with the id of a handoff that is there", () => {
  it("prints it and creates nothing, and is a success while work may follow", async () => {
    expect(JSON.parse((await inJson("open.json", ...asked)).stdout)).not.toHaveProperty("created")
    const again = await run("open.json", ...asked)
    expect(again).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^Nothing was created, .*\nHandoff nightly is pending/),
      stderr: ""
    })
    expect(JSON.parse((await inJson("open.json", ...asked)).stdout)).toMatchObject({
      record_id: "nightly",
      revision: 1,
      created: false
    })
  })

  it("exits with 3 if the handoff was cancelled, and names what to do", async () => {
    await run("ended.json", ...asked)
    await run("ended.json", "cancel", "--id", "nightly")
    const stderr =
      "Error: Handoff nightly is cancelled, and nothing was created; choose another --id to hand the task over again\n"
    expect(await run("ended.json", ...asked)).toMatchObject({ code: 3, stderr })
    const { code, stdout } = await inJson("ended.json", ...asked)
    expect([code, JSON.parse(stdout)]).toMatchObject([3, { status: "cancelled", created: false }])
  })

  it("takes a limit that is said explicitly for the default that it is", async () => {
    await run("default.json", ...asked)
    expect(await run("default.json", ...asked, "--max-attempts", "3", "--priority", "5")).toMatchObject({ code: 0 })
    expect((await run("default.json", ...asked, "--max-attempts", "4")).stderr).toContain("another request")
  })
})

describe("delegate with the id of a part that is there", () => {
  it("exits with 3 if the part was cancelled", async () => {
    await run("part.json", ...asked)
    for (const verb of ["accept", "start"]) await run("part.json", verb, "--id", "nightly")
    const part = ["delegate", "--id", "nightly", "--to", "analyst", "--task", "Totals", "--part-id", "totals"]
    expect((await run("part.json", ...part)).stdout).toContain("Created handoff totals")
    expect(await run("part.json", ...part)).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing was") })
    await run("part.json", "cancel", "--id", "totals")
    expect(await run("part.json", ...part)).toMatchObject({ code: 3, stderr: expect.stringContaining("--part-id") })
  })
})
