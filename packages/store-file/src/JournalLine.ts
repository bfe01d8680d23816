/**
 * One line of the journal: `\n`, a CRC, a space, JSON, `\n`. The first newline ends a torn predecessor, the last one keeps a
 * torn successor off a good line.
 */
import type * as Zlib from "node:zlib"

/**
 * What a CRC starts from: none for the header, the journal's generation for every other line, so that blocks of an older
 * journal that a power cut brings back never validate.
 */
export type Salt = number

export const headerSalt: Salt = 0

let zlib: typeof Zlib | undefined

/** CRC-32, loaded when it is first needed: that takes two milliseconds, and a command that only reads needs none. */
const crc32 = (data: Buffer | string, start?: number): number =>
  (zlib ??= process.getBuiltinModule("node:zlib")).crc32(data, start)

export const saltOf = (generation: string): Salt => crc32(generation)

const newline = 10
const space = 32
const digits = 8

const checksum = (json: Buffer | string, salt: Salt): string => crc32(json, salt).toString(16).padStart(digits, "0")

/**
 * Frames a JSON text that holds no raw newline, as `JSON.stringify` writes it.
 */
export const encode = (json: string, salt: Salt): Buffer => Buffer.from(`\n${checksum(json, salt)} ${json}\n`)

export interface Scan {
  /** The JSON of every line that validates, in order. */
  readonly lines: ReadonlyArray<string>
  /** Lines that do not validate: torn writes, which nobody was promised. */
  readonly skipped: number
  /** How many bytes are settled; what follows may still be growing. */
  readonly consumed: number
}

/**
 * Reads lines from a stretch of a journal that begins between two lines. `whole` says that nobody else is writing: then a
 * last line without its newline counts if it validates, because the next writer's first newline would complete it anyway.
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
