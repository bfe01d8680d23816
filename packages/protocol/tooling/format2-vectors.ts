/** The vectors of entries of format 2 and of key logs. The keys are those of RFC 8032, 7.1, tests 1 to 3. */
import { createPrivateKey, createPublicKey, sign } from "node:crypto"

import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

import * as Protocol from "../src/index.ts"
import { ask, at, created, type Event, histories, recordId, recordOf, type Status } from "./histories.ts"

export const log = Protocol.LogName.make("01234567890123456789abcdef")

const seeds = [
  "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
  "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
  "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"
]
const [operator, first, second] = seeds.map((seed) => {
  const key = createPrivateKey({
    key: Buffer.from(`302e020100300506032b657004220420${seed}`, "hex"),
    format: "der",
    type: "pkcs8"
  })
  const der = createPublicKey(key).export({ format: "der", type: "spki" })
  return {
    publicKey: Protocol.PublicKey.make(der.subarray(-32).toString("base64url")),
    sign: (text: string) => Protocol.Signature.make(sign(null, Buffer.from(text, "utf8"), key).toString("base64url"))
  }
})
// Cannot happen: there are three seeds.
if (operator === undefined || first === undefined || second === undefined) throw new Error("Three keys")

const decoded = (event: Event) => Result.getOrThrow(Protocol.decodeEvent("vector", event))

/** Writes a history as a store of this log does. The salts are numbered, and `executor` signs. */
export const sealed = (events: ReadonlyArray<Event>): ReadonlyArray<Event> => {
  let salts = 0
  const seal: Protocol.Seal = {
    log,
    keys: 2,
    salt: () => Protocol.Salt.make(`salt-${++salts}`.padEnd(22, "-")),
    signer: (agent) => (agent === "executor" ? first.sign : undefined)
  }
  let record: Protocol.HandoffRecord | undefined
  return events.map((event) => {
    const given = decoded(event)
    const written =
      record === undefined && (given._tag === "Created" || given._tag === "Imported")
        ? Protocol.begin(Protocol.RecordId.make(recordId), given, seal)
        : // The cast: only the first event has no record before it.
          Result.getOrThrow(Protocol.advance(record as Protocol.HandoffRecord, given, seal))
    record = written.record
    return Protocol.encodeEvent(written.event)
  })
}

const entry = (name: string, revision: number, event: Event) =>
  ask(name, { operation: "entry", record_id: recordId, revision, event })
const verify = (name: string, events: ReadonlyArray<Event>, record?: unknown) =>
  ask(name, { operation: "verify", record_id: recordId, events, ...(record === undefined ? {} : { record }) })

const without = (event: Event, ...names: ReadonlyArray<string>): Event =>
  Object.fromEntries(Object.entries(event).filter(([name]) => !names.includes(name)))

const whole = sealed(histories.completed)
const [begun = {}, accepted = {}, started = {}, completed = {}] = whole
const record = recordOf(whole)
const erased = whole.map((event) => Protocol.encodeEvent(Protocol.erased(decoded(event))))
const ended = Object.keys(histories) as ReadonlyArray<Status>

export const format2 = [
  entry("the first entry of a history, whose body is digested with its salt", 1, begun),
  entry("an entry with a signature, which covers the log and the digest of the body", 2, accepted),
  entry("an entry without a body has no salt", 3, started),
  entry("the same entry of another log", 3, { ...without(started, "sig"), log: "f".repeat(26) }),
  entry("an erased entry has the same digest", 1, erased[0] ?? {}),
  ...ended.map((status) => {
    const events = sealed(histories[status])
    return verify(`a history that ends ${status}`, events, recordOf(events))
  }),
  verify("an erased history, with the record that it leads to", erased, recordOf(erased)),
  verify("an erased history, with the record before it was erased", erased, record),
  verify("a history of which one entry was erased", [begun, erased[1] ?? {}, started, completed], record),
  verify("an entry of format 1 after one of format 2", [begun, without(accepted, "log", "salt", "keys", "sig")]),
  verify("another salt", [{ ...begun, salt: "other".padEnd(22, "-") }, accepted, started, completed], record),
  verify("a body without a salt", [without(begun, "salt")]),
  verify("a salt without a body", [begun, accepted, { ...started, salt: "salt-9".padEnd(22, "-") }]),
  verify("another log", [begun, { ...accepted, log: "f".repeat(26) }, started, completed], record),
  verify("another number of keys", [begun, { ...accepted, keys: 3 }, started, completed], record),
  verify("a body that was put into an erased entry", [{ ...begun, body: (erased[0] ?? {})["body"] }]),
  verify("an erased entry with the digest of another body", [
    erased[0] ?? {},
    { ...erased[1], body: (erased[0] ?? {})["body"] },
    ...erased.slice(2)
  ]),
  verify("fields of format 2 without a log", [{ ...created, keys: 2 }])
]

type Draft = Readonly<Record<string, unknown>>
type Signers = { readonly proof?: typeof operator; readonly sig?: typeof operator }

