import { describe, expect, it, vi } from "vitest"

import { schemaAttacks } from "../../testing/src/attacks/schemas.ts"
import { makeBox, type Start } from "../src/box/Box.ts"
import { NotDelivered } from "../src/index.ts"
import { openHandoffs } from "../src/node.ts"

const fits = { faults: [], more: 0 }

const ask = {
  fromAgent: "planner",
  toAgent: "executor",
  taskDescription: "Add up Q3",
  deliverables: [{ name: "sums", schema: { pattern: "^(.|.)*~~$" } }]
}

// The other attacks run on every store and runtime; these cover what a thread can exceed.
const some = schemaAttacks.filter(({ name }) =>
  /^(?:a pattern that back|references that double|many items that)/.test(name)
)

describe("handoffs with hostile schemas", () => {
  it.each(some)("survive $name", async ({ run }) => {
    await using handoffs = await openHandoffs("memory:")
    expect(await run(handoffs)).toBeUndefined()
  })

  it("go on while a schema is judged", async () => {
    await using handoffs = await openHandoffs("memory:")
    const { recordId } = await handoffs.create(ask)
    await handoffs.accept(recordId)
    const ended: Array<string> = []
    const artifacts = [{ name: "sums", content: "An ordinary sentence about the third quarter." }]
    const completing = handoffs.complete(recordId, { artifacts }).catch((error: unknown) => {
      ended.push("refused")
      return error
    })
    await handoffs.create({ ...ask, deliverables: undefined })
    ended.push("created")
    const error = await completing
    expect(error).toBeInstanceOf(NotDelivered)
    expect(String(error)).toContain(
      "sums: Expected content that can be judged by its schema; it was not judged within 500 ms"
    )
    expect(ended).toEqual(["created", "refused"])
  })
})

/** A thread that answers with what `answerTo` returns, and never if that is `undefined`. */
const threads = (answerTo: (question: string, thread: number) => object | undefined) => {
  const stopped: Array<number> = []
  let started = 0
  const start: Start = async (hear) => {
    const thread = (started += 1)
    const answer = (question: string) => {
      const given = answerTo(question, thread)
      // The cast: the answers of these tests are few.
      if (given !== undefined) hear(given as typeof fits)
    }
    answer("ready")
    return {
      post: (question) => setTimeout(answer, 0, question),
      stop: async () => {
        stopped.push(thread)
        // A thread may still say something.
        hear({ gaveUp: "it was stopped" })
      }
    }
  }
  return { start, stopped }
}

describe("a box", () => {
  it("asks one question at a time, of one thread", async () => {
    const heard: Array<string> = []
    const { start } = threads((question, thread) => {
      heard.push(`${thread} ${question}`)
      return fits
    })
    const box = makeBox([start])
    const answers = ["a", "b", "c"].map(async (question) => {
      expect(await box.ask(question)).toEqual(fits)
      heard.push(`answered ${question}`)
    })
    await Promise.all(answers)
    expect(heard).toEqual(["1 ready", "1 a", "answered a", "1 b", "answered b", "1 c", "answered c"])
  })

  it("replaces a thread that gave up, and no longer hears it", async () => {
    const { start, stopped } = threads((question) => (question === "bomb" ? { gaveUp: "out of memory" } : fits))
    const box = makeBox([start])
    const answers = await Promise.all(["a", "bomb", "b"].map(box.ask))
    expect(answers).toEqual([fits, { gaveUp: "out of memory" }, fits])
    expect(stopped).toEqual([1])
  })

  it("starts no thread beside one that does not end", async () => {
    const { start } = threads((question) => (question === "bomb" ? { gaveUp: "out of memory" } : fits))
    let isFirst = true
    const undying: Start = async (hear) => {
      const thread = await start(hear)
      const ends = isFirst
      isFirst = false
      return ends ? { ...thread, stop: () => new Promise(() => {}) } : thread
    }
    const box = makeBox([undying])
    expect(await box.ask("bomb")).toEqual({ gaveUp: "out of memory" })
    const later = { gaveUp: "the thread of an earlier schema is still being stopped; try again later" }
    expect(await box.ask("a")).toEqual(later)
    expect(await box.ask("b")).toEqual(later)
  })

  it("lets no question wait for long", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] })
    try {
      const { start } = threads((question) => (question === "ready" ? fits : undefined))
      const box = makeBox([start])
      const answers = Promise.all(Array.from({ length: 8 }, () => box.ask("bomb")))
      await vi.advanceTimersByTimeAsync(10_000)
      const late = { gaveUp: "it was not judged within 500 ms" }
      const crowded = { gaveUp: "other schemas were judged for more than 2000 ms; try again later" }
      expect(await answers).toEqual([late, late, late, late, crowded, crowded, crowded, crowded])
    } finally {
      vi.useRealTimers()
    }
  })

  it("tries the next way to start a thread, and stays with it", async () => {
    const { start } = threads(() => fits)
    let tried = 0
    const fails: Start = async () => {
      tried += 1
      throw new Error("no such file")
    }
    const box = makeBox([fails, start])
    expect(await box.ask("a")).toEqual(fits)
    expect(await box.ask("b")).toEqual(fits)
    expect(tried).toBe(1)
    expect(await makeBox([fails, fails]).ask("a")).toEqual({ gaveUp: "its thread cannot start: no such file" })
  })

  it("answers the question under way when it is closed", async () => {
    const { start, stopped } = threads((question) => (question === "ready" ? fits : undefined))
    const box = makeBox([start])
    const [answer, next] = [box.ask("a"), box.ask("b")]
    await box.close()
    const closed = { gaveUp: "the handoffs were closed meanwhile" }
    expect(await Promise.all([answer, next])).toEqual([closed, closed])
    expect(stopped.length).toBeLessThan(2)
  })
})
