import type { styleText } from "node:util"

import { displayWidth } from "effect/cli/CliOutput"

// Not imported, because Node would run every getter of the module, which takes four milliseconds.
const util = () => process.getBuiltinModule("node:util")

// Characters that move the cursor, reorder a line or are invisible: control characters, surrogates without their half,
// line and paragraph separators, format characters (among them every bidirectional one), default-ignorable characters and
// the blank of braille. https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
const active = String.raw`\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800`

// Joiners and variation selectors where a script or an emoji needs them, and Arabic signs that have a glyph.
const needed = String.raw`(?<=[\p{Script=Arabic}\p{Script=Syriac}\p{Mn}])[\u200C\u200D](?=\p{L})|(?<=[\p{Emoji_Modifier}\p{Extended_Pictographic}\uFE0F])\u200D(?=\p{Extended_Pictographic})|(?<=\p{Extended_Pictographic})\uFE0F|(?<=[\d#*])\uFE0F(?=\u20E3)|[\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2]`

const unprintable = new RegExp(`(?!${needed})[${active}]`, "gu")
// The line feeds and colours of the command itself stay.
const unprintableOutput = new RegExp(String.raw`(?!${needed}|\n|\u001B\[\d{1,2}m)[${active}]`, "gu")
const inJson = new RegExp(String.raw`(?!\n)[${active}]`, "gu")

// The escape of JSON; a character beyond 16 bits has two.
const escaped = (character: string): string =>
  character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("")

/** Writes a value as JSON whose unprintable characters are escaped, so that it does not act on a terminal. */
export const jsonText = (value: unknown, space?: number): string =>
  JSON.stringify(value, undefined, space).replaceAll(inJson, escaped)

/** Escapes what is left of the unprintable characters in text with lines and colours. */
export const inert = (text: string): string => text.replaceAll(unprintableOutput, escaped)

/** Makes foreign text safe for a terminal: removes escape sequences and replaces unprintable characters by spaces. */
export const printable = (text: string): string => util().stripVTControlCharacters(text).replaceAll(unprintable, " ")

/** Quotes text as one word for a shell. */
export const word = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

/** A style that `styleText` knows. */
export type Style = Parameters<typeof styleText>[0]

/** Colours text if standard output is a terminal and `NO_COLOR` is not set. */
export const styled = (style: Style, text: string): string =>
  util().styleText(style, text, { stream: process.stdout, validateStream: true })

/** Pads text to at least a number of columns. */
export const padded = (text: string, columns: number): string =>
  text + " ".repeat(Math.max(0, columns - displayWidth(text)))

/** Cuts or pads text to a number of columns; cut text ends in `…`. */
export const fit = (text: string, columns: number): string => {
  if (displayWidth(text) <= columns) return padded(text, columns)
  const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" })
  let kept = ""
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    const next = displayWidth(segment)
    if (used + next > columns - 1) break
    kept += segment
    used += next
  }
  return columns < 1 ? "" : `${kept}…${" ".repeat(columns - 1 - used)}`
}