/** Appends an event to a key log: links it, and lets these keys sign it. */
const appended = (
  events: ReadonlyArray<Protocol.KeyEvent>,
  draft: Draft,
  { proof, sig }: Signers = {}
): ReadonlyArray<Protocol.KeyEvent> => {
  const revision = events.length + 1
  const last = events.at(-1)
  const prev = last && Protocol.digestOf(Protocol.keyEntryText(events.length, last))
  const event = Result.getOrThrow(
    Protocol.decodeKeyEvent("vector", { at: at(revision), log, ...(prev && { prev }), ...draft })
  )
  const proven = proof === undefined ? event : { ...event, proof: proof.sign(Protocol.provenText(revision, event)) }
  const complete = sig === undefined ? proven : { ...proven, sig: sig.sign(Protocol.authorizedText(revision, proven)) }
  return [...events, complete]
}

const founded = appended([], { _tag: "Founded", operator: operator.publicKey }, { proof: operator })
const open = appended([], { _tag: "Founded" })
const executor = { agent: "executor", key: first.publicKey }
const added = appended(founded, { _tag: "KeyAdded", ...executor }, { proof: first, sig: operator })
const trusted = appended(open, { _tag: "KeyAdded", ...executor }, { proof: first })
const next = { agent: "executor", key: second.publicKey }
const rotated = appended(added, { _tag: "KeyRotated", ...next }, { proof: second, sig: first })
const revocation = { _tag: "KeyRevoked", ...next, reason: "The laptop was stolen." }
const revoked = appended(rotated, revocation, { sig: operator })
const recovered = appended(revoked, { _tag: "KeyAdded", ...executor }, { proof: first, sig: operator })
const removed = appended(recovered, { _tag: "AgentRemoved", agent: "executor" }, { sig: first })

const note = { _tag: "Archived", handoffs: 2, entries: 6, digest: "a".repeat(64), size: 9, root: "b".repeat(64) }
const erasure = { _tag: "Purged", by: "operator", handoffs: ["7k2m9q4xw3pz"], reason: "A request." }
const keys = (name: string, events: ReadonlyArray<Protocol.KeyEvent>) =>
  ask(name, { operation: "keys", events: events.map(Protocol.encodeKeyEvent) })
const add = { _tag: "KeyAdded", ...executor }
const late = { ...removed[1], at: DateTime.makeUnsafe("2026-12-01T09:00:00Z") }

export const keyLogs = [
  keys("no entries", []),
  keys("a first key that the operator allows", added),
  keys("a first key in a log without an operator", trusted),
  keys("an adopted key, which nobody proved", appended(open, { ...add, adopted: true })),
  keys("a rotation", rotated),
  keys("a revocation by the operator", revoked),
  keys("a revocation by the agent", appended(rotated, revocation, { sig: second })),
  keys("a recovery by the operator", recovered),
  keys("an agent that was removed", removed),
  keys("an archive in a log without an operator", appended(open, note)),
  keys("an archive that the operator allows", appended(added, note, { sig: operator })),
  keys("an archive that the operator does not allow", appended(added, note, { sig: first })),
  keys("a purge in a log without an operator", appended(open, erasure)),
  keys("a purge that the operator allows", appended(added, erasure, { sig: operator })),
  keys("a purge by nobody", appended(founded, erasure)),
  keys("a key log without its first entry", removed.slice(1)),
  keys("an operator's key without a proof", appended([], { _tag: "Founded", operator: operator.publicKey })),
  keys("two beginnings", appended(open, { _tag: "Founded" })),
  keys("a first key without a proof", appended(open, add)),
  keys("a proof by another key", appended(open, add, { proof: second })),
  keys("a first key that the operator does not allow", appended(founded, add, { proof: first })),
  keys("a first key that another key allows", appended(founded, add, { proof: first, sig: second })),
  keys("an adopted key that the operator does not allow", appended(founded, { ...add, adopted: true })),
  keys("a second key without a rotation", appended(trusted, { _tag: "KeyAdded", ...next }, { proof: second })),
  keys("a rotation without the key in force", appended(added, { _tag: "KeyRotated", ...next }, { proof: second })),
  keys(
    "a rotation by the operator",
    appended(added, { _tag: "KeyRotated", ...next }, { proof: second, sig: operator })
  ),
  keys("a rotation without a proof", appended(added, { _tag: "KeyRotated", ...next }, { sig: first })),
  keys("a rotation of no key", appended(open, { _tag: "KeyRotated", ...next }, { proof: second, sig: first })),
  keys("a revocation by nobody", appended(rotated, revocation)),
  keys("a revocation by a former key", appended(rotated, revocation, { sig: first })),
  keys("a revocation of a former key", appended(rotated, { ...revocation, key: first.publicKey }, { sig: operator })),
  keys("a revoked key that is added again without the operator", appended(revoked, add, { proof: first })),
  keys("the removal of an agent without a key", appended(open, { _tag: "AgentRemoved", agent: "executor" })),
  keys("a removal by nobody", appended(added, { _tag: "AgentRemoved", agent: "executor" })),
  // The cast: the second entry exists.
  keys("a changed moment", removed.with(1, late as Protocol.KeyEvent)),
  keys("an entry that was left out", removed.toSpliced(2, 1)),
  keys(
    "two entries that changed places",
    removed.with(1, removed[2] ?? (late as Protocol.KeyEvent)).with(2, removed[1] ?? (late as Protocol.KeyEvent))
  ),
  keys(
    "an entry of another log",
    removed.map((event, index) => (index === 1 ? { ...event, log: Protocol.LogName.make("f".repeat(26)) } : event))
  )
]
