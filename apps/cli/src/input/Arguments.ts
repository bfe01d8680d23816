// Flags that stand alone; every other long flag is followed by its value.
const switches = new Set([
  "--json",
  "--all",
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
 * Arguments as `effect/cli` reads them: a value that begins with a dash, such as `--task "- buy milk"`, is tied to its
 * flag, which would otherwise be taken to have none. What looks like a long flag is left one: that needs `--task=--x`.
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
