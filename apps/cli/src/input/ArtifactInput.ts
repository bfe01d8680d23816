/** Artifacts from flags and programs: small text files are returned by value, other files by reference. */
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
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import { jsonText } from "../output/Text.ts"
import type { GivenJson } from "./Input.ts"
import { unknownKeys } from "./UnknownKeys.ts"

const invalid = (input: string, expected: string) => new InvalidInput({ input, issues: [{ path: "", expected }] })

// Bytes. Half the limit for all artifacts of a handoff, because escapes in JSON may double the length of a text.
const mostByValue = limits.jsonBytes / 2

// Media types by file name extension.
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

/** The text of a file; `undefined` if JSON cannot carry it. */
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
  /** Absent if the file is too large to return by value. */
  readonly bytes?: Uint8Array
}

/** Reads a file of any size in chunks and computes its digest. */
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
        // The cast: a SHA-256 in hexadecimal is a digest.
        digest: hash.digest("hex") as Digest,
        ...(size <= mostByValue ? { bytes: Buffer.concat(kept) } : {})
      }
    },
    catch: (cause) =>
      // The cast: what Node's file system throws carries a code.
      invalid(
        "--artifact-file",
        `${name}: cannot read ${file} (${(cause as NodeJS.ErrnoException).code ?? "unreadable"})`
      )
  })

/** Makes an artifact of a file. */
const fromFile = Effect.fnUntraced(function* (name: string, file: string, deliverable: Deliverable | undefined) {
  const mediaType = mediaTypeOf(file) ?? deliverable?.mediaType
  const named = { name, ...(mediaType === undefined ? {} : { mediaType }) }
  const { bytes, ...reference } = yield* readFile(name, file)
  const text = bytes && textIn(bytes)
  if (text === undefined) return { ...named, ...reference }
  const asText: Artifact = { ...named, content: text }
  if (!isJson(mediaType)) return asText
  const parsed = decodeText("--artifact-file", text.replace(/^\uFEFF/, ""))
  if (Result.isFailure(parsed)) {
    const why = parsed.failure.issues[0]?.expected ?? "it is not JSON"
    return yield* invalid("--artifact-file", `${name}: ${file} must be JSON, but ${why}`)
  }
  // The cast: parsed text is JSON.
  const asJson: Artifact = { ...named, content: parsed.success as JsonObject }
  // The demanded digest may be that of the file, which differs from the digest of its JSON value.
  return deliverable?.digest !== undefined && artifactDigest(asJson) !== deliverable.digest ? asText : asJson
})

const referenceHint = (name: string) =>
  `${name}: expected ${name}=FILE; an artifact that is stored elsewhere needs its digest and size, as in --artifacts '[{"name": ${jsonText(name)}, "uri": "s3://bucket/key", "digest": "SHA-256 in hexadecimal", "size": 1024}]'`

/** Makes an artifact of `NAME=FILE`. */
const named = Effect.fnUntraced(function* (text: string, deliverables: ReadonlyArray<Deliverable>) {
  const at = text.indexOf("=")
  if (at < 1) return yield* invalid("--artifact-file", `expected NAME=FILE such as report=report.md, but got ${text}`)
  const [name, file] = [text.slice(0, at), text.slice(at + 1)]
  if (/^[a-z][\w+.-]+:/i.test(file)) return yield* invalid("--artifact-file", referenceHint(name))
  return yield* fromFile(
    name,
    file,
    deliverables.find((one) => one.name === name)
  )
})

interface HandedBack {
  readonly result: JsonObject
  readonly artifacts: ReadonlyArray<Artifact>
  readonly evidence: ReadonlyArray<OwnEvidence>
}

/** Decodes the wire JSON of a completion; every error names its path. */
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
                expected: "Unknown key; remove it, or write it like media_type"
              }))
            })
          )
    }
  )

/** Artifacts from flags: files, and JSON for artifacts that are stored elsewhere. */
export const artifacts = Effect.fnUntraced(function* (
  files: ReadonlyArray<string>,
  given: Option.Option<GivenJson>,
  deliverables: ReadonlyArray<Deliverable>
) {
  const { flag, json } = Option.getOrElse(given, () => ({ flag: "--artifacts", json: [] }))
  if (!Array.isArray(json)) return yield* invalid(flag, "Expected an array of artifacts")
  const own = yield* Effect.forEach(files, (text) => named(text, deliverables))
  const others =
    json.length === 0
      ? []
      : (yield* Effect.fromResult(
          Result.mapError(
            handedBack(flag, { artifacts: json }),
            ({ input, issues }) =>
              new InvalidInput({
                input,
                issues: issues.map(({ path, expected }) => ({ path: path.replace(/^artifacts/, ""), expected }))
              })
          )
        )).artifacts
  return [...own, ...others]
})
