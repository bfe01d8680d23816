import { assert, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"

import { AgentCapabilityRegistry } from "../src/AgentCapabilityRegistry.ts"
import type { AgentStore } from "../src/AgentStore.ts"
import { HandoffManager } from "../src/HandoffManager.ts"
import { HandoffRouter } from "../src/HandoffRouter.ts"
import { HandoffStore } from "../src/HandoffStore.ts"
import * as MemoryStore from "../src/MemoryStore.ts"
import type { VerbError } from "../src/Verbs.ts"

type Services = HandoffManager | HandoffRouter | AgentCapabilityRegistry | HandoffStore | AgentStore

/** What an engine may refuse with; a test that does not expect it fails. */
type Failure = VerbError | Effect.Error<ReturnType<HandoffManager["Service"]["create" | "find"]>>

/** Everything of core over one memory store. */
export const everything: Layer.Layer<Services> = Layer.mergeAll(
  HandoffManager.layer,
  HandoffRouter.layer,
  AgentCapabilityRegistry.layer
).pipe(Layer.provideMerge(MemoryStore.layer))

export const start = DateTime.makeUnsafe("2026-11-22T09:00:00Z")
export const later = (seconds: number) => DateTime.makeUnsafe(start.epochMilliseconds + seconds * 1000)

/** A test over a memory store of its own, at nine o'clock. */
export const test = (
  name: string,
  body: () => Generator<Effect.Effect<unknown, Failure, Services | Scope.Scope>, void, never>
) =>
  it.effect(name, () =>
    Effect.andThen(TestClock.setTime(start.epochMilliseconds), Effect.gen(body)).pipe(Effect.provide(everything))
  )

/** A manager over another store. */
export const managerOver = (store: HandoffStore["Service"]) =>
  // Fresh and local: the manager that the test has already would be given otherwise.
  Effect.provide(HandoffManager.pipe(Effect.map((manager) => manager)), Layer.fresh(HandoffManager.layer), {
    local: true
  }).pipe(Effect.provideService(HandoffStore, store))

export const ask = { fromAgent: "planner", toAgent: "executor", taskDescription: "Generate the Q3 report" } as const

/** Expects a refusal, and gives its sentence. */
export const refusal = <A, E extends Error & { readonly _tag: string }, R>(
  effect: Effect.Effect<A, E, R>,
  tag: E["_tag"]
): Effect.Effect<string, never, R> =>
  Effect.matchEffect(effect, {
    onSuccess: (value) => Effect.die(new Error(`Expected ${tag}, got ${JSON.stringify(value)}`)),
    onFailure: (error) =>
      Effect.sync(() => {
        assert.strictEqual(error._tag, tag)
        return error.message
      })
  })
