/** What is handed back: files by value where they can be read by whoever looks at the record, others by reference. */
import {
  type Artifact,
  artifactDigest,
  decodeEvent,
  decodeText,
  type Deliverable,
  type Digest,
  encodeEvent,
  InvalidInput,
  limits,
  type OwnEvidence,
  type JsonObject
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import { unknownKeys } from "./UnknownKeys.ts"

const invalid = (input: string, expected: string) => new InvalidInput({ input, issues: [{ path: "", expected }] })

// Half of what all artifacts of a handoff may come to: what JSON writes twice as long still fits.
const mostByValue = limits.jsonBytes / 2

// What the ending of a file's name says of it; others say nothing.
const mediaTypes: Readonly<Record<string, string>> = {
  json: "application/json",
  txt: "text/plain",
  md: "text/markdown",
  csv: "text/csv",
  html: "text/html",
  xml: "application/xml",
  svg: "image/svg+xml",
  png: "image/png",
  jpg: "image/jpeg",
  pdf: "application/pdf",
  zip: "application/zip"
}

const mediaTypeOf = (file: string): string | undefined => mediaTypes[/\.(\w+)$/.exec(file)?.[1]?.toLowerCase() ?? ""]

const isJson = (mediaType: string | undefined): boolean => /^application\/(?:.+\+)?json\b/.test(mediaType ?? "")

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** The text of a file; nothing when it is none that JSON could carry. */
const textIn = (bytes: Uint8Array): string | undefined => {
  try {
    const text = utf8.decode(bytes)
    return text.includes("\0") ? undefined : text
  } catch {
    return undefined
  }
}

interface FileRead {
  readonly uri: string
  readonly size: number
  readonly digest: Digest
  /** Absent when there is too much of it. */
  readonly bytes?: Uint8Array
}

/** A file with its digest; one of any size is read piece by piece. */
const readFile = (name: string, file: string): Effect.Effect<FileRead, InvalidInput> =>
  Effect.tryPromise({
    try: async () => {
      const [{ createHash }, { createReadStream }, { pathToFileURL }] = await Promise.all([
        import("node:crypto"),
        import("node:fs"),
        import("node:url")
      ])
      const hash = createHash("sha256")
      const kept: Array<Buffer> = []
      let size = 0
      // The cast: without an encoding a stream of a file gives buffers.
      for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
        hash.update(chunk)
        size += chunk.length
        if (size <= mostByValue) kept.push(chunk)
      }
      return {
        uri: pathToFileURL(file).href,
        size,
        // The cast: so is a SHA-256 written.
        digest: hash.digest("hex") as Digest,
        ...(size <= mostByValue ? { bytes: Buffer.concat(kept) } : {})
      }
    },
    catch: (cause) =>
      // The cast: what Node's file system throws carries a code.
      invalid("--artifact", `${name}: cannot read ${file} (${(cause as NodeJS.ErrnoException).code ?? "unreadable"})`)
  })

/** What a file is as an artifact, and why it is none. */
const fromFile = Effect.fnUntraced(function* (name: string, file: string, deliverable: Deliverable | undefined) {
  const mediaType = mediaTypeOf(file) ?? deliverable?.mediaType
  const named = { name, ...(mediaType === undefined ? {} : { mediaType }) }
  const { bytes, ...reference } = yield* readFile(name, file)
  const text = bytes && textIn(bytes)
  if (text === undefined) return { ...named, ...reference }
  const asText: Artifact = { ...named, content: text }
  if (!isJson(mediaType)) return asText
  const parsed = decodeText("--artifact", text)
  if (Result.isFailure(parsed)) {
    const why = parsed.failure.issues[0]?.expected ?? "it is not JSON"
    return yield* invalid("--artifact", `${name}: ${file} should be JSON; ${why}`)
  }
  // The cast: what was parsed is JSON.
  const asJson: Artifact = { ...named, content: parsed.success as JsonObject }
  // A digest that was demanded may be that of the file, which JSON by value has not.
  return deliverable?.digest !== undefined && artifactDigest(asJson) !== deliverable.digest ? asText : asJson
})

const howByReference = (name: string) =>
  `${name}: expected ${name}=@FILE; what is somewhere else needs its digest and size, as in --artifacts '[{"name": ${JSON.stringify(name)}, "uri": "s3://bucket/key", "digest": "SHA-256 in hexadecimal", "size": 1024}]'`

/** One artifact as `NAME=@FILE`. */
const named = Effect.fnUntraced(function* (text: string, deliverables: ReadonlyArray<Deliverable>) {
  const at = text.indexOf("=")
  if (at < 1) return yield* invalid("--artifact", `expected NAME=@FILE, as in report=@report.md, and not ${text}`)
  const [name, value] = [text.slice(0, at), text.slice(at + 1)]
  if (!value.startsWith("@")) return yield* invalid("--artifact", howByReference(name))
  return yield* fromFile(
    name,
    value.slice(1),
    deliverables.find((one) => one.name === name)
  )
})

interface HandedBack {
  readonly result: JsonObject
  readonly artifacts: ReadonlyArray<Artifact>
  readonly evidence: ReadonlyArray<OwnEvidence>
}

/** What a receiver hands back, as JSON in the names of the wire; every fault is named by its path. */
export const handedBack = (
  input: string,
  json: { readonly result?: unknown; readonly artifacts?: unknown; readonly evidence?: unknown }
): Result.Result<HandedBack, InvalidInput> =>
  Result.flatMap(
    decodeEvent(input, { ...json, _tag: "Completed", at: "2000-01-01T00:00:00Z", by: "receiver" }),
    (event): Result.Result<HandedBack, InvalidInput> => {
      if (event._tag !== "Completed") return Result.fail(invalid(input, "Expected a completion"))
      const { result, artifacts = [], evidence = [] } = event
      const unknown = unknownKeys({ ...json }, encodeEvent(event))
      return unknown.length === 0
        ? Result.succeed({ result, artifacts, evidence })
        : Result.fail(
            new InvalidInput({
              input,
              issues: unknown.map((path) => ({
                path,
                expected: "Expected no such key; names are written like media_type"
              }))
            })
          )
    }
  )

/** Artifacts from flags: files by name, and JSON for what is elsewhere. */
export const artifacts = Effect.fnUntraced(function* (
  files: ReadonlyArray<string>,
  json: unknown,
  deliverables: ReadonlyArray<Deliverable>
) {
  if (json !== undefined && !Array.isArray(json)) return yield* invalid("--artifacts", "Expected an array of artifacts")
  const own = yield* Effect.forEach(files, (text) => named(text, deliverables))
  const others =
    json === undefined
      ? []
      : (yield* Effect.fromResult(
          Result.mapError(
            handedBack("--artifacts", { artifacts: json }),
            ({ input, issues }) =>
              new InvalidInput({
                input,
                issues: issues.map(({ path, expected }) => ({ path: path.replace(/^artifacts/, ""), expected }))
              })
          )
        )).artifacts
  return [...own, ...others]
})
