/**
 * Counts two habits that make comments and Markdown hard to read: texts that open with a question word, and the phrases
 * that the project's language rules replace. The counts are kept per area in `prose.json` and may only fall; the limits
 * beside them hold once `enforceLimits` is true there.
 *
 * `node tooling/prose.ts` checks, `node tooling/prose.ts PATH...` lists the findings below these paths, and `--write`
 * records counts that have fallen.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { filesBelow, root } from "./files.ts"
import { type Text, textsOf } from "./proseTexts.ts"

/** A text that opens with a question word, or one use of a listed phrase. */
export interface Finding {
  readonly file: string
  readonly line: number
  readonly kind: "opening" | "phrase"
  readonly words: string
}

/** The counts of one kind of text, or of one area. */
export interface Counts {
  readonly texts: number
  readonly words: number
  readonly openings: number
  readonly phrases: number
}

/** The committed counts per area. An area without findings is left out. */
export interface Ledger {
  readonly enforceLimits: boolean
  readonly areas: { readonly [area: string]: { readonly openings: number; readonly phrases: number } }
}

/** The most that a kind of text may have: openings per 100 texts, and phrases per 1,000 words. */
export const limits = { openings: 3, phrases: 0.2 }

// Each pronoun and verb form counts as the phrase itself does, because the rule is about the pattern.
const own = "(?:its|their|his|her|your|my|our|one's) own"
const be = "(?:is|are|was|were|be)"
const patterns: ReadonlyArray<string> = [
  "anew",
  "for ever",
  "any more",
  "anymore",
  // Up to four words may stand between, such as the thing recorded.
  "put(?:s|ting)?(?: [^ .;:]+){0,4} on record",
  "(?:come|comes|came|coming) to",
  "(?:bring|brings|bringing|brought)(?: [^ .;:]+){0,3} about",
  `${be} none`,
  `of ${own}`,
  "so many",
  "as (?:it was|they were)",
  "at a glance",
  "hand(?:s|ed|ing)? back what (?:was|were)",
  "to be had",
  `in ${own} words`
]
const phrases = patterns.map((pattern) => new RegExp(`\\b${pattern.replaceAll(" ", "\\s+")}\\b`, "gi"))

const question = /^[^\p{L}\p{N}¤]*(?:what(?:ever)?|who(?:ever|m|se)?|whether|how|so\s+many)\b/iu

// A read-back is given in the receiver's words; there the phrase is the exact one.
const isReadBack = (text: Text, words: string): boolean =>
  /\bin\s.*\bwords$/i.test(words) && /read-?backs?\b|\brestat/i.test(text.text)

/** The findings in one text, in order. */
export const findingsOf = (text: Text): ReadonlyArray<Finding> => {
  const lineAt = (offset: number): number => text.line + text.text.slice(0, offset).split("\n").length - 1
  const start = text.text.search(/\S/)
  const opening: ReadonlyArray<Finding> =
    text.opens && question.test(text.text)
      ? [{ file: text.file, line: lineAt(start), kind: "opening", words: text.text.trim().slice(0, 60) }]
      : []
  const found = phrases
    .flatMap((phrase) => [...text.text.matchAll(phrase)])
    .filter(([words]) => !isReadBack(text, words))
    .toSorted((a, b) => a.index - b.index)
    .map(({ 0: words, index }): Finding => ({ file: text.file, line: lineAt(index), kind: "phrase", words }))
  return [...opening, ...found]
}

/** Adds up the texts, words and findings of some texts. */
export const count = (texts: ReadonlyArray<Text>): Counts => {
  const findings = texts.flatMap(findingsOf)
  const openings = findings.filter(({ kind }) => kind === "opening").length
  return {
    texts: texts.filter(({ opens }) => opens).length,
    words: texts.reduce(
      (sum, { text }) => sum + (text.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)?.length ?? 0),
      0
    ),
    openings,
    phrases: findings.length - openings
  }
}

const areaOf = (file: string): string => /^(?:packages|apps)\/[^/]+|^[^/]+(?=\/)/.exec(file)?.[0] ?? "root"

