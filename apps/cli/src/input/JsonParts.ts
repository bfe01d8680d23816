/**
 * Splits JSON, as bytes, into the items of its outermost array, or into the members of its outermost object, whose arrays
 * are split as well. Finds only where each part ends, and leaves the parsing of a part to its reader, because a parser of
 * streams does not report what a reader refuses: keys given twice, and numbers that a double cannot hold.
 */

/** A part of the text. Before the items of an array comes a part without `text`. */
export interface Part {
  /** The key of the member; `undefined` if the outermost value is an array. */
  readonly key: string | undefined
  /** The index of the item; `undefined` for the member itself. */
  readonly index: number | undefined
  readonly text: string | undefined
  /** The reason why the text of a value cannot be read; absent if it can. */
  readonly fault?: string
  /** The line of the whole text in which the part begins; 1 is the first. */
  readonly line: number
}

/** The text is not JSON, or a part is too long. */
export class Misplaced extends Error {
  readonly path: string

  constructor(path: string, expected: string) {
    super(expected)
    this.path = path
  }
}

/** The path of a part: `[3]`, `format` or `records[3]`. */
export const pathOf = ({ index, key = "" }: Pick<Part, "index" | "key">): string =>
  index === undefined ? key : `${key}[${index}]`

const [tab, lineFeed, blank, quote, comma, colon] = [0x09, 0x0a, 0x20, 0x22, 0x2c, 0x3a]
const [openArray, backslash, closeArray, openObject, closeObject] = [0x5b, 0x5c, 0x5d, 0x7b, 0x7d]
const carriageReturn = 0x0d
const byteOrderMark = [0xef, 0xbb, 0xbf]

const isBlank = (byte: number): boolean =>
  byte === blank || byte === lineFeed || byte === carriageReturn || byte === tab

/** The states outside of a part, with the text that is expected in each. */
const next = {
  start: "JSON: an array or an object",
  itemOrEnd: "an item or ]",
  item: "an item after the comma",
  afterItem: "a comma or ]",
  keyOrEnd: "a key in double quotes, or }",
  key: "a key in double quotes",
  colon: "a colon after the key",
  value: "a value",
  afterMember: "a comma or }",
  end: "nothing more after the closing bracket"
} as const

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

// Longer than every key of an archive.
const longestKey = 128

