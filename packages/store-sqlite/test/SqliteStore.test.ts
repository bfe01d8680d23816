import { statSync } from "node:fs"

import { HandoffStore } from "@aumai/handoff-core"
import { AgentId, type HandoffRecord } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"

import { created, createOne, nextOf, receiver } from "../../testing/src/handoffs.ts"
import { SqliteStore } from "../src/index.ts"
import { inDirectory } from "./processes.ts"

const ids = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${n}`)

describe("SqliteStore", () => {
  it.live("groups concurrent commits in one transaction", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const journal = () => statSync(at("handoffs.db-wal")).size
        yield* createOne("first")
        const before = journal()
        yield* Effect.forEach(ids("alone", 64), (id) => createOne(id))
        const alone = journal() - before
        yield* Effect.forEach(ids("together", 64), (id) => createOne(id), { concurrency: "unbounded" })
        const together = journal() - before - alone
        // Each transaction writes every page that it changed, so the size of the journal shows their number.
        assert.isBelow(together, alone / 4)
      }).pipe(Effect.provide(SqliteStore.layer({ path: at("handoffs.db") })))
    )
  )

  it.live("closes after the commits in progress and holds exactly the acknowledged ones", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const layer = SqliteStore.layer({ path: at("handoffs.db") })
        const scope = yield* Scope.make()
        const services = yield* Layer.buildWithScope(Layer.fresh(layer), scope)
        const commits = yield* Effect.forEach(ids("one", 20), (id) =>
          Effect.forkDetach(Effect.exit(Effect.provideContext(createOne(id), services)), { startImmediately: true })
        )
        yield* Scope.close(scope, Exit.void)
        const late = yield* Effect.flip(Effect.provideContext(createOne("late"), services))
        assert.strictEqual(late.message, "The store is closed; open it again to commit")
        const exits = yield* Effect.forEach(commits, Fiber.join)
        const store = Context.get(yield* Layer.build(Layer.fresh(layer)), HandoffStore)
        assert.strictEqual((yield* store.tally)["pending"], exits.filter(Exit.isSuccess).length)
        assert.isAbove(exits.filter(Exit.isSuccess).length, 0)
      }).pipe(Effect.scoped)
    )
  )

  it.live("moves a handoff to the inbox of its new receiver", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const store = yield* HandoffStore
        const first = created("one", DateTime.makeUnsafe("2026-11-22T09:00:00Z"))
        yield* store.commit([first])
        const second = nextOf(first.record, first.event.at)
        assert.isDefined(second)
        if (second === undefined) return
        const other = AgentId.make("other")
        // The cast restores the union of states, which the copy loses.
        const record = { ...second.record, request: { ...second.record.request, toAgent: other } } as HandoffRecord
        yield* store.commit([{ ...second, record }])
        const inbox = (agent: AgentId) => store.list({ _tag: "Inbox", agent, status: "accepted" }, { limit: 9 })
        assert.deepStrictEqual(yield* inbox(other), [record])
        assert.deepStrictEqual(yield* inbox(receiver), [])
      }).pipe(Effect.provide(SqliteStore.layer({ path: at("handoffs.db") })))
    )
  )
})