/** The counts of every area that has findings. */
export const areasOf = (texts: ReadonlyArray<Text>): Ledger["areas"] => {
  const counted = [...Map.groupBy(texts, ({ file }) => areaOf(file))].flatMap(([area, those]) => {
    const { openings, phrases } = count(those)
    return openings + phrases === 0 ? [] : [[area, { openings, phrases }] as const]
  })
  return Object.fromEntries(counted.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const total = (areas: Ledger["areas"], kind: "openings" | "phrases"): number =>
  Object.values(areas).reduce((sum, counts) => sum + counts[kind], 0)

/** The reasons why these areas may not replace those of the ledger: a total that rises. Text may move between areas. */
export const rises = (before: Ledger["areas"], after: Ledger["areas"]): ReadonlyArray<string> =>
  (["openings", "phrases"] as const).flatMap((kind) =>
    total(after, kind) > total(before, kind)
      ? [`${kind} rise from ${total(before, kind)} to ${total(after, kind)}; rewrite the new ones`]
      : []
  )

/** A finding as a line that editors can jump to. */
export const format = ({ file, line, kind, words }: Finding): string =>
  `${file}:${line} ${kind === "opening" ? "opens with a question word" : "phrase"}: ${words.replaceAll(/\s+/g, " ")}`

/** The problems with texts beside a ledger; none if every area has exactly the committed counts. */
export const problems = (texts: ReadonlyArray<Text>, ledger: Ledger): ReadonlyArray<string> => {
  const now = areasOf(texts)
  const names = [...new Set([...Object.keys(now), ...Object.keys(ledger.areas)])].toSorted()
  const none = { openings: 0, phrases: 0 }
  return names.flatMap((area) =>
    (["openings", "phrases"] as const).flatMap((kind) => {
      const [is, was] = [(now[area] ?? none)[kind], (ledger.areas[area] ?? none)[kind]]
      if (is === was) return []
      if (is < was) return [`${area}: ${kind} fell from ${was} to ${is}; run: node tooling/prose.ts --write`]
      const findings = texts
        .filter(({ file }) => areaOf(file) === area)
        .flatMap(findingsOf)
        .filter((finding) => `${finding.kind}s` === kind)
      const moved = "rewrite them, or run `node tooling/prose.ts --write` if text only moved between areas"
      return [
        `${area}: ${kind} rose from ${was} to ${is}; ${moved}`,
        ...findings.map((finding) => `  ${format(finding)}`)
      ]
    })
  )
}

/** One line per kind of text: its rates beside the limits, and whether it is within them. */
export const rates = (texts: ReadonlyArray<Text>): ReadonlyArray<{ readonly line: string; readonly within: boolean }> =>
  [...Map.groupBy(texts, ({ kind }) => kind)].map(([kind, those]) => {
    const counts = count(those)
    const openings = (100 * counts.openings) / Math.max(1, counts.texts)
    const phrases = (1000 * counts.phrases) / Math.max(1, counts.words)
    return {
      line:
        `${kind}: ${counts.openings} of ${counts.texts} open with a question word (${openings.toFixed(1)} %, limit ${limits.openings} %); ` +
        `${counts.phrases} phrases in ${counts.words} words (${phrases.toFixed(2)} per 1,000, limit ${limits.phrases})`,
      within: openings <= limits.openings && phrases <= limits.phrases
    }
  })

const isProse = (file: string): boolean => /\.(?:tsx?|md)$/.test(file) && !/(?:^|\/)(?:api|CHANGELOG)\.md$/.test(file)

const main = (args: ReadonlyArray<string>): void => {
  const path = join(root, "tooling/prose.json")
  const ledger: Ledger = JSON.parse(readFileSync(path, "utf8"))
  const texts = filesBelow(".")
    .filter(isProse)
    .flatMap((file) => textsOf(file, readFileSync(join(root, file), "utf8")))
  if (args.includes("--write")) {
    const areas = areasOf(texts)
    const refused = rises(ledger.areas, areas)
    for (const reason of refused) console.error(reason)
    if (refused.length > 0) process.exitCode = 1
    else writeFileSync(path, `${JSON.stringify({ ...ledger, areas }, undefined, 2)}\n`)
  } else if (args.length > 0) {
    const below = args.map((arg) => arg.replace(/^\.\//, "").replace(/\/$/, ""))
    const chosen = texts.filter(({ file }) => below.some((start) => file === start || file.startsWith(`${start}/`)))
    for (const finding of chosen.flatMap(findingsOf)) console.log(format(finding))
    for (const { line } of rates(chosen)) console.log(line)
  } else {
    const found = problems(texts, ledger)
    for (const problem of found) console.error(problem)
    const lines = rates(texts)
    for (const { line } of lines) console.log(line)
    console.log(
      ledger.enforceLimits ? "the limits are enforced" : "the limits are not enforced yet (tooling/prose.json)"
    )
    const beyond = ledger.enforceLimits && lines.some(({ within }) => !within)
    process.exitCode = found.length > 0 || beyond ? 1 : 0
  }
}

if (import.meta.main) main(process.argv.slice(2))
