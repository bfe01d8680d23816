import { describe, expect, it } from "vitest"

import { areasOf, count, findingsOf, format, problems, rates, rises } from "../prose.ts"
import { textsOf } from "../proseTexts.ts"

const findings = (file: string, source: string): ReadonlyArray<string> =>
  textsOf(file, source).flatMap(findingsOf).map(format)

describe("prose of a source", () => {
  it("is its doc comments and its inner comments", () => {
    const source = `/** Whose turn it is. */
export const a = 1 // how it began
/* so
   many */
/**
 * Says it.
 * It is put on
 * record anew.
 */
`
    expect(textsOf("a.ts", source).map(({ line, kind }) => `${line} ${kind}`)).toEqual([
      "1 doc comments",
      "2 inner comments",
      "3 inner comments",
      "5 doc comments"
    ])
    expect(findings("a.ts", source)).toEqual([
      "a.ts:1 opens with a question word: Whose turn it is.",
      "a.ts:2 opens with a question word: how it began",
      "a.ts:3 opens with a question word: so many",
      "a.ts:3 phrase: so many",
      "a.ts:7 phrase: put on record",
      "a.ts:8 phrase: anew"
    ])
  })

  it("is not in strings, templates, patterns or JSX text that contain comment markers", () => {
    const source =
      'const a = "// how anew"\nconst b = `/** what ${"/* who */"} anew */`\nconst c = /[/*]how anew*/\nconst d = <p>// how anew</p>\n'
    expect(textsOf("a.tsx", source)).toEqual([])
    expect(findings("a.tsx", `${source}const e = \`\${f /* how */}\`\n`)).toEqual([
      "a.tsx:5 opens with a question word: how"
    ])
  })

  it("joins line comments on consecutive lines, and leaves out examples, inline code and switches for tools", () => {
    const source = `// Begins here
// how it ends, for
// ever.

// oxlint-disable-next-line a/b -- how \`anew\` needs it
// @ts-expect-error how
/**
 * \`what\` is code, {@link who} a link.
 *
 * @example
 * \`\`\`ts
 * // anew
 * \`\`\`
 */
`
    expect(findings("a.ts", source)).toEqual([
      "a.ts:2 phrase: for ever",
      "a.ts:5 opens with a question word: how ¤ needs it"
    ])
  })
})

describe("prose of Markdown", () => {
  it("is its paragraphs, list items and cells; a heading, a table's first row and a short cell have no opening", () => {
    const source = `---
"package": minor
---

# How it works

A paragraph
what it is, \`anew\`.

- how to begin
  with it
1. **Who** may do it

| what | how it is done |
| ---- | --- |
| who | what it does then |

\`\`\`sh
what anew
\`\`\`
> Whether it holds [anew](how.md)
`
    expect(findings("docs/a.md", source)).toEqual([
      "docs/a.md:10 opens with a question word: how to begin with it",
      "docs/a.md:12 opens with a question word: **Who** may do it",
      "docs/a.md:16 opens with a question word: what it does then",
      "docs/a.md:21 opens with a question word: Whether it holds [anew]",
      "docs/a.md:21 phrase: anew"
    ])
  })
})

describe("phrases", () => {
  const phrasesIn = (text: string): ReadonlyArray<string> =>
    textsOf("a.md", text)
      .flatMap(findingsOf)
      .map(({ words }) => words)

  it("are found in every form", () => {
    const text =
      "It puts all of this on record, brings it about, comes to 7, has files of their own, and hands back what was."
    expect(phrasesIn(text)).toEqual([
      "puts all of this on record",
      "brings it about",
      "comes to",
      "of their own",
      "hands back what was"
    ])
  })

  it("are not found in words that only look alike", () => {
    expect(phrasesIn("A new tomato, one more record on disk, many, about to become, its own.")).toEqual([])
  })

  it("allow a read-back in the receiver's words", () => {
    expect(phrasesIn("Restates the task in its own words.")).toEqual([])
    expect(phrasesIn("Says it in its own words.")).toEqual(["in its own words"])
  })
})

describe("the ledger", () => {
  const texts = textsOf("packages/a/src/a.ts", "/** How. */\n/** Anew. */\n")
  const ledger = { enforceLimits: false, areas: areasOf(texts) }

  it("holds the counts per area", () => {
    expect(ledger.areas).toEqual({ "packages/a": { openings: 1, phrases: 1 } })
    expect(problems(texts, ledger)).toEqual([])
  })

  it("refuses a count that rises, with the findings of that kind", () => {
    const more = [...texts, ...textsOf("packages/a/src/b.ts", "// anew")]
    expect(problems(more, ledger)).toEqual([
      expect.stringContaining("packages/a: phrases rose from 1 to 2"),
      "  packages/a/src/a.ts:2 phrase: Anew",
      "  packages/a/src/b.ts:1 phrase: anew"
    ])
    expect(rises(ledger.areas, areasOf(more))).toEqual(["phrases rise from 1 to 2; rewrite the new ones"])
  })

  it("asks to record a count that falls", () => {
    const now = { ...ledger, areas: { ...ledger.areas, bench: { openings: 0, phrases: 2 } } }
    expect(problems(texts, now)).toEqual(["bench: phrases fell from 2 to 0; run: node tooling/prose.ts --write"])
  })

  it("lets text move between areas", () => {
    const moved = textsOf("bench/a.ts", "/** How. */\n/** Anew. */\n")
    expect(problems(moved, ledger).join()).toContain("bench: openings rose from 0 to 1")
    expect(rises(ledger.areas, areasOf(moved))).toEqual([])
  })
})

describe("the limits", () => {
  it("hold for each kind of text", () => {
    const texts = [...textsOf("a.ts", "/** How. */\n// Fine."), ...textsOf("a.md", "Fine, too.")]
    expect(count(texts)).toEqual({ texts: 3, words: 4, openings: 1, phrases: 0 })
    expect(rates(texts).map(({ within }) => within)).toEqual([false, true, true])
    expect(rates(texts)[0]?.line).toBe(
      "doc comments: 1 of 1 open with a question word (100.0 %, limit 3 %); 0 phrases in 1 words (0.00 per 1,000, limit 0.2)"
    )
  })
})
