import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { clock, type HandoffRecord } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"

import { leased, moved } from "../../testing/src/handoffs.ts"
import { make } from "../src/FileStore.ts"
import * as NodeJournalFs from "../src/NodeJournalFs.ts"
import { temporaryDirectory } from "./processes.ts"

const open = (path: string, readOnly = false) =>
  Effect.map(Effect.provide(make({ path, readOnly }), NodeJournalFs.layer), ({ handoffs }) => handoffs)

const inDirectory = (body: (path: string, file: string) => Effect.Effect<void, unknown, Scope.Scope>) =>
  Effect.scoped(
    Effect.suspend(() => {
      const directory = temporaryDirectory()
      return Effect.ensuring(
        body(join(directory.path, "handoffs.json"), join(directory.path, "handoffs.renewals.json")),
        Effect.sync(() => directory[Symbol.dispose]())
      )
    })
  )

const at = DateTime.makeUnsafe("2026-12-01T09:00:00Z")
const later = (seconds: number) => DateTime.add(at, { seconds })
const endOf = (record: Option.Option<HandoffRecord>) =>
  Option.getOrUndefined(Option.map(record, (held) => ("lease" in held ? held.lease?.until : undefined)))

describe("the renewals of a file", () => {
  it.live("are seen by every process, also by a sweeper that read before, and change no record", () =>
    inDirectory((path, file) =>
      Effect.gen(function* () {
        const [one, other] = [yield* open(path), yield* open(path)]
        const changes = leased("held", at)
        const { attempt, recordId } = changes[1].record
        yield* one.commit(changes)
        const reader = yield* open(path, true)
        const read = yield* other.get(recordId)
        for (const seconds of [120, 180, 240]) {
          // Within one tick of the clock of the file system.
          const until = later(seconds)
          assert.deepStrictEqual(yield* one.renew([{ recordId, attempt, until }], later(10)), [])
          for (const store of [one, other, reader]) {
            assert.deepStrictEqual(endOf(yield* store.get(recordId)), until)
            const due = (moment: DateTime.Utc) => store.list({ _tag: "Due", at: moment }, { limit: 9 })
            assert.strictEqual((yield* due(later(seconds - 1))).length, 0)
            assert.strictEqual((yield* due(until)).length, 1)
          }
        }
        const end = moved(Option.getOrThrow(read), {
          _tag: "Released",
          at: later(70),
          by: clock,
          attempt,
          reason: "The lease ran out."
        })
        const lost = yield* Effect.flip(other.commit([{ ...end, endsLease: true }]))
        assert.strictEqual(lost._tag, "RevisionConflict")
        assert.strictEqual((yield* other.history(recordId)).length, 2)
        const refused = yield* Effect.flip(reader.renew([{ recordId, attempt, until: later(300) }], later(10)))
        assert.strictEqual(refused.reason, "unavailable")
        // A power cut may damage a file that is not flushed: its renewals are lost, and nothing else.
        for (const text of ["", "[", '{"a": 1}', '[{"record_id": "held"}]']) {
          writeFileSync(file, text)
          assert.deepStrictEqual(endOf(yield* (yield* open(path)).get(recordId)), later(60))
        }
        assert.deepStrictEqual(yield* one.renew([{ recordId, attempt, until: later(400) }], later(10)), [])
        assert.deepStrictEqual(endOf(yield* other.get(recordId)), later(400))
      })
    )
  )

  it.live("last while the store is closed, and their file goes with the last of them", () =>
    inDirectory((path, file) =>
      Effect.gen(function* () {
        const changes = leased("held", at)
        const { attempt, recordId } = changes[1].record
        yield* Effect.scoped(
          Effect.gen(function* () {
            const store = yield* open(path)
            yield* store.commit(changes)
            yield* store.renew([{ recordId, attempt, until: later(120) }], later(10))
          })
        )
        assert.notInclude(readFileSync(path, "utf8"), "09:02:00")
        yield* Effect.scoped(
          Effect.gen(function* () {
            const store = yield* open(path)
            assert.deepStrictEqual(endOf(yield* store.get(recordId)), later(120))
            const by = changes[1].record.request.toAgent
            yield* store.commit([moved(changes[1].record, { _tag: "Failed", at: later(20), by, reason: "no" })])
          })
        )
        assert.isFalse(existsSync(file))
      })
    )
  )
})
