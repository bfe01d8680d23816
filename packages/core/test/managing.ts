import { begin, HandoffRequest, type InvalidInput, type InvalidPosition, RecordId } from "@aumai/handoff-protocol"
import { assert, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"

import { openBox } from "../../testing/src/openBox.ts"
import { HandoffManager } from "../src/engine/HandoffManager.ts"
import type { VerbError } from "../src/engine/Verbs.ts"
import { AgentCapabilityRegistry } from "../src/routing/AgentCapabilityRegistry.ts"
import { HandoffRouter } from "../src/routing/HandoffRouter.ts"
import type { AgentStore } from "../src/store/AgentStore.ts"
import { HandoffStore } from "../src/store/HandoffStore.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"

type Services = HandoffManager | HandoffRouter | AgentCapabilityRegistry | HandoffStore | AgentStore

/** The failures of the engine. A test fails on one that it does not expect. */
type Failure =
  | VerbError
  | Effect.Error<ReturnType<HandoffManager["Service"]["create" | "find" | "result"]>>
  | Effect.Error<ReturnType<AgentCapabilityRegistry["Service"]["register"]>>
  | InvalidPosition

/** All services of core on one memory store. */
export const everything: Layer.Layer<Services> = Layer.mergeAll(
  HandoffManager.layer,
  HandoffRouter.layer,
  AgentCapabilityRegistry.layer
).pipe(Layer.provideMerge(Layer.merge(MemoryStore.layer, openBox)))

export const start = DateTime.makeUnsafe("2026-11-22T09:00:00Z")
export const later = (seconds: number) => DateTime.makeUnsafe(start.epochMilliseconds + seconds * 1000)

/** A test on a new memory store, starting at nine o'clock. */
export const test = (
  name: string,
  body: () => Generator<Effect.Effect<unknown, Failure, Services | Scope.Scope>, void, never>
) =>
  it.effect(name, () =>
    Effect.andThen(TestClock.setTime(start.epochMilliseconds), Effect.gen(body)).pipe(Effect.provide(everything))
  )

/** A manager on another store. */
export const managerOver = (store: HandoffStore["Service"]) =>
  // Fresh and local, because otherwise the test's own manager would be reused.
  Effect.provide(HandoffManager.pipe(Effect.map((manager) => manager)), Layer.fresh(HandoffManager.layer), {
    local: true
  }).pipe(Effect.provideService(HandoffStore, store))

/** Runs an effect in a process with these signers, over the store of the test. */
export const inProcess =
  (signers: Layer.Layer<never, InvalidInput>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.provide(
      effect,
      Layer.fresh(Layer.merge(AgentCapabilityRegistry.layer, HandoffManager.layer)).pipe(Layer.provide(signers)),
      { local: true }
    )

/** Stores a handoff as a version did that judged no names. */
export const storedBefore = (
  request: Pick<HandoffRequest, "fromAgent" | "toAgent"> & Partial<HandoffRequest>,
  id = "old"
) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const at = yield* DateTime.now
    const whole = HandoffRequest.make({ taskDescription: "Generate the Q3 report", ...request })
    const change = begin(RecordId.make(id), { _tag: "Created", at, by: request.fromAgent, request: whole })
    yield* store.commit([change])
    return change.record
  })

export const ask = { fromAgent: "planner", toAgent: "executor", taskDescription: "Generate the Q3 report" } as const

/** Expects a failure and returns its sentence. */
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
