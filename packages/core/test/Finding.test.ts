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
    const [first] = yield* create("abcd11110000", "abce22220000", "abcd-other", "abcdefghijkl", "abcd1111000000")
    for (const prefix of ["abcd", "abcd1", "abcd1111000", "abcd11110000"])
      assert.deepStrictEqual(yield* manager.find(id(prefix)), first)
  })

  test("gives the handoff with exactly this id, however short, although others begin with it", function* () {
    const manager = yield* HandoffManager
    yield* create("q3-charts", "q3", "q3-text", "q3-tables", "q3-title")
    assert.strictEqual((yield* manager.find(id("q3"))).recordId, "q3")
  })

  test("names a few of several, and says that there are more", function* () {
    const manager = yield* HandoffManager
    yield* create("abcd20000000", "abcd10000000")
    assert.strictEqual(
      yield* refusal(manager.find(id("abcd")), "AmbiguousId"),
      "More than one handoff has an id that begins with abcd (abcd10000000, abcd20000000); give more characters"
    )
    yield* create("abcd50000000", "abcd40000000", "abcd30000000")
    assert.strictEqual(
      yield* refusal(manager.find(id("abcd")), "AmbiguousId"),
      "More than one handoff has an id that begins with abcd (abcd10000000, abcd20000000, abcd30000000, …); give more characters"
    )
  })

  test("takes an id that was chosen only as a whole", function* () {
    const manager = yield* HandoffManager
    yield* create("task-10", "task10", "TASK00000000", "tasku0000000", "task0000000")
    for (const prefix of ["task-1", "task", "task1", "TASK", "tasku", "task000000"]) {
      assert.strictEqual(yield* refusal(manager.find(id(prefix)), "HandoffNotFound"), `No handoff ${prefix}`)
    }
    assert.strictEqual((yield* manager.find(id("task-10"))).recordId, "task-10")
  })

  test("refuses a whole id that a drawn one begins with, and names both", function* () {
    const manager = yield* HandoffManager
    yield* create("task")
    assert.strictEqual((yield* manager.find(id("task"))).recordId, "task")
    yield* create("task00000000", "task-1")
    assert.strictEqual(
      yield* refusal(manager.find(id("task")), "AmbiguousId"),
      "task is the id of one handoff and the beginning of another id (task, task00000000); give more characters, or call a verb of the SDK, which takes whole ids"
    )
    assert.strictEqual((yield* manager.find(id("task0"))).recordId, "task00000000")
  })

  test("finds a drawn id behind many chosen ones with the same beginning", function* () {
    const manager = yield* HandoffManager
    yield* create(...Array.from({ length: 300 }, (_, n) => `task-${n}`), "taskz0000000")
    assert.strictEqual((yield* manager.find(id("task"))).recordId, "taskz0000000")
  })

  test("asks for more characters behind more chosen ids than it reads", function* () {
    const manager = yield* HandoffManager
    yield* create(...Array.from({ length: 800 }, (_, n) => `task-${n}`), "taskz0000000")
    assert.include(yield* refusal(manager.find(id("task")), "AmbiguousId"), "give more characters")
    assert.strictEqual((yield* manager.find(id("taskz"))).recordId, "taskz0000000")
    assert.strictEqual((yield* manager.find(id("task-7"))).recordId, "task-7")
  })

  test("takes fewer than four characters only for a whole id", function* () {
    const manager = yield* HandoffManager
    yield* create("abcd11110000")
    for (const prefix of ["abc", "abcx", "abcd11112", "abcd111100001"]) {
      assert.strictEqual(yield* refusal(manager.find(id(prefix)), "HandoffNotFound"), `No handoff ${prefix}`)
    }
  })

  test("reads the store once", function* () {
    const store = yield* HandoffStore
    yield* create("abcd11110000", "abcd22220000")
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
    yield* manager.find(id("abcd11110000"))
    yield* manager.find(id("abcd1"))
    yield* refusal(manager.find(id("abcd")), "AmbiguousId")
    assert.deepStrictEqual(reads, ["get", "list", "list"])
  })
})
