import { assert, describe, it } from "@effect/vitest"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import { archivedCodec, eventCodec, recordCodec, requestCodec } from "../src/encoding/Codecs.ts"
import { type Codec, fault } from "../src/encoding/WireCodec.ts"
import {
  AgentId,
  Capability,
  decodeArchived,
  decodeEvent,
  decodeJsonObject,
  decodeOwnEvent,
  decodeRecord,
  decodeRequest,
  decodeText,
  encodeError,
  encodeEvent,
  encodeRecord,
  encodeRequest,
  HandoffEvent,
  HandoffNotFound,
  HandoffRecord,
  HandoffRequest,
  HandoffStatus,
  type InvalidInput,
  limits,
  NotCompleted,
  NotYourHandoff,
  StoreError,
  wireSchemas
} from "../src/index.ts"
import { receiver, recordId, sender, states, trails } from "./samples.ts"

const text = { arbitrary: { runs: 300, maxDiscards: 100_000 } }
const throughText = (json: unknown): unknown => Result.getOrThrow(decodeText("text", JSON.stringify(json)))
const faults = (result: Result.Result<unknown, InvalidInput>): ReadonlyArray<string> => {
  assert(Result.isFailure(result), "it was accepted")
  return result.failure.issues.map(({ path, expected }) => `${path}: ${expected}`)
}

describe("the wire keeps", () => {
  it.prop(
    "every request",
    { request: HandoffRequest, words: Schema.Literals(["übersetzen", "翻訳", "🧾", "نص"]) },
    (given) => {
      const request = { ...given.request, taskDescription: `${given.words}${given.request.taskDescription}` }
      const read = Result.getOrThrow(decodeRequest("request", throughText(encodeRequest(request))))
      assert.isTrue(Equal.equals(read, request))
    },
    text
  )

  it.prop(
    "every record",
    { record: HandoffRecord },
    ({ record }) => {
      const read = Result.getOrThrow(decodeRecord("record", throughText(encodeRecord(record))))
      assert.isTrue(Equal.equals(read, record))
      assert.isTrue(Schema.is(HandoffRecord)(read))
    },
    { arbitrary: { runs: 800, maxDiscards: 100_000 } }
  )

  it.prop(
    "every event",
    { event: HandoffEvent },
    ({ event }) => {
      const read = Result.getOrThrow(decodeEvent("event", throughText(encodeEvent(event))))
      assert.isTrue(Equal.equals(read, event))
      assert.isTrue(Schema.is(HandoffEvent)(read))
    },
    { arbitrary: { runs: 800, maxDiscards: 100_000 } }
  )

  it.each(HandoffStatus.literals)("the status %s by name, and every key of the Python models", (status) => {
    const json = encodeRecord(states[status])
    assert.strictEqual(json.status, status)
    assert.includeMembers(Object.keys(json), [
      "record_id",
      "request",
      "response",
      "status",
      "result",
      "created_at",
      "updated_at"
    ])
    assert.includeMembers(Object.keys(json.request), [
      "from_agent",
      "to_agent",
      "task_description",
      "context",
      "priority",
      "deadline"
    ])
    assert.strictEqual(json.created_at, "2026-11-22T08:00:00.000Z")
  })

  it("a key named __proto__ in a context, and sets no prototype", () => {
    const json = `{"from_agent":"a","to_agent":"b","task_description":"t","context":{"__proto__":{"polluted":true}}}`
    const request = Result.getOrThrow(decodeRequest("request", Result.getOrThrow(decodeText("text", json))))
    assert.isTrue(Object.hasOwn(request.context, "__proto__"))
    assert.strictEqual(JSON.stringify(encodeRequest(request).context), `{"__proto__":{"polluted":true}}`)
    assert.isUndefined(Reflect.get({}, "polluted"))
    assert.isUndefined(Reflect.get(request.context, "polluted"))
  })
})

const reasonOf = (value: object): unknown => Reflect.get(value, "reason")

