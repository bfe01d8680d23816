import { createHash } from "node:crypto"

import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"

import {
  AgentId,
  canonical,
  decodeOwnEvent,
  encodeEvent,
  entryDigest,
  entryText,
  erased,
  eventText,
  HandoffEvent,
  LogName,
  RecordId,
  Salt,
  type Seal,
  signedText,
  Signature
} from "../src/index.ts"
import { kept, seal } from "../src/lifecycle/Chain.ts"

const recordId = RecordId.make("7k2m9q4xw3pz")
const log = LogName.make("01234567890123456789abcdef")
const signature = Signature.make("s".repeat(86))

const sealFor = (signer: Seal["signer"] = () => undefined): Seal => ({
  log,
  keys: 3,
  salt: () => Salt.make("salt".padEnd(22, "-")),
  signer
})

const unsalted = (event: HandoffEvent): HandoffEvent => {
  const { salt: _, ...rest } = event
  return rest
}

const sha = (text: string) => createHash("sha256").update(text, "utf8").digest("hex")

/** The event as a caller of the engine gives it. */
const plain = (event: HandoffEvent): HandoffEvent => {
  const { body: _, keys: __, log: ___, salt: ____, sig: _____, ...given } = event
  return given
}

/** The event in the text of a row. Compared as text, in which -0 is 0. */
const textIn = (row: string): string => eventText(Result.getOrThrow(decodeOwnEvent("row", JSON.parse(row))))

const options = { arbitrary: { runs: 400, maxDiscards: 100_000 } }

describe("an entry of format 2", () => {
  it.prop(
    "is read back from the text of its row, with the digest that was computed for it",
    { given: HandoffEvent },
    ({ given }) => {
      const { digest, event, text } = seal(recordId, 4, plain(given), sealFor())
      assert.strictEqual(textIn(text), eventText(event))
      assert.strictEqual(entryDigest(recordId, 4, event), digest)
      assert.strictEqual(digest, sha(entryText(recordId, 4, event)))
      assert.deepStrictEqual(kept(recordId, 4, event), { event, text, digest })
      assert.strictEqual(entryText(recordId, 4, event), canonical(JSON.parse(entryText(recordId, 4, event))))
    },
    options
  )

  it.prop(
    "holds nothing of its body but the digest, and keeps its own when the body is erased",
    { given: HandoffEvent },
    ({ given }) => {
      const { digest, event } = seal(recordId, 4, plain(given), sealFor())
      const bare = erased(event)
      assert.strictEqual(entryDigest(recordId, 4, bare), digest)
      assert.strictEqual(bare.salt, undefined)
      assert.deepStrictEqual(erased(bare), bare)
      const { text, ...rest } = kept(recordId, 4, bare)
      assert.deepStrictEqual(rest, { event: bare, digest })
      assert.strictEqual(textIn(text), eventText(bare))
      // Everything that erasing takes away was not in the text of the entry.
      assert.strictEqual(entryText(recordId, 4, bare), entryText(recordId, 4, event))
    },
    options
  )

  it.prop(
    "is not the same in another log, at another place, with another salt or with other keys",
    { given: HandoffEvent },
    ({ given }) => {
      const { digest, event } = seal(recordId, 4, plain(given), sealFor())
      const others: ReadonlyArray<HandoffEvent> = [
        { ...event, log: LogName.make("f".repeat(26)) },
        { ...event, keys: 4 },
        ...(event.salt === undefined ? [] : [{ ...event, salt: Salt.make("x".repeat(22)) }])
      ]
      for (const other of others) assert.notStrictEqual(entryDigest(recordId, 4, other), digest)
      assert.notStrictEqual(entryDigest(recordId, 5, event), digest)
      assert.notStrictEqual(entryDigest(RecordId.make("other"), 4, event), digest)
    },
    options
  )

  it.prop(
    "is signed over everything but the signature, by the author only",
    { given: HandoffEvent },
    ({ given }) => {
      const texts: Array<string> = []
      const signer: Seal["signer"] = (agent) =>
        agent === given.by
          ? (text) => {
              texts.push(text)
              return signature
            }
          : undefined
      const { digest, event } = seal(recordId, 4, plain(given), sealFor(signer))
      assert.strictEqual(event.sig, signature)
      assert.deepStrictEqual(texts, [signedText(recordId, 4, event)])
      assert.strictEqual(entryDigest(recordId, 4, event), digest)
      const nobody = seal(recordId, 4, { ...plain(given), by: AgentId.make("nobody knows") }, sealFor(signer))
      assert.isUndefined(nobody.event.sig)
    },
    options
  )

  it.prop(
    "names a fault if its parts do not fit together",
    { given: HandoffEvent },
    ({ given }) => {
      const { event } = seal(recordId, 4, plain(given), sealFor())
      const bare = erased(event)
      const { log: _, ...unnamed } = event
      const faulty: ReadonlyArray<HandoffEvent> = [
        unnamed,
        event.salt === undefined ? { ...event, salt: Salt.make("x".repeat(22)) } : unsalted(event),
        ...(bare.body === undefined || JSON.stringify(encodeEvent(bare)) === JSON.stringify(encodeEvent(event))
          ? []
          : [{ ...event, body: bare.body }])
      ]
      for (const one of faulty) assert.isDefined(kept(recordId, 4, one).fault)
    },
    options
  )
})
