import { PublicKey, type Signature } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as ed25519 from "@noble/ed25519"
import * as Base64Url from "effect/encoding/Base64Url"

import { AgentCapabilityRegistry } from "../src/routing/AgentCapabilityRegistry.ts"
import * as Signing from "../src/routing/Signing.ts"
import { inProcess, refusal, test } from "./managing.ts"

const { bytesToHex, concatBytes, hexToBytes, mod } = ed25519.etc
const { n: order } = ed25519.Point.CURVE()

const keyOf = (bytes: Uint8Array) => PublicKey.make(Base64Url.encode(bytes))
// The cast: 64 bytes encode to a signature.
const signatureOf = (...parts: ReadonlyArray<Uint8Array>) => Base64Url.encode(concatBytes(...parts)) as Signature
const littleEndian = (n: bigint) => hexToBytes(n.toString(16).padStart(64, "0")).toReversed()
const numberIn = (bytes: Uint8Array) => BigInt(`0x${bytesToHex(bytes.toReversed())}`)

/** The eight points of small order, in every encoding that some library reads: the canonical ones first. */
const smallOrder = [
  `01${"00".repeat(31)}`,
  `ec${"ff".repeat(30)}7f`,
  "00".repeat(32),
  `${"00".repeat(31)}80`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  `01${"00".repeat(30)}80`,
  `ec${"ff".repeat(31)}`,
  `ed${"ff".repeat(30)}7f`,
  `ed${"ff".repeat(31)}`,
  `ee${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(31)}`
]
const [identity = ""] = smallOrder

const secret = hexToBytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
const known = hexToBytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
const signature = hexToBytes(
  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
const message = "r"
const bytes = Uint8Array.of(0x72)
const lenient = (sig: Uint8Array, key: Uint8Array) => ed25519.verify(sig, bytes, key)

/** A signature by the holder of a key, with a nonce point in another encoding. */
const signedWith = (nonce: Uint8Array) => {
  const { scalar } = ed25519.utils.getExtendedPublicKey(secret)
  const k = mod(numberIn(ed25519.hash(concatBytes(nonce, known, bytes))), order)
  return concatBytes(nonce, littleEndian(mod(k * scalar, order)))
}

describe("a signature", () => {
  it("of RFC 8032 is accepted, for its text and key only", () => {
    assert.isTrue(Signing.isSignedBy(message, signatureOf(signature), keyOf(known)))
    assert.isFalse(Signing.isSignedBy("s", signatureOf(signature), keyOf(known)))
    assert.isFalse(Signing.isSignedBy(message, signatureOf(signature), keyOf(ed25519.getPublicKey(known))))
  })

  it.each(smallOrder)("by a key of small order is refused, though any text fits it: %s", (hex) => {
    const key = hexToBytes(hex)
    const forged = concatBytes(hexToBytes(identity), new Uint8Array(32))
    assert.isTrue(ed25519.Point.fromBytes(key, true).isSmallOrder())
    assert.isTrue(lenient(forged, key))
    assert.isFalse(Signing.isSignedBy(message, signatureOf(forged), keyOf(key)))
  })

  it.each(smallOrder.slice(8))("that only ZIP 215 accepts is refused: its point is %s", (hex) => {
    const forged = signedWith(hexToBytes(hex))
    assert.isTrue(lenient(forged, known))
    assert.isFalse(Signing.isSignedBy(message, signatureOf(forged), keyOf(known)))
  })

  it("is refused if its number is not reduced", () => {
    const [point, number] = [signature.slice(0, 32), numberIn(signature.slice(32))]
    assert.isTrue(Signing.isSignedBy(message, signatureOf(point, littleEndian(number)), keyOf(known)))
    for (let times = 1n; number + times * order < 2n ** 256n; times++) {
      const malleated = signatureOf(point, littleEndian(number + times * order))
      assert.isFalse(Signing.isSignedBy(message, malleated, keyOf(known)))
    }
  })

  it("has one text, and so has a key", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    // The last character of a signature has four bits that belong to no byte, that of a key two.
    const others = (text: string, count: number) => {
      const last = alphabet.indexOf(text.slice(-1))
      return Array.from({ length: count - 1 }, (_, index) => text.slice(0, -1) + alphabet[last + index + 1])
    }
    const [sig, key] = [signatureOf(signature), keyOf(known)]
    for (const text of others(sig, 16)) assert.isFalse(Signing.isSignedBy(message, text as Signature, key)) // The cast: of its shape.
    for (const text of others(key, 4)) assert.isFalse(Signing.isSignedBy(message, sig, PublicKey.make(text)))
  })
})

describe("registering a key", () => {
  const register = (publicKey: string) =>
    AgentCapabilityRegistry.use((registry) => registry.register("alice", [], { publicKey }))

  test("refuses points of small and of mixed order, bytes that are no point, and a second text of a key", function* () {
    const isPoint = (key: Uint8Array) => {
      try {
        return ed25519.Point.fromBytes(key, true) instanceof ed25519.Point
      } catch {
        return false
      }
    }
    const noPoints = Array.from({ length: 40 }, (_, n) => littleEndian(BigInt(n))).filter((key) => !isPoint(key))
    assert.isAbove(noPoints.length, 10)
    const mixed = smallOrder
      .slice(1, 8)
      .map((hex) => ed25519.Point.fromBytes(known).add(ed25519.Point.fromHex(hex)).toBytes())
    const texts = [...smallOrder.map(hexToBytes), ...noPoints, ...mixed].map((key) => Base64Url.encode(key))
    for (const text of [...texts, keyOf(known).replace(/w$/, "x")]) {
      assert.strictEqual(
        yield* refusal(register(text), "InvalidInput"),
        "Invalid agent: public_key: Expected a point of prime order of Ed25519, encoded as in RFC 8032"
      )
    }
    assert.deepStrictEqual(yield* AgentCapabilityRegistry.use((registry) => registry.agents), [])
  })

  test("accepts every key that is generated, from a process that has it", function* () {
    const pairs = [{ publicKey: keyOf(known), secretKey: Base64Url.encode(secret) }]
    for (let n = 0; n < 20; n++) pairs.push(yield* Signing.generate)
    const alice = inProcess(Signing.layer({ alice: pairs.map(({ secretKey }) => secretKey) }))
    for (const { publicKey } of pairs) yield* alice(register(publicKey))
    const [{ keys = [] } = {}] = yield* AgentCapabilityRegistry.use((registry) => registry.agents)
    assert.deepStrictEqual(
      keys.map(({ publicKey }) => publicKey),
      pairs.map(({ publicKey }) => publicKey)
    )
  })
})
