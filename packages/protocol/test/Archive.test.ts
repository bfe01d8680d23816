import { readFileSync } from "node:fs"

import { assert, describe, it } from "@effect/vitest"
import addFormats from "ajv-formats"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import {
  advance,
  apply,
  type ArchivedHandoff,
  continuation,
  decodeArchived,
  decodeText,
  encodeArchived,
  encodeRecord,
  flawIn,
  type HandoffEvent,
  HandoffRecord,
  HandoffRequest,
  HandoffStatus,
  isSameState,
  replay,
  RoutingDecision,
  transitions
} from "../src/index.ts"
import { Life, lived } from "./lives.ts"
import { after, at, headless, moves, pending, receiver, recordId, request, sender, states, trails } from "./samples.ts"

const read = (json: unknown): ArchivedHandoff => Result.getOrThrow(decodeArchived("archive", json))
const throughText = (json: unknown): unknown => Result.getOrThrow(decodeText("text", JSON.stringify(json)))

const shown = (status: HandoffStatus, record = states[status]) => {
  const { status: seen, response } = encodeArchived({ record, history: trails[status].history })
  return { seen, response }
}

const answer = (reason: string) => ({ accepted: false, reason, estimated_completion: null })

describe("an archive", () => {
  it.each(HandoffStatus.literals)("keeps a handoff in status %s with its history", (status) => {
    const handoff = trails[status]
    assert.isTrue(Equal.equals(read(throughText(encodeArchived(handoff))), handoff))
  })

  it.prop(
    "keeps any history that the lifecycle allows",
    {
      given: HandoffRequest,
      routing: RoutingDecision,
      imported: HandoffRecord,
      isImported: Schema.Boolean,
      isOwn: Schema.Boolean,
      tags: Schema.Array(Schema.Literals(Object.values(moves).map(({ _tag }) => _tag)))
    },
    ({ given, routing, imported, isImported, isOwn, tags }) => {
      const origin: HandoffEvent = isImported
        ? {
            _tag: "Imported",
            at: at(0),
            by: sender,
            via: "foreign",
            record: isOwn ? { ...imported, recordId } : imported
          }
        : { _tag: "Created", at: at(0), by: given.fromAgent, request: given, routing }
      const history: Array<HandoffEvent> = [origin]
      let record = Result.getOrThrow(replay(recordId, history))
      for (const tag of tags) {
        const { fromAgent, toAgent } = record.request
        const event = { ...moves[tag], by: transitions[tag].by === "sender" ? fromAgent : toAgent }
        const advanced = advance(record, event)
        if (Result.isFailure(advanced)) continue
        record = advanced.success.record
        history.push(advanced.success.event)
      }
      assert.isTrue(Equal.equals(read(throughText(encodeArchived({ record, history }))), { record, history }))
      assert.isUndefined(flawIn(recordId, read(throughText(encodeArchived({ record, history }))).history, record))
    },
    { arbitrary: { runs: 300, maxDiscards: 100_000 } }
  )

  it.prop(
    "keeps any life with attempts, leases, questions and timers",
    Life,
    ({ asked, steps }) => {
      const handoff = lived(asked, steps)
      assert.isTrue(Equal.equals(read(throughText(encodeArchived(handoff))), handoff))
    },
    { arbitrary: { runs: 300, maxDiscards: 100_000 } }
  )

  it("starts a history if there is no history", () => {
    for (const history of [undefined, null, []]) {
      const { revision: _revision, ...record } = encodeRecord(states.completed)
      const found = read(throughText({ ...record, history }))
      assert.deepStrictEqual(
        found.history.map(({ _tag, by, via }) => ({ _tag, by, via })),
        [{ _tag: "Imported", by: sender, via: "foreign" }]
      )
      const { head: _, ...bare } = states.completed
      assert.isTrue(Equal.equals(headless(found.record), { ...bare, revision: 1 }))
      assert.isTrue(Equal.equals(Result.getOrThrow(replay(recordId, found.history)), found.record))
    }
  })

  it("maps states that the Python library does not know to the nearest known one", () => {
    assert.deepStrictEqual(shown("cancelled"), { seen: "rejected", response: answer("zu spät") })
    assert.deepStrictEqual(shown("cancelled", after(moves.Accepted, moves.Cancelled)), {
      seen: "failed",
      response: answer("zu spät")
    })
    assert.deepStrictEqual(shown("expired"), {
      seen: "failed",
      response: answer("The deadline passed while the handoff was open.")
    })
    assert.deepStrictEqual(shown("input_required"), shown("in_progress"))
  })

  it("reports a record that differs from its history", () => {
    const json = {
      ...encodeArchived({ record: pending, history: trails.pending.history }),
      status: "accepted",
      updated_at: "2026-11-22T09:00:00"
    }
    const found = read(json)
    assert.strictEqual(found.record.status, "pending")
    assert.strictEqual(found.edited?.status, "accepted")
    assert.strictEqual(found.edited?.revision, 1)
  })

  it("detects each change of a record with a history", () => {
    const json = encodeArchived(trails.completed)
    for (const change of [
      { result: { pages: 4 } },
      { result: { pages: 3, more: null } },
      { updated_at: "2026-11-22T08:03:00.001Z" },
      { created_at: "2026-11-22T07:00:00.000Z" },
      { response: { accepted: true, reason: "はい" } },
      { status: "failed" }
    ]) {
      assert.isDefined(read({ ...json, ...change }).edited, JSON.stringify(change))
    }
    assert.isUndefined(read({ ...json, revision: 9, updated_at: "2026-11-22T08:03:00" }).edited)
  })

  it("refuses a history that breaks the lifecycle", () => {
    const [created] = trails.pending.history
    assert(created !== undefined)
    const broken = [
      [created, moves.Completed],
      [moves.Accepted],
      [created, created],
      [created, { ...moves.Accepted, by: sender }]
    ]
    for (const history of broken) {
      const { record_id, request: ask, ...rest } = encodeRecord(pending)
      const result = decodeArchived("archive", {
        record_id,
        request: ask,
        ...rest,
        history: encodeArchived({ record: pending, history }).history
      })
      assert(Result.isFailure(result))
      assert.deepStrictEqual(
        result.failure.issues.map(({ path }) => path),
        ["history"]
      )
    }
  })
})

