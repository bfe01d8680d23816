/** The words of a command line, before `effect/cli` reads them: the rule for the word after a flag, whatever the command. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import { decodeUtf8 } from "./Utf8.ts"

/** The flags that take a value. `Flags.ts` adds them. */
export const valueFlags = new Set<string>()

/** The flags with text for a person or JSON, each with the flag that reads it from a file, if there is one. */
export const textFlags = new Map<string, string | undefined>()

/** The value of a flag may be meant in another way, or two flags give it. */
export class UnclearValue extends Schema.TaggedError<UnclearValue>()("UnclearValue", {
  flag: Schema.String,
  expected: Schema.String
}) {
  override get message() {
    return `Unclear ${this.flag}: ${this.expected}`
  }
}

const unclear = (flag: string, found: string, hint: string): UnclearValue =>
  new UnclearValue({ flag, expected: `found ${found}, ${hint}; for this very value, write ${flag}=${found}` })

const isFlag = (word: string): boolean => /^--[a-z][\w-]*(?:=|$)/i.test(word)

const takesNext = (word: string): boolean => word.startsWith("--") && valueFlags.has(word.slice(2))

/**
 * Joins a flag with its value if that begins with a dash, such as `--task "- buy milk"` or `--task "--- a/file"`, because
 * `effect/cli` would read the value as a flag. A word that looks like a flag is left for `unclearValue`.
 */
export const tied = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const result: Array<string> = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ""
    const next = words[index + 1]
    if (word === "--") return [...result, ...words.slice(index)]
    if (!takesNext(word) || next === undefined || isFlag(next)) result.push(word)
    else {
      index += 1
      if (next.startsWith("-") && next !== "-") result.push(`${word}=${next}`)
      else result.push(word, next)
    }
  }
  return result
}

/**
 * Finds a flag whose value is in doubt: a word that looks like the next flag; for a text, `-` and `@file`, which other
 * commands read from standard input and a file; or a text that a file is to hold, too. A value behind `=` is never in
 * doubt.
 */
export const unclearValue = (words: ReadonlyArray<string>): UnclearValue | undefined => {
  const seen = new Set<string>()
  for (let index = 0; index < words.length && words[index] !== "--"; index++) {
    const flag = words[index] ?? ""
    const next = words[index + 1]
    if (flag.startsWith("--")) seen.add(flag.slice(2).split("=", 1)[0] ?? "")
    if (!takesNext(flag) || next === undefined) continue
    // Without the value of the next flag, which may hold a password.
    if (isFlag(next)) return unclear(flag, next.split("=", 1)[0] ?? "", "which looks like the next flag")
    if (textFlags.has(flag.slice(2)) && /^(?:-|@\S+)$/.test(next)) {
      const reader = textFlags.get(flag.slice(2))
      const [source, file] = next === "-" ? ["standard input", next] : ["a file", next.slice(1)]
      const use = reader === undefined ? "" : `; use --${reader} ${file}`
      return unclear(flag, next, `but a text is not read from ${source}${use}`)
    }
    index += 1
  }
  for (const [name, reader] of textFlags) {
    if (reader !== undefined && seen.has(name) && seen.has(reader)) {
      return new UnclearValue({ flag: `--${reader}`, expected: `use it without --${name}` })
    }
  }
  return undefined
}

/**
 * Finds a word of this process that is not UTF-8. Node writes U+FFFD in place of its bytes, which only Linux shows; on other
 * systems the text with U+FFFD is taken.
 */
export const strangeWord = async (words: ReadonlyArray<string>): Promise<UnclearValue | undefined> => {
  if (!words.some((word) => word.includes("\uFFFD"))) return undefined
  const { readFile } = await import("node:fs/promises")
  const all = await readFile("/proc/self/cmdline", "latin1").catch(() => "")
  let flag = "words"
  for (const word of all.split("\0")) {
    const decoded = decodeUtf8(Buffer.from(word, "latin1"))
    if (word.startsWith("--")) flag = word.split("=", 1)[0] ?? ""
    if (Result.isFailure(decoded)) return new UnclearValue({ flag, expected: `it ${decoded.failure}` })
  }
  return undefined
}
