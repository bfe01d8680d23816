import { RecordId } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { HandoffStore } from "../src/store/HandoffStore.ts"
import { ask, managerOver, refusal, test } from "./managing.ts"

const id = (text: string) => RecordId.make(text)

const create = (...ids: ReadonlyArray<string>) =>
  HandoffManager.use((manager) => Effect.forEach(ids, (text) => manager.create(ask, { id: id(text) })))

describe("finding a handoff by the beginning of its id", () => {
  test("gives the only one whose id begins like this", function* () {
    const manager = yield* HandoffManager
    const [first] = yield* create("abcd1111", "abce2222")
    for (const prefix of ["abcd", "abcd1", "abcd1111"]) assert.deepStrictEqual(yield* manager.find(id(prefix)), first)
  })

  test("gives the handoff with exactly this id, however short, although others begin with it", function* () {
    const manager = yield* HandoffManager
    yield* create("q3-charts", "q3", "q3-text", "q3-tables", "q3-title")
    assert.strictEqual((yield* manager.find(id("q3"))).recordId, "q3")
  })

  test("names a few of several, and says that there are more", function* () {
    const manager = yield* HandoffManager
    yield* create("abcd2", "abcd1")
    assert.strictEqual(
      yield* refusal(manager.find(id("abcd")), "AmbiguousId"),
      "More than one handoff has an id that begins with abcd (abcd1, abcd2); give more characters"
    )
    yield* create("abcd5", "abcd4", "abcd3")
    assert.strictEqual(
      yield* refusal(manager.find(id("abcd")), "AmbiguousId"),
      "More than one handoff has an id that begins with abcd (abcd1, abcd2, abcd3, …); give more characters"
    )
  })

  test("takes fewer than four characters only for a whole id", function* () {
    const manager = yield* HandoffManager
    yield* create("abcd1111")
    for (const prefix of ["abc", "abcx", "abcd11112"]) {
      assert.strictEqual(yield* refusal(manager.find(id(prefix)), "HandoffNotFound"), `No handoff ${prefix}`)
    }
  })

  test("reads the store once", function* () {
    const store = yield* HandoffStore
    yield* create("abcd1111", "abcd2222")
    const reads: Array<string> = []
    const counted = <A extends ReadonlyArray<unknown>, B>(name: string, read: (...given: A) => B) => {
      return (...given: A): B => {
        reads.push(name)
        return read(...given)
      }
    }
    const manager = yield* managerOver(
      HandoffStore.of({
        ...store,
        get: counted("get", store.get),
        list: counted("list", store.list),
        history: counted("history", store.history)
      })
    )
    yield* manager.find(id("abcd1111"))
    yield* manager.find(id("abcd1"))
    yield* refusal(manager.find(id("abcd")), "AmbiguousId")
    assert.deepStrictEqual(reads, ["list", "list", "list"])
  })
})
