import { createHash, generateKeyPairSync, sign, verify } from "node:crypto"

import { assert, describe, it } from "@effect/vitest"
import canonicalize from "canonicalize"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { createHash as createPureHash } from "sha256-uint8array"
import { vi } from "vitest"

import {
  advance,
  apply,
  canonical,
  create,
  decodeEvent,
  Digest,
  digestOf,
  encodeEvent,
  entryDigest,
  entryText,
  eventText,
  flawIn,
  HandoffEvent,
  linked,
  RecordId,
  replay,
  Signature,
  signedText
} from "../src/index.ts"
import { Life, lived } from "./lives.ts"
import { after, at, moves, pending, recordId, refused, sender, trailOf, trails } from "./samples.ts"

const sha = (text: string) => createHash("sha256").update(text, "utf8").digest("hex")

describe("a digest", () => {
  it.prop(
    "is the same without node:crypto, as in a browser",
    { text: Schema.String },
    ({ text }) => {
      const kept = text.toWellFormed()
      const pure = createPureHash().update(kept).digest("hex")
      assert.strictEqual(digestOf(kept), pure)
      assert.strictEqual(pure, sha(kept))
    },
    { arbitrary: { runs: 500 } }
  )

  it("is computed in JavaScript if the platform has no synchronous hash", async () => {
    const texts = ["", "abc", "翻訳 😀", "x".repeat(100_000)]
    const here = texts.map(digestOf)
    vi.stubGlobal("process", { ...process, getBuiltinModule: undefined })
    vi.resetModules()
    try {
      const browser = await import("../src/values/Digest.ts")
      assert.notStrictEqual(browser.digestOf, digestOf)
      assert.deepStrictEqual(texts.map(browser.digestOf), here)
      assert.deepStrictEqual(here, texts.map(sha))
      const bytes = Uint8Array.from({ length: 65 }, (_, index) => index * 5)
      assert.strictEqual(browser.digestOf(bytes), createHash("sha256").update(bytes).digest("hex"))
      assert.strictEqual(digestOf(bytes), browser.digestOf(bytes))
    } finally {
      vi.unstubAllGlobals()
      vi.resetModules()
    }
  })

  it("has one spelling", () => {
    const is: (value: unknown) => boolean = Schema.is(Digest)
    assert.isTrue(is(digestOf("")))
    for (const other of [digestOf("").toUpperCase(), digestOf("").slice(1), `${digestOf("")}\n`, "g".repeat(64), 1]) {
      assert.isFalse(is(other))
    }
  })
})

describe("canonical JSON", () => {
  // The examples of RFC 8785, 3.2.2 and 3.2.3.
  it("matches the examples of RFC 8785", () => {
    const literals = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`
    ) as unknown
    assert.strictEqual(
      canonical(literals),
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`
    )
    const keys = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\u0080": 6, "\u00f6": 7 }
    assert.deepStrictEqual(Object.values(JSON.parse(canonical(keys)) as object), [4, 2, 6, 7, 1, 5, 3])
  })

  const textOr = (write: () => unknown) => {
    try {
      return write()
    } catch {
      return "refused"
    }
  }
  it.prop(
    "equals the text of another implementation",
    { json: Schema.Json, key: Schema.String },
    ({ json, key }) => {
      const odd = { [key]: json, 10: -0, 9: 1e21, ["__proto__"]: key, "😀": [undefined, json], gone: undefined }
      assert.strictEqual(
        textOr(() => canonical(odd)),
        textOr(() => canonicalize(odd))
      )
    },
    { arbitrary: { runs: 1000, maxDiscards: 100_000 } }
  )

  it("refuses values without a canonical form", () => {
    for (const json of ["\ud83d", { "\ude00": 1 }, [Number.NaN], { a: Number.POSITIVE_INFINITY }]) {
      assert.throws(() => canonical(json))
      assert.throws(() => canonicalize(json))
    }
  })

  it.prop(
    "is the encoding of an event, in any order of its keys",
    { event: HandoffEvent },
    ({ event }) => {
      assert.strictEqual(eventText(event), canonicalize(encodeEvent(event)))
    },
    { arbitrary: { runs: 800, maxDiscards: 100_000 } }
  )
})

