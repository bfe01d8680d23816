import { lancasterStemmer } from "lancaster-stemmer"
import { stemmer as porterStemmer } from "stemmer"

/** The stems of the words of a text. */
export type WordForms = ReadonlySet<string>

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

// Lancaster is the bolder of the two: it finds *analysis* in *analyze*, where Porter does not, and behind Porter it finds
// *summary* in *summarize*; but it also takes *general* and *generate* for one word. It is believed where what remains is long
// enough to mean something.
const boldEnough = 5

const stemsOf = (word: string): ReadonlyArray<string> => {
  const porter = porterStemmer(word)
  const bold = [lancasterStemmer(word), lancasterStemmer(porter)]
  return [porter, ...bold.filter((stem) => stem.length >= boldEnough)]
}

/** The word forms of a text: what another text's words are compared with. */
export const formsIn = (text: string): WordForms => new Set(wordsOf(text).flatMap(stemsOf))

/** Whether every word of a phrase occurs in a text in some form; never when the phrase has no word. */
export const isMentioned = (phrase: string, forms: WordForms): boolean => {
  const words = wordsOf(phrase)
  return words.length > 0 && words.every((word) => stemsOf(word).some((stem) => forms.has(stem)))
}