describe("decoding", () => {
  const wire = encodeRecord(states.accepted)

  it("reads an absent key as undefined, null, or its default", () => {
    const bare = { from_agent: "a", to_agent: "b", task_description: "t" }
    const expected = {
      fromAgent: AgentId.make("a"),
      toAgent: AgentId.make("b"),
      taskDescription: "t",
      context: {},
      priority: 5
    }
    const nulls = { context: null, priority: null, deadline: null, requires: null, parent: null }
    for (const json of [bare, { ...bare, ...nulls }, { ...bare, unknown: 1 }]) {
      assert.deepStrictEqual(Result.getOrThrow(decodeRequest("request", json)), expected)
    }
  })

  it.each([
    ["accepted", true],
    ["in_progress", true],
    ["completed", true],
    ["rejected", false],
    ["failed", false]
  ] as const)("concludes the answer from the status %s when none is written", (status, accepted) => {
    const record = Result.getOrThrow(decodeRecord("record", { ...wire, status, response: null }))
    assert.deepStrictEqual("response" in record ? record.response : undefined, { accepted, reason: "" })
  })

  it("reads an absent reason as empty if a reason is required", () => {
    const fact = { at: "2026-12-01T09:00:00Z", by: "a" }
    const asked = Result.getOrThrow(decodeRecord("record", { ...wire, status: "input_required" }))
    assert.deepInclude(asked, { question: "", attempt: 1 })
    const late = Result.getOrThrow(decodeRecord("record", { ...wire, status: "expired" }))
    assert.deepInclude(late, { missed: "deadline" })
    for (const status of ["cancelled", "expired"]) {
      const { reason: _reason, ...json } = { ...wire, status }
      assert.strictEqual(reasonOf(Result.getOrThrow(decodeRecord("record", json))), "")
    }
    for (const _tag of ["Rejected", "Failed"]) {
      assert.strictEqual(reasonOf(Result.getOrThrow(decodeEvent("event", { _tag, ...fact }))), "")
    }
    assert.isFalse("reason" in Result.getOrThrow(decodeEvent("event", { _tag: "Cancelled", ...fact })))
  })

  it("names every fault by its path on the wire, and repeats no value", () => {
    const secret = "hunter2"
    const request = {
      from_agent: 1,
      to_agent: secret.repeat(20),
      task_description: "",
      context: [secret],
      priority: 11,
      deadline: secret,
      requires: ["report", "", secret.repeat(20)],
      parent: { [secret]: 1 }
    }
    const result = decodeRecord("handoffs.json", {
      record_id: `${secret}\0`,
      request,
      response: { accepted: secret, reason: { secret }, estimated_completion: `2026-02-31T${secret}` },
      status: secret,
      result: secret,
      reason: [secret],
      created_at: `2026-12-01T09:00:00${secret}`,
      updated_at: [secret],
      revision: secret
    })
    assert.deepStrictEqual(
      faults(result).toSorted(),
      [
        "created_at: Expected a timestamp such as 2026-12-01T09:00:00Z",
        "reason: Expected string | null",
        "record_id: Expected text without the NUL character",
        "request.context: Expected object | null",
        "request.deadline: Expected a timestamp such as 2026-12-01T09:00:00Z",
        "request.from_agent: Expected string",
        "request.parent: Expected string | null",
        "request.priority: Expected a value between 1 and 10",
        "request.requires[1]: Expected a value with a length of at least 1",
        "request.requires[2]: Expected a value with a length of at most 128",
        "request.task_description: Expected a value with a length of at least 1",
        "request.to_agent: Expected a value with a length of at most 128",
        "response.accepted: Expected boolean",
        "response.estimated_completion: Expected a timestamp such as 2026-12-01T09:00:00Z",
        "response.reason: Expected string | null",
        "result: Expected object | null",
        'status: Expected "pending" | "accepted" | "in_progress" | "input_required" | "delivered" | "completed" | "rejected" | "failed" | "cancelled" | "expired"',
        "updated_at: Expected string",
        "revision: Expected number | null"
      ].toSorted()
    )
    assert(Result.isFailure(result))
    assert.notInclude(JSON.stringify(encodeError(result.failure)), secret)
  })

  it("lists the known tags for an event with an unknown tag", () => {
    const [fault = ""] = faults(decodeEvent("event", { _tag: "hunter2", at: "2026-12-01T09:00:00Z", by: "a" }))
    for (const { fields } of HandoffEvent.members) assert.include(fault, fields._tag.schema.literal)
    assert.notInclude(fault, "hunter2")
  })

  it("names the invalid event of a history", () => {
    const history = [
      { _tag: "Created", at: "x", by: "" },
      { _tag: "Rejected", at: "2026-12-01T09:00:00Z" }
    ]
    assert.deepStrictEqual(
      faults(decodeArchived("a", { ...wire, history })).map((fault) => fault.split(":")[0]),
      ["history[0].at", "history[0].by", "history[1].by"]
    )
  })

  it("refuses undefined for an optional key, because JSON has no undefined", () => {
    const request = { from_agent: "a", to_agent: "b", task_description: "t", deadline: undefined }
    assert.strictEqual(faults(decodeRequest("request", request)).length, 1)
  })

  it("refuses a value that is not an object", () => {
    for (const json of [null, undefined, 1, "text", [], true]) {
      for (const decode of [decodeRequest, decodeRecord, decodeEvent, decodeArchived, decodeJsonObject]) {
        assert.strictEqual(faults(decode("input", json)).length, 1)
      }
    }
  })

  it("keeps the keys of a context unchanged in a path", () => {
    assert.deepStrictEqual(faults(decodeJsonObject("--context", { apiLimit: Number.NaN })), [
      "apiLimit: Expected JSON value"
    ])
  })

  it("reports the place of invalid JSON", () => {
    assert.deepStrictEqual(faults(decodeText("--context", "{hunter2}")), [
      ": Expected JSON; it stops being JSON at line 1, column 2"
    ])
  })
})