const pythonStatuses: ReadonlyArray<string> = ["pending", "accepted", "in_progress", "completed", "rejected", "failed"]

const isKnownToPython = ({ status }: HandoffRecord) => pythonStatuses.includes(status)

/** An archive after the Python library has read and written it. */
const rewritten = (archived: Readonly<Record<string, unknown>>) => {
  const { record_id, response, status, result, created_at, updated_at } = archived
  const { from_agent, to_agent, task_description, context, priority, deadline } = Object(archived["request"])
  const request = { from_agent, to_agent, task_description, context, priority, deadline }
  return { record_id, request, response, status, result, created_at, updated_at }
}

describe("a copy rewritten by the Python library", () => {
  it.prop(
    "is the same state at every point of any life, without a conflict or an event",
    Life,
    ({ asked, steps }) => {
      const { record, history } = lived(asked, steps)
      const copy = read(throughText(rewritten(encodeArchived({ record, history })))).record
      assert.isTrue(isSameState(record, copy))
      assert.isTrue(isSameState(copy, record))
      assert.deepStrictEqual(continuation(record, copy), [])
      // Also a rewritten state beside its unchanged history.
      const archived = encodeArchived({ record, history })
      const beside = read(throughText({ ...rewritten(archived), request: archived.request, history: archived.history }))
      assert.isUndefined(beside.edited)
      assert.isTrue(Equal.equals({ ...beside.record, revision: 0 }, { ...record, revision: 0 }))
    },
    { arbitrary: { runs: 300, maxDiscards: 100_000 } }
  )

  it.prop(
    "and then continued is followed without losing known fields",
    Life,
    ({ asked, steps }) => {
      const { record, history } = lived(asked, steps)
      const copy = read(rewritten(encodeArchived({ record, history }))).record
      const accepted = apply(copy, { ...moves.Accepted, at: at(5000) })
      if (Result.isFailure(accepted)) return
      const events = continuation(record, accepted.success)
      assert.deepStrictEqual(
        events?.map(({ _tag }) => _tag),
        ["Accepted"]
      )
      const next = Result.getOrThrow(replay(recordId, [...history, ...(events ?? [])]))
      assert.strictEqual(next.attempt, record.attempt)
      assert.isTrue(isSameState(next, accepted.success))
    },
    { arbitrary: { runs: 300, maxDiscards: 100_000 } }
  )
})

describe("isSameState", () => {
  it("ignores the revision and compares every field that the Python library knows", () => {
    const record = after(moves.Accepted)
    assert(record.status === "accepted")
    assert.isTrue(isSameState(record, { ...record, revision: 7 }))
    assert.isTrue(isSameState(record, structuredCloneOf(record)))
    assert.isFalse(isSameState(record, { ...record, updatedAt: at(5) }))
    assert.isFalse(isSameState(record, { ...record, request: { ...request, priority: 6 } }))
    assert.isFalse(isSameState(record, { ...record, request: { ...request, context: { a: [1] } } }))
    assert.isFalse(isSameState(record, { ...record, response: { accepted: true, reason: "はい" } }))
    assert.isFalse(isSameState(record, states.in_progress))
  })

  it("equates a cancelled handoff with its form for the Python library", () => {
    const { rejected } = states
    assert(rejected.status === "rejected")
    assert.isTrue(
      isSameState(states.cancelled, {
        ...rejected,
        updatedAt: at(4),
        response: { accepted: false, reason: "zu spät" }
      })
    )
    assert.isFalse(isSameState(states.cancelled, states.rejected))
  })

  it.prop(
    "agrees with the Python library's output for random states",
    { a: HandoffRecord, b: HandoffRecord },
    ({ a, b }) => {
      assert.isTrue(isSameState(a, structuredCloneOf(a)))
      // Copies times and request from the other state, so that some pairs are equal.
      const near = { ...b, recordId: a.recordId, request: a.request, createdAt: a.createdAt, updatedAt: a.updatedAt }
      for (const other of [b, near]) {
        if (!isKnownToPython(a) || !isKnownToPython(other)) continue
        assert.strictEqual(
          isSameState(a, other),
          Equal.equals(rewritten(encodeRecord(a)), rewritten(encodeRecord(other)))
        )
      }
    },
    { arbitrary: { runs: 200, maxDiscards: 100_000 } }
  )
})

