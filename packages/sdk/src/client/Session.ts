import {
  AgentCapabilityRegistry,
  type AgentStore,
  type DocumentStore,
  HandoffManager,
  HandoffRouter,
  type HandoffStore
} from "@aumai/handoff-core"
import { InvalidInput } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { LogToStderr } from "effect/References"
import * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"

import type { OpenOptions } from "../types/Options.ts"
import { iterator } from "./Iteration.ts"
import { thrown } from "./Thrown.ts"

/** The services of an open store. */
export type Engine =
  | HandoffManager
  | AgentCapabilityRegistry
  | HandoffRouter
  | HandoffStore
  | AgentStore
  | DocumentStore

/** The engine over an open store. Runs effects as promises; an error that `make` throws becomes the rejection. */
export interface Session {
  readonly run: <A, E>(make: () => Effect.Effect<A, E, Engine>, signal: AbortSignal | undefined) => Promise<A>
  readonly iterate: <A, E>(
    make: () => Stream.Stream<A, E, Engine>,
    signal: AbortSignal | undefined
  ) => AsyncIterable<A, undefined>
  readonly close: () => Promise<void>
}

const engine = Layer.merge(HandoffManager.layerWithRouter, AgentCapabilityRegistry.layer)

// Warnings of a store are not part of the program's output.
const logging = Context.make(LogToStderr, true)

export const closedError = () =>
  new Error("The handoffs are closed because close() was called; open them again to continue")

/** Opens the store. On a failure or an abort, closes everything that was opened until then. */
export const openSession = async <E>(
  store: Layer.Layer<HandoffStore | AgentStore | DocumentStore, E>,
  { router = HandoffRouter.layer, signal }: Pick<OpenOptions, "router" | "signal">
): Promise<Session> => {
  signal?.throwIfAborted()
  // Not as a guard, which would forget what the layer needs. A JavaScript program can pass any value.
  const isRouter: boolean = Layer.isLayer(router)
  if (!isRouter) {
    const expected = "Expected a router of smartRouter or routerOf, from @aumai/handoff/smart"
    throw new InvalidInput({ input: "router", issues: [{ path: "", expected }] })
  }
  const scope = Scope.makeUnsafe()
  const open = Layer.buildWithScope(engine.pipe(Layer.provideMerge(router), Layer.provideMerge(store)), scope)
  const opened = await Effect.runPromiseExitWith(logging)(open, { signal })
  // A layer that fails or is interrupted has already closed everything that it opened.
  if (Exit.isFailure(opened)) throw thrown(opened.cause, signal)

  const start = Effect.runPromiseExitWith(Context.merge(logging, opened.value))
  const calls = new Set<Promise<unknown>>()
  const iterations = new Set<() => Promise<void>>()
  let closing: Promise<void> | undefined

  const closeAll = async (): Promise<void> => {
    await Promise.allSettled([...calls, ...Array.from(iterations, (stop) => stop())])
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }

  return {
    run: async (make, signal) => {
      signal?.throwIfAborted()
      if (closing !== undefined) throw closedError()
      const call = start(Effect.suspend(make), { signal })
      calls.add(call)
      const exit = await call
      calls.delete(call)
      if (Exit.isFailure(exit)) throw thrown(exit.cause, signal)
      return exit.value
    },
    iterate: (make, signal) => ({
      [Symbol.asyncIterator]: () =>
        closing === undefined
          ? iterator(start, Effect.sync(make), signal, iterations)
          : { next: () => Promise.reject(closedError()) }
    }),
    close: () => (closing ??= closeAll())
  }
}
