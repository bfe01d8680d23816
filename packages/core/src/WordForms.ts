import { lancasterStemmer } from "lancaster-stemmer"
import { stemmer as porterStemmer } from "stemmer"

/** The stems of the words of a text, by two algorithms. */
export interface WordForms {
  readonly porter: ReadonlySet<string>
  readonly lancaster: ReadonlySet<string>
}

// Word breaks by Unicode's rules: also for text that has no spaces between its words. Made when it is first needed:
// loading its tables takes some milliseconds.
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

// Lancaster is the bolder of the two: it finds *analysis* in *analyze*, where Porter does not, but also takes *general*
// and *generate* for one word. It is believed where what remains is long enough to mean something.
const boldEnough = 5

/** The word forms of a text: what another text's words are compared with. */
export const formsIn = (text: string): WordForms => {
  const words = wordsOf(text)
  return {
    porter: new Set(words.map(porterStemmer)),
    lancaster: new Set(words.map((word) => lancasterStemmer(word)).filter((stem) => stem.length >= boldEnough))
  }
}

/** Whether every word of a phrase occurs in a text in some form; never when the phrase has no word. */
export const isMentioned = (phrase: string, forms: WordForms): boolean => {
  const words = wordsOf(phrase)
  return (
    words.length > 0 &&
    words.every((word) => forms.porter.has(porterStemmer(word)) || forms.lancaster.has(lancasterStemmer(word)))
  )
}
