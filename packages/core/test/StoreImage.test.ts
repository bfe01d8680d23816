import { LogName } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"

import { positionOf } from "../src/store/Positions.ts"
import * as StoreImage from "../src/store/StoreImage.ts"
import { accepted, agent, created, id, second } from "./fixtures.ts"

const origin = { log: LogName.make("0".repeat(26)), epoch: 1 }
const ids = (records: ReadonlyArray<{ readonly recordId: string }>) => records.map(({ recordId }) => recordId)

describe("the image of a store", () => {
  it("names the first conflicting change, and takes earlier changes into account", () => {
    const image = StoreImage.make(origin)
    const [a, b] = [created("a"), created("b")]
    assert.isUndefined(image.conflict([a, accepted(a), b], 0))
    assert.strictEqual(image.conflict([a, a], 0)?.revision, 1)
    assert.strictEqual(image.conflict([b, accepted(a)], 0)?.recordId, id("a"))
    image.put([a])
    assert.strictEqual(
      image.conflict([a], 0)?.message,
      "Handoff a has changed: revision 1 is no longer the next; read it and try again"
    )
    assert.isUndefined(image.conflict([accepted(a)], 0))
  })

  it("checks without changing anything", () => {
    const image = StoreImage.make(origin)
    assert.isUndefined(image.conflict([created("a")], 0))
    assert.isUndefined(image.get(id("a")))
    assert.strictEqual(image.lastPosition(), 0)
  })

  it("numbers positions from one, or as given, and finds the entries between them", () => {
    const image = StoreImage.make(origin)
    image.put([created("a"), created("b")])
    assert.strictEqual(image.lastPosition(), 2)
    image.put([created("c"), created("d")], 700)
    image.put([created("e")])
    assert.strictEqual(image.lastPosition(), 702)
    const after = (position: string) =>
      ids(Result.getOrThrow(image.log({ limit: 10, after: positionOf(origin, position) })))
    assert.deepStrictEqual(ids(Result.getOrThrow(image.log({ limit: 10 }))), ["a", "b", "c", "d", "e"])
    assert.deepStrictEqual(after("1"), ["b", "c", "d", "e"])
    assert.deepStrictEqual(after("2"), ["c", "d", "e"])
    assert.deepStrictEqual(after("300"), ["c", "d", "e"])
    assert.deepStrictEqual(after("701"), ["e"])
    assert.deepStrictEqual(after("702"), [])
  })

  it("removes final handoffs from Due", () => {
    const image = StoreImage.make(origin)
    const a = created("a", { due: 5 })
    image.put([a, created("b", { due: 4 })])
    const due = () => ids(image.list({ _tag: "Due", at: second(9) }, { limit: 10 }))
    assert.deepStrictEqual(due(), ["b", "a"])
    image.put([accepted(a)])
    assert.deepStrictEqual(due(), ["b", "a"])
    const expired = accepted(a)
    image.put([
      {
        record: {
          ...expired.record,
          revision: 3,
          status: "expired",
          reason: "The deadline passed while the handoff was open.",
          missed: "deadline"
        },
        event: { _tag: "Expired", at: second(6), by: agent("clock"), missed: "deadline" }
      }
    ])
    assert.deepStrictEqual(due(), ["b"])
  })

  it("returns copies of its lists", () => {
    const image = StoreImage.make(origin)
    const a = created("a")
    image.put([a])
    const [history, log] = [image.history(id("a")), Result.getOrThrow(image.log({ limit: 10 }))]
    const all = image.list({ _tag: "All" }, { limit: 10 })
    image.put([accepted(a), created("b")])
    assert.deepStrictEqual([history.length, log.length, all.length], [1, 1, 1])
  })

  it("keeps 30 000 records in order for any order of arrival", () => {
    const image = StoreImage.make(origin)
    for (let n = 0; n < 30_000; n++) {
      const at = (n * 7919) % 30_000
      image.put([created(`r${at}`, { at, priority: 1 + (at % 10) })])
    }
    const inbox = image.list({ _tag: "Inbox", agent: agent("b"), status: "pending" }, { limit: 3 })
    assert.deepStrictEqual(ids(inbox), ["r9", "r19", "r29"])
    assert.deepStrictEqual(ids(image.list({ _tag: "Sent", agent: agent("a") }, { limit: 2 })), ["r29999", "r29998"])
    assert.strictEqual(image.tally()["pending"], 30_000)
  })
})
