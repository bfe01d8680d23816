import { copyFileSync, existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { HandoffStore } from "@aumai/handoff-core"
import { type HandoffRecord, RecordId } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { advance, createOne, moved } from "../../testing/src/handoffs.ts"
import { FileStore } from "../src/index.ts"
import { temporaryDirectory } from "./processes.ts"

const fixture = join(import.meta.dirname, "fixtures/handoffs-python.json")

const withDirectory = <A, E, R>(body: (at: (name: string) => string) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const directory = temporaryDirectory()
    return Effect.ensuring(
      body((name) => join(directory.path, name)),
      Effect.sync(() => directory[Symbol.dispose]())
    )
  })

const ask = <A, E, R>(body: (store: HandoffStore["Service"]) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(HandoffStore, body)

const advanceByReceiver = (record: HandoffRecord) =>
  ask((store) =>
    Effect.flatMap(DateTime.now, (at) =>
      store.commit([moved(record, { _tag: "Accepted", at, by: record.request.toAgent })])
    )
  )
const withMilliseconds = (request: unknown): unknown => {
  if (typeof request !== "object" || request === null || !("deadline" in request)) return request
  const { deadline } = request
  if (typeof deadline !== "string") return request
  const zoned = /(?:Z|[+-]\d\d:\d\d)$/.test(deadline) ? deadline : `${deadline}Z`
  return { ...request, deadline: new Date(zoned).toISOString() }
}

describe("FileStore", () => {
  it.live("leaves one plain file when it closes, and reads everything from it again", () =>
    withDirectory((at) =>
      Effect.gen(function* () {
        const path = at("handoffs.json")
        const layer = FileStore.layer({ path })
        const done = yield* Effect.provide(
          Effect.gen(function* () {
            const record = yield* createOne("one", "Übergabe 🤝")
            yield* createOne("two")
            assert.isTrue(existsSync(`${path}-journal`))
            return yield* advance(yield* advance(yield* advance(record)))
          }),
          layer
        )
        assert.deepStrictEqual(readdirSync(at("")).toSorted(), [
          ".handoffs.json.lock",
          "handoffs.json",
          "handoffs.json-trail",
          "handoffs.log.json"
        ])
        const json = JSON.parse(readFileSync(path, "utf8"))
        assert.strictEqual(json.length, 2)
        assert.strictEqual(json[0].status, "completed")
        yield* Effect.provide(
          ask((store) =>
            Effect.gen(function* () {
              assert.deepStrictEqual(yield* store.get(RecordId.make("one")), Option.some(done))
              const history = yield* store.history(RecordId.make("one"))
              assert.deepStrictEqual(
                history.map(({ event }) => event._tag),
                ["Created", "Accepted", "Started", "Completed"]
              )
              const log = yield* store.log({ limit: 10 })
              assert.strictEqual(log.length, 5)
              assert.strictEqual((yield* store.tally)["completed"], 1)
            })
          ),
          layer
        )
      })
    )
  )

  it.live("opens a file of the Python library, advances its handoffs, and leaves a file that Python can read", () =>
    withDirectory((at) =>
      Effect.gen(function* () {
        const path = at("handoffs.json")
        copyFileSync(fixture, path)
        const before: ReadonlyArray<Record<string, unknown>> = JSON.parse(readFileSync(fixture, "utf8"))
        const layer = FileStore.layer({ path })
        yield* Effect.provide(
          ask((store) =>
            Effect.gen(function* () {
              const all = yield* store.list({ _tag: "All" }, { limit: 1000 })
              assert.strictEqual(all.length, before.length)
              for (const record of all.filter(({ status }) => status === "pending")) yield* advanceByReceiver(record)
            })
          ),
          layer
        )
        const after: ReadonlyArray<Record<string, unknown>> = JSON.parse(readFileSync(path, "utf8"))
        assert.deepStrictEqual(
          after.map((record) => record["record_id"]),
          before.map((record) => record["record_id"])
        )
        for (const [index, record] of after.entries()) {
          const old = before[index] ?? {}
          if (old["status"] === "pending") {
            assert.strictEqual(record["status"], "accepted")
            assert.deepStrictEqual(record["request"], withMilliseconds(old["request"]))
          } else assert.deepStrictEqual(record, old)
        }
      })
    )
  )

  it.live("folds the journal into the file at the last close, even if that store has not refreshed since", () =>
    withDirectory((at) =>
      Effect.gen(function* () {
        const path = at("handoffs.json")
        const inner = Effect.provide(createOne("one"), Layer.fresh(FileStore.layer({ path })), { local: true })
        yield* Effect.provide(
          Effect.andThen(
            inner,
            Effect.sync(() => assert.isTrue(existsSync(`${path}-journal`)))
          ),
          FileStore.layer({ path })
        )
        assert.isFalse(existsSync(`${path}-journal`))
        assert.include(readFileSync(path, "utf8"), `"record_id": "one"`)
      })
    )
  )

  it.live("writes a one-shot commit directly to the file, without a journal", () =>
    withDirectory((at) =>
      Effect.gen(function* () {
        const path = at("handoffs.json")
        copyFileSync(fixture, path)
        yield* Effect.provide(
          Effect.gen(function* () {
            yield* createOne("one")
            assert.isFalse(existsSync(`${path}-journal`))
            assert.include(readFileSync(path, "utf8"), `"record_id": "one"`)
            yield* createOne("two")
            assert.isTrue(existsSync(`${path}-journal`))
          }),
          FileStore.layer({ path, oneShot: true })
        )
        assert.isFalse(existsSync(`${path}-journal`))
        assert.include(readFileSync(path, "utf8"), `"record_id": "two"`)
      })
    )
  )

  it.live("refuses an unreadable file and leaves it unchanged", () =>
    withDirectory((at) =>
      Effect.gen(function* () {
        for (const [index, text] of ["", "{}", "[", `[{"record_id": 1}`, "[]x"].entries()) {
          const path = at(`${index}.json`)
          writeFileSync(path, text)
          // A file that was just written is read again for two seconds, because its writer may not have finished.
          utimesSync(path, 0, 0)
          const error = yield* Effect.flip(
            Effect.provide(
              ask((store) => store.tally),
              FileStore.layer({ path })
            )
          )
          assert.strictEqual(error.reason, "corrupt", text)
          assert.strictEqual(readFileSync(path, "utf8"), text)
        }
      })
    )
  )
})
