/** Measures how much of an answer is quoted, so that a read-back cannot be the briefing itself. */

// Letters and digits of an answer that are measured: it cannot be longer, unless ligatures in it stand for whole words.
const mostUnits = 65_536

// Letters and digits that are quoted from, in all: twice what fits in a briefing, and some two seconds of work at most.
const mostSourceUnits = 2_097_152

// An answer is compared by its runs of six letters. By chance a run is found more often the longer the source is: four
// times the length needs one letter more for the same chance, as measured with 2 thousand to 500 thousand letters.
const shortestRun = 6
const sourceOfShortest = 4096
const runIn = (units: number): number =>
  shortestRun + Math.max(0, Math.ceil(Math.log2(Math.max(units, 1) / sourceOfShortest) / 2))

// Fewer runs than these, 12 letters or 6 ideographs, may be no more than the name of a thing.
const fewestRuns = 8

/** The part of an answer that may be quoted: honest answers to ten briefings were at most 0.27, padded copies from 0.64. */
export const mostQuoted = 0.5

// Words, with the marks that paths, addresses and names in programs have between letters.
const words = /[\p{L}\p{N}]+(?:[-_./:@#\\][\p{L}\p{N}]+)*/gu
const isIdentifier = (word: string): boolean => /\p{N}|\p{Ll}\p{Lu}|[^\p{L}]/u.test(word)

// Characters of a longer identifier are not cut into parts.
const longestIdentifier = 256

const folded = (text: string): string => text.normalize("NFKD").toUpperCase().toLowerCase()

/**
 * Reduces a text to its letters and digits, without case, marks and compatibility forms. An ideograph or a kana says about as
 * much as two letters, and counts twice; a Korean syllable becomes its letters.
 */
const unitsOf = (text: string): string =>
  folded(text)
    .replaceAll(/[^\p{L}\p{N}]/gu, "")
    .replaceAll(/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/gu, "$&$&")

/** Adds the identifiers of a text, and the beginnings and ends of each, because a path may be quoted in part. */
const addIdentifiers = (identifiers: Set<string>, text: string): void => {
  for (const word of text.match(words) ?? []) {
    if (!isIdentifier(word)) continue
    const identifier = folded(word)
    identifiers.add(identifier)
    if (identifier.length > longestIdentifier) continue
    for (const { index } of identifier.matchAll(/[^\p{L}\p{N}]/gu)) {
      identifiers.add(identifier.slice(0, index))
      identifiers.add(identifier.slice(index + 1))
    }
  }
}

/** The texts that an answer is compared with, and the names that it may consist of. */
export interface Source {
  readonly texts: ReadonlyArray<string>
  readonly names: ReadonlyArray<string>
}

/**
 * Makes the measure of answers: the part of an answer that is quoted from the texts or from other answers, from 0 to 1. It is the part of the
 * answer's runs of letters that the texts have, too. Each run counts once and in any order, so repetition adds nothing.
 * Identifiers of the texts are left out, and a very short answer has measure 0, but a whole text has 1.
 *
 * @example
 * ```ts
 * import { quotedIn } from "@aumai/handoff-protocol"
 *
 * const quoted = quotedIn({ texts: ["Ask the supplier for the two invoices"], names: ["invoices"] })
 * console.log(quoted("I ask the supplier for the two invoices!") > 0.9) // true
 * console.log(quoted("Phone Mr Smith, who sends them")) // 0
 * ```
 */
export const quotedIn = ({ names, texts }: Source): ((answer: string, others?: ReadonlyArray<string>) => number) => {
  const identifiers = new Set<string>()
  for (const text of texts) addIdentifiers(identifiers, text)
  const withoutIdentifiers = (text: string): string =>
    unitsOf(text.replaceAll(words, (word) => (identifiers.has(folded(word)) ? "" : word)))
  const wholes = new Set<string>()
  const sources: Array<string> = []
  let total = 0
  for (const text of texts) {
    if (total >= mostSourceUnits) break
    wholes.add(unitsOf(text))
    const units = withoutIdentifiers(text).slice(0, mostSourceUnits - total)
    total += units.length
    sources.push(units)
  }
  const run = runIn(total)
  const known = new Set(names.map(unitsOf))
  return (answer, others = []) => {
    const whole = unitsOf(answer)
    if (whole === "" || known.has(whole)) return 0
    if (wholes.has(whole) || others.some((other) => unitsOf(other) === whole)) return 1
    const units = withoutIdentifiers(answer).slice(0, mostUnits)
    const runs = new Set<string>()
    for (let at = 0; at + run <= units.length; at++) runs.add(units.slice(at, at + run))
    const all = runs.size
    if (all < fewestRuns) return 0
    for (const source of [...sources, ...others.map(withoutIdentifiers)]) {
      for (let at = 0; at + run <= source.length && runs.size > 0; at++) runs.delete(source.slice(at, at + run))
    }
    return 1 - runs.size / all
  }
}