const guardOf =
  <A, Json>({ read }: Codec<A, Json>) =>
  (json: unknown): boolean =>
    read(json) !== fault
const isWireRequest = guardOf(requestCodec)
const isWireRecord = guardOf(recordCodec)
const isWireEvent = guardOf(eventCodec)
const isWireArchived = guardOf(archivedCodec)

describe("the guards and the schemas agree", () => {
  const pairs = [
    { name: "HandoffRequest", guard: isWireRequest, schema: wireSchemas.HandoffRequest },
    { name: "HandoffRecord", guard: isWireRecord, schema: wireSchemas.HandoffRecord },
    { name: "HandoffEvent", guard: isWireEvent, schema: wireSchemas.HandoffEvent },
    { name: "ArchivedHandoff", guard: isWireArchived, schema: wireSchemas.ArchivedHandoff }
  ] as const
  // Replacements for a field. Each is valid for some fields and invalid for others.
  const replacements: ReadonlyArray<unknown> = [
    null,
    undefined,
    "",
    "text",
    "a\0",
    "\ud83d",
    "n".repeat(128),
    "n".repeat(129),
    "語".repeat(128),
    "x".repeat(65_536),
    "ä".repeat(32_769),
    0,
    1,
    10,
    11,
    1.5,
    Number.NaN,
    2 ** 53,
    true,
    [],
    ["report"],
    [""],
    Array.from({ length: 129 }, () => "report"),
    {},
    { a: Number.NaN },
    { a: "\0" },
    "pending",
    "foreign",
    "Started",
    "Created",
    "Imported",
    "2026-12-01T09:00:00Z",
    "2026-02-31T09:00:00Z",
    -0,
    0.5,
    limits.attempts,
    limits.attempts + 1,
    limits.durationMilliseconds,
    limits.durationMilliseconds + 1,
    "deadline",
    "accept_by",
    ["deadline"],
    ["deadline", "accept_by", "deadline"],
    "attempts_exhausted",
    { milliseconds: 1 },
    { milliseconds: 0 },
    { at: "2026-12-01T09:00:00Z" },
    { done: ["one"] },
    { done: [1] },
    { question: "?", answer: "!" },
    "0".repeat(64),
    "0".repeat(63),
    "A".repeat(86),
    "A".repeat(64),
    limits.hops,
    limits.hops + 1,
    "rejected",
    "verified",
    "observed",
    "understood",
    { summary: "s" },
    { severity: "stable", summary: "s" },
    { summary: "s", items: [{ id: "a", answer: "question" }] },
    [{ name: "report", content: null }],
    [{ name: "report" }],
    [
      { name: "report", content: 1 },
      { name: "report", content: 2 }
    ],
    [{ receiver: "b", attempt: 2, at: "2026-12-01T09:00:00Z" }]
  ]
  const places = (json: unknown): ReadonlyArray<ReadonlyArray<string>> =>
    typeof json === "object" && json !== null
      ? Object.entries(json).flatMap(([key, inner]) => [[key]].concat(places(inner).map((path) => [key].concat(path))))
      : []
  const replaced = (json: unknown, [key, ...rest]: ReadonlyArray<string>, value: unknown): unknown => {
    if (key === undefined) return value
    if (Array.isArray(json))
      return json.map((item, index) => (String(index) === key ? replaced(item, rest, value) : item))
    return { ...Object(json), [key]: replaced(Reflect.get(Object(json), key), rest, value) }
  }
  const without = (json: unknown, [key, ...rest]: ReadonlyArray<string>): unknown => {
    if (key === undefined) return json
    if (Array.isArray(json)) return json.map((item, index) => (String(index) === key ? without(item, rest) : item))
    const copy = { ...Object(json) }
    if (rest.length === 0) Reflect.deleteProperty(copy, key)
    else copy[key] = without(copy[key], rest)
    return copy
  }

  for (const { name, guard, schema } of pairs) {
    const is: (json: unknown) => boolean = Schema.is(schema)
    it.prop(
      `on ${name}, as it is, with any field left out and with any field replaced`,
      { json: schema, choices: Schema.Array(Schema.Struct({ place: Schema.Natural, value: Schema.Natural })) },
      ({ json, choices }) => {
        assert.isTrue(guard(json))
        const all = places(json)
        for (const path of all) {
          const given = without(json, path)
          assert.strictEqual(guard(given), is(given), `without ${path.join(".")}`)
        }
        for (const { place, value } of choices) {
          const path = all[place % all.length] ?? []
          const given = replaced(json, path, replacements[value % replacements.length])
          assert.strictEqual(guard(given), is(given), `${path.join(".")} replaced by #${value % replacements.length}`)
        }
      },
      { arbitrary: { runs: 300, maxDiscards: 100_000 } }
    )
  }

  const routing = {
    agent: "carol",
    reason: "can analyze",
    fallback: false,
    matched: ["analyze"],
    runners_up: [{ agent: "alice", matched: [] }]
  }
  const digest = "0".repeat(64)
  const request = {
    ...encodeRequest(states.pending.request),
    requires: ["report"],
    parent: "p",
    retry_of: "r",
    priority: 5
  }
  const briefing = {
    severity: "watcher",
    summary: "s",
    actions: [{ id: "a", task: "t", owner: "o", due: "2026-12-01T09:00:00Z" }],
    situation: { known: ["k"], decided: ["d"], open: ["o"] },
    contingencies: [{ id: "b", if: "i", then: "t" }],
    read_back: { required: ["a"], asks: ["first_action"], confirm: true }
  }
  const asked = {
    ...request,
    accept_by: "2026-12-01T09:00:00Z",
    remind_before: 1,
    max_attempts: 2,
    briefing,
    deliverables: [{ name: "report", media_type: "text/plain", schema: { type: "string" }, digest }],
    review: { within: 1, silence: "escalates", escalate_to: "c", reworks: 2 },
    max_hops: 2,
    reroute: true,
    retry: { initial: 1, factor: 1, max: 1, jitter: 0, final: ["404"] }
  }
  const format2 = { log: "0".repeat(26), keys: 3, salt: "A".repeat(22), body: digest }
  const fact = { at: "2026-12-01T09:00:00Z", by: "a", via: "foreign", ...format2, prev: digest, sig: "A".repeat(86) }
  const answer = { accepted: true, reason: "r", estimated_completion: "2026-12-01T09:00:00Z" }
  const artifacts = [
    { name: "report", media_type: "text/plain", content: { pages: [1] } },
    { name: "scan", media_type: null, uri: "s3://bucket/scan.pdf", digest, size: 0 }
  ]
  const proof = { statement: "seen", of: "report", uri: "https://example.org", digest }
  const readBack = {
    summary: "s",
    items: [{ id: "a", answer: "question", note: "n" }],
    first_action: "f",
    most_likely_wrong: "w",
    least_confident_item: "l"
  }
  const handBack = { done: ["one"], remaining: ["two"], pitfalls: ["three"], artifacts }
  const full = {
    ...encodeRecord(states.completed),
    request: asked,
    response: answer,
    reason: "why",
    attempt: 2,
    lease: { milliseconds: 1, until: "2026-12-01T09:00:00Z" },
    progress: { at: "2026-12-01T09:00:00Z", note: "half", fraction: 0.5 },
    hand_back: handBack,
    not_before: "2026-12-01T09:00:00Z",
    question: "?",
    released: true,
    answer: { question: "?", answer: "!" },
    uncounted: 1,
    rework: { number: 1, attempt: 2, missing: "m", by: "a", at: "2026-12-01T09:00:00Z" },
    review_by: "2026-12-01T09:00:00Z",
    escalated: "2026-12-01T09:00:00Z",
    reminded: ["deadline", "accept_by"],
    code: "attempts_exhausted",
    missed: "deadline",
    via: "foreign",
    hops: [{ receiver: "b", attempt: 2, at: "2026-12-01T09:00:00Z" }],
    read_back: { ...readBack, confirmed: "2026-12-01T09:00:00Z", checked: ["a"], correction: "c" },
    artifacts,
    parts: 1,
    evidence: [{ grade: "verified", ...proof, by: "c", at: "2026-12-01T09:00:00Z" }],
    head: digest
  }
  const move = { ...fact, attempt: 1 }
  const transitionEvents = [
    {
      _tag: "Accepted",
      ...move,
      reason: "r",
      estimated_completion: "2026-12-01T09:00:00Z",
      lease: 1,
      read_back: readBack
    },
    { _tag: "Forwarded", ...move, to: "b", reason: "r", hand_back: handBack, because: "rejected", routing },
    { _tag: "Delegated", ...move, child: "c" },
    { _tag: "Restated", ...move, read_back: readBack },
    { _tag: "Confirmed", ...move, checked: ["a"], correction: "c" },
    { _tag: "Attested", ...move, ...proof, grade: "endorsed" },
    { _tag: "Rejected", ...move, reason: "r" },
    { _tag: "Started", ...move },
    { _tag: "Progressed", ...move, note: "half", fraction: 0.5, lease: 1 },
    { _tag: "Asked", ...move, question: "?" },
    { _tag: "Answered", ...move, answer: "!" },
    {
      _tag: "Released",
      ...move,
      reason: "r",
      code: "shutdown",
      hand_back: handBack,
      not_before: "2026-12-01T09:00:00Z",
      stack: "s"
    },
    {
      _tag: "Completed",
      ...move,
      result: {},
      artifacts,
      evidence: [{ grade: "claimed", ...proof }],
      leaves_children: true
    },
    {
      _tag: "Delivered",
      ...move,
      result: {},
      artifacts,
      evidence: [{ grade: "claimed", ...proof }],
      leaves_children: true
    },
    { _tag: "Approved", ...move, reason: "r" },
    { _tag: "Returned", ...move, missing: "m" },
    { _tag: "Escalated", ...move },
    { _tag: "Failed", ...move, reason: "r", code: "attempts_exhausted", stack: "s" },
    { _tag: "Cancelled", ...move, reason: "r", along: "p" },
    { _tag: "Reminded", ...move, of: "deadline" },
    { _tag: "Expired", ...move, missed: "accept_by" }
  ]
  const { record_id: _id, request: _request, ...state } = full
  const samples = [
    { guard: isWireRequest, schema: wireSchemas.HandoffRequest, json: asked, depth: Infinity },
    { guard: isWireRecord, schema: wireSchemas.HandoffRecord, json: full, depth: Infinity },
    ...[
      { _tag: "Created", ...fact, request: asked, routing, hand_back: { done: ["one"] } },
      { _tag: "Imported", ...fact, record: full },
      ...transitionEvents
    ].map((json) => ({ guard: isWireEvent, schema: wireSchemas.HandoffEvent, json, depth: Infinity })),
    {
      guard: isWireArchived,
      schema: wireSchemas.ArchivedHandoff,
      json: {
        ...full,
        history: [
          { _tag: "Created", ...fact, routing, hand_back: { done: ["one"] } },
          { _tag: "Imported", ...fact, record: { ...state, record_id: "o" } },
          ...transitionEvents.filter(({ _tag }) => _tag === "Forwarded" || _tag === "Completed")
        ]
      },
      // The guards of what is deeper were compared alone, and each comparison here is one of the whole.
      depth: 3
    }
  ]
  it("on samples with every field", () => {
    assert.includeMembers(Object.keys(asked), Object.keys(wireSchemas.HandoffRequest.fields))
    assert.includeMembers(Object.keys(full), Object.keys(wireSchemas.HandoffRecord.fields))
    for (const { fields } of wireSchemas.HandoffEvent.members) {
      const tag = fields._tag.schema.literal
      const sample = samples.find(({ json }) => "_tag" in json && json._tag === tag)
      assert.includeMembers(Object.keys(sample?.json ?? {}), Object.keys(fields), tag)
    }
  })

  it("on every field of a full sample, with every replacement", () => {
    let compared = 0
    for (const { guard, schema, json, depth } of samples) {
      const is: (json: unknown) => boolean = Schema.is(schema)
      assert.isTrue(guard(json))
      assert.isTrue(is(json))
      for (const path of places(json).filter(({ length }) => length <= depth)) {
        for (const value of replacements) {
          const given = replaced(json, path, value)
          assert.strictEqual(
            guard(given),
            is(given),
            `${path.join(".")} replaced by ${JSON.stringify(value)?.slice(0, 30)}`
          )
          compared += 1
        }
        const given = without(json, path)
        assert.strictEqual(guard(given), is(given), `without ${path.join(".")}`)
      }
    }
    assert.isAbove(compared, 20_000)
  })
})

