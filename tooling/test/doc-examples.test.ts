import { describe, expect, it } from "vitest"

import { allBlocks, blocksOf, check, format, unknownCommands } from "../doc-examples.ts"

const timeout = 120_000

describe("documentation", () => {
  it("has examples that compile and run", { timeout: 3 * timeout }, async () => {
    expect((await check(allBlocks())).map(format)).toEqual([])
  })
})

describe("doc examples", () => {
  const source = `/** Not one: \`a\`
 *
 * @example
 * \`\`\`ts
 * const a: number = 1
 *
 * if (a > 1) throw new Error()
 * \`\`\`
 */
const text = "/** \`\`\`ts nothing \`\`\`"`

  it("are found in doc comments, at their line", () => {
    const code = "const a: number = 1\n\nif (a > 1) throw new Error()"
    expect(blocksOf("a.ts", source)).toEqual([{ file: "a.ts", line: 5, info: "ts", code }])
  })

  it("are found in Markdown, where a longer fence holds shorter ones", () => {
    const text = "# A\n````md\n```ts\nno()\n```\n````\n  ```ts no-run\n  yes()\n  ```\n"
    expect(blocksOf("a.md", text).filter(({ info }) => info.startsWith("ts"))).toEqual([
      { file: "a.md", line: 8, info: "ts no-run", code: "yes()" }
    ])
  })

  it("fail at the line where the type is wrong", { timeout }, async () => {
    const text = "```ts\nexport const a = 1\n\nexport const b: string = a\n```\n"
    const [failure] = await check(blocksOf("docs/a.md", text))
    expect(failure).toMatchObject({ file: "docs/a.md", line: 4, message: expect.stringContaining("TS2322") })
  })

  it("fail at the line that throws, and no-run is not run", { timeout }, async () => {
    const fails =
      "```ts no-run\nthrow new Error('never run')\n```\n```ts\n\nthrow new Error('boom')\n```\n```ts\nexport {}\n```\n"
    const failures = await check(blocksOf("docs/a.md", fails))
    expect(failures).toEqual([{ file: "docs/a.md", line: 6, message: expect.stringContaining("boom") }])
  })

  it("fail even if another example ends the process early", { timeout }, async () => {
    const text = "```ts\nglobalThis['process'].exit(0)\n```\n```ts\nthrow new Error('hidden')\n```\n"
    expect((await check(blocksOf("docs/a.md", text))).map(format)).toEqual([
      expect.stringMatching(/^docs\/a\.md:5 .*hidden/s)
    ])
  })

  it("fail in Markdown if the output differs from the comment", { timeout }, async () => {
    const text = "```ts\nconsole.log({ a: [1] }) // { a: [1] }\nconsole.log(2)\n// 3\n```\n"
    expect((await check(blocksOf("docs/a.md", text))).map(format)).toEqual([
      "docs/a.md:2 prints { a: [ 1 ] }\n2, and not 3"
    ])
  })

  it("name only commands that exist", () => {
    const text = "```sh\naumai-handoff create --to b\n$ aumai-handoff crate\naumai-handoff --help\n```\n"
    expect(unknownCommands(blocksOf("README.md", text), new Set(["create"])).map(format)).toEqual([
      "README.md:3 aumai-handoff has no command crate"
    ])
  })
})
