import { Digest, LogName } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import { utf8ToBytes } from "@noble/hashes/utils.js"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"

import * as Signing from "../src/routing/Signing.ts"
import { opened, signed } from "../src/verification/Note.ts"

const log = LogName.make("0123456789abcdefghjkmnpqrs")
const checkpoint = {
  log,
  size: 20_852_163,
  root: Digest.make("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
}
const origin = `aumai-handoff/${log}`

const pair = await Effect.runPromise(Signing.generate)
const { note, verifierKey } = await Effect.runPromise(signed(checkpoint, pair.secretKey))
const [, , root = ""] = note.split("\n")
const body = note.slice(0, note.indexOf("\n\n") + 1)

// A cosignature of a witness, from https://c2sp.org/tlog-cosignature.
const cosignature =
  "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"

/** The sentence of the refusal. */
const refused = (text: string, key = verifierKey): string => {
  const result = opened(text, key)
  assert.isTrue(Result.isFailure(result), `Expected a refusal of ${JSON.stringify(text)}`)
  return Result.isFailure(result) ? result.failure.message : ""
}

/** Decodes UTF-8; `undefined` for other bytes. */
const decoded = (bytes: Uint8Array): string | undefined => {
  try {
    return decodeURIComponent(Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""))
  } catch {
    return undefined
  }
}

describe("a note", () => {
  it("has the lines of the format", () => {
    assert.match(note, new RegExp(`^${origin}\n20852163\n[A-Za-z0-9+/]{43}=\n\n— ${origin} [A-Za-z0-9+/]{91}=\n$`, "u"))
    assert.match(verifierKey, new RegExp(String.raw`^${origin}\+[0-9a-f]{8}\+A[A-Za-z0-9+/]{43}$`, "u"))
  })

  it("opens with the verifier key, and with the plain public key", () => {
    for (const key of [verifierKey, pair.publicKey]) {
      assert.deepStrictEqual(Result.getOrThrow(opened(note, key)), { ...checkpoint, unverified: [] })
    }
  })

  it("keeps its meaning with the signatures of witnesses, which are named", () => {
    const witnessed = [note + cosignature, `${body}\n${cosignature}${note.slice(body.length + 1)}`]
    const unverified = ["witness.example.com/w1"]
    for (const text of witnessed) {
      assert.deepStrictEqual(Result.getOrThrow(opened(text, verifierKey)), { ...checkpoint, unverified })
    }
    const many = Result.getOrThrow(opened(note + `— w ${"A".repeat(6500)}\n`.repeat(16), verifierKey))
    assert.strictEqual(many.unverified.length, 16)
  })

  it("has the key ids of the format", () => {
    // The example of https://c2sp.org/signed-note.
    const example = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    assert.include(refused(note, example), "It is not signed by the key example.com/foo+530d903a")
    assert.include(refused(note, example.replace("foo", "fob")), "The id 530d903a does not belong to this name and key")
  })

  it("is refused for another key, and for something that is not a key", async () => {
    const other = await Effect.runPromise(Signing.generate)
    assert.include(refused(note, other.publicKey), "It is not signed by the key")
    // The signature of another checkpoint with the same key.
    const theirs = await Effect.runPromise(signed({ ...checkpoint, size: 1 }, pair.secretKey))
    const moved = body + theirs.note.slice(theirs.note.indexOf("\n\n") + 1)
    assert.include(refused(moved), "The signature is not that of the key")
    assert.include(refused(note + moved.slice(body.length + 1)), "The signature is not that of the key")
    const cosigner = verifierKey.replace(/[^+]+=*$/, Base64.encode(new Uint8Array(33).fill(4, 0, 1)))
    for (const key of ["", "key", `${pair.publicKey}=`, ` ${verifierKey}`, `${verifierKey}\n`, cosigner]) {
      assert.include(refused(note, key), "Expected an Ed25519 key")
    }
  })

  it.each([
    ["without signatures", body],
    ["with an empty list of signatures", `${body}\n`],
    ["without the last line feed", note.slice(0, -1)],
    ["with carriage returns", note.replaceAll("\n", "\r\n")],
    ["with a byte order mark", `\uFEFF${note}`],
    ["with an empty line at its end", `${note}\n`],
    ["with an empty line before it", `\n${note}`],
    ["with a second empty line", note.replace("\n\n", "\n\n\n")],
    ["without the empty line", note.replace("\n\n", "\n")],
    ["with a control character", note.replace("— ", "— \u0001")],
    ["with half a surrogate pair", `${note}— \ud800 AAAAAAA=\n`],
    ["of another program", note.replace("aumai-handoff/", "example.com/")],
    ["of a log whose name is too long", note.replace(log, `${log}0`)],
    ["of a log with capitals", note.replace(log, log.toUpperCase())],
    ["with two origins", `${origin}\n${note}`],
    ["with an extension line", note.replace("\n\n", "\nmore\n\n")],
    ["with a zero before its size", note.replace("20852163", "020852163")],
    ["with a sign before its size", note.replace("20852163", "+20852163")],
    ["with a size in hexadecimal", note.replace("20852163", "0x13e2dc3")],
    ["with a size beyond exact numbers", note.replace("20852163", "9007199254740993")],
    ["without a size", note.replace("20852163", "")],
    ["with a hash of 31 bytes", note.replace(root, Base64.encode(new Uint8Array(31)))],
    ["with a hash as base64url", note.replace(root, root.replaceAll("/", "_").replaceAll("+", "-").replace("=", ""))],
    ["with a hash whose last bits are set", note.replace(root, `${root.slice(0, -2)}h=`)],
    ["with a hyphen for the dash", note.replace("— ", "- ")],
    ["with an en dash for the dash", note.replace("— ", "– ")],
    ["with two spaces", note.replace("— ", "—  ")],
    ["with a tab", note.replace(`${origin} `, `${origin}\t`)],
    ["with a space at the end of a line", `${note.slice(0, -1)} \n`],
    ["with a plus in the name of a key", note.replace(`— ${origin}`, `— ${origin}+1`)],
    ["with a signature of four bytes", `${note}— w AAAAAA==\n`],
    ["with a line that is not a signature", `${note}signed\n`],
    ["that is oversized", note + `— w ${"A".repeat(65_532)}\n`.repeat(5)]
  ])("is refused %s", (_, text) => {
    assert.notStrictEqual(text, note)
    assert.include(refused(text), "Invalid checkpoint: Expected")
  })

  it("is refused, or has the same meaning, after any change of one byte", () => {
    const bytes = utf8ToBytes(note + cosignature)
    const signedBytes = utf8ToBytes(note).length
    let same = 0
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
        const text = decoded(bytes.with(at, (bytes[at] ?? 0) ^ flip))
        const result = text === undefined ? undefined : opened(text, pair.publicKey)
        if (result === undefined || Result.isFailure(result)) continue
        const { unverified: _, ...meaning } = result.success
        assert.deepStrictEqual(meaning, checkpoint)
        // Only the signature of the witness may change, because this key says nothing about it.
        assert.isAtLeast(at, signedBytes)
        same += 1
      }
    }
    assert.isAbove(same, 0)
  })
})