describe("an event of this library", () => {
  it("is read in its own encoding only", () => {
    for (const { history } of Object.values(trails)) {
      for (const event of history) {
        const json = Object(throughText(encodeEvent(event))) as Readonly<Record<string, unknown>>
        assert.isTrue(Equal.equals(Result.getOrThrow(decodeOwnEvent("event", json)), event))
        for (const change of [{ bx: "" }, { sig: null }, { at: "2026-11-22T08:00:00Z" }]) {
          assert.isTrue(Result.isSuccess(decodeEvent("event", { ...json, ...change })))
          assert.deepStrictEqual(faults(decodeOwnEvent("event", { ...json, ...change })), [
            ": Expected the event exactly as this library writes it"
          ])
        }
        assert.deepStrictEqual(faults(decodeOwnEvent("event", { ...json, by: 1 })), ["by: Expected string"])
      }
    }
  })
})

describe("encodeError", () => {
  it("has the tag, the sentence and the fields in snake_case", () => {
    assert.deepStrictEqual(
      encodeError(
        new NotYourHandoff({ recordId, event: "Accepted", by: sender, party: "receiver", expected: receiver })
      ),
      {
        _tag: "NotYourHandoff",
        message: `planner is not the receiver of handoff ${recordId}; \`accept\` is for übersetzer`,
        record_id: recordId,
        event: "Accepted",
        by: sender,
        party: "receiver",
        expected: receiver
      }
    )
    assert.deepStrictEqual(encodeError(new HandoffNotFound({ recordId })), {
      _tag: "HandoffNotFound",
      message: `No handoff ${recordId}`,
      record_id: recordId
    })
  })

  it("has the record of a handoff that was not completed in wire JSON", () => {
    const record = states.expired
    assert(record.status === "expired")
    assert.deepStrictEqual(encodeError(new NotCompleted({ record })), {
      _tag: "NotCompleted",
      message: `Handoff ${recordId} was not finished by its deadline; \`history\` shows its steps, and \`create\` hands the task over again`,
      record: encodeRecord(record)
    })
  })

  it("leaves out a cause", () => {
    const error = new StoreError({ operation: "get", reason: "corrupt", detail: "Line 3", cause: new Error("hunter2") })
    assert.deepStrictEqual(encodeError(error), {
      _tag: "StoreError",
      message: "Line 3",
      operation: "get",
      reason: "corrupt",
      detail: "Line 3"
    })
  })
})

describe("names", () => {
  it("have 1 to 128 UTF-16 units without NUL and lone surrogates", () => {
    for (const schema of [AgentId, Capability]) {
      const is: (json: unknown) => boolean = Schema.is(schema)
      for (const name of ["n", "n".repeat(128), "語".repeat(128), "😀".repeat(64)]) assert.isTrue(is(name))
      for (const name of ["", "n".repeat(129), "😀".repeat(65), "\0", "\ud83d"]) assert.isFalse(is(name))
    }
  })
})
