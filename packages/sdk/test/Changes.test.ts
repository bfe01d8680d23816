import { describe, expect, it } from "vitest"

import type { ChangesOptions, Entry } from "../src/index.ts"
import { openHandoffs } from "../src/node.ts"
import { ask, rejection, stores, temporaryDirectory, using } from "./stores.ts"

const tags = (entries: ReadonlyArray<Entry>) => entries.map(({ event }) => event._tag)

/** The next `count` entries, then leaves the loop. */
const take = async (changes: AsyncIterable<Entry>, count: number): Promise<ReadonlyArray<Entry>> => {
  const entries: Array<Entry> = []
  for await (const entry of changes) {
    entries.push(entry)
    if (entries.length === count) break
  }
  return entries
}

describe.each(stores)("changes of a $name store", (store) => {
  const open = (body: Parameters<typeof using>[1]) => () => using(store, body)

  it(
    "are the past entries, then new ones, and can be resumed after any entry",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create(ask)
      const four = take(handoffs.changes(), 4)
      await handoffs.accept(recordId)
      await handoffs.start(recordId)
      await handoffs.complete(recordId)
      const entries = await four
      expect(tags(entries)).toEqual(["Created", "Accepted", "Started", "Completed"])
      expect(entries[0]?.event.at).toBeInstanceOf(Date)
      expect(tags(await take(handoffs.changes({ from: entries[1]?.position }), 2))).toEqual(["Started", "Completed"])
    })
  )

  it(
    "are read on demand, in order",
    open(async (handoffs) => {
      for (let index = 0; index < 300; index += 1) await handoffs.create(ask, { id: `${index}` })
      const iterator = handoffs.changes()[Symbol.asyncIterator]()
      const asked = await Promise.all(Array.from({ length: 280 }, () => iterator.next()))
      expect(asked.map(({ value }) => value?.recordId)).toEqual(Array.from({ length: 280 }, (_, index) => `${index}`))
      await iterator.return?.()
      expect(await iterator.next()).toEqual({ done: true, value: undefined })
    })
  )

  it(
    "can be left while waiting for the next one",
    open(async (handoffs) => {
      const iterator = handoffs.changes()[Symbol.asyncIterator]()
      const next = iterator.next()
      await iterator.return?.()
      expect(await next).toEqual({ done: true, value: undefined })
    })
  )

  it(
    "end with the reason when the signal is aborted",
    open(async (handoffs) => {
      await handoffs.create(ask)
      const controller = new AbortController()
      const { signal } = controller
      const waiting = handoffs.changes({ signal })[Symbol.asyncIterator]()
      const busy = handoffs.changes({ signal })[Symbol.asyncIterator]()
      await waiting.next()
      await busy.next()
      const next = rejection(waiting.next())
      const reason = new Error("enough")
      controller.abort(reason)
      expect(await next).toBe(reason)
      expect(await rejection(busy.next())).toBe(reason)
      expect(await waiting.next()).toEqual({ done: true, value: undefined })
      await handoffs.create(ask)
    })
  )

  it(
    "are a part of the log, chosen by their conditions",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create(ask)
      await handoffs.accept(recordId)
      await handoffs.create({ ...ask, toAgent: "artist" })
      const present = async (options: ChangesOptions) => {
        const seen: Array<string> = []
        for await (const { event } of handoffs.changes({ ...options, until: "now" })) seen.push(event._tag)
        return seen
      }
      expect(await present({})).toEqual(["Created", "Accepted", "Created"])
      expect(await present({ from: "now" })).toEqual([])
      expect(await present({ where: { handoff: recordId, agent: undefined } })).toEqual(["Created", "Accepted"])
      expect(await present({ where: { chain: recordId, events: ["Accepted"] } })).toEqual(["Accepted"])
      expect(await present({ where: { agent: "artist" } })).toEqual(["Created"])
      const wrong = handoffs.changes({ where: { handoff: recordId, agnet: "a" } as never })
      expect(await rejection(wrong[Symbol.asyncIterator]().next())).toMatchObject({ _tag: "InvalidInput" })
    })
  )

  it(
    "refuse an invalid position",
    open(async (handoffs) => {
      // The cast makes an argument that JavaScript can pass.
      const changes = handoffs.changes({ from: 17 as never })
      expect(await rejection(changes[Symbol.asyncIterator]().next())).toMatchObject({ _tag: "InvalidInput" })
    })
  )

  it("end when the handoffs are closed, even within the loop", async () => {
    using directory = temporaryDirectory()
    const handoffs = await openHandoffs(store.location(directory.path))
    await handoffs.create(ask)
    await handoffs.create(ask)
    const seen: Array<string> = []
    const within = (async () => {
      for await (const { event } of handoffs.changes()) {
        seen.push(event._tag)
        await handoffs.close()
      }
    })()
    const unread = handoffs.changes()[Symbol.asyncIterator]()
    const waiting = take(handoffs.changes(), 3)
    await within
    expect(seen).toEqual(["Created"])
    expect((await waiting).length).toBeLessThan(3)
    expect(await unread.next()).toEqual({ done: true, value: undefined })
    expect(await rejection(handoffs.get("q3"))).toBeInstanceOf(Error)
  })
})

describe.each(stores.filter(({ isShared }) => isShared))("changes of a shared $name store", (store) => {
  it("include those of other clients", async () => {
    using directory = temporaryDirectory()
    const location = store.location(directory.path)
    await using planner = await openHandoffs(location)
    await using executor = await openHandoffs(location)
    const two = take(executor.changes(), 2)
    const { recordId } = await planner.create(ask)
    await executor.accept(recordId)
    expect(tags(await two)).toEqual(["Created", "Accepted"])
  })
})
