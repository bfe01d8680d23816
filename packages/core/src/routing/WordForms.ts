import { lancasterStemmer } from "lancaster-stemmer"
import { stemmer as porterStemmer } from "stemmer"

/** The stems of the words of a text. */
export type WordForms = ReadonlySet<string>

// Breaks words by the rules of Unicode, which also cover scripts without spaces. Created on first use, because loading its
// tables takes some milliseconds.
let segmenter: Intl.Segmenter | undefined

/** The words of a text in lower case; `data-analysis`, `data_analysis` and `dataAnalysis` are two words each. */
const wordsOf = (text: string): ReadonlyArray<string> => {
  const spaced = text
    .normalize("NFKC")
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replaceAll("_", " ")
  return Array.from((segmenter ??= new Intl.Segmenter(undefined, { granularity: "word" })).segment(spaced)).flatMap(
    ({ segment, isWordLike }) => (isWordLike === true ? [segment.toLowerCase()] : [])
  )
}

// Lancaster stems more aggressively than Porter: it matches *analysis* with *analyze* and, applied after Porter, *summary*
// with *summarize*. It also matches *general* with *generate*, so its stems count only from this length on.
const shortestStem = 5

const stemsOf = (word: string): ReadonlyArray<string> => {
  const porter = porterStemmer(word)
  const aggressive = [lancasterStemmer(word), lancasterStemmer(porter)]
  return [porter, ...aggressive.filter((stem) => stem.length >= shortestStem)]
}

/** The word forms of a text, to compare with the words of another text. */
export const formsIn = (text: string): WordForms => new Set(wordsOf(text).flatMap(stemsOf))

/** Tests that a phrase has words and that each of them occurs in a text in some form. */
export const isMentioned = (phrase: string, forms: WordForms): boolean => {
  const words = wordsOf(phrase)
  return words.length > 0 && words.every((word) => stemsOf(word).some((stem) => forms.has(stem)))
}