/** The same JSON with the keys of each object reversed. */
const reversed = (json: unknown): unknown =>
  typeof json !== "object" || json === null
    ? json
    : Array.isArray(json)
      ? json.map(reversed)
      : Object.fromEntries(
          Object.entries(json)
            .toReversed()
            .map(([key, value]) => [key, reversed(value)])
        )

describe("the digest of an entry", () => {
  it("is the digest of the canonical JSON of its record, revision and event", () => {
    const event = moves.Started
    const text = `{"event":{"_tag":"Started","at":"2026-11-22T08:02:00.000Z","by":"übersetzer"},"record_id":"7k2m9q4xw3pz","revision":3}`
    assert.strictEqual(entryText(recordId, 3, event), text)
    assert.strictEqual(entryDigest(recordId, 3, event), sha(text))
    assert.notStrictEqual(entryDigest(recordId, 4, event), sha(text))
    assert.notStrictEqual(entryDigest(RecordId.make("other"), 3, event), sha(text))
  })

  it.prop(
    "does not depend on the order of keys or on encoding",
    { event: HandoffEvent },
    ({ event }) => {
      const read = Result.getOrThrow(decodeEvent("event", reversed(encodeEvent(event))))
      assert.strictEqual(entryDigest(recordId, 2, read), entryDigest(recordId, 2, event))
    },
    { arbitrary: { runs: 300, maxDiscards: 100_000 } }
  )

  it("covers the signature, which covers the rest", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519")
    const event = { ...moves.Accepted, prev: digestOf("") }
    const text = signedText(recordId, 2, event)
    assert.strictEqual(text, entryText(recordId, 2, event))
    const sig = Signature.make(sign(null, Buffer.from(text, "utf8"), privateKey).toString("base64url"))
    const signed = { ...event, sig }
    assert.strictEqual(signedText(recordId, 2, signed), text)
    assert.notStrictEqual(entryDigest(recordId, 2, signed), entryDigest(recordId, 2, event))
    assert.isTrue(verify(null, Buffer.from(text), publicKey, Buffer.from(sig, "base64url")))
  })
})

describe("a chain", () => {
  it("starts without a previous digest, and every other entry has the digest of the previous one", () => {
    const { history, record } = trails.completed
    assert.strictEqual(history.length, 4)
    const digests = history.map((event, index) => entryDigest(recordId, index + 1, event))
    assert.deepStrictEqual(
      history.map(({ prev }) => prev),
      [undefined, ...digests.slice(0, -1)]
    )
    assert.strictEqual(record.head, digests.at(-1))
  })

  it.prop(
    "is the same if it is advanced, replayed, or started with an import",
    Life,
    ({ asked, steps }) => {
      const { history, record } = lived(asked, steps)
      assert.strictEqual(Result.getOrThrow(replay(recordId, history)).head, record.head)
      const imported = { _tag: "Imported", at: at(9999), by: sender, record } as const
      assert.strictEqual(create(recordId, imported).head, entryDigest(recordId, 1, imported))
    },
    { arbitrary: { runs: 100 } }
  )

  it("accepts only an entry that was written for its last one", () => {
    const accepted = after(moves.Accepted)
    const started = linked(accepted, moves.Started)
    assert.strictEqual(started.prev, accepted.head)
    assert.deepStrictEqual(Result.getOrThrow(advance(accepted, started)).event, started)
    const elsewhere = linked(after({ ...moves.Accepted, reason: "другое" }), moves.Started)
    const error = refused(accepted, elsewhere)
    assert(error._tag === "BrokenChain")
    assert.deepStrictEqual([error.recordId, error.revision], [recordId, 3])
    assert.strictEqual(error.message, `Handoff ${recordId}: revision 3 does not hold the digest of the one before it`)
  })

  it("reports a broken chain before any other fault", () => {
    assert.strictEqual(refused(pending, { ...moves.Completed, prev: digestOf("") })._tag, "BrokenChain")
  })

  it("is not checked by apply, whose record has no digest", () => {
    const accepted = Result.getOrThrow(apply(pending, moves.Accepted))
    assert.isFalse("head" in accepted)
    // An entry on a record without a digest is not linked, which verification detects.
    const { event } = Result.getOrThrow(advance(accepted, moves.Started))
    assert.isFalse("prev" in event)
    assert.strictEqual(flawIn(recordId, [...trailOf(moves.Accepted).history, event])?.revision, 3)
  })
})
