/** Writes and reads the file of an archive: a full archive with one handoff in each line, so that it is never in memory as a whole. */
import {
  archiveFormat,
  type ArchivedHandoff,
  decodeArchived,
  Digest,
  InvalidInput,
  LogName,
  readJson
} from "@aumai/handoff-protocol"
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { FullArchiveHead } from "../wire/FullArchive.ts"

/** The file of an archive, as text in UTF-8. Every method rejects with an `Error` that says what is wrong with the file. */
export interface ArchiveFile {
  /** The name for errors. */
  readonly name: string
  /** Reads it from the beginning; `undefined` if there is no file of this name. */
  readonly read: () => Promise<AsyncIterable<string> | undefined>
  /** Writes a new file, which gets its name only once all of it is flushed. */
  readonly write: (text: AsyncIterable<string>) => Promise<void>
  /** Flushes the file and its name. */
  readonly flush: () => Promise<void>
}

/** The size and the root of the log when an archive was written. */
export interface ArchiveCheckpoint {
  readonly size: number
  readonly root: Digest
}

/** The part of an archive that stands before its records. */
export interface ArchiveHead extends FullArchiveHead {
  readonly checkpoint: ArchiveCheckpoint
}

const last = "]}\n"

/** The text of an archive, from groups of its handoffs. */
export async function* textOf(head: ArchiveHead, groups: AsyncIterable<ReadonlyArray<object>>): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"records":[`
  let separator = "\n"
  for await (const handoffs of groups) {
    for (const handoff of handoffs) {
      yield `${separator}${JSON.stringify(handoff)}`
      separator = ",\n"
    }
  }
  yield `\n${last}`
}

// As in other archives: histories have no limit, but without one here a hostile file would fill the memory.
const longestLine = 128 * 1024 * 1024

const refused = (name: string, line: number, expected: string) =>
  new InvalidInput({ input: name, issues: [{ path: line === 0 ? "" : `line ${line}`, expected }] })

/** The lines of a file without their ends, and its digest at last. */
export async function* linesIn(
  name: string,
  text: AsyncIterable<string>
): AsyncGenerator<string, { readonly digest: Digest; readonly bytes: number }> {
  const hash = sha256.create()
  let size = 0
  let line = 1
  let pieces: Array<string> = []
  let length = 0
  for await (const chunk of text) {
    const bytes = utf8ToBytes(chunk)
    hash.update(bytes)
    size += bytes.length
    const [first = "", ...others] = chunk.split("\n")
    pieces.push(first)
    length += first.length
    if (length > longestLine) throw refused(name, line, `Expected a line of at most ${longestLine} characters`)
    for (const other of others) {
      yield pieces.join("")
      line += 1
      pieces = [other]
      length = other.length
    }
  }
  const rest = pieces.join("")
  if (rest !== "") yield rest
  return { digest: Digest.make(bytesToHex(hash.digest())), bytes: size }
}

const notArchive = "Expected an archive that `archive` wrote: a line with its format, and a line for each handoff"

/** A handoff of an archive, with its line. */
export interface ArchivedLine {
  readonly line: number
  readonly archived: ArchivedHandoff & { readonly positions: ReadonlyArray<string> }
}

/** The parts of an archive in order: its head, its handoffs, and its digest at last. */
export type ArchivePart =
  | { readonly _tag: "Head"; readonly origin: LogName; readonly checkpoint: ArchiveCheckpoint }
  | ({ readonly _tag: "Handoff" } & ArchivedLine)
  | { readonly _tag: "End"; readonly digest: Digest; readonly bytes: number }

const Head = Schema.Struct({
  format: Schema.Literals([archiveFormat]),
  origin: LogName,
  checkpoint: Schema.Struct({ size: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)), root: Digest })
})
const decodeHead = Schema.decodeUnknownResult(Head)

// Not `decodeText`, which a bundle for browsers would load at once: what it alone refuses has another leaf than the store has.
const json = (name: string, line: number, text: string): unknown =>
  Result.getOrThrowWith(
    Result.try(() => readJson(text)),
    () => refused(name, line, "Expected JSON")
  )

const headIn = (name: string, text: string) => {
  const end = `,"records":[`
  if (!text.endsWith(end)) throw refused(name, 1, notArchive)
  const head = decodeHead(json(name, 1, `${text.slice(0, -end.length)}}`))
  return Result.getOrThrowWith(head, () => refused(name, 1, notArchive))
}

const handoffIn = (name: string, line: number, text: string): ArchivedLine => {
  const read = json(name, line, text)
  const { edited, positions, ...archived } = Result.getOrThrowWith(decodeArchived(name, read), ({ issues }) => {
    const [{ expected, path } = { expected: notArchive, path: "" }] = issues
    return refused(name, line, path === "" ? expected : `${path}: ${expected}`)
  })
  if (edited !== undefined) throw refused(name, line, "Expected the record that its history leads to")
  if (positions === undefined) throw refused(name, line, "Expected the position of every entry")
  const id = Predicate.hasProperty(read, "record_id") ? String(read.record_id) : ""
  if (id !== archived.record.recordId) throw refused(name, line, notArchive)
  return { line, archived: { ...archived, positions } }
}

/** Reads an archive part by part, and throws `InvalidInput` at the first line that `archive` did not write. */
export async function* partsOf(name: string, file: AsyncIterable<string>): AsyncGenerator<ArchivePart> {
  const lines = linesIn(name, file)
  let line = 0
  let isEnded = false
  let mayFollow = true
  while (true) {
    const next = await lines.next()
    if (next.done === true) {
      if (!isEnded) throw refused(name, 0, "Expected its last line: it is torn")
      return yield { _tag: "End", ...next.value }
    }
    line += 1
    const text = next.value
    if (isEnded) throw refused(name, line, "Expected nothing after the last line")
    if (line === 1) {
      const { checkpoint, origin } = headIn(name, text)
      yield { _tag: "Head", origin, checkpoint }
    } else if (text === last.trimEnd()) isEnded = true
    else if (!mayFollow) throw refused(name, line, "Expected a comma before it")
    else {
      mayFollow = text.endsWith(",")
      yield { _tag: "Handoff", ...handoffIn(name, line, mayFollow ? text.slice(0, -1) : text) }
    }
  }
}
