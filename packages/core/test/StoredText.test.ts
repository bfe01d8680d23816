import { Capability, LogName, PublicKey } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

import type { RegisteredAgent } from "../src/store/AgentStore.ts"
import { positionOf } from "../src/store/Positions.ts"
import * as StoredAgents from "../src/store/StoredAgents.ts"
import * as StoredText from "../src/store/StoredText.ts"
import { accepted, agent, created, id, second } from "./fixtures.ts"

const origin = { log: LogName.make("0".repeat(26)), epoch: 1 }
const change = accepted(created("a"))
const { record, event } = StoredText.encode(change)
const read = StoredText.reader("test.db", origin)
const readAgents = StoredAgents.reader("test.db", origin)
const sentence = <A, E extends Error>(effect: Effect.Effect<A, E>) =>
  Effect.map(Effect.flip(effect), ({ message }) => message)

describe("text in rows", () => {
  it.effect("is decoded unchanged", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read.record("get", { id: "a", revision: 2, record }), change.record)
      const [entry] = yield* read.entries("log", [{ number: "7", id: "a", revision: 2, event }])
      assert.deepStrictEqual(
        { ...entry },
        { position: positionOf(origin, 7), recordId: id("a"), revision: 2, event: change.event }
      )
      const carol: RegisteredAgent = {
        agentId: agent("carol"),
        capabilities: [Capability.make("analyze")],
        capacity: 5,
        keys: [{ publicKey: PublicKey.make("k".repeat(43)), since: second(1) }],
        lastSeen: second(2)
      }
      const row = StoredAgents.encodeAgent(carol)
      assert.deepStrictEqual(
        [row.id, row.lastSeen, JSON.parse(row.agent)],
        [
          "carol",
          second(2).epochMilliseconds,
          {
            capabilities: ["analyze"],
            capacity: 5,
            keys: [{ public_key: "k".repeat(43), since: DateTime.formatIso(second(1)) }]
          }
        ]
      )
      assert.deepStrictEqual(yield* readAgents.agents("all", [row]), [carol])
    })
  )

  it.effect("of an agent has neither its id nor its last seen, which are columns", () =>
    Effect.gen(function* () {
      const text = `{"agent_id":"bob","capabilities":[],"last_seen":"2026-11-22T09:00:00Z"}`
      assert.deepStrictEqual(yield* readAgents.agents("all", [{ id: "carol", agent: text }]), [
        { agentId: agent("carol"), capabilities: [] }
      ])
    })
  )

  it.effect("of the log is refused if it has an unknown key", () =>
    Effect.gen(function* () {
      const changed = event.replace(`"_tag":"Accepted"`, `"_tag":"Accepted","note":null`)
      assert.match(
        yield* sentence(read.entries("log", [{ number: "1", id: "a", revision: 2, event: changed }])),
        /Expected the event exactly as this library writes it/
      )
    })
  )

  it.effect("that cannot be read is corrupt and names the row", () =>
    Effect.gen(function* () {
      const torn = yield* Effect.flip(read.record("list", { id: "a", revision: 2, record: record.slice(9) }))
      assert.strictEqual(torn.reason, "corrupt")
      assert.match(torn.message, /^Handoff a in test\.db cannot be read: it is not JSON\./)
      assert.match(
        yield* sentence(read.record("get", { id: "a", revision: 3, record })),
        /its row has revision 3 of a, its text has revision 2 of a/
      )
      assert.match(
        yield* sentence(
          read.record("get", { id: "a", revision: 2, record: record.replace('"status":"accepted"', '"status":"lost"') })
        ),
        /status/
      )
      assert.match(
        yield* sentence(read.entries("log", [{ number: "1", id: "a", revision: 2, event: `{"_tag":"Started"}` }])),
        /^Revision 2 of handoff a in test\.db/
      )
      for (const row of [
        { agent: "{" },
        { agent: `"x"` },
        { agent: "null" },
        { agent: `{"capabilities":["x"],"capacity":0}` },
        { agent: `{"capabilities":["x"],"keys":[{"public_key":"short","since":"2026-11-22T09:00:00Z"}]}` },
        { agent: `{"capabilities":["x"],"keys":[{"public_key":"${"k".repeat(43)}","since":"2026"}]}` },
        { agent: `{"capabilities":["x"]}`, lastSeen: 1e15 },
        { agent: `{"capabilities":["x"]}`, lastSeen: Number.NaN }
      ]) {
        const error = yield* Effect.flip(readAgents.agents("all", [{ id: "b", ...row }]))
        assert.strictEqual(error.reason, "corrupt")
        assert.match(error.message, /^Agent b in test\.db cannot be read/)
      }
    })
  )
})
