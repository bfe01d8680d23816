/** Reads archives handoff by handoff, so that the memory holds about a megabyte and the longest handoff. */
import { decodeAgent, type RegisteredAgent } from "@aumai/handoff-core"
import { archiveFormat, decodeKeyEvent, decodeText, InvalidInput, type KeyEvent } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

import { StandardInput, unreadable } from "./Input.ts"
import { Misplaced, type Part, pathOf, splitter } from "./JsonParts.ts"

/** A file with an archive, or standard input. */
export interface ArchiveFile {
  /** The name for errors. */
  readonly name: string
  /** The number of bytes; `undefined` for a pipe, which can be read only once. */
  readonly size: number | undefined
  /** Reads it from the beginning. */
  readonly bytes: () => AsyncIterable<Uint8Array>
}

/** A handoff of an archive as JSON that is not decoded. */
export interface ArchiveHandoff {
  /** The place in the archive, such as `[3]` or `records[3]`. */
  readonly path: string
  readonly json: unknown
  /** The reason why its text is not JSON that a store can keep, and `json` is `undefined`; absent if it is. */
  readonly fault?: string
}

/** The part of an archive that is read at once, in its order: agents come before handoffs. */
export interface ArchiveGroup {
  readonly agents: ReadonlyArray<RegisteredAgent>
  /** The events of key logs, each log in order. */
  readonly keys: ReadonlyArray<KeyEvent>
  readonly handoffs: ReadonlyArray<ArchiveHandoff>
  /** The keys after the handoffs that this version does not know and skips. */
  readonly skipped: ReadonlyArray<string>
  /** The number of bytes read so far. */
  readonly bytes: number
}

// Bytes of a group: some hundred handoffs, which fit in one commit, and as many bytes as one read of a file returns.
const groupBytes = 1024 * 1024

// Bytes of one handoff: ten times as many as a record with all its parts at their limits. Histories have no limit, but
// without one here a hostile file would fill the memory.
const handoffBytes = 128 * 1024 * 1024

// Later versions may add some; a hostile file may not fill the memory with them.
const mostKeys = 100

/** Finds the archive that a flag names; `-` is standard input. */
export const archiveFile = Effect.fnUntraced(function* (flag: string, file: string) {
  if (file === "-") {
    const bytes = yield* StandardInput
    return { name: "standard input", size: undefined, bytes } satisfies ArchiveFile
  }
  const fs = yield* Effect.promise(() => import("node:fs"))
  const stat = yield* Effect.tryPromise({ try: () => fs.promises.stat(file), catch: unreadable(flag, file) })
  const bytes = () => fs.createReadStream(file, { highWaterMark: groupBytes })
  return { name: file, size: stat.isFile() ? stat.size : undefined, bytes } satisfies ArchiveFile
})

/** True if a journal beside the file holds later changes. */
export const hasJournal = (file: string): Effect.Effect<boolean> =>
  Effect.promise(async () => {
    const { access, realpath } = await import("node:fs/promises")
    const target = await realpath(file).catch(() => file)
    return access(`${target}-journal`).then(
      () => true,
      () => false
    )
  })

const notArchive = "Expected an array of handoffs, or a full archive with the key format first"

/** The keys of a full archive. `archive` writes `checkpoint`; an import compares nothing with it. */
const known: ReadonlySet<string> = new Set(["format", "origin", "agents", "keys", "checkpoint", "records"])

const quoted = (key: string): string => JSON.stringify(key)

