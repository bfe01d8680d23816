import { AgentId } from "@aumai/handoff-protocol"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { expectTypeOf, it } from "vitest"

import { type ActedVerb, actAs, type Call } from "../src/engine/ActAs.ts"
import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { refusal, test } from "./managing.ts"

const [planner, executor, stranger] = ["planner", "executor", "stranger"].map((name) => AgentId.make(name)) as [
  AgentId,
  AgentId,
  AgentId
]
const part = { toAgent: executor, taskDescription: "Generate the Q3 report" }

test("records the acting agent as the author, and refuses a verb that is not its move", function* () {
  const manager = yield* HandoffManager
  const act = (agent: AgentId) => actAs(manager, { agent })
  const { recordId } = yield* act(planner)("create", part)
  yield* refusal(act(stranger)("accept", { recordId }), "NotYourHandoff")
  yield* refusal(act(planner)("accept", { recordId }), "NotYourHandoff")
  yield* refusal(act(executor)("cancel", { recordId }), "NotYourHandoff")
  assert.strictEqual((yield* act(executor)("inbox", {})).length, 1)
  assert.isTrue(Option.isSome(yield* act(executor)("claim", {})))
  const child = yield* act(executor)("delegate", { ...part, recordId, toAgent: stranger })
  yield* refusal(act(stranger)("delegate", { ...part, recordId }), "NotYourHandoff")
  yield* act(stranger)("attest", { recordId, statement: "Checked." })
  yield* act(executor)("complete", { recordId, leavesChildren: true })
  const entries = yield* act(planner)("history", { recordId })
  assert.deepStrictEqual(
    entries.map(({ event }) => `${event._tag} ${event.by}`),
    ["Created planner", "Accepted executor", "Delegated executor", "Attested stranger", "Completed executor"]
  )
  assert.strictEqual(child.request.fromAgent, executor)
})

test("refuses an agent whose attempt has ended", function* () {
  const manager = yield* HandoffManager
  const { recordId } = yield* actAs(manager, { agent: planner })("create", part)
  const first = actAs(manager, { agent: executor, attempt: 1 })
  yield* first("accept", { recordId })
  yield* first("release", { recordId })
  yield* actAs(manager, { agent: executor, attempt: 2 })("accept", { recordId })
  yield* refusal(first("start", { recordId }), "StaleAttempt")
  yield* refusal(first("delegate", { ...part, recordId }), "StaleAttempt")
})

it("takes no argument that names the actor", () => {
  type Keys = { readonly [Name in ActedVerb]: keyof Call<Name> }[ActedVerb]
  expectTypeOf<Extract<Keys, "by" | "attempt" | "fromAgent" | "agent">>().toBeNever()
  expectTypeOf<Call<"accept">>().toHaveProperty("lease")
  const wrong = (act: ReturnType<typeof actAs>, call: Call<"start">) =>
    // @ts-expect-error The actor is not an argument.
    Effect.ignore(act("start", { ...call, by: planner }))
  expectTypeOf(wrong).toBeFunction()
})
