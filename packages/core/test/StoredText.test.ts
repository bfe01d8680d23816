import { Capability } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import * as StoredText from "../src/StoredText.ts"
import { accepted, agent, created, id } from "./fixtures.ts"

const change = accepted(created("a"))
const { record, event } = StoredText.encode(change)
const read = StoredText.reader("test.db")
const sentence = <A, E extends Error>(effect: Effect.Effect<A, E>) =>
  Effect.map(Effect.flip(effect), ({ message }) => message)

describe("Text in rows", () => {
  it.effect("comes back as it was", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read.record("get", { id: "a", revision: 2, record }), change.record)
      const [entry] = yield* read.entries("log", [{ position: "7", id: "a", revision: 2, event }])
      assert.deepStrictEqual({ ...entry }, { position: "7", recordId: id("a"), revision: 2, event: change.event })
      assert.deepStrictEqual(yield* read.agents("all", [{ id: "b", capabilities: `["analyze"]` }]), [
        { agentId: agent("b"), capabilities: [Capability.make("analyze")] }
      ])
    })
  )

  it.effect("that cannot be read is corrupt, and says which row", () =>
    Effect.gen(function* () {
      const torn = yield* Effect.flip(read.records("list", [{ id: "a", revision: 2, record: record.slice(9) }]))
      assert.strictEqual(torn.reason, "corrupt")
      assert.match(torn.message, /^Handoff a in test\.db cannot be read: it is not JSON\./)
      assert.match(
        yield* sentence(read.record("get", { id: "a", revision: 3, record })),
        /its row says revision 3 of a, its text revision 2 of a/
      )
      assert.match(
        yield* sentence(
          read.record("get", { id: "a", revision: 2, record: record.replace('"status":"accepted"', '"status":"lost"') })
        ),
        /status/
      )
      assert.match(
        yield* sentence(read.entries("log", [{ position: "1", id: "a", revision: 2, event: `{"_tag":"Started"}` }])),
        /^Revision 2 of handoff a in test\.db/
      )
      assert.match(yield* sentence(read.agents("all", [{ id: "b", capabilities: `"x"` }])), /^Agent b in test\.db/)
    })
  )
})
