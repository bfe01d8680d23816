/** Parses JSON in spite of a fault of V8. Imports nothing, because the box of schemas uses it, too. */

// The last escape in a key, to the colon behind it.
const escapeInKey = /\\.[^"\\]*"\s*:/s

// A string; and the colon behind it if it is a key.
const strings = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/gs

/** Parses JSON with other keys, none of which has an escape, and then gives each object its own keys. */
const parseByNames = (text: string): unknown => {
  const escaped: Array<string> = []
  // A key with an escape becomes `e` and its number, any other one gets a `k`.
  const renamed = text.replaceAll(strings, (token, colon: string | undefined) => {
    if (colon === undefined) return token
    if (!token.includes("\\")) return `"k${token.slice(1)}`
    // The cast: the JSON of a string.
    return `"e${escaped.push(JSON.parse(token.slice(0, -colon.length)) as string) - 1}":`
  })
  const root: unknown = JSON.parse(renamed)
  // Without recursion, because parsed JSON can nest deeper than the stack.
  const stack = [root]
  while (stack.length > 0) {
    const value = stack.pop()
    if (typeof value !== "object" || value === null) continue
    const entries: ReadonlyArray<[string, unknown]> = Object.entries(value)
    for (const [, item] of entries) stack.push(item)
    if (Array.isArray(value)) continue
    // In place, because the object around it has it already.
    for (const [name] of entries) Reflect.deleteProperty(value, name)
    for (const [name, item] of entries) {
      const key = name.startsWith("e") ? escaped[Number(name.slice(1))] : name.slice(1)
      // Defined, because setting `__proto__` makes no key.
      const property = { configurable: true, enumerable: true, writable: true, value: item }
      if (key !== undefined) Object.defineProperty(value, key, property)
    }
  }
  return root
}

/**
 * Does what `JSON.parse` does, without a fault of V8 13.6 (Node 24): once an object had a key with a backslash, a later key
 * in the same place that is written with an escape, such as `"\n"` or `"\u540d"`, can be read as that key, because V8 compares
 * it as it is written. Throws for text that is not JSON.
 */
export const readJson = (text: string): unknown => {
  const value: unknown = JSON.parse(text)
  return text.includes("\\") && escapeInKey.test(text) ? parseByNames(text) : value
}
