import { assert, describe, it } from "@effect/vitest"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"

import {
  decodeEvent,
  decodeRecord,
  digestOf,
  encodeEvent,
  encodeRecord,
  entryDigest,
  flawIn,
  type HandoffEvent,
  type HandoffRecord,
  isEndedElsewhere,
  RecordId
} from "../src/index.ts"
import { Life, lived, longLife } from "./lives.ts"
import { at, continued, moves, pending, recordId, sender, states, trailOf, trails } from "./samples.ts"

const revisionOf = (history: ReadonlyArray<HandoffEvent>, record?: HandoffRecord) =>
  flawIn(recordId, history, record)?.revision
const problemOf = (history: ReadonlyArray<HandoffEvent>, record?: HandoffRecord) =>
  flawIn(recordId, history, record)?.problem

/** The paths of all values in some JSON. */
const places = (json: unknown): ReadonlyArray<ReadonlyArray<string>> =>
  typeof json === "object" && json !== null
    ? Object.entries(json).flatMap(([key, inner]) => [[key], ...places(inner).map((path) => [key, ...path])])
    : []

/** The same JSON with the value at a path changed or removed. */
const changed = (
  json: unknown,
  [key, ...rest]: ReadonlyArray<string>,
  change: (value: unknown) => unknown
): unknown => {
  if (key === undefined) return change(json)
  if (Array.isArray(json)) {
    return json.flatMap((item: unknown, index) => {
      if (String(index) !== key) return [item]
      const next = changed(item, rest, change)
      return next === undefined ? [] : [next]
    })
  }
  return { ...Object(json), [key]: changed(Reflect.get(Object(json), key), rest, change) }
}

const throughText = (json: unknown): unknown => JSON.parse(JSON.stringify(json))

const otherOf = (value: unknown): unknown =>
  typeof value === "number"
    ? value + 1
    : typeof value === "boolean"
      ? !value
      : typeof value !== "string"
        ? "instead"
        : /^\d{4}-\d\d-\d\dT/.test(value)
          ? value.replace(/^\d{4}/, "1999")
          : `${value}0`

