import { HandoffStore, MemoryStore } from "@aumai/handoff-core"
import { StoreError } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect, it } from "vitest"

import { handoffsOver } from "../src/index.ts"
import { openHandoffs } from "../src/node.ts"
import { ask, rejection, stores, temporaryDirectory, using } from "./stores.ts"

/** A memory store in which every commit waits for permission and reports that it waits or was stopped. */
const hesitant = () => {
  const waits = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const interrupted = Promise.withResolvers<void>()
  const order: Array<string> = []
  const layer = Layer.effectContext(
    Effect.gen(function* () {
      const context = yield* Layer.build(MemoryStore.layer)
      yield* Effect.addFinalizer(() => Effect.sync(() => order.push("closed")))
      const store = Context.get(context, HandoffStore)
      const commit: typeof store.commit = (changes) =>
        Effect.andThen(
          Effect.onInterrupt(
            Effect.promise(() => {
              waits.resolve()
              return go.promise
            }),
            () => Effect.sync(() => interrupted.resolve())
          ),
          Effect.tap(store.commit(changes), () => Effect.sync(() => order.push("committed")))
        )
      return Context.add(context, HandoffStore, HandoffStore.of({ ...store, commit }))
    })
  )
  return { layer, order, waits: waits.promise, go: () => go.resolve(), interrupted: interrupted.promise }
}

describe.each(stores)("aborting in a $name store", (store) => {
  it("before the call does nothing, and rejects with the reason", () =>
    using(store, async (handoffs) => {
      const { recordId } = await handoffs.create(ask)
      const reason = new Error("changed my mind")
      const signal = AbortSignal.abort(reason)
      const calls: ReadonlyArray<Promise<unknown>> = [
        handoffs.create(ask, { signal }),
        handoffs.accept(recordId, { signal }),
        handoffs.delegate(recordId, { taskDescription: "A part" }, { signal }),
        handoffs.restate(recordId, { readBack: { summary: "I do it." }, signal }),
        handoffs.confirm(recordId, { signal }),
        handoffs.start(recordId, { signal }),
        handoffs.forward(recordId, { to: "auditor", signal }),
        handoffs.attest(recordId, { by: "auditor", statement: "It is done", signal }),
        handoffs.complete(recordId, { signal }),
        handoffs.reject(recordId, { reason: "no", signal }),
        handoffs.fail(recordId, { reason: "no", signal }),
        handoffs.cancel(recordId, { signal }),
        handoffs.get(recordId, { signal }),
        handoffs.list({ _tag: "All" }, { signal }),
        handoffs.history(recordId, { signal }),
        handoffs.chain(recordId, { signal }),
        handoffs.verify(recordId, { signal }),
        handoffs.verify({ signal }),
        handoffs.inbox("executor", { signal }),
        handoffs.claim("executor", { signal }),
        handoffs.sweep({ signal }),
        handoffs.import(handoffs.export(), { signal }),
        handoffs.metrics({ signal }),
        handoffs.route({ ...ask, requires: [] }, { signal }),
        handoffs.agents.register("alice", ["sing"], { signal }),
        handoffs.agents.unregister("alice", { signal }),
        handoffs.agents.list({ signal }),
        handoffs.agents.findCapable(["sing"], { signal })
      ]
      for (const call of calls) expect(await rejection(call)).toBe(reason)
      for (const loop of [
        handoffs.changes({ signal }),
        handoffs.export({ signal }),
        handoffs.listAll({ _tag: "All" }, { signal })
      ]) {
        expect(await rejection(loop[Symbol.asyncIterator]().next())).toBe(reason)
      }
      expect((await handoffs.history(recordId)).length).toBe(1)
      expect(await handoffs.agents.list()).toEqual([])
      expect((await handoffs.metrics()).total).toBe(1)
    }))

  it("at any moment leaves a commit whole or absent", () =>
    using(store, async (handoffs) => {
      let outcome: unknown
      // Each try waits longer, until one completes before it is aborted.
      for (let step = 0; outcome !== "created"; step += 1 + Math.floor(step / 8)) {
        const controller = new AbortController()
        const id = `step-${step}`
        const creating = handoffs.create(ask, { id, signal: controller.signal }).then(
          () => "created",
          (error: unknown) => error
        )
        for (let left = step; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve))
        controller.abort()
        outcome = await creating
        const there = await handoffs.get(id).catch(() => undefined)
        const events = await handoffs.history(id).then(
          ({ length }) => length,
          () => 0
        )
        expect(["created", controller.signal.reason]).toContain(outcome)
        expect(there?.status).toBe(outcome === "created" || events > 0 ? "pending" : undefined)
        expect(events).toBe(there === undefined ? 0 : 1)
      }
    }))

  it("before opening opens nothing", async () => {
    using directory = temporaryDirectory()
    const reason = new Error("too late")
    expect(await rejection(openHandoffs(store.location(directory.path), { signal: AbortSignal.abort(reason) }))).toBe(
      reason
    )
  })
})