/** Splits a text that comes in chunks, and gives its parts to `take`. Both functions throw `Misplaced`. */
export const splitter = (mostBytes: number, take: (part: Part) => void) => {
  let state: keyof typeof next = "start"
  let key: string | undefined
  let index: number | undefined
  let line = 1
  // The part that is being read, if any: a key or a value.
  let reading: "key" | "value" | undefined
  let depth = 0
  let isString = false
  let isEscaped = false
  let firstLine = 1
  let marked = 0
  let held: Array<Uint8Array> = []
  let heldBytes = 0

  const refuse = (expected: string): Misplaced => new Misplaced(pathOf({ key, index }), expected)

  const hold = (piece: Uint8Array): void => {
    heldBytes += piece.length
    if (heldBytes > mostBytes) throw refuse(`Expected at most ${mostBytes} bytes (it begins in line ${firstLine})`)
    held.push(piece)
  }

  /** The text of a part; `undefined` if it is not UTF-8. */
  const textHeld = (): string | undefined => {
    const bytes = held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held, heldBytes)
    held = []
    heldBytes = 0
    try {
      return utf8.decode(bytes)
    } catch {
      return undefined
    }
  }

  const keyIn = (text: string): string => {
    if (text.length > longestKey) throw new Misplaced("", `Expected keys of at most ${longestKey} characters`)
    try {
      // The cast: the text begins and ends with a quote.
      return JSON.parse(text) as string
    } catch {
      throw new Misplaced("", `Expected a key that is JSON in line ${firstLine}`)
    }
  }

  /** Ends the part that is being read. */
  const close = (piece: Uint8Array): void => {
    hold(piece)
    const text = textHeld()
    const fault = `Expected UTF-8 (it begins in line ${firstLine})`
    if (reading === "key") {
      if (text === undefined) throw refuse(fault)
      key = keyIn(text)
      state = "colon"
    } else {
      take({ key, index, text: text ?? "", line: firstLine, ...(text === undefined ? { fault } : {}) })
      state = index === undefined ? "afterMember" : "afterItem"
    }
    reading = undefined
  }

  /** Begins an array whose items are parts. */
  const openItems = (): void => {
    take({ key, index: undefined, text: undefined, line })
    index = -1
    state = "itemOrEnd"
  }

  /** Begins a part that is not an array of parts. */
  const open = (byte: number): void => {
    if (index !== undefined) index += 1
    reading = state === "key" || state === "keyOrEnd" ? "key" : "value"
    firstLine = line
    isString = byte === quote
    depth = byte === openObject || byte === openArray ? 1 : 0
  }

  const unexpected = (): Misplaced => {
    const after = state === "start" || state === "end" ? "" : pathOf({ key, index: index === -1 ? undefined : index })
    return new Misplaced("", `Expected ${next[state]}${after === "" ? "" : `, after ${after}`}, in line ${line}`)
  }

  /** Reads a byte outside of parts; returns `true` if a part begins with it. */
  const step = (byte: number): boolean => {
    if (byte === lineFeed) line += 1
    if (isBlank(byte)) return false
    switch (state) {
      case "start":
        if (byte === byteOrderMark[marked]) {
          marked += 1
          return false
        }
        if (marked % byteOrderMark.length > 0) throw unexpected()
        if (byte === openArray) openItems()
        else if (byte === openObject) state = "keyOrEnd"
        else throw unexpected()
        return false
      case "colon":
        if (byte !== colon) throw unexpected()
        state = "value"
        return false
      case "afterItem":
      case "afterMember":
        if (byte === comma) state = state === "afterItem" ? "item" : "key"
        else if (byte === (state === "afterItem" ? closeArray : closeObject)) leave()
        else throw unexpected()
        return false
      case "keyOrEnd":
      case "key":
        if (byte === closeObject && state === "keyOrEnd") state = "end"
        else if (byte !== quote) throw unexpected()
        return state !== "end"
      case "itemOrEnd":
      case "item":
      case "value":
        if (byte === closeArray && state === "itemOrEnd") {
          leave()
          return false
        }
        if (byte === comma || byte === colon || byte === closeArray || byte === closeObject) throw unexpected()
        if (state === "value" && byte === openArray) {
          openItems()
          return false
        }
        return true
      case "end":
        throw unexpected()
    }
  }

  /** Leaves the array of parts, or the outermost object. */
  const leave = (): void => {
    state = key === undefined || index === undefined ? "end" : "afterMember"
    index = undefined
  }

  return {
    push: (chunk: Uint8Array): void => {
      const { length } = chunk
      let start = 0
      for (let at = 0; at < length; at++) {
        const byte = chunk[at] ?? 0
        if (reading === undefined) {
          if (!step(byte)) continue
          open(byte)
          start = at
        } else if (isString) {
          // A tight loop, because most bytes are inside strings.
          if (isEscaped) at += 1
          while (at < length && chunk[at] !== quote) at += chunk[at] === backslash ? 2 : 1
          isEscaped = at > length
          if (at < length) {
            isString = false
            if (depth === 0) close(chunk.subarray(start, at + 1))
          }
        } else if (depth === 0) {
          // A number or a word ends before the byte after it, which is read once more.
          if (isBlank(byte) || byte === comma || byte === closeArray || byte === closeObject) {
            close(chunk.subarray(start, at))
            at -= 1
          }
        } else if (byte === quote) isString = true
        else if (byte === openObject || byte === openArray) depth += 1
        else if (byte === closeObject || byte === closeArray) {
          depth -= 1
          if (depth === 0) close(chunk.subarray(start, at + 1))
        } else if (byte === lineFeed) line += 1
      }
      if (reading !== undefined) hold(chunk.subarray(start))
    },
    end: (): void => {
      if (reading !== undefined) throw refuse(`Expected the rest of it (the text ends in line ${line})`)
      if (state === "start") throw new Misplaced("", "Expected JSON, found nothing")
      if (state !== "end") throw unexpected()
    }
  }
}
