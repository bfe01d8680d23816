/**
 * Writes and opens checkpoints as signed notes, so that public witnesses can cosign them. The formats are
 * https://c2sp.org/tlog-checkpoint and https://c2sp.org/signed-note, with Ed25519 signatures (type 1).
 */
import { Digest, digestOf, InvalidInput, LogName, type PublicKey, type Signature } from "@aumai/handoff-protocol"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Hex from "effect/encoding/Hex"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import { isSignedBy, signer } from "../routing/Signing.ts"
import type { Checkpoint } from "./Checkpoint.ts"

/** A signed checkpoint. */
export interface SignedCheckpoint extends Checkpoint {
  /** The line that names the log in the note, and its key. */
  readonly origin: string
  /** The checkpoint as a signed note. */
  readonly note: string
  /** The name, the id and the bytes of the public key in one line, with which others verify the note. */
  readonly verifierKey: string
}

/** A checkpoint whose signature was verified. */
export interface OpenedCheckpoint extends Checkpoint {
  /** The names of other keys that signed the note, such as those of witnesses. Their signatures were not verified. */
  readonly unverified: ReadonlyArray<string>
}

// Sixteen signatures of post-quantum witnesses, of about 7 KB each in base64, fit twice.
const longest = 262_144

const ed25519 = Uint8Array.of(1)
const prefix = "aumai-handoff/"
const isLogName = Schema.is(LogName)
const sizeForm = /^(?:0|[1-9]\d*)$/u
// A name has no spaces and no plus. JavaScript does not count U+0085 as a space, but Unicode does.
const signatureForm = /^— ([^\s\u0085+]+) (\S+)$/u
const verifierForm = /^([^\s\u0085+]+)\+([0-9a-f]{8})\+(\S+)$/u
const publicKeyForm = /^[\w-]{43}$/u
const control = /(?!\n)\p{Cc}/u

const invalid = (input: string, expected: string) =>
  Result.fail(new InvalidInput({ input, issues: [{ path: "", expected }] }))
const notANote = (expected: string) => invalid("checkpoint", expected)
const notAKey = (expected: string) => invalid("checkpoint key", expected)

/** Decodes base64 with padding; `undefined` unless encoding the bytes again gives the same text. */
const bytesOf = (text: string): Uint8Array | undefined => {
  const bytes = Result.getOrUndefined(Base64.decode(text))
  return bytes !== undefined && Base64.encode(bytes) === text ? bytes : undefined
}

/** Computes the id of a key: the first 4 bytes of a digest, as 8 hexadecimal digits. */
const idOf = (name: string, key: Uint8Array): string =>
  digestOf(concatBytes(utf8ToBytes(`${name}\n`), ed25519, key)).slice(0, 8)

interface VerifierKey {
  readonly name: string
  readonly id: string
  readonly publicKey: PublicKey
}

/** Reads a verifier key, or a plain public key, whose name is then the origin of the note. */
const keyOf = (text: string, origin: string): Result.Result<VerifierKey, InvalidInput> => {
  if (publicKeyForm.test(text)) {
    const key = Result.getOrUndefined(Base64Url.decode(text))
    // The cast: 32 bytes as base64url are a public key.
    return key?.length === 32
      ? Result.succeed({ name: origin, id: idOf(origin, key), publicKey: text as PublicKey })
      : notAKey("Expected 32 bytes as base64url: 43 characters")
  }
  const [, name, id, encoded] = verifierForm.exec(text) ?? []
  const bytes = bytesOf(encoded ?? "")
  if (name === undefined || id === undefined || bytes?.length !== 33 || bytes[0] !== 1) {
    return notAKey("Expected an Ed25519 key: NAME+ID+KEY as checkpoint prints it, or 43 characters of base64url")
  }
  const key = bytes.subarray(1)
  if (idOf(name, key) !== id) return notAKey(`The id ${id} does not belong to this name and key`)
  // The cast: 32 bytes encode to a public key.
  return Result.succeed({ name, id, publicKey: Base64Url.encode(key) as PublicKey })
}

/** Checks whether a text is a key rather than the name of a file that holds one. */
export const isKey = (text: string): boolean => publicKeyForm.test(text) || verifierForm.test(text)

