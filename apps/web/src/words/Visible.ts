/** Shows text of others as it is stored: its hidden characters by their numbers, and its direction for itself alone. */
import { beginningOf } from "./Words.ts"

// Characters that nobody sees or that change the direction of the text beside them: control and format characters, half
// surrogates, separators of lines, default-ignorable characters, and the blank of braille.
const hidden = String.raw`\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800`

// Inside an emoji they are needed.
const inEmoji = String.raw`(?<=[\p{Extended_Pictographic}\uFE0F\p{Emoji_Modifier}])\u200D(?=\p{Extended_Pictographic})|(?<=\p{Extended_Pictographic})\uFE0F|(?<=[\d#*])\uFE0F(?=\u20E3)`

// Prose has lines and tabs, Arabic and Indic letters that do not join, and Arabic signs with a glyph.
const inProse = String.raw`\r\n|[\n\t\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2]|(?<=[\p{Script=Arabic}\p{Script=Syriac}\p{Mn}])[\u200C\u200D](?=\p{L})`

const hiddenInName = new RegExp(String.raw`(?!${inEmoji})[${hidden}]|^ | $|(?<= ) |[^\S ]`, "gu")
const hiddenInProse = new RegExp(`(?!${inEmoji}|${inProse})[${hidden}]`, "gu")

const hiddenInJson = new RegExp(String.raw`(?!\n)[${hidden}]`, "gu")

const escaped = (character: string): string =>
  `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`

/** A name or an id with hidden characters and blanks at its ends escaped, so that it cannot imitate another. */
export const nameShown = (name: string): string => name.replaceAll(hiddenInName, escaped)

/** Prose with hidden characters escaped. */
export const proseShown = (text: string): string => text.replaceAll(hiddenInProse, escaped)

/** JSON with hidden characters as its own escapes: the same value, which a terminal does not obey. */
export const jsonShown = (json: string): string =>
  json.replaceAll(hiddenInJson, (character) =>
    character.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
  )

const rightToLeft = /[\u0590-\u08FF\u200F\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u

/** Text isolated from that around it if it has letters from right to left, for places without elements. */
export const isolated = (text: string): string => (rightToLeft.test(text) ? `\u2068${text}\u2069` : text)

/** A name for a label, a title or an option. */
export const nameText = (name: string): string => isolated(nameShown(name))

/** Prose for the same places. */
export const proseText = (text: string): string => isolated(proseShown(text))

/** The beginning of a task for a heading or a link, which never looks empty. */
export const headlineText = (task: string, room: number): string => {
  // Escapes make it longer, never shorter.
  const start = beginningOf(task, room)
  const shown = beginningOf(proseShown(start), room)
  return /\S/.test(shown) ? shown : nameShown(start)
}
