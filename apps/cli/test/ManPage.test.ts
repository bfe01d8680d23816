import { readFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { escaped } from "../src/output/ManPage.ts"
import { command } from "./command.ts"

const cli = command()
const reference = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8")

/** The page as a formatter prints it, without filling its lines. */
const printed = (roff: string): string =>
  roff
    .replaceAll(/^\.(?:SH|SS) /gm, "")
    .replaceAll(/\\f[BIR]/g, "")
    .replaceAll("\\-", "-")
    .replaceAll("\\(dq", '"')
    .replaceAll("\\(aq", "'")
    .replaceAll(/\\\[u([0-9A-F]+)\]/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))

describe("the manual page", () => {
  it("holds every command, flag and example of --help", async () => {
    const { code, stdout, stderr } = await cli.run(["--man"])
    expect([code, stderr]).toEqual([0, ""])
    const lines = new Set(printed(stdout).split("\n"))
    const [, ...sections] = reference.split(/^## `aumai-handoff ?/m)
    const missing = sections.flatMap((section) => {
      const name = section.slice(0, section.indexOf("`"))
      const examples = section.match(/^ {2}aumai-handoff .*$/gm) ?? []
      const flags = section.match(/^ {2}--.*?(?= {2,})/gm) ?? []
      return [...(name === "" ? [] : [name]), ...examples, ...flags]
        .map((line) => line.trim())
        .filter((line) => !lines.has(line))
    })
    expect(sections.length).toBeGreaterThan(20)
    expect(missing).toEqual([])
  })

  it("has the usual sections and only known requests", async () => {
    const { stdout } = await cli.run(["--man"])
    expect(stdout.match(/^\.SH .*$/gm)?.map((line) => line.slice(4))).toEqual([
      "NAME",
      "SYNOPSIS",
      "DESCRIPTION",
      "OPTIONS",
      "COMMANDS",
      "EXIT STATUS",
      "ENVIRONMENT",
      "FILES",
      "EXAMPLES",
      "SEE ALSO"
    ])
    const requests = new Set(stdout.match(/^[.']\S*/gm))
    const known = new Set([".TH", ".SH", ".SS", ".TP", ".PP", ".RS", ".RE", ".nf", ".fi", ".nh", ".ad"])
    expect([...requests].filter((request) => !known.has(request))).toEqual([])
  })

  it.each([
    [".profile is read", "\\&.profile is read"],
    ["'quoted'", "\\(aqquoted\\(aq"],
    ["C:\\path --json", "C:\\(rspath \\-\\-json"],
    ["a\n.b  c", "a .b c"],
    ["→ ~/x", "\\[u2192] \\(ti/x"]
  ])("%j becomes %j", (text, roff) => {
    expect(escaped(text)).toBe(roff)
  })
})
