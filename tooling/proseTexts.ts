/** Extracts the prose of a source or a Markdown file: its comments or paragraphs, without the code in them. */
import { parseSync } from "rolldown/utils"

import { lineOf } from "./files.ts"

/** A comment or a paragraph. Code in it is replaced by `¤`; line breaks stay, so that a phrase can be located. */
export interface Text {
  readonly file: string
  readonly line: number
  readonly kind: "doc comments" | "inner comments" | "Markdown"
  readonly text: string
  /** Says whether its first word counts. That of a heading, of a table's first row, or of a short cell does not. */
  readonly opens: boolean
}

const hide = (code: string): string => code.replaceAll(/[^\n]+/g, "¤")

const withoutInlineCode = (text: string): string =>
  text
    .replaceAll(/(`+)(?!`)[^]*?\1(?!`)/g, hide)
    .replaceAll(/\{@[^}]*\}/g, hide)
    .replaceAll(/<!--[^]*?-->/g, hide)
    .replaceAll(/\]\([^)]*\)/g, "]")
    .replaceAll(/https?:\/\/\S+/g, "¤")

/** Empties the lines of fenced code, and the fences. */
const withoutFences = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  let open: string | undefined
  return lines.map((line) => {
    const [, fence, info = ""] = /^\s*(`{3,}|~{3,})(.*)$/.exec(line) ?? []
    if (open === undefined) {
      if (fence === undefined) return line
      open = fence
    } else if (fence !== undefined && info.trim() === "" && fence.startsWith(open)) open = undefined
    return ""
  })
}

const commentText = (value: string): string =>
  withoutInlineCode(
    withoutFences(value.split("\n").map((line) => line.replace(/^\s*\*(?: |$)/, ""))).join("\n")
  ).replaceAll(/(^|\n)\s*@\w+/g, "$1")

// A switch for a tool is not prose; the reason behind its `--` is.
const withoutDirective = (value: string): string =>
  /^\s*(?:oxlint|eslint|oxfmt|@ts|@__|#__|\/)/.test(value) ? (value.split("--")[1] ?? "") : value

const textsOfSource = (file: string, source: string): ReadonlyArray<Text> => {
  const texts: Array<Text> = []
  // Line comments on consecutive lines are one text.
  let end = -1
  for (const comment of parseSync(file, source).comments) {
    const doc = comment.type === "Block" && comment.value.startsWith("*")
    const text = commentText(doc ? comment.value.slice(1) : withoutDirective(comment.value))
    const last = texts.at(-1)
    const continues = comment.type === "Line" && end >= 0 && /^\r?\n[ \t]*$/.test(source.slice(end, comment.start))
    if (continues && last !== undefined) texts[texts.length - 1] = { ...last, text: `${last.text}\n${text}` }
    else {
      const kind = doc ? "doc comments" : "inner comments"
      texts.push({ file, line: lineOf(source, comment.start), kind, text, opens: true })
    }
    end = comment.type === "Line" ? comment.end : -1
  }
  return texts.filter(({ text }) => /\p{L}/u.test(text))
}

const cellsOf = (row: string): ReadonlyArray<string> => row.split(/(?<!\\)\|/).slice(1, -1)
const isRow = (line: string): boolean => /^\s*\|.*\|\s*$/.test(line)
const isRule = (line: string | undefined): boolean => line !== undefined && /^[\s|:-]*-[\s|:-]*$/.test(line)

const textsOfMarkdown = (file: string, source: string): ReadonlyArray<Text> => {
  const matter = /^---\n[^]*?\n---\n/.exec(source)?.[0] ?? ""
  const body = matter.replaceAll(/[^\n]+/g, "") + source.slice(matter.length)
  const lines = withoutInlineCode(withoutFences(body.split("\n")).join("\n")).split("\n")
  const texts: Array<Text> = []
  let joins = false
  for (const [index, whole] of lines.entries()) {
    const line = whole.replace(/^(?:\s*>)+\s?/, "")
    const here = { file, line: index + 1, kind: "Markdown" } as const
    const last = texts.at(-1)
    const begins = /^\s*(?:[-*+]|\d+[.)])\s/.test(line)
    if (line.trim() === "" || isRule(line)) joins = false
    else if (isRow(line)) {
      const head = isRule(lines[index + 1])
      for (const text of cellsOf(line))
        texts.push({ ...here, text, opens: !head && text.trim().split(/\s+/).length > 2 })
      joins = false
    } else if (/^#{1,6}\s/.test(line)) {
      texts.push({ ...here, text: line, opens: false })
      joins = false
    } else if (joins && !begins && last !== undefined) {
      texts[texts.length - 1] = { ...last, text: `${last.text}\n${line}` }
    } else {
      texts.push({ ...here, text: line.replace(/^\s*(?:[-*+]|\d+[.)])\s+/, ""), opens: true })
      joins = true
    }
  }
  return texts.filter(({ text }) => /\p{L}/u.test(text))
}

/** The prose of a file whose path is relative to the root, in order. */
export const textsOf = (file: string, source: string): ReadonlyArray<Text> =>
  file.endsWith(".md") ? textsOfMarkdown(file, source) : textsOfSource(file, source)
