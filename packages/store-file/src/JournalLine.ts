/**
 * The framing of a journal line: `\n`, a CRC, a space, JSON, `\n`. The first newline ends a torn line before it; the last one
 * separates it from a torn line after it.
 */
import type * as Zlib from "node:zlib"

/**
 * The initial value of a CRC: 0 for the header, the journal's generation for other lines. Blocks of an older journal that
 * reappear after a power cut therefore never validate.
 */
export type Salt = number

/** The salt of a journal's first line. */
export const headerSalt: Salt = 0

let zlib: typeof Zlib | undefined

/** CRC-32, loaded on first use, because loading takes two milliseconds and a command that only reads does not need it. */
const crc32 = (data: Buffer | string, start?: number): number =>
  (zlib ??= process.getBuiltinModule("node:zlib")).crc32(data, start)

/** The salt of a journal's other lines. */
export const saltOf = (generation: string): Salt => crc32(generation)

const newline = 10
const space = 32
const digits = 8

const checksum = (json: Buffer | string, salt: Salt): string => crc32(json, salt).toString(16).padStart(digits, "0")

/** Frames a JSON text without raw newlines, as `JSON.stringify` writes it. */
export const encode = (json: string, salt: Salt): Buffer => Buffer.from(`\n${checksum(json, salt)} ${json}\n`)

/** The lines of a stretch of a journal. */
export interface Scan {
  /** The JSON of every valid line, in order. */
  readonly lines: ReadonlyArray<string>
  /** The number of invalid lines: torn writes, which were never acknowledged. */
  readonly skipped: number
  /** The number of bytes read as complete lines. The bytes after them may still be growing. */
  readonly consumed: number
}

/**
 * Reads the lines of a stretch of a journal that begins between two lines. Set `whole` if no other process is writing: a
 * valid last line without its newline then counts, because the first newline of the next line would complete it anyway.
 */
export const scan = (bytes: Buffer, salt: Salt, options: { readonly whole: boolean }): Scan => {
  const lines: Array<string> = []
  let skipped = 0
  let start = 0
  while (start < bytes.length) {
    const end = bytes.indexOf(newline, start)
    if (end === -1) break
    if (end > start) {
      const json = validate(bytes.subarray(start, end), salt)
      if (json === undefined) skipped += 1
      else lines.push(json)
    }
    start = end + 1
  }
  if (start < bytes.length && options.whole) {
    const json = validate(bytes.subarray(start), salt)
    if (json !== undefined) {
      lines.push(json)
      start = bytes.length
    }
  }
  return { lines, skipped, consumed: start }
}

const validate = (line: Buffer, salt: Salt): string | undefined => {
  if (line.length < digits + 2 || line[digits] !== space) return undefined
  const json = line.subarray(digits + 1)
  return line.toString("latin1", 0, digits) === checksum(json, salt) ? json.toString("utf8") : undefined
}

// The whole end of a long line is not needed: each turn reads the tail again.
const tailBytes = 1024

/** The end of the bytes before an offset, to recognize them later. A copy, because the whole can be large. */
export const tailOf = (bytes: Buffer): Buffer => Buffer.from(bytes.subarray(-tailBytes))
