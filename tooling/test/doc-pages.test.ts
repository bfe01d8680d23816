import { describe, expect, it } from "vitest"

import { blocksOf, format } from "../doc-examples.ts"
import { brokenLinks, check, runShell, unknownFlags } from "../doc-pages.ts"

const timeout = 240_000

describe("documentation", () => {
  it("has links that lead somewhere, and commands that run", { timeout }, async () => {
    expect((await check()).map(format)).toEqual([])
  })
})

describe("doc pages", () => {
  it("link to files and headings that exist", () => {
    const files = new Map([["docs/b.md", "# Two words\n"]])
    const text = "[a](b.md#two-words) [b](b.md#two)\n[c](c.md) [d](https://example.org)\n```md\n[e](e.md)\n```\n"
    expect(brokenLinks("docs/a.md", text, (file) => files.get(file)).map(format)).toEqual([
      "docs/a.md:1 the link to b.md#two is broken",
      "docs/a.md:2 the link to c.md is broken"
    ])
  })

  it("use only flags that the reference has", () => {
    const reference = "# All\n\n## `aumai-handoff`\n\n--store\n\n## `aumai-handoff agents list`\n\n--limit N\n"
    const text = '```sh\naumai-handoff agents list --limit 1 --store "--x" # --y\naumai-handoff agents list --z\n```\n'
    expect(unknownFlags(blocksOf("a.md", text), reference).map(format)).toEqual([
      "a.md:3 aumai-handoff agents list has no flag --z"
    ])
  })

  it("run their shell blocks in one directory and compare what these print", { timeout }, async () => {
    const text = "```sh run\necho one > file\n```\n\n```sh run\ncat file; echo two\n```\n\n```text\no…e\n$0\n```\n"
    expect((await runShell(blocksOf("a.md", text))).map(format)).toEqual(["a.md:6 prints\none\ntwo\n"])
    expect(await runShell(blocksOf("a.md", text.replace("$0", "two")))).toEqual([])
  })

  it("stop at the first shell block that fails", { timeout }, async () => {
    const text = "```sh run\nfalse\n```\n```sh run\nexit 1\n```\n"
    expect((await runShell(blocksOf("a.md", text))).map(format)).toEqual(["a.md:2 prints\n\nand failed"])
  })
})
