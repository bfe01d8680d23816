import type { styleText } from "node:util"

import { displayWidth } from "effect/cli/CliOutput"

// Not imported, because Node would run every getter of the module, which takes four milliseconds.
const util = () => process.getBuiltinModule("node:util")

// Characters that move the cursor, hide text or reverse it: control characters, line and paragraph separators, invisible
// tags, and Unicode's bidirectional overrides. https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
const unprintable = /[\p{Cc}\u2028-\u202E\u2066-\u2069\u200B\u200E\u200F\u061C\uFEFF\u{E0000}-\u{E007F}]/gu

/** Makes foreign text safe for a terminal: removes escape sequences and replaces other control characters by spaces. */
export const printable = (text: string): string => util().stripVTControlCharacters(text).replaceAll(unprintable, " ")

/** The same, keeping its lines. */
export const printableLines = (text: string): string => text.split(/\r?\n/).map(printable).join("\n")

/** Quotes text as one word for a shell. */
export const word = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

/** A style that `styleText` knows. */
export type Style = Parameters<typeof styleText>[0]

/** Colours text if standard output is a terminal and `NO_COLOR` is not set. */
export const styled = (style: Style, text: string): string =>
  util().styleText(style, text, { stream: process.stdout, validateStream: true })

/** Cuts or pads text to a number of columns; cut text ends in `…`. */
export const fit = (text: string, columns: number): string => {
  const width = displayWidth(text)
  if (width <= columns) return text + " ".repeat(columns - width)
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
