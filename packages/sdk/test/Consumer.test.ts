import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { setImmediate } from "node:timers/promises"

import { describe, expect, it } from "vitest"

import { InvalidInput } from "../src/index.ts"
import { openHandoffs } from "../src/node.ts"
import { ask, rejection, stores, temporaryDirectory, using } from "./stores.ts"

describe.each(stores.filter(({ isShared }) => isShared))("a consumer of a $name store", (store) => {
  it("goes on after one that was killed, and repeats at most what was not saved", async () => {
    using directory = temporaryDirectory()
    const location = store.location(directory.path)
    await using handoffs = await openHandoffs(location)
    for (const id of ["a", "b", "c"]) await handoffs.create(ask, { id })
    const child = spawn(process.execPath, [join(import.meta.dirname, "programs/consumer.ts"), location])
    let printed = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text))
    while (!printed.includes("c")) await once(child.stdout, "data")
    const killed = once(child, "exit")
    child.kill("SIGKILL")
    await killed
    await handoffs.create(ask, { id: "d" })
    const stop = new AbortController()
    const seen: Array<string> = []
    await handoffs.on(
      ["Created"],
      ({ recordId }) => {
        seen.push(recordId)
        if (recordId === "d") stop.abort()
      },
      { consumer: "mail", lease: 500, signal: stop.signal }
    )
    expect(printed.trim().split("\n")).toEqual(["a", "b", "c"])
    // Nothing is skipped; the entries of the last page may come again.
    expect(["a", "b", "c", "d"].join()).toContain(seen.join())
    expect(seen.at(-1)).toBe("d")
  })
})

describe.each(stores)("a live callback of a $name store", (store) => {
  it("gets what happens from now on, and ends with what its handler throws", () =>
    using(store, async (handoffs) => {
      await handoffs.create(ask, { id: "before" })
      const seen: Array<string> = []
      const broken = handoffs.on(["Created", "Accepted"], ({ event, recordId }) => {
        seen.push(`${recordId} ${event._tag}`)
        if (event._tag === "Accepted") throw new Error("enough")
      })
      const ended = rejection(broken)
      // The call may begin after the first of them.
      while (seen.length === 0) {
        await handoffs.create(ask)
        await setImmediate()
      }
      const { recordId } = await handoffs.create(ask)
      await handoffs.accept(recordId)
      expect(await ended).toMatchObject({ message: "enough" })
      expect(seen).not.toContain("before Created")
      expect(seen.at(-1)).toBe(`${recordId} Accepted`)
      for (const wrong of [{ consumer: "" }, { lease: -1, consumer: "c" }, { where: { agnet: "a" } }]) {
        // The cast makes options that JavaScript can pass.
        expect(await rejection(handoffs.on(["Created"], () => {}, wrong as never))).toBeInstanceOf(InvalidInput)
      }
      const quiet = handoffs.on(["Created"], () => {})
      await handoffs.close()
      await quiet
    }))
})