/** Signs a checkpoint with a secret key, under the origin of its log as the name of the key. */
export const signed = (checkpoint: Checkpoint, secretKey: string): Effect.Effect<SignedCheckpoint, InvalidInput> =>
  Effect.map(signer(secretKey), ({ publicKey, sign }) => {
    const origin = prefix + checkpoint.log
    const key = Result.getOrThrow(Base64Url.decode(publicKey))
    const id = idOf(origin, key)
    const text = `${origin}\n${checkpoint.size}\n${Base64.encode(Result.getOrThrow(Hex.decode(checkpoint.root)))}\n`
    const signature = concatBytes(Result.getOrThrow(Hex.decode(id)), Result.getOrThrow(Base64Url.decode(sign(text))))
    return {
      ...checkpoint,
      origin,
      note: `${text}\n— ${origin} ${Base64.encode(signature)}\n`,
      verifierKey: `${origin}+${id}+${Base64.encode(concatBytes(ed25519, key))}`
    }
  })

interface SignatureLine {
  readonly name: string
  readonly id: string
  readonly signature: Uint8Array
}

/** Reads a signature line. */
const lineOf = (line: string): SignatureLine | undefined => {
  const [, name, encoded] = signatureForm.exec(line) ?? []
  const bytes = bytesOf(encoded ?? "")
  if (name === undefined || bytes === undefined || bytes.length < 5) return undefined
  return { name, id: Hex.encode(bytes.subarray(0, 4)), signature: bytes.subarray(4) }
}

/** Reads the text of a note: exactly an origin, a size and a root. */
const checkpointIn = (text: string): Result.Result<Checkpoint & { readonly origin: string }, InvalidInput> => {
  const [origin = "", size = "", root = "", ...more] = text.split("\n")
  const log = origin.slice(prefix.length)
  if (!origin.startsWith(prefix) || !isLogName(log))
    return notANote(`Expected ${prefix} and the name of a log in its first line`)
  if (!sizeForm.test(size) || !Number.isSafeInteger(Number(size))) {
    return notANote("Expected a number of entries in its second line")
  }
  const bytes = bytesOf(root)
  if (bytes?.length !== 32) return notANote("Expected a hash of 32 bytes as base64 in its third line")
  if (more.length > 0) return notANote("Expected an empty line after the hash")
  return Result.succeed({
    origin,
    log,
    size: Number(size),
    root: Digest.make(Hex.encode(bytes))
  })
}

/**
 * Opens a note: returns its checkpoint if the key has signed it. `key` is a verifier key or a public key as base64url.
 * Signatures of other keys are ignored, as the format demands.
 */
export const opened = (note: string, key: string): Result.Result<OpenedCheckpoint, InvalidInput> => {
  if (note.length > longest) return notANote(`Expected a note of at most ${longest} characters`)
  if (control.test(note) || !note.isWellFormed()) return notANote("Expected text without control characters")
  const end = note.indexOf("\n\n")
  if (end === -1 || !note.endsWith("\n")) {
    return notANote("Expected a signed note: three lines, an empty line, and lines of signatures")
  }
  const read = checkpointIn(note.slice(0, end))
  if (Result.isFailure(read)) return Result.fail(read.failure)
  const { origin, ...checkpoint } = read.success
  const lines = note
    .slice(end + 2, -1)
    .split("\n")
    .map(lineOf)
  const signatures = lines.filter((line) => line !== undefined)
  if (signatures.length < lines.length) return notANote("Expected only lines of signatures after its empty line")
  const verifier = keyOf(key, origin)
  if (Result.isFailure(verifier)) return Result.fail(verifier.failure)
  const { id, name, publicKey } = verifier.success
  const isTheirs = (line: SignatureLine) => line.name === name && line.id === id
  const theirs = signatures.filter(isTheirs)
  const text = note.slice(0, end + 1)
  // The cast: other lengths than 64 bytes are refused by the verification.
  const isValid = ({ signature }: SignatureLine) =>
    isSignedBy(text, Base64Url.encode(signature) as Signature, publicKey)
  if (theirs.length === 0) return notANote(`It is not signed by the key ${name}+${id}`)
  if (!theirs.every(isValid)) return notANote(`The signature is not that of the key ${name}+${id}`)
  return Result.succeed({
    ...checkpoint,
    unverified: signatures.filter((line) => !isTheirs(line)).map((line) => line.name)
  })
}
