/**
 * The names that agents and handoffs may take, and the names that a person takes for one another. The rules follow the
 * Unicode data of the runtime, so they are checked when a verb is run and never on a stored history.
 */

// Each first character, and those that look like it in lower or upper case; after the confusables of Unicode UTS 39.
const lookalikes = `aаɑαᴀᎪꓮ bвьƅβʙᏴꓐ cсᴄᏟꓚⲥ dԁᴅᎠꓓ eеεᴇᎬꓰ fϝꜰꓝ gɡցԍɢᏀꓖ hһнհʜᎻꓧⲏ jјյᴊᎫꓙ kкκᴋᏦꓗ
l1i|іιӏǀɩɪʟᏞꓡꓲا١۱ mмᴍᎷꓟ nոηпɴꓠ o0оοօᴏଠ०০੦૦௦౦೦൦๐໐၀〇٥ꓳⲟ pрρᴘᏢꓑⲣ qԛզ rгʀᎡᏒꓣ sѕꜱᏚꓢ tтτᴛᎢꓔ uυսμᴜꓴ
vνѵᴠᏙꓦ wԝաωѡᴡᎳꓪ xхχꓫⲭ yуүγʏꓬ zζᴢᏃꓜ 3зӡ 6б -−⁃ /⁄∕⧸ :ː։׃∶꞉ '‘’ʼʹ\`´`
const foldCase = (text: string): string => text.toUpperCase().toLowerCase()
const originals = /*#__PURE__*/ new Map(
  lookalikes
    .split(/\s/)
    .flatMap(([original = "", ...others]) => others.map((other) => [foldCase(other), original] as const))
)

// Controls, marks of direction, and characters that are not drawn or not assigned. U+2800 is drawn as a blank, and the
// null notehead, the Khitan filler and the blanks of hieroglyphs are not drawn.
const hidden =
  /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Default_Ignorable_Code_Point}]|\u{1D159}|\u{16FE4}|\u{13441}|\u{13442}|(?! )[\p{White_Space}\u2800]/u
const blanks = /*#__PURE__*/ new RegExp(`${hidden.source}| `, "gu")

const fold = (name: string): string =>
  foldCase(name.normalize("NFKD"))
    .replaceAll(blanks, "")
    // A dot above a letter that has one is not seen.
    .replaceAll(/([ij])\u0307/g, "$1")

// Greek letters whose upper case looks like another letter than their lower case.
const greek: Readonly<Record<string, string>> = { Η: "h", Ν: "n", Μ: "m", Υ: "y" }

/**
 * Returns what a name looks like: names with the same skeleton look alike in some font. A skeleton is for comparison and
 * is never shown.
 *
 * @example
 * ```ts
 * import { skeleton } from "@aumai/handoff-protocol"
 *
 * console.log(skeleton("Ехесut0r") === skeleton("executor")) // true
 * ```
 */
export const skeleton = (name: string): string =>
  fold(name.replaceAll(/[ΗΝΜΥ]/g, (letter) => greek[letter] ?? letter)).replaceAll(
    /./gu,
    (letter) => originals.get(letter) ?? (/\p{Pd}/u.test(letter) ? "-" : letter)
  )

/** Checks whether a person may take two names for one another. */
export const looksLike = (a: string, b: string): boolean => fold(a) === fold(b) || skeleton(a) === skeleton(b)

// The engine calls the author of overdue events, other programs, any party and a receiver not yet chosen by these names;
// the last two are words of its sentences.
const reserved: ReadonlySet<string> = /*#__PURE__*/ new Set(
  ["clock", "foreign", "anyone", "unrouted", "the sender", "the receiver"].map(skeleton)
)

const codePoint = (character: string): string =>
  `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`

/**
 * Returns the expectation that a label does not meet, such as the name of a deliverable; `undefined` if it meets all. A
 * label has no hidden characters.
 */
export const labelFault = (label: string): string | undefined => {
  const [found] = hidden.exec(label) ?? []
  return found && `Expected text without hidden characters and special blanks, but it has ${codePoint(found)}`
}

// Scripts with letters that look like those of another one.
const scripts = /*#__PURE__*/ ["Latin", "Cyrillic", "Greek", "Armenian", "Cherokee", "Coptic", "Lisu"].map(
  (script) => new RegExp(`\\p{Script=${script}}`, "u")
)
const latin = /\p{Script=Latin}/u
// A letter that is not written in one word with Latin ones. The scripts of East Asia are.
const besideLatin =
  /(?![\p{scx=Latin}\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}\p{sc=Common}\p{sc=Inherited}])\p{L}/u
// Letters that look like another one only in the other case, or in few fonts.
const distinct = /[бвгзкмнптьБГЗПЬβγεζημτ]/

const isMixed = (name: string): boolean =>
  (name.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).some(
    (word) =>
      scripts.filter((script) => script.test(word)).length > 1 ||
      (latin.test(word) && besideLatin.test(word)) ||
      // Beside Latin words, a word of another script must not look like a Latin one.
      (latin.test(name) &&
        /[^\p{ASCII}\p{Script=Latin}\p{M}]/u.test(word) &&
        !distinct.test(word) &&
        /^\p{ASCII}+$/u.test(skeleton(word)))
  )

/** A non-ASCII form of an ASCII character, such as a full width letter. */
const variantIn = (name: string): string | undefined =>
  name.match(/\P{ASCII}/gu)?.find((character) => /^[!-~]$/.test(character.normalize("NFKC")))

/**
 * Returns the expectation that the name of an agent does not meet; `undefined` if it meets all. A name is in Unicode
 * normalization form C, has no hidden characters, no blank at its ends and no special blanks, mixes no scripts that look
 * alike, and is no word of the engine. The id of a handoff may be such a word.
 *
 * @example
 * ```ts
 * import { nameFault } from "@aumai/handoff-protocol"
 *
 * console.log(nameFault("планировщик"), nameFault("執行者 2"), nameFault("team/agent-7@host")) // undefined undefined undefined
 * console.log(nameFault("executor ")) // Expected a name without blanks at its ends or two in a row
 * ```
 */
export const nameFault = (name: string, of: "agent" | "id" = "agent"): string | undefined => {
  const fault = labelFault(name)
  if (fault !== undefined) return fault
  if (/^ | $| {2}/.test(name)) return "Expected a name without blanks at its ends or two in a row"
  const composed = name.normalize("NFC")
  if (composed !== name) return `Expected Unicode normalization form C: ${composed}`
  const variant = variantIn(name)
  if (variant !== undefined) return `Expected ${variant.normalize("NFKC")} instead of ${codePoint(variant)}`
  if (isMixed(name)) return "Expected a name whose words do not mix scripts that look alike"
  return of === "agent" && reserved.has(skeleton(name))
    ? "Expected another name, because the engine uses this one"
    : undefined
}
