import {
  AgentId,
  advance,
  Capability,
  create,
  type HandoffEvent,
  type JsonObject,
  limits,
  RecordId
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import { HandoffStore } from "../store/HandoffStore.ts"
import { begin, drawOwn, expect, held, law, type Law, same, second, step, whole } from "./kit.ts"

const nested = (levels: number): JsonObject => {
  let value: JsonObject = { bottom: true }
  for (let level = 1; level < levels; level++) value = { level, value }
  return value
}

/** A name of the maximum length. */
const long = (start: string, filler: string) => (start + filler.repeat(limits.nameLength)).slice(0, limits.nameLength)

/** Commits a context as a request and as a result, and expects to read it back unchanged. */
const keeps = (what: string, context: JsonObject) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const created = begin(own.id("a"), { context })
    const accepted = step(created.record, "Accepted")
    const event: HandoffEvent = {
      _tag: "Completed",
      at: second(9),
      by: created.record.request.toAgent,
      result: context
    }
    const completed = Result.getOrThrow(advance(accepted.record, event))
    yield* store.commit([created, accepted, completed])
    const { record, events } = yield* held(own.id("a"))
    yield* same(
      `${what} as context`,
      Option.map(record, ({ request }) => request.context),
      Option.some(context)
    )
    yield* same(`${what} as result`, record, Option.some(completed.record))
    yield* same(`${what} in the history`, events, [created.event, accepted.event, completed.event])
    const [listed] = yield* whole(own, { _tag: "Inbox", agent: created.record.request.toAgent, status: "completed" })
    yield* same(`${what} in a view`, listed, completed.record)
    return record
  })

/** The laws of content: names, texts and JSON are read back unchanged. */
export const content: ReadonlyArray<Law> = [
  law("every kind of JSON is read back unchanged", function* () {
    yield* keeps("a context", {
      nothing: null,
      truth: [true, false],
      numbers: [0, -1, 1.5, 1e21, 5e-324, Number.MAX_SAFE_INTEGER, -Number.MAX_VALUE],
      texts: ["", " ", "\t\n\r\\\"'", "\u0001\u001f\u007f", "\u2028\u2029", "\ufeff", "%s {} ${x} $1 ?", "'; --"],
      "": { "a.b": [[]], "a b": {}, "0": [null], constructor: "toString" },
      deep: nested(100)
    })
  }),

  law("text in every script is read back unchanged", function* () {
    const texts = ["Übergabe", "передача", "引き渡し", "تسليم", "מסירה", "हस्तांतरण", "👩‍👩‍👧‍👦🏳️‍🌈", "e\u0301 é", "\u{10ffff}"]
    yield* keeps("a text", { texts, ...Object.fromEntries(texts.map((text) => [text, text])) })
  }),

  law("an own key named __proto__ is kept and does not set a prototype", function* () {
    // JSON.parse makes an own property, where a literal would set the prototype. The cast is safe for this text.
    const context = JSON.parse(`{"__proto__": {"polluted": true}, "deep": {"__proto__": 1, "b": 2}}`) as JsonObject
    const record = yield* keeps("an own __proto__ key", context)
    const kept = Option.map(record, ({ request }) => JSON.stringify(request.context["__proto__"]))
    yield* same("the value of the key", kept, Option.some(`{"polluted":true}`))
    yield* expect(!("polluted" in {}), "Expected the prototype of objects to be unchanged")
  }),

  law("keys with a backslash change no key of another handoff", function* () {
    // V8 13.6 compares a key as it is written with one that it has read before.
    for (const keys of [
      ["\\", "\u0001"],
      ['"', "\\"],
      ["C:\\new", "C:\new\t"]
    ]) {
      for (const key of keys) yield* keeps(`the key ${JSON.stringify(key)}`, { inside: { first: 1, [key]: 2 } })
    }
  }),

  law("a context of one mebibyte is read back unchanged", function* () {
    const room = limits.jsonBytes - JSON.stringify({ text: "" }).length
    yield* keeps("a context of 1 MiB", { text: `${"x".repeat(room - 4)}🙂` })
    yield* keeps("a context of many parts", { rows: Array.from({ length: 20_000 }, (_, n) => ({ n, square: n * n })) })
  }),

  law("every field of a request, an event and a response is read back unchanged", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const [from, to] = [own.agent("from"), own.agent("to")]
    const created: HandoffEvent = {
      _tag: "Created",
      at: second(0),
      by: from,
      via: "foreign",
      request: {
        fromAgent: from,
        toAgent: to,
        taskDescription: "First line\nsecond line — “third”",
        context: {},
        priority: 10,
        deadline: second(500),
        requires: [Capability.make("analyze"), Capability.make("可視化")],
        parent: own.id("parent")
      },
      routing: {
        agent: to,
        reason: "can analyze",
        fallback: false,
        matched: [Capability.make("analyze")],
        runnersUp: [{ agent: own.agent("next"), matched: [] }]
      }
    }
    const pending = create(own.id("a"), created)
    const accepted: HandoffEvent = {
      _tag: "Accepted",
      at: second(1),
      by: to,
      reason: "",
      estimatedCompletion: second(400)
    }
    const taken = Result.getOrThrow(advance(pending, accepted))
    const cancelled: HandoffEvent = { _tag: "Cancelled", at: second(2), by: from, reason: "no longer needed" }
    const withdrawn = Result.getOrThrow(advance(taken.record, cancelled))
    const imported: HandoffEvent = { _tag: "Imported", at: second(3), by: from, via: "foreign", record: taken.record }
    yield* store.commit([{ record: pending, event: created }])
    yield* store.commit([taken])
    yield* same("the accepted state", (yield* held(own.id("a"))).record, Option.some(taken.record))
    yield* store.commit([withdrawn])
    yield* same("the handoff and its history", yield* held(own.id("a")), {
      record: Option.some(withdrawn.record),
      events: [created, taken.event, withdrawn.event],
      revisions: [1, 2, 3]
    })
    const copy = create(own.id("b"), imported)
    yield* store.commit([{ record: copy, event: imported }])
    yield* same("an import and its history", yield* held(own.id("b")), {
      record: Option.some(copy),
      events: [imported],
      revisions: [1]
    })
  }),

  law("similar names are distinct, and long names are kept", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const alike = [
      "name",
      "Name",
      "name ",
      " name",
      "näme",
      "na\u0308me",
      "nam%",
      "nam_",
      "ｎame",
      "name\u200b",
      "name'"
    ]
    for (const name of alike) yield* store.commit([begin(own.id(name), { to: own.agent(name) })])
    for (const name of alike) {
      const [record, ...others] = yield* whole(own, { _tag: "Inbox", agent: own.agent(name), status: "pending" })
      yield* same(`the inbox of "${name}"`, record?.recordId, own.id(name))
      yield* same(`the rest of the inbox of "${name}"`, others, [])
      const found = yield* store.get(own.id(name))
      yield* same(
        `the handoff "${name}"`,
        Option.map(found, ({ recordId }) => recordId),
        Option.some(own.id(name))
      )
    }
    for (const filler of ["渡", "x"]) {
      const id = RecordId.make(long(own.id(""), filler))
      const [from, to] = [AgentId.make(long(own.agent("f"), filler)), AgentId.make(long(own.agent("t"), filler))]
      const change = begin(id, { from, to, parent: id })
      yield* store.commit([change])
      yield* same("a handoff with long names", yield* whole(own, { _tag: "Children", parent: id }), [change.record])
      yield* same("the sent ones of a long name", yield* whole(own, { _tag: "Sent", agent: from }), [change.record])
    }
  })
]
