// Flags without a value; every other long flag is followed by one.
const switches = new Set([
  "--json",
  "--all",
  "--create",
  "--fallback",
  "--no-fallback",
  "--reroute",
  "--no-reroute",
  "--leave-parts",
  "--with-artifacts",
  "--help",
  "--version",
  "--man"
])

/**
 * Joins a flag with a value that begins with a dash, such as `--task "- buy milk"`, because `effect/cli` would read the
 * value as a flag. A value that looks like a long flag must be written as `--task=--x`.
 */
export const tied = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const result: Array<string> = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ""
    const next = words[index + 1]
    if (word === "--") return [...result, ...words.slice(index)]
    const takesValue = word.startsWith("--") && !word.includes("=") && !switches.has(word)
    if (takesValue && next !== undefined && next.startsWith("-") && !next.startsWith("--")) {
      result.push(`${word}=${next}`)
      index += 1
    } else result.push(word)
  }
  return result
}
