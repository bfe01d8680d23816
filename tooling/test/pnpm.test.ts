import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import manifest from "../../package.json" with { type: "json" }
import { root } from "../files.ts"

describe("the version of pnpm", () => {
  it("is exact in package.json", () => {
    expect(manifest.packageManager).toMatch(/^pnpm@\d+\.\d+\.\d+$/)
  })

  it("is the same wherever a file names one, so that none downloads whatever is newest", () => {
    const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0")
    const named = files
      .filter((file) => file !== "" && !/^(?:pnpm-lock\.yaml|.*\/golden\/.*)$/.test(file))
      .flatMap((file) => {
        const found = readFileSync(join(root, file), "utf8").match(/\bnpx [^\n$]*?\bpnpm\b\S*|\bpnpm@[\w.^~*-]+/g) ?? []
        return found.map((text) => ({ file, version: /pnpm@[\w.^~*-]*\w/.exec(text)?.[0] ?? text }))
      })
    expect(named.length).toBeGreaterThan(8)
    expect(named.filter(({ version }) => version !== manifest.packageManager)).toEqual([])
  })
})