/** A seeded random number generator. */
const seeded = (seed: number) => {
  let state = seed
  return (below: number): number => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const whole = lived(...longLife)

describe("an unchanged history", () => {
  it.prop(
    "holds, at every point of any life, with its record and without",
    Life,
    ({ asked, steps }) => {
      const seen: Array<HandoffRecord> = []
      const { history } = lived(asked, steps, (record) => seen.push(record))
      for (const [index, record] of seen.entries()) {
        assert.isUndefined(flawIn(recordId, history.slice(0, index + 1), record))
        assert.isUndefined(flawIn(recordId, history.slice(0, index + 1)))
      }
    },
    { arbitrary: { runs: 200 } }
  )
})

/** Asserts that the change of an entry is found and the entry named. */
const isFound = (history: ReadonlyArray<HandoffEvent>, record: HandoffRecord, index: number, event: HandoffEvent) => {
  const altered = history.with(index, event)
  const what = JSON.stringify(encodeEvent(event))
  assert.strictEqual(revisionOf(altered, record), index + 1, what)
  // Without the record, nothing protects the last entry.
  if (index + 1 < history.length) assert.isDefined(revisionOf(altered), what)
}

describe("a change of an entry", () => {
  it("is found and the entry named, for every field of every event", () => {
    let found = 0
    for (const { history, record } of [whole, ...Object.values(trails)]) {
      for (const [index, event] of history.entries()) {
        const json = throughText(encodeEvent(event))
        for (const path of places(json)) {
          for (const change of [otherOf, () => undefined]) {
            const read = decodeEvent("event", throughText(changed(json, path, change)))
            if (Result.isFailure(read) || same(read.success, event)) continue
            isFound(history, record, index, read.success)
            found += 1
          }
        }
      }
    }
    assert.isAbove(found, 300)
  })

  it("is found for any changed character, in 3,000 changes", () => {
    const random = seeded(20_261_122)
    const alphabet = `0123456789abcdefghijklmnopqrstuvwxyzABCXYZ _-:.,"{}[]ü語`
    const trailsOf = [whole, ...Object.values(trails)]
    let found = 0
    let tried = 0
    while (found < 3000) {
      const { history, record } = trailsOf[random(3) === 0 ? random(trailsOf.length) : 0] ?? whole
      const index = random(history.length)
      const event = history[index]
      assert(event !== undefined)
      const text = JSON.stringify(encodeEvent(event))
      const place = random(text.length)
      const character = alphabet[random(alphabet.length)] ?? ""
      tried += 1
      assert.isBelow(tried, 200_000)
      let json: unknown
      try {
        json = JSON.parse(`${text.slice(0, place)}${character}${text.slice(place + 1)}`)
      } catch {
        continue
      }
      const read = decodeEvent("event", json)
      // A change that decodes to the same event, such as a renamed key with null, is not a change.
      if (Result.isFailure(read) || same(read.success, event)) continue
      isFound(history, record, index, read.success)
      found += 1
    }
  })

  it.prop(
    "is found in any life",
    Life,
    ({ asked, steps }) => {
      const { history, record } = lived(asked, steps)
      const random = seeded(history.length)
      for (const [index, event] of history.entries()) {
        const json = throughText(encodeEvent(event))
        const all = places(json)
        const read = decodeEvent("event", throughText(changed(json, all[random(all.length)] ?? [], otherOf)))
        if (Result.isFailure(read) || same(read.success, event)) continue
        isFound(history, record, index, read.success)
      }
    },
    { arbitrary: { runs: 200 } }
  )

  it("is found if the next entry was linked again, where the new links end", () => {
    const { history, record } = whole
    for (let index = 0; index < history.length - 1; index += 1) {
      const [event, next] = [history[index], history[index + 1]]
      assert(event !== undefined && next !== undefined)
      const forged: HandoffEvent = { ...event, at: at(-1) }
      const relinked = history
        .with(index, forged)
        .with(index + 1, { ...next, prev: entryDigest(recordId, index + 1, forged) })
      const revision = revisionOf(relinked, record)
      assert(revision !== undefined)
      assert.isAtMost(revision, index + 2)
    }
  })

  it("is found if all later entries were linked again, because the record was not", () => {
    const { history, record } = whole
    const forged = continued(
      { record: pending, history: trailOf().history },
      { ...moves.Accepted, reason: "他" },
      moves.Started
    )
    assert.isUndefined(flawIn(recordId, forged.history))
    assert.strictEqual(revisionOf(forged.history, trails.in_progress.record), 3)
    assert.isDefined(revisionOf(forged.history, record))
    assert.isAbove(history.length, 3)
  })
})

const same = (a: HandoffEvent, b: HandoffEvent): boolean => Equal.equals(a, b)

const without = <A>(list: ReadonlyArray<A>, index: number) => list.toSpliced(index, 1)
const inserted = <A>(list: ReadonlyArray<A>, index: number, item: A) => list.toSpliced(index, 0, item)

/** The changes of a history as a whole, with the first entry that then differs. */
const reshaped = (history: ReadonlyArray<HandoffEvent>, record: HandoffRecord): void => {
  for (const [index, event] of history.entries()) {
    const revision = index + 1
    assert.strictEqual(revisionOf(without(history, index), record), history.length === 1 ? 0 : revision, "left out")
    // Either of two equal entries can be the copy.
    assert.include([revision, revision + 1], revisionOf(inserted(history, index, event), record), "written twice")
    const next = history[index + 1]
    if (next !== undefined) {
      assert.strictEqual(revisionOf(history.with(index, next).with(index + 1, event), record), revision, "swapped")
    }
    const { prev: _, ...unlinked } = event
    for (const prev of [undefined, event.prev, digestOf("elsewhere")]) {
      if (index === 0) continue
      const stray: HandoffEvent = { ...moves.Attested, at: at(7), ...(prev === undefined ? {} : { prev }) }
      assert.strictEqual(revisionOf(inserted(history, index, stray), record), revision, "put in")
    }
    if (index > 0) {
      assert.strictEqual(revisionOf(history.with(index, unlinked), record), revision, "unlinked")
      assert.strictEqual(revisionOf(history.with(index, { ...event, prev: digestOf("") }), record), revision, "linked")
    }
    if (index > 0) assert.strictEqual(revisionOf(history.slice(index), record), 1, "its beginning cut off")
    if (index > 0) assert.strictEqual(revisionOf(history.slice(0, index), record), revision, "its end cut off")
  }
}

describe("a removed, inserted or moved entry", () => {
  it("is found and named in a long life and in a short one", () => {
    for (const { history, record } of [whole, ...Object.values(trails)]) reshaped(history, record)
  })

  it.prop(
    "is found and named in any life",
    Life,
    ({ asked, steps }) => {
      const { history, record } = lived(asked, steps)
      reshaped(history, record)
    },
    { arbitrary: { runs: 100 } }
  )
})

describe("a change of the record", () => {
  it("is found for each of its fields, and the last entry named", () => {
    let found = 0
    for (const { history, record } of [whole, ...Object.values(trails)]) {
      const json = throughText(encodeRecord(record))
      for (const path of places(json)) {
        for (const change of [otherOf, () => undefined]) {
          const read = decodeRecord("record", throughText(changed(json, path, change)))
          if (Result.isFailure(read)) continue
          if (JSON.stringify(encodeRecord(read.success)) === JSON.stringify(json)) continue
          const revision = revisionOf(history, read.success)
          if (path[0] === "revision") {
            assert.strictEqual(revision, Math.min(read.success.revision, record.revision) + 1)
          } else {
            assert.strictEqual(revision, history.length, path.join("."))
          }
          found += 1
        }
      }
    }
    assert.isAbove(found, 200)
  })

  it("is found if it belongs to another handoff", () => {
    assert.isDefined(flawIn(RecordId.make("other"), trails.completed.history))
    assert.strictEqual(flawIn(RecordId.make("other"), trails.pending.history, pending)?.revision, 1)
  })

  it("names the differing fields", () => {
    const { accepted } = states
    assert.strictEqual(
      problemOf(trails.accepted.history, { ...accepted, updatedAt: at(7), attempt: 2 }),
      "The record differs from its history in updatedAt, attempt"
    )
  })
})

describe("a flaw reports", () => {
  const { history, record } = trails.completed
  const [created, accepted, started, completed] = history
  assert(created !== undefined && accepted !== undefined && started !== undefined && completed !== undefined)

  it.each([
    [
      "an entry whose digest the next entry does not hold",
      [created, { ...accepted, by: sender, via: "foreign" as const }, started],
      /^übersetzer|planner is not the receiver/
    ],
    [
      "which entry was changed",
      [created, { ...accepted, at: at(0) }, started, completed],
      /whose digest revision 3 holds/
    ],
    ["that it is not the first", [accepted, started], /^It is not the first entry/],
    ["how a history begins", [{ ...moves.Accepted }], /begins with Created or Imported, not Accepted/],
    ["who may begin one", [{ ...created, by: moves.Accepted.by }], /the sender is planner/],
    ["that an entry does not hold the one before", [created, moves.Accepted], /does not hold the digest of the entry/],
    [
      "what the lifecycle refuses",
      [created, { ...moves.Completed, prev: pending.head }],
      /is pending; `complete` needs/
    ]
  ] as const)("%s", (_, given, sentence) => {
    // The cast restores the union of events, which the samples widen.
    assert.match(problemOf(given as ReadonlyArray<HandoffEvent>) ?? "", sentence)
  })

  it("a record without a history, or with fewer entries than its revision", () => {
    assert.deepStrictEqual(flawIn(recordId, [], record)?.revision, 0)
    assert.strictEqual(
      problemOf(history.slice(0, 3), record),
      "The record has revision 4, but its history has 3 entries"
    )
    assert.strictEqual(
      problemOf(history, { ...record, head: digestOf("") }),
      "The record holds the digest of another last entry"
    )
  })
})

describe("the mark of an end by another program", () => {
  const { history, record } = trailOf(moves.Accepted, { ...moves.Completed, via: "foreign" })

  it("is in the record, also if the handoff was imported after its end", () => {
    assert.deepInclude(record, { via: "foreign" })
    assert.isTrue(isEndedElsewhere(record))
    assert.isTrue(isEndedElsewhere({ ...states.rejected, revision: 1 }))
    for (const state of Object.values(states)) assert.isFalse(isEndedElsewhere(state))
  })

  it("may be missing in a record that is older than the mark, but not be added or changed", () => {
    const { via: _, ...older }: HandoffRecord & { readonly via?: unknown } = record
    assert.isUndefined(flawIn(recordId, history, older))
    // The casts here and below: the union does not distribute over a spread.
    assert.strictEqual(
      problemOf(history, { ...older, reason: "?" } as HandoffRecord),
      "The record differs from its history in reason"
    )
    const own = trails.completed
    const added = { ...own.record, via: "foreign" } as HandoffRecord
    assert.strictEqual(problemOf(own.history, added), "The record differs from its history in via")
  })
})
