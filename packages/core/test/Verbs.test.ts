import { statusAfter, type TransitionVerb, transitions, type TransitionVerbName, verbs } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import { expectTypeOf } from "vitest"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { AgentCapabilityRegistry } from "../src/routing/AgentCapabilityRegistry.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"

const engine = Layer.mergeAll(HandoffManager.layer, AgentCapabilityRegistry.layer).pipe(
  Layer.provide(MemoryStore.layer)
)

const agents = ["planner", "executor", "analyst", "auditor"]
const briefing = {
  severity: "watcher",
  summary: "Two invoices are missing.",
  actions: [{ id: "invoices", task: "Ask for them" }],
  readBack: { confirm: true }
}
const requests = [
  { reroute: true, maxHops: 1, maxAttempts: 1 },
  { briefing, maxHops: 0 },
  { deliverables: [{ name: "report" }], maxAttempts: 2 },
  { maxAttempts: 1 },
  { review: { reworks: 1 } },
  { review: { within: 60_000, silence: "escalates", escalateTo: "auditor" } },
  {}
]
const readBack = (id: string) => ({ summary: "Two invoices.", items: [{ id, answer: "understood" }] })

/** Valid payloads, so that only the lifecycle can refuse them. */
const payloads: Readonly<Record<TransitionVerbName, ReadonlyArray<object>>> = {
  accept: [{}, { lease: 60_000 }, { readBack: readBack("invoices") }, { readBack: readBack("unknown") }],
  reject: [{ reason: "No." }],
  restate: [{ readBack: readBack("invoices") }, { readBack: readBack("unknown") }],
  confirm: [{}, { correction: "Three." }],
  start: [{}],
  progress: [{ fraction: 0.5 }, { lease: 30_000 }],
  ask: [{ question: "Which?" }],
  answer: [{ answer: "This." }],
  release: [{ reason: "Stuck." }],
  forward: [{}, ...agents.map((to) => ({ to }))],
  attest: [{ statement: "Checked." }],
  complete: [{}, { leavesChildren: true }, { artifacts: [{ name: "report", content: "All is well." }] }],
  approve: [{}],
  return: [{ missing: "Page 5." }],
  fail: [{ reason: "Broken." }, { reason: "Tried." }],
  cancel: [{}, { reason: "Not needed." }]
}
// The cast restores the keys, which Object.keys widens to string.
const names = Object.keys(payloads) as ReadonlyArray<TransitionVerbName>

describe("the list of verbs", () => {
  it.effect("names every error of a verb, and every status that it can lead to", () =>
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      const registry = yield* AgentCapabilityRegistry
      yield* registry.register("executor", ["work"])
      yield* registry.register("analyst", ["work"])
      const pick = <A>(all: ReadonlyArray<A>) =>
        // The cast is safe because the index is within the list.
        Effect.map(Random.next, (chance) => all[Math.floor(chance * all.length)] as A)
      const met = new Map<string, Set<string>>(names.map((name) => [name, new Set()]))
      for (let life = 0; life < 220; life++) {
        const { recordId } = yield* manager.create({
          fromAgent: "planner",
          toAgent: "executor",
          taskDescription: "Do the work",
          requires: ["work"],
          // The cast restores the briefing's literals, which were widened.
          ...((yield* pick(requests)) as object)
        })
        for (let step = 0; step < 14; step++) {
          const name = yield* pick(names)
          const by = (yield* Random.nextBoolean) || name === "attest" ? { by: yield* pick(agents) } : {}
          const attempt = (yield* Random.next) < 0.25 ? { attempt: 1 } : {}
          const payload = { ...(yield* pick(payloads[name])), ...by, ...attempt }
          if (step === 5)
            yield* Effect.ignore(manager.delegate(recordId, { toAgent: "auditor", taskDescription: "A part" }))
          if (step === 9) yield* TestClock.adjust("1 minute")
          // The cast is needed because the payloads are typed as objects.
          const run: (
            id: typeof recordId,
            payload: never
          ) => Effect.Effect<{ readonly status: string }, { readonly _tag: string }> = manager[name]
          const result = yield* Effect.result(run(recordId, payload as never))
          const verb: TransitionVerb = verbs[name]
          if (Result.isFailure(result)) met.get(name)?.add(result.failure._tag)
          else {
            const events = [verb.event, ...(verb.or === undefined ? [] : [verb.or])]
            const statuses = events.flatMap((event) => transitions[event].from.map((from) => statusAfter(event, from)))
            assert.include(statuses, result.success.status, name)
          }
        }
      }
      for (const [name, tags] of met) {
        // The cast restores the keys of `met`, which are names.
        const listed: ReadonlyArray<string> = verbs[name as TransitionVerbName].errors
        assert.deepStrictEqual(
          [...tags].filter((tag) => !listed.includes(tag)),
          [],
          name
        )
      }
      const all = new Set([...met.values()].flatMap((tags) => [...tags]))
      // Enough kinds were met to make the check above meaningful.
      assert.isAtLeast(all.size, 10, [...all].join(", "))
    }).pipe(Effect.provide(engine), Random.withSeed("verbs"))
  )

  it.effect("makes the manager refuse unknown arguments, and an attestation without an author", () =>
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      const { recordId } = yield* manager.create({ fromAgent: "planner", toAgent: "executor", taskDescription: "Work" })
      for (const name of names) {
        // The cast makes an argument that no verb takes.
        const run: (id: typeof recordId, payload: never) => Effect.Effect<unknown, { readonly message: string }> =
          manager[name]
        const { message } = yield* Effect.flip(run(recordId, { by: "executor", surprise: 1 } as never))
        assert.match(message, new RegExp(`^Invalid ${name}: .*surprise`, "u"))
      }
      // @ts-expect-error A witness has a name.
      const error = yield* Effect.flip(manager.attest(recordId, { statement: "Checked." }))
      assert.strictEqual(error._tag, "InvalidInput")
      assert.match(error.message, /^Invalid attest: by: /)
    }).pipe(Effect.provide(engine))
  )

  it("types the manager's methods", () => {
    type Manager = HandoffManager["Service"]
    expectTypeOf<Exclude<TransitionVerbName, keyof Manager>>().toBeNever()
    expectTypeOf<Parameters<Manager["reject"]>[1]>().not.toExtend<undefined>()
    expectTypeOf<Parameters<Manager["start"]>[1]>().toExtend<object | undefined>()
    expectTypeOf<Parameters<Manager["attest"]>[1]["by"]>().not.toExtend<undefined>()
    expectTypeOf<Effect.Error<ReturnType<Manager["start"]>>["_tag"]>().toEqualTypeOf<
      (typeof verbs)["start"]["errors"][number]
    >()
  })
})
