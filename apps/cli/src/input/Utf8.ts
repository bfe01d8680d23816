/** The only encoding that the command reads. A byte that is not UTF-8 is refused, because U+FFFD in its place is another text. */
import * as Result from "effect/Result"

// Skips a byte order mark, as every other door does: editors on Windows begin files with one.
const decoder = () => new TextDecoder("utf-8", { fatal: true })

const isText = (bytes: Uint8Array, isCut: boolean): boolean => {
  try {
    decoder().decode(bytes, { stream: isCut })
    return true
  } catch {
    return false
  }
}

/** The place of the first byte that is not UTF-8. */
const placeIn = (bytes: Uint8Array): string => {
  let [valid, invalid] = [0, bytes.length]
  while (valid < invalid) {
    const middle = Math.ceil((valid + invalid) / 2)
    if (isText(bytes.subarray(0, middle), true)) valid = middle
    else invalid = middle - 1
  }
  // The first bytes of a character that is never completed.
  while (!isText(bytes.subarray(0, valid), false)) valid -= 1
  const before = bytes.subarray(0, valid)
  const line = before.reduce((lines, byte) => lines + (byte === 0x0a ? 1 : 0), 1)
  return `byte ${valid - before.lastIndexOf(0x0a)} of line ${line}`
}

/** Decodes bytes; the failure ends a sentence about them, and names the place. */
export const decodeUtf8 = (bytes: Uint8Array): Result.Result<string, string> => {
  try {
    return Result.succeed(decoder().decode(bytes))
  } catch {
    return Result.fail(`is not UTF-8 (${placeIn(bytes)})`)
  }
}

/** Decodes bytes that cannot be refused; each byte that is not ASCII is written like `\xe9` if they are not UTF-8. */
export const escapedUtf8 = (bytes: Uint8Array): string =>
  Result.getOrElse(decodeUtf8(bytes), () =>
    Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`)).join("")
  )