/** Takes the parts of an archive in order, and throws `InvalidInput` for one that does not belong there. */
const reader = (name: string) => {
  const keys = new Set<string>()
  const unknown = new Set<string>()
  let agents: Array<RegisteredAgent> = []
  let keyEvents: Array<KeyEvent> = []
  let handoffs: Array<ArchiveHandoff> = []
  let skipped: Array<string> = []
  let isArray = false

  const refuse = (path: string, expected: string) => new InvalidInput({ input: name, issues: [{ path, expected }] })

  const parse = ({ line, text }: Part & { readonly text: string }): Result.Result<unknown, string> =>
    Result.mapError(decodeText(name, text), ({ issues }) => {
      const [{ expected } = { expected: "Expected JSON" }] = issues
      return `${expected} (it begins in line ${line})`
    })

  /** Takes a handoff. One that is not JSON does not end the archive, because its end is known. */
  const takeHandoff = (part: Part & { readonly text: string }): void => {
    const read = part.fault === undefined ? parse(part) : Result.fail(part.fault)
    const path = pathOf(part)
    if (Result.isSuccess(read)) handoffs.push({ path, json: read.success })
    else handoffs.push({ path, json: undefined, fault: read.failure })
  }

  const decodedBy = <A>(
    decode: (input: string, json: unknown) => Result.Result<A, InvalidInput>,
    part: Part,
    json: unknown
  ): A =>
    Result.getOrThrowWith(decode(name, json), ({ issues }) => {
      const placed = issues.map(({ path, expected }) => ({
        path: path === "" ? pathOf(part) : `${pathOf(part)}.${path}`,
        expected
      }))
      return new InvalidInput({ input: name, issues: placed })
    })

  /** Checks a key of a full archive where it begins. */
  const begin = (key: string): void => {
    if (keys.size === 0 && key !== "format") {
      const hint = key === "record_id" ? "; put single handoffs between [ and ], with commas between them" : ""
      throw refuse("", `${notArchive}${hint}`)
    }
    if (keys.size >= mostKeys) throw refuse("", `Expected at most ${mostKeys} keys`)
    const isLate = keys.has("records")
    keys.add(key)
    if (known.has(key)) {
      if (isLate) throw refuse(key, "Expected it before records")
    } else if (isLate) {
      unknown.add(key)
      skipped.push(key)
    } else
      throw refuse("", `This version does not know the key ${quoted(key)}; upgrade aumai-handoff to read the archive`)
  }

  const checkFormat = (format: unknown): void => {
    if (format === archiveFormat) return
    const isLater = typeof format === "string" && format.startsWith("aumai-handoff/archive/")
    throw refuse(
      "format",
      isLater
        ? `This version reads ${archiveFormat} only; upgrade aumai-handoff to read the archive`
        : `Expected ${archiveFormat}`
    )
  }

  return {
    take: (part: Part): void => {
      const { index, key, text } = part
      if (key === undefined) isArray = true
      if (key !== undefined && index === undefined) {
        if (keys.has(key)) throw refuse(key, "Expected each key once")
        begin(key)
      }
      if (text === undefined) {
        if (key === "format") checkFormat(undefined)
        return
      }
      if (key !== undefined && unknown.has(key)) return
      if (key === "checkpoint") return
      if (index !== undefined && key !== "agents" && key !== "keys" && key !== "origin") {
        return takeHandoff({ ...part, text })
      }
      if (part.fault !== undefined) throw refuse(pathOf(part), part.fault)
      const json = Result.getOrThrowWith(parse({ ...part, text }), (expected) => refuse(pathOf(part), expected))
      if (key === "format") checkFormat(json)
      else if (index === undefined && key !== "origin") throw refuse(pathOf(part), "Expected an array")
      else if (key === "agents") agents.push(decodedBy(decodeAgent, part, json))
      else if (key === "keys") keyEvents.push(decodedBy(decodeKeyEvent, part, json))
    },
    /** Returns what was taken since the last call. */
    group: (bytes: number): ArchiveGroup => {
      const group = { agents, keys: keyEvents, handoffs, skipped, bytes }
      agents = []
      keyEvents = []
      handoffs = []
      skipped = []
      return group
    },
    end: (): void => {
      if (!isArray && !keys.has("records")) throw refuse("", `${notArchive}, and the key records`)
    }
  }
}

async function* groups({ bytes, name }: ArchiveFile): AsyncGenerator<ArchiveGroup> {
  const archive = reader(name)
  const { end, push } = splitter(handoffBytes, archive.take)
  let read = 0
  let given = 0
  for await (const chunk of bytes()) {
    read += chunk.length
    push(chunk)
    if (read - given >= groupBytes) {
      given = read
      yield archive.group(read)
    }
  }
  end()
  archive.end()
  yield archive.group(read)
}

/**
 * The handoffs of an archive in groups, after its agents. The archive is an array, or an object with the keys `format`,
 * `origin`, `agents`, `keys` and `records`. Fails at the first part that is not JSON or not in its place.
 */
export const groupsOf = (file: ArchiveFile): Stream.Stream<ArchiveGroup, InvalidInput> =>
  Stream.suspend(() =>
    Stream.fromAsyncIterable(groups(file), (error) => {
      if (error instanceof InvalidInput) return error
      if (!(error instanceof Misplaced)) return unreadable(file.name, file.name)(error)
      return new InvalidInput({ input: file.name, issues: [{ path: error.path, expected: error.message }] })
    })
  )
