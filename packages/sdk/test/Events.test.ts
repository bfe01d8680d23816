import { describe, expect, it } from "vitest"

import { toCloudEvent } from "../src/events.ts"
import { type AgentChange, type Entry, type Handoffs, InvalidInput } from "../src/index.ts"
import { ask, oneStore, rejection, using } from "./stores.ts"

const changes = async (handoffs: Handoffs): Promise<ReadonlyArray<Entry>> => {
  const entries: Array<Entry> = []
  for await (const entry of handoffs.changes({ until: "now" })) entries.push(entry)
  return entries
}

describe.each(oneStore)("a CloudEvent of a $name store", (store) => {
  it("has the name of the Python library as its type, and the entry in wire JSON", () =>
    using(store, async (handoffs) => {
      const { recordId } = await handoffs.create(ask)
      await handoffs.accept(recordId)
      await handoffs.start(recordId)
      const done = await handoffs.complete(recordId, { result: { output: "report.pdf" } })
      const rejected = await handoffs.create(ask)
      await handoffs.reject(rejected.recordId, { reason: "No" })
      const entries = await changes(handoffs)
      const events = entries.map((entry) => toCloudEvent(entry))
      expect(events.map(({ type }) => type)).toEqual([
        "handoff.initiated",
        "handoff.accepted",
        "handoff.started",
        "handoff.completed",
        "handoff.initiated",
        "handoff.rejected"
      ])
      expect(new Set(events.map(({ id, source }) => `${source} ${id}`)).size).toBe(events.length)
      const completed = entries[3]
      if (completed === undefined) throw new Error("The log is too short")
      const event = JSON.parse(JSON.stringify(toCloudEvent(completed, done)))
      expect(event).toMatchObject({
        specversion: "1.0",
        id: `${recordId}.4`,
        source: `/aumai-handoff/${completed.position.split(".")[0]}`,
        subject: recordId,
        time: done.updatedAt.toISOString(),
        datacontenttype: "application/json",
        data: {
          record_id: recordId,
          revision: 4,
          event: { _tag: "Completed", by: "executor" },
          record: { status: "completed", result: { output: "report.pdf" } }
        }
      })
    }))
})

describe.each(oneStore)("the agents of a $name store", (store) => {
  it("follow a stream of changes to its end, to its error, or to an abort", () =>
    using(store, async (handoffs) => {
      const { agents } = handoffs
      async function* stream(...all: ReadonlyArray<AgentChange>) {
        yield* all
      }
      const bob = { agentId: "bob", capabilities: ["draw"] }
      await agents.follow(stream(bob, { agentId: "eve", capabilities: ["read"] }, { gone: "eve" }))
      expect((await agents.list()).map(({ agentId }) => agentId)).toEqual(["bob"])
      const wrong = stream({ agentId: "", capabilities: ["draw"] })
      expect(await rejection(agents.follow(wrong))).toBeInstanceOf(InvalidInput)
      const stop = new AbortController()
      const endless = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }
      const following = rejection(agents.follow(endless, { signal: stop.signal }))
      stop.abort(new Error("enough"))
      expect(await following).toBe(stop.signal.reason)
    }))
})
