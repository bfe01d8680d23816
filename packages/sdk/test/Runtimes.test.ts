import { execFileSync, spawnSync } from "node:child_process"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { runtimes } from "../../testing/src/runtimes.ts"
import { stores, temporaryDirectory } from "./stores.ts"

describe.each(runtimes)("a process of $name", ({ executable, options }) => {
  it.each(stores)("completes a handoff in a $name store, and exits by itself", ({ location }) => {
    using directory = temporaryDirectory()
    const program = join(import.meta.dirname, "programs/tour.ts")
    const printed = execFileSync(executable, [...options, program, location(directory.path)], { encoding: "utf8" })
    expect(JSON.parse(printed)).toEqual({
      claimed: "accepted",
      reason: "Error: changed my mind",
      misfit: expect.stringContaining('Instance does not have required property "total"'),
      result: { output: "report.pdf" },
      signed: 2,
      isWhole: true,
      isDate: true,
      missing: "HandoffNotFound: No handoff nope",
      isMine: true,
      seen: ["Created"],
      closed: "Error: The handoffs are closed because close() was called; open them again to continue",
      asyncDispose: "function"
    })
  })

  it("does not print a store's warnings on stdout", () => {
    const program = join(import.meta.dirname, "programs/warning.ts")
    const { stdout, stderr } = spawnSync(executable, [...options, program], { encoding: "utf8" })
    expect(stdout).toBe("done\n")
    expect(stderr).toContain("opening takes long")
    expect(stderr).toContain("the disk is slow")
  })
})
