import { describe, expect, it } from "vitest"

import {
  describeEvent,
  describeLease,
  describeOutcome,
  describeResponse,
  describeTimer,
  render,
  type Sentence
} from "../src/index.ts"
import { openHandoffs } from "../src/node.ts"

const text = (sentence: Sentence): string =>
  render(sentence, {
    said: (text) => text,
    name: (name) => name,
    id: (id) => id,
    status: (status) => status,
    moment: (at) => new Date(at).toISOString(),
    duration: (milliseconds) => `${milliseconds / 1000} s`
  }).join("")

describe("plain events and handoffs in words", () => {
  it("are described in the words of the protocol", async () => {
    const handoffs = await openHandoffs("memory:")
    const { recordId } = await handoffs.create({ fromAgent: "planner", toAgent: "executor", taskDescription: "t" })
    const estimatedCompletion = new Date("2999-05-06T07:08:00Z")
    const accepted = await handoffs.accept(recordId, { reason: "On it.", estimatedCompletion, lease: 60_000 })
    const until = new Date(accepted.updatedAt.getTime() + 60_000).toISOString()
    expect(text(describeLease(accepted) ?? [])).toBe(`60 s, until ${until}`)
    expect(text(describeOutcome(accepted))).toBe(`is accepted (lease 60 s, until ${until}); waits for executor`)
    expect(describeTimer(accepted)).toEqual({
      at: Date.parse(until),
      what: "its lease runs out, and it waits for attempt 2"
    })
    const failed = await handoffs.fail(recordId, { reason: "503" })
    expect([describeResponse(failed)?.what, ...(describeResponse(failed)?.details ?? []).map(text)]).toEqual([
      "failed",
      "503"
    ])
    const lines = (await handoffs.history(recordId)).map(({ event }) => {
      const { details, what } = describeEvent(event)
      return [`${event.by} ${what}`, ...details.map(text)].join("; ")
    })
    expect(lines).toEqual([
      "planner created it; to executor",
      "executor accepted it; On it.; expected by 2999-05-06T07:08:00.000Z; held for 60 s",
      "executor failed it; 503"
    ])
    await handoffs.close()
  })
})
