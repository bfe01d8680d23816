import { readFileSync } from "node:fs"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { root } from "../files.ts"

const page = readFileSync(join(root, "docs/security.md"), "utf8")

/** A test that the page names: its title or the beginning of it, and its file. */
const proofs = [...page.matchAll(/\["([^"]+)"\]\(\.\.\/([^)]+)\)/g)].map(([, title = "", file = ""]) => ({
  title,
  file
}))

/** The rows of the tables that say a threat, a mechanism, a limit and a proof. */
const rows = page.split("\n").filter((line) => line.split("|").length === 6 && !/^\| (?:threat|-)/.test(line))

describe("the page on security", () => {
  it("names tests that exist", () => {
    expect(proofs.length).toBeGreaterThan(rows.length)
    expect(proofs.filter(({ file, title }) => !readFileSync(join(root, file), "utf8").includes(title))).toEqual([])
  })

  it("proves every mechanism, except that text is delivered unchanged", () => {
    const unproven = rows.filter((row) => !row.includes('["'))
    expect(unproven).toHaveLength(1)
    expect(unproven[0]).toContain("Text contains instructions to a model")
  })
})
