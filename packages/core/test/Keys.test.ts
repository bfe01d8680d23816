import { AgentId, type InvalidInput, type Signature } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { AgentCapabilityRegistry } from "../src/routing/AgentCapabilityRegistry.ts"
import { Signers } from "../src/routing/Signers.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"
import * as Signing from "../src/verification/Signing.ts"
import { refusal } from "./managing.ts"

const executor = AgentId.make("executor")

/** Runs an effect in a process with these signers, over the store of the test. */
const inProcess =
  (signers: Layer.Layer<never, InvalidInput>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.provide(effect, Layer.fresh(AgentCapabilityRegistry.layer).pipe(Layer.provide(signers)), { local: true })

const register = (
  capabilities: ReadonlyArray<string>,
  options?: { readonly [key: string]: number | string | boolean }
) => AgentCapabilityRegistry.use((registry) => registry.register("executor", capabilities, options))
const unregister = (operator = false) =>
  AgentCapabilityRegistry.use((registry) => registry.unregister(executor, { operator }))
const registered = AgentCapabilityRegistry.use((registry) => registry.agents)

const anybody = inProcess(Layer.empty)

describe("an agent with a key", () => {
  it.effect("is changed or removed only by a process that signs with the key in force", () =>
    Effect.gen(function* () {
      const [first, second] = [yield* Signing.generate, yield* Signing.generate]
      yield* anybody(register(["report"], { publicKey: first.publicKey, capacity: 5 }))
      const before = yield* anybody(registered)
      const unsigned = Layer.succeed(
        Signers,
        new Map([[executor, { sign: (text: string) => text as Signature, publicKey: first.publicKey }]])
      )
      const strangers = [anybody, inProcess(Signing.layer({ executor: second.secretKey })), inProcess(unsigned)]
      strangers.push(inProcess(Signing.layer({ planner: first.secretKey })))
      for (const stranger of strangers) {
        for (const change of [
          register([], { capacity: 5 }),
          register(["report", "audit"], { capacity: 5 }),
          register(["report"]),
          register(["report"], { capacity: 1 }),
          register(["report"], { capacity: 5, publicKey: second.publicKey }),
          unregister()
        ]) {
          assert.match(
            yield* refusal(stranger(change), "KeyRequired"),
            /^Agent executor has the public key .{43}; its registration is changed only with its secret key or as an operator$/
          )
        }
        assert.deepStrictEqual(yield* anybody(registered), before)
      }
      const holder = inProcess(Signing.layer({ executor: first.secretKey }))
      yield* holder(register(["audit"], { publicKey: second.publicKey }))
      // The first key is no longer in force.
      yield* refusal(holder(unregister()), "KeyRequired")
      yield* inProcess(Signing.layer({ executor: second.secretKey }))(unregister())
      assert.deepStrictEqual(yield* anybody(registered), [])
    }).pipe(Effect.provide(MemoryStore.layer))
  )

  it.effect("is registered again without its key if nothing changes, and is seen by anybody", () =>
    Effect.gen(function* () {
      const { publicKey } = yield* Signing.generate
      yield* anybody(register(["report", "audit"], { publicKey, capacity: 5 }))
      yield* anybody(register(["audit", "report"], { capacity: 5 }))
      yield* anybody(register(["audit", "report"], { publicKey, capacity: 5 }))
      yield* anybody(AgentCapabilityRegistry.use((registry) => registry.seen(executor)))
      assert.isDefined((yield* anybody(registered))[0]?.lastSeen)
    }).pipe(Effect.provide(MemoryStore.layer))
  )

  it.effect("is changed and removed by an operator", () =>
    Effect.gen(function* () {
      const { publicKey } = yield* Signing.generate
      yield* anybody(register(["report"], { publicKey }))
      yield* anybody(register([], { operator: true }))
      assert.deepStrictEqual((yield* anybody(registered))[0]?.capabilities, [])
      yield* anybody(unregister(true))
      assert.deepStrictEqual(yield* anybody(registered), [])
    }).pipe(Effect.provide(MemoryStore.layer))
  )
})
