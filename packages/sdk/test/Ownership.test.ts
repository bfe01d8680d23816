import { describe, expect, it } from "vitest"

import { changing, working } from "../../testing/src/attacks/json.ts"
import { runAttack } from "../../testing/src/attacks/run.ts"
import { coverageOf, describeTurn, type HandoffRecord, InvalidInput } from "../src/index.ts"
import { ask, oneStore, stores, using } from "./stores.ts"

describe.each(stores)("the JSON of a caller, in the store: $name", (store) => {
  it.each([changing, working])("is safe: $name", (attack) =>
    using(store, async (handoffs) => {
      expect(await runAttack(handoffs, attack)).toBe(undefined)
    })
  )

  it("is frozen where a verb or a handler gives it", () =>
    using(store, async (handoffs) => {
      const created = await handoffs.create({ ...ask, context: { rows: [{ n: 1 }] } })
      expect(Object.isFrozen(created.request.context)).toBe(true)
      expect(Object.isFrozen(created.request.context["rows"])).toBe(true)
      const stop = new AbortController()
      let isFrozen = false
      await handoffs.work(
        "executor",
        async ({ request }) => {
          isFrozen = Object.isFrozen(request.context["rows"])
          stop.abort()
          return {}
        },
        { signal: stop.signal }
      )
      expect(isFrozen).toBe(true)
    }))
})

describe.each(oneStore)("an argument", (store) => {
  it("is never frozen, and is copied when it is given", () =>
    using(store, async (handoffs) => {
      const context = { rows: [3, 1, 2] }
      const created = handoffs.create({ ...ask, context })
      context.rows.sort((a, b) => a - b)
      expect((await created).request.context).toEqual({ rows: [3, 1, 2] })
      expect(context.rows).toEqual([1, 2, 3])
      expect(Object.isFrozen(context) || Object.isFrozen(context.rows)).toBe(false)
    }))

  it("names the place of a fault, and repeats no long key", () =>
    using(store, async (handoffs) => {
      const cycle: Record<string, unknown> = {}
      cycle["self"] = cycle
      const holes = Object.assign([], { length: 4_000_000_000 })
      const wrong: ReadonlyArray<readonly [unknown, string]> = [
        [
          { context: cycle },
          "context.self.self.self.self.self.self.self.self.self.self.self…: Expected at most 128 levels of nesting"
        ],
        [{ context: { at: new Date(0) } }, "context.at: Expected plain JSON, not an instance of a class"],
        [{ context: { rows: holes } }, "context: Expected at most 1048576 bytes when encoded as JSON"],
        [
          { briefing: { severity: "stable", summary: "So", actions: holes } },
          "briefing.actions: Expected at most 10000 items"
        ],
        [
          { context: { ["k".repeat(1000)]: cycle } },
          `context.${"k".repeat(128)}….self.self.self.self.self.self.self.self.self.self…: Expected at most 128 levels of nesting`
        ]
      ]
      for (const [fields, sentence] of wrong) {
        // The cast: the types forbid most of these.
        const error = await handoffs.create({ ...ask, ...(fields as object) }).catch((error: unknown) => error)
        expect(error).toBeInstanceOf(InvalidInput)
        expect(error).toMatchObject({ message: `Invalid request: ${sentence}` })
      }
    }))

  it("that nests without end is refused by the functions of a record, too", () => {
    const briefing: Record<string, unknown> = { severity: "stable", summary: "So" }
    briefing["situation"] = { known: briefing }
    // The casts: the types forbid a cycle.
    expect(() => coverageOf(briefing as never, undefined)).toThrow(InvalidInput)
    expect(() => describeTurn({ request: { briefing } } as unknown as HandoffRecord)).toThrow(InvalidInput)
  })
})