describe("aborting", () => {
  it("a waiting commit stops it, and rejects with the reason", async () => {
    const store = hesitant()
    await using handoffs = await handoffsOver(store.layer)
    const controller = new AbortController()
    const creating = rejection(handoffs.create(ask, { id: "q3", signal: controller.signal }))
    await store.waits
    const reason = new Error("changed my mind")
    controller.abort(reason)
    expect(await creating).toBe(reason)
    await store.interrupted
    store.go()
    expect((await handoffs.metrics()).total).toBe(0)
    expect((await handoffs.create(ask, { id: "q3" })).status).toBe("pending")
  })

  it("with a timeout rejects with its error", async () => {
    const store = hesitant()
    await using handoffs = await handoffsOver(store.layer)
    const error = await rejection(handoffs.create(ask, { signal: AbortSignal.timeout(1) }))
    expect(error).toMatchObject({ name: "TimeoutError" })
  })

  it("an import stops reading the source", async () => {
    await using handoffs = await openHandoffs("memory:")
    const asked = Promise.withResolvers<void>()
    const returned = Promise.withResolvers<void>()
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          asked.resolve()
          return Promise.withResolvers<never>().promise
        },
        return: () => {
          returned.resolve()
          return Promise.resolve({ done: true as const, value: undefined })
        }
      })
    }
    const controller = new AbortController()
    const importing = rejection(handoffs.import(source, { signal: controller.signal }))
    await asked.promise
    controller.abort("enough")
    expect(await importing).toBe("enough")
    await returned.promise
  })

  it("does not concern closing, which waits for running calls and happens once", async () => {
    const store = hesitant()
    const handoffs = await handoffsOver(store.layer)
    const creating = handoffs.create(ask)
    await store.waits
    const closing = [handoffs.close(), handoffs.close(), handoffs[Symbol.asyncDispose]()]
    expect(await rejection(handoffs.metrics())).toMatchObject({ message: expect.stringContaining("closed") })
    store.go()
    expect((await creating).status).toBe("pending")
    await Promise.all(closing)
    expect(store.order).toEqual(["committed", "closed"])
    expect(await rejection(handoffs.changes()[Symbol.asyncIterator]().next())).toMatchObject({
      message: expect.stringContaining("closed")
    })
  })
})

describe("a store", () => {
  it("that fails to open rejects with its error, and closes everything", async () => {
    let isReleased = false
    const failure = new StoreError({ operation: "open", reason: "corrupt", detail: "The file is no JSON" })
    const lock = Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => (isReleased = true))))
    const store = Layer.effect(HandoffStore, Effect.fail(failure))
    const layer = Layer.merge(MemoryStore.layer, store).pipe(Layer.provideMerge(lock))
    expect(await rejection(handoffsOver(layer))).toBe(failure)
    expect(isReleased).toBe(true)
  })

  it("that is aborted while it opens rejects with the reason, and closes everything", async () => {
    const order: Array<string> = []
    const controller = new AbortController()
    const lock = Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => order.push("released"))))
    const store = Layer.effect(
      HandoffStore,
      Effect.suspend(() => {
        order.push("opening")
        queueMicrotask(() => controller.abort("enough"))
        return Effect.never
      })
    )
    const layer = Layer.merge(MemoryStore.layer, store).pipe(Layer.provideMerge(lock))
    expect(await rejection(handoffsOver(layer, { signal: controller.signal }))).toBe("enough")
    expect(order).toEqual(["opening", "released"])
  })

  it("with a defect rejects with the thrown error", async () => {
    const fault = new RangeError("a bug")
    const layer = Layer.effectContext(
      Effect.gen(function* () {
        const context = yield* Layer.build(MemoryStore.layer)
        const store = Context.get(context, HandoffStore)
        return Context.add(context, HandoffStore, HandoffStore.of({ ...store, get: () => Effect.die(fault) }))
      })
    )
    await using handoffs = await handoffsOver(layer)
    expect(await rejection(handoffs.get("q3"))).toBe(fault)
  })
})

describe("an error", () => {
  it("has the line of the call in its stack", async () => {
    await using handoffs = await openHandoffs("memory:")
    const askAtThisLine = async () => {
      await handoffs.accept("nope")
    }
    const error = await rejection(askAtThisLine())
    expect(error).toMatchObject({
      stack: expect.stringMatching(/^HandoffNotFound: No handoff nope\n(.*\n)*.*askAtThisLine/)
    })
  })

  it("names the missing await", async () => {
    const opening = openHandoffs("memory:")
    const handoffs = await opening
    for (const name of Object.keys(handoffs)) {
      // `openHandoffs(…).create` without await, which the compiler refuses but JavaScript allows.
      expect(() => void Reflect.get(opening, name)).toThrow("await openHandoffs(…)")
    }
    await handoffs.close()
  })
})
