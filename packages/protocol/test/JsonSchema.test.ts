import { readFileSync } from "node:fs"

import { assert, describe, it } from "@effect/vitest"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Schema from "effect/Schema"

import { limits, wireSchemas } from "../src/index.ts"
import { histories, moves, recordOf, request } from "../tooling/vectors.ts"

const load = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../schema/${name}.json`, import.meta.url), "utf8")) as object // The cast is safe because the generator writes it.
// In strict mode, an unknown keyword in a generated file is an error.
const compile = (name: string) => new Ajv2020({ strict: true, strictTypes: false }).compile(load(name))

type Sample = readonly [name: string, json: unknown]
const record = recordOf(histories.completed)
const started = moves.Started
const digest = "0".repeat(64)
const many = Array.from({ length: limits.parts + 1 }, (_, index) => ({ name: `${index}` }))
const texts = (key: string): ReadonlyArray<Sample> => [
  [`${key} null`, { [key]: null }],
  [`${key} number`, { [key]: 1 }],
  [`${key} empty`, { [key]: "" }],
  [`${key} long`, { [key]: "n".repeat(129) }],
  [`${key} as long as may be`, { [key]: "n".repeat(128) }],
  [`${key} object`, { [key]: {} }],
  [`${key} array`, { [key]: [] }],
  [`${key} boolean`, { [key]: true }]
]
const moments = (key: string): ReadonlyArray<Sample> =>
  [
    "2026-12-01T09:00:00Z",
    "2026-12-01T09:00:00",
    "2026-12-01T09:00:00.123456+05:30",
    "2026-12-01t09:00:00z",
    "2026-13-01T09:00:00Z",
    "2026-12-01T24:00:00Z",
    "2026-12-31T23:59:60Z",
    "2026-12-01T09:00:00+24:00",
    "2026-12-01T09:00:00.Z",
    "2026-12-01",
    "tomorrow",
    "2026-12-01T09:00:00Z\n"
  ].map((moment) => [`${key} ${moment}`, { [key]: moment }])
const on = (base: object, changes: ReadonlyArray<Sample>): ReadonlyArray<Sample> =>
  changes.map(([name, change]) => [name, { ...base, ...Object(change) }])
const numbers = (key: string): ReadonlyArray<Sample> =>
  [0, 1, 5, 10, 11, 1.5, -1, "5", null].map((value) => [`${key} ${value}`, { [key]: value }])

const samples: Readonly<Record<keyof typeof wireSchemas, ReadonlyArray<Sample>>> = {
  HandoffRequest: [
    ["whole", request],
    ["nothing", {}],
    ...on(request, [
      ...["from_agent", "to_agent", "task_description", "context", "requires", "parent", "retry_of"].flatMap(texts),
      ...moments("deadline"),
      ...moments("accept_by"),
      ...["priority", "remind_before", "max_attempts"].flatMap(numbers),
      ["requirements", { requires: ["a", "b"] }],
      ["too many requirements", { requires: Array.from({ length: limits.capabilities + 1 }, () => "a") }],
      ["an empty requirement", { requires: [""] }],
      ["an unknown key", { colour: 1 }],
      ...["briefing", "deliverables", "reroute"].flatMap(texts),
      ...numbers("max_hops"),
      ["too many hops", { max_hops: limits.hops + 1 }],
      ["a re-routing", { reroute: true }],
      ["a briefing", { briefing: { severity: "stable", summary: "", situation: { known: ["a"], open: null } } }],
      ["a briefing of no severity", { briefing: { severity: "ill", summary: "" } }],
      ["an action without an id", { briefing: { severity: "stable", summary: "", actions: [{ task: "t" }] } }],
      [
        "a contingency",
        { briefing: { severity: "stable", summary: "", contingencies: [{ id: "a", if: "i", then: "t" }] } }
      ],
      ["half a contingency", { briefing: { severity: "stable", summary: "", contingencies: [{ id: "a", if: "i" }] } }],
      ["a read-back", { briefing: { severity: "stable", summary: "", read_back: { confirm: true } } }],
      ["a deliverable", { deliverables: [{ name: "a", media_type: null, schema: {}, digest }] }],
      ["a deliverable without a name", { deliverables: [{ digest }] }],
      ["a digest in capitals", { deliverables: [{ name: "a", digest: "A".repeat(64) }] }],
      ["too many deliverables", { deliverables: many }]
    ])
  ],
  HandoffResponse: [
    ["bare", { accepted: false }],
    ["without an answer", { reason: "x" }],
    ...on({ accepted: true }, [...texts("accepted"), ...texts("reason"), ...moments("estimated_completion")])
  ],
  HandoffRecord: [
    ...Object.values(histories).map((history, index): Sample => [`state ${index}`, recordOf(history)]),
    ...on(record, [
      ...["record_id", "request", "response", "status", "result", "reason"].flatMap(texts),
      ...moments("created_at"),
      ...moments("updated_at"),
      ...moments("not_before"),
      ...["revision", "attempt"].flatMap(numbers),
      ...["lease", "progress", "hand_back", "question", "answer", "reminded", "code", "missed"].flatMap(texts),
      ["a lease", { lease: { milliseconds: 1, until: null } }],
      ["a lease of nothing", { lease: { milliseconds: 0 } }],
      ["a lease for ever", { lease: { milliseconds: limits.durationMilliseconds + 1 } }],
      ["progress", { progress: { at: started["at"], fraction: 1 } }],
      ["progress beyond the end", { progress: { at: started["at"], fraction: 1.1 } }],
      ["progress at no time", { progress: { fraction: 1 } }],
      ["a hand-back", { hand_back: { done: ["a"], remaining: [], pitfalls: null } }],
      ["a hand-back of numbers", { hand_back: { done: [1] } }],
      ["too long a hand-back", { hand_back: { done: Array.from({ length: limits.points + 1 }, () => "a") } }],
      ["an answer", { answer: { question: "?", answer: "!" } }],
      ["half an answer", { answer: { question: "?" } }],
      ["reminders", { reminded: ["accept_by", "deadline"] }],
      ["too many reminders", { reminded: ["accept_by", "deadline", "deadline"] }],
      ["a reminder of nothing", { reminded: ["dinner"] }],
      ["a code", { code: "attempts_exhausted" }],
      ["a clock", { missed: "accept_by" }],
      ...["hops", "read_back", "artifacts", "evidence", "head"].flatMap(texts),
      ...numbers("parts"),
      ["a head", { head: digest }],
      ["a hop", { hops: [{ receiver: "a", attempt: 2, at: started["at"] }] }],
      ["a hop to nobody", { hops: [{ attempt: 2, at: started["at"] }] }],
      ["what was read back", { read_back: { summary: "", items: [{ id: "a", answer: "question" }], confirmed: null } }],
      ["another answer", { read_back: { summary: "", items: [{ id: "a", answer: "perhaps" }] } }],
      [
        "artifacts",
        {
          artifacts: [
            { name: "a", content: null },
            { name: "b", uri: "u", digest, size: 0 }
          ]
        }
      ],
      ["an artifact of nothing", { artifacts: [{ name: "a" }] }],
      ["half a reference", { artifacts: [{ name: "a", uri: "u", digest }] }],
      ["evidence", { evidence: [{ grade: "verified", statement: "s", by: "a", at: started["at"] }] }],
      ["evidence by nobody", { evidence: [{ grade: "verified", statement: "s", at: started["at"] }] }],
      ["evidence of nothing", { evidence: [{ grade: "verified", statement: "", by: "a", at: started["at"] }] }]
    ])
  ],
  HandoffEvent: [
    ...Object.values(histories)
      .flat()
      .map((event, index): Sample => [`event ${index}`, event]),
    ["imported", { _tag: "Imported", at: started["at"], by: "a", record }],
    ["imported without a record", { _tag: "Imported", at: started["at"], by: "a" }],
    ["created without a request", { _tag: "Created", at: started["at"], by: "a" }],
    ...on(started, [...["_tag", "by", "via"].flatMap(texts), ...moments("at"), ["foreign", { via: "foreign" }]]),
    ...on(moves.Completed, texts("result")),
    ...on(moves.Rejected, [...texts("reason"), ...numbers("attempt")]),
    ...on(moves.Accepted, numbers("lease")),
    ...on(moves.Progressed, [...texts("note"), ...numbers("fraction"), ...numbers("lease")]),
    ...on(moves.Asked, texts("question")),
    ...on(moves.Answered, texts("answer")),
    ...on(moves.Released, [...texts("hand_back"), ...moments("not_before")]),
    ...on(moves.Failed, [...texts("code"), ["a code", { code: "attempts_exhausted" }]]),
    ...on(started, [...texts("prev"), ...texts("sig"), ["linked", { prev: digest, sig: "A".repeat(86) }]]),
    ...on(moves.Accepted, texts("read_back")),
    ...on(moves.Forwarded, [...texts("to"), ...texts("because"), ["re-routed", { because: "accept_by" }]]),
    ...on(moves.Delegated, texts("child")),
    ...on(moves.Restated, [...texts("read_back"), ["in words", { read_back: { summary: "s" } }]]),
    ...on(moves.Confirmed, texts("correction")),
    ...on(moves.Attested, [
      ...texts("statement"),
      ...texts("of"),
      ...texts("digest"),
      ["with a digest", { digest }],
      ...texts("grade"),
      ["endorsed", { grade: "endorsed" }]
    ]),
    ...on(moves.Completed, [
      ...texts("artifacts"),
      ...texts("leaves_children"),
      ["with evidence", { evidence: [{ grade: "claimed", statement: "s" }] }],
      ["with evidence of others", { evidence: [{ grade: "verified", statement: "s" }] }]
    ]),
    ...on(moves.Cancelled, texts("along")),
    ...on(moves.Reminded, texts("of")),
    ...on(moves.Expired, texts("missed"))
  ],
  ArchivedHandoff: [
    ["without a history", record],
    ...on(record, [
      ...texts("history"),
      ["with one", { history: [{ ...started, _tag: "Created" }, moves.Accepted] }],
      ["with a stranger in it", { history: [{ ...started, _tag: "Paused" }] }],
      ["with an imported state", { history: [{ _tag: "Imported", at: started["at"], by: "a", record }] }],
      [
        "with another's imported state",
        { history: [{ _tag: "Imported", at: started["at"], by: "a", record: { ...record, record_id: 1 } }] }
      ],
      ["with an imported nothing", { history: [{ _tag: "Imported", at: started["at"], by: "a", record: {} }] }]
    ])
  ]
}

// JSON Schema cannot express these rules: it accepts these values and the decoder does not.
const stricter: ReadonlyArray<Sample> = on(request, [
  ["31 February", { deadline: "2026-02-31T09:00:00Z" }],
  ["a moment before the year 0000", { deadline: "0000-01-01T00:00:00+01:00" }],
  ["65 536 bytes and one", { task_description: "x".repeat(limits.textBytes + 1) }],
  ["a context of 1 MiB and one byte", { context: { a: "x".repeat(limits.jsonBytes - 7) } }],
  ["129 levels", { context: { a: JSON.parse("[".repeat(limits.nesting) + "]".repeat(limits.nesting)) } }],
  ["NUL", { task_description: "a\0" }],
  ["a lone surrogate", { context: { a: "\ud83d" } }],
  ["two deliverables of one name", { deliverables: [{ name: "a" }, { name: "a" }] }],
  [
    "a read-back of nothing that is there",
    { briefing: { severity: "stable", summary: "", read_back: { required: ["a"] } } }
  ],
  ["128 code points that are 256 UTF-16 units", { to_agent: "😀".repeat(128) }]
])

describe("the JSON Schema files and the decoder agree", () => {
  // The cast restores the keys of wireSchemas, which Object.keys widens to string.
  for (const name of Object.keys(wireSchemas) as ReadonlyArray<keyof typeof wireSchemas>) {
    const validate = compile(name)
    const is: (json: unknown) => boolean = Schema.is(wireSchemas[name])
    it(`on ${name}: samples of both kinds`, () => {
      const verdicts = samples[name].map(([sample, json]) => {
        const ours = is(json)
        assert.strictEqual(validate(json), ours, `${sample}: ${JSON.stringify(validate.errors)}`)
        return ours
      })
      assert.includeMembers(verdicts, [true, false])
    })
    it.prop(
      `on ${name}: any valid value`,
      { json: wireSchemas[name] },
      ({ json }) => {
        assert.isTrue(validate(json), JSON.stringify(validate.errors))
      },
      { arbitrary: { runs: 200, maxDiscards: 100_000 } }
    )
  }

  it.each(stricter.map(([name, json]) => ({ name, json })))(
    "except for $name, which JSON Schema cannot express",
    ({ json }) => {
      assert.isTrue(compile("HandoffRequest")(json))
      assert.isFalse(Schema.is(wireSchemas.HandoffRequest)(json))
    }
  )

  it("have a dialect, an id, a title, a description and defaults", () => {
    const schema = load("HandoffRequest") as Readonly<Record<string, unknown>>
    assert.include(schema, {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "https://github.com/aumai/aumai-handoff/schema/HandoffRequest.json",
      title: "HandoffRequest",
      description: "The task as the sender asks for it. It never changes once the handoff is created."
    })
    const text = JSON.stringify(schema)
    assert.include(text, `"default":5`)
    assert.include(text, `"default":{}`)
  })
})
