/** Runs a test vector with the public exports only, as an implementation in another language has to. */
import { createPublicKey, verify } from "node:crypto"

import * as Result from "effect/Result"

import * as Protocol from "../src/index.ts"

/** The operation of a vector with its input. */
export type Question =
  | { readonly operation: "replay"; readonly record_id: string; readonly events: ReadonlyArray<unknown> }
  | { readonly operation: "decode"; readonly type: keyof typeof codecs; readonly json: unknown }
  | { readonly operation: "parse"; readonly text: string }
  | { readonly operation: "continue"; readonly ours: unknown; readonly theirs: unknown }
  | { readonly operation: "entry"; readonly record_id: string; readonly revision: number; readonly event: unknown }
  | { readonly operation: "keys"; readonly events: ReadonlyArray<unknown> }
  | {
      readonly operation: "verify"
      readonly record_id: string
      readonly events: ReadonlyArray<unknown>
      readonly record?: unknown
    }

/** The expected result: a value, or an error without its sentence. */
export type Answer = { readonly ok: unknown } | { readonly error: Readonly<Record<string, unknown>> }

export interface Vector {
  readonly name: string
  readonly question: Question
  readonly expected: Answer
}

const codecs = {
  HandoffRequest: (json: unknown) => Result.map(Protocol.decodeRequest("vector", json), Protocol.encodeRequest),
  HandoffRecord: (json: unknown) => Result.map(Protocol.decodeRecord("vector", json), Protocol.encodeRecord),
  HandoffEvent: (json: unknown) => Result.map(Protocol.decodeEvent("vector", json), Protocol.encodeEvent),
  ArchivedHandoff: (json: unknown) =>
    Result.map(Protocol.decodeArchived("vector", json), (archived) => ({
      archived: Protocol.encodeArchived(archived),
      record: Protocol.encodeRecord(archived.record),
      ...(archived.edited === undefined ? {} : { edited: Protocol.encodeRecord(archived.edited) })
    }))
}

const isSigned: Protocol.IsSigned = (text, signature, publicKey) => {
  const key = createPublicKey({
    key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(publicKey, "base64url")]),
    format: "der",
    type: "spki"
  })
  return verify(null, Buffer.from(text, "utf8"), key, Buffer.from(signature, "base64url"))
}

/** Expands short forms of long values: `{"$repeat": ["x", 3]}` is `"xxx"`, `{"$nest": 3}` is `{"a":{"a":{}}}`. */
const expand = (json: unknown): unknown => {
  if (typeof json !== "object" || json === null) return json
  if (Array.isArray(json)) return json.map(expand)
  if ("$repeat" in json && Array.isArray(json.$repeat)) return String(json.$repeat[0]).repeat(Number(json.$repeat[1]))
  if ("$items" in json && Array.isArray(json.$items)) {
    return Array.from({ length: Number(json.$items[1]) }, () => expand((json.$items as ReadonlyArray<unknown>)[0]))
  }
  if ("$nest" in json) {
    let inner: unknown = {}
    for (let level = 1; level < Number(json.$nest); level++) inner = { a: inner }
    return inner
  }
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, expand(value)]))
}

const answer = (result: Result.Result<unknown, Error & { readonly _tag: string }>, isLarge = false): Answer => {
  if (Result.isSuccess(result)) return { ok: isLarge ? true : result.success }
  const { message: _message, input: _input, issues, ...fields } = Protocol.encodeError(result.failure)
  // Sentences may change; the paths of faults may not.
  if (Array.isArray(issues) && result.failure._tag === "NotDelivered") {
    return {
      error: { ...fields, deliverables: issues.map(({ deliverable }: { readonly deliverable: string }) => deliverable) }
    }
  }
  return Array.isArray(issues)
    ? { error: { ...fields, paths: issues.map(({ path }: { readonly path: string }) => path) } }
    : { error: fields }
}

const events = (list: ReadonlyArray<unknown>) => Result.all(list.map((event) => Protocol.decodeEvent("vector", event)))

export const run = (question: Question): Answer => {
  switch (question.operation) {
    case "replay": {
      const recordId = Protocol.RecordId.make(question.record_id)
      return answer(
        Result.flatMap(events(question.events), (history) =>
          Result.map(Protocol.replay(recordId, history), Protocol.encodeRecord)
        )
      )
    }
    case "decode": {
      const json = expand(question.json)
      return answer(codecs[question.type](json), JSON.stringify(json) !== JSON.stringify(question.json))
    }
    case "parse":
      return answer(Protocol.decodeText("vector", question.text))
    case "continue":
      return answer(
        Result.map(
          Result.all([
            Protocol.decodeRecord("vector", question.ours),
            Protocol.decodeRecord("vector", question.theirs)
          ]),
          ([ours, theirs]) => Protocol.continuation(ours, theirs)?.map(Protocol.encodeEvent) ?? null
        )
      )
    case "entry": {
      const recordId = Protocol.RecordId.make(question.record_id)
      const { revision } = question
      return answer(
        Result.map(Protocol.decodeEvent("vector", question.event), (event) => ({
          signed: Protocol.signedText(recordId, revision, event),
          text: Protocol.entryText(recordId, revision, event),
          digest: Protocol.entryDigest(recordId, revision, event)
        }))
      )
    }
    case "keys":
      return answer(
        Result.map(Result.all(question.events.map((event) => Protocol.decodeKeyEvent("vector", event))), (entries) => {
          const { flaw, state } = Protocol.readKeys(entries, isSigned)
          const inForce = [...state.agents.keys()].map((agent) => [agent, Protocol.keyAt(state, agent) ?? null])
          return flaw === undefined
            ? { revision: state.revision, head: state.head ?? null, keys: Object.fromEntries(inForce) }
            : { flaw: flaw.revision }
        })
      )
    case "verify": {
      const recordId = Protocol.RecordId.make(question.record_id)
      const record =
        question.record === undefined ? Result.succeed(undefined) : Protocol.decodeRecord("vector", question.record)
      return answer(
        Result.map(
          Result.all([events(question.events), record]),
          ([history, written]) => Protocol.flawIn(recordId, history, written)?.revision ?? null
        )
      )
    }
  }
}