/** A different value with the same meaning. */
const structuredCloneOf = (record: HandoffRecord): HandoffRecord => read(encodeRecord(record)).record

// ---- the Python library ----

// The models from its README, with the validation of pydantic.
const text = { type: "string" }
const moment = { type: "string", format: "date-time" }
const orNull = (schema: unknown) => ({ anyOf: [schema, { type: "null" }] })
const seedSchema = {
  type: "array",
  items: {
    type: "object",
    required: ["record_id", "request", "response", "status", "result", "created_at", "updated_at"],
    properties: {
      record_id: text,
      request: {
        type: "object",
        required: ["from_agent", "to_agent", "task_description", "context", "priority", "deadline"],
        properties: {
          from_agent: text,
          to_agent: text,
          task_description: text,
          context: { type: "object" },
          priority: { type: "integer", minimum: 1, maximum: 10 },
          deadline: orNull(moment)
        }
      },
      response: orNull({
        type: "object",
        required: ["accepted", "reason", "estimated_completion"],
        properties: { accepted: { type: "boolean" }, reason: text, estimated_completion: orNull(moment) }
      }),
      status: { enum: pythonStatuses },
      result: { type: "object" },
      created_at: moment,
      updated_at: moment
    }
  }
}
const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
const isSeed = ajv.compile(seedSchema)

const utc = (written: unknown): unknown => {
  if (typeof written !== "string") return written
  const zoned = /(Z|[+-]\d\d:\d\d)$/.test(written) ? written : `${written}Z`
  return new Date(zoned.replace(/(\.\d{3})\d+/, "$1")).toISOString()
}

describe("a file of the Python library", () => {
  const fixture = readFileSync(new URL("fixtures/handoffs-python.json", import.meta.url), "utf8")
  const json = JSON.parse(fixture) as ReadonlyArray<Readonly<Record<string, unknown>>> // The cast is safe because the fixture is a list of objects.

  it("is read with every field, to the millisecond", () => {
    assert.strictEqual(json.length, 36)
    const given = Result.getOrThrow(decodeText("handoffs.json", fixture))
    assert(Array.isArray(given))
    for (const [index, written] of json.entries()) {
      const { head, history, revision, ...again } = encodeArchived(read(given[index]))
      const { request: ask, ...rest } = written
      const expected = {
        ...rest,
        request: { ...Object(ask), deadline: utc(Object(ask).deadline) },
        created_at: utc(written["created_at"]),
        updated_at: utc(written["updated_at"])
      }
      // Compared as text, which includes an own __proto__ key.
      assert.deepStrictEqual(JSON.parse(JSON.stringify(again)), JSON.parse(JSON.stringify(expected)))
      assert.strictEqual(JSON.stringify(again.request.context), JSON.stringify(Object(ask).context))
      assert.deepStrictEqual([history?.length, revision, head?.length], [1, 1, 64])
    }
  })

  it("satisfies its own schema after a round trip, and so does every state", () => {
    assert.isTrue(
      isSeed(
        json.map((written) => ({
          ...written,
          request: { ...Object(written["request"]), deadline: utc(Object(written["request"]).deadline) }
        }))
      )
    )
    assert.isTrue(isSeed(json.map((written) => encodeArchived(read(written)))), JSON.stringify(isSeed.errors))
    const ours = HandoffStatus.literals.map((status) => encodeArchived(trails[status]))
    assert.isTrue(isSeed(ours), JSON.stringify(isSeed.errors))
    assert.isFalse(isSeed([encodeRecord(states.cancelled)]))
  })

  it.prop(
    "accepts any state",
    { record: HandoffRecord },
    ({ record }) => {
      const history: ReadonlyArray<HandoffEvent> = [{ _tag: "Imported", at: at(0), by: receiver, record }]
      assert.isTrue(isSeed([encodeArchived({ record, history })]), JSON.stringify(isSeed.errors))
    },
    { arbitrary: { runs: 300, maxDiscards: 100_000 } }
  )
})
