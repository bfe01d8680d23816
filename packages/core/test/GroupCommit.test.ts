import { RevisionConflict, StoreError } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"

import * as GroupCommit from "../src/store/GroupCommit.ts"
import type { Change } from "../src/store/HandoffStore.ts"
import { created, id } from "./fixtures.ts"

const kept = Result.succeed(undefined)
const conflict = new RevisionConflict({ recordId: id("loser"), revision: 1 })

/** A `commitAll` that waits for permission, and records its groups. */
const manual = Effect.gen(function* () {
  const groups: Array<ReadonlyArray<string>> = []
  const turns: Array<Deferred.Deferred<void, StoreError>> = []
  const commitAll: GroupCommit.CommitAll = (commits) =>
    Effect.gen(function* () {
      const turn = yield* Deferred.make<void, StoreError>()
      groups.push(commits.map(([{ record }]) => record.recordId))
      turns.push(turn)
      yield* Deferred.await(turn)
      return commits.map(([{ record }]) => (record.recordId === "loser" ? Result.fail(conflict) : kept))
    })
  return { groups, turns, commitAll }
})

/** The change that creates a handoff with a context, which is in the record and in the event. */
const createdWith = (name: string, context: Schema.JsonObject): Change => {
  const { record, event } = created(name)
  const request = { ...record.request, context }
  return { record: { ...record, request }, event: event._tag === "Created" ? { ...event, request } : event }
}

const settle = Effect.forEach(Array.from({ length: 20 }), () => Effect.yieldNow, { discard: true })

const forkCommit = <A, E>(commit: Effect.Effect<A, E>) =>
  Effect.forkChild(Effect.exit(commit), { startImmediately: true })

const turn = (turns: ReadonlyArray<Deferred.Deferred<void, StoreError>>, n: number) => {
  const found = turns[n]
  return found === undefined ? Effect.die(new Error(`group ${n} has not been written`)) : Effect.succeed(found)
}

describe("group commit", () => {
  it.effect("writes the first commit at once, and groups those that arrive meanwhile", () =>
    Effect.gen(function* () {
      const { groups, turns, commitAll } = yield* manual
      const commit = yield* GroupCommit.make(commitAll)
      const first = yield* forkCommit(commit([created("a")]))
      assert.deepStrictEqual(groups, [["a"]])
      const others = yield* Effect.forEach(["b", "c", "d"], (name) => forkCommit(commit([created(name)])))
      yield* settle
      assert.deepStrictEqual(groups, [["a"]])
      yield* Deferred.succeed(yield* turn(turns, 0), undefined)
      assert.deepStrictEqual(yield* Fiber.join(first), Exit.void)
      yield* settle
      assert.deepStrictEqual(groups, [["a"], ["b", "c", "d"]])
      assert.isUndefined(others[0]?.pollUnsafe())
      yield* Deferred.succeed(yield* turn(turns, 1), undefined)
      for (const other of others) assert.deepStrictEqual(yield* Fiber.join(other), Exit.void)
      // The next commit after an idle time does not wait either.
      const last = yield* forkCommit(commit([created("e")]))
      assert.deepStrictEqual(groups.at(-1), ["e"])
      yield* Deferred.succeed(yield* turn(turns, 2), undefined)
      yield* Fiber.join(last)
    })
  )

  it.effect("gives each commit its own result, so that a conflict fails no other commit", () =>
    Effect.gen(function* () {
      const { turns, commitAll } = yield* manual
      const commit = yield* GroupCommit.make(commitAll)
      const first = yield* forkCommit(commit([created("first")]))
      const group = yield* Effect.forEach(["b", "loser", "d"], (name) => forkCommit(commit([created(name)])))
      yield* Deferred.succeed(yield* turn(turns, 0), undefined)
      yield* Fiber.join(first)
      yield* settle
      yield* Deferred.succeed(yield* turn(turns, 1), undefined)
      const exits = yield* Effect.forEach(group, Fiber.join)
      assert.deepStrictEqual(exits, [Exit.void, Exit.fail(conflict), Exit.void])
    })
  )

  it.effect("withdraws a waiting commit that is interrupted", () =>
    Effect.gen(function* () {
      const { groups, turns, commitAll } = yield* manual
      const commit = yield* GroupCommit.make(commitAll)
      const first = yield* forkCommit(commit([created("first")]))
      const waiting = yield* Effect.forkChild(commit([created("withdrawn")]), { startImmediately: true })
      const other = yield* forkCommit(commit([created("other")]))
      yield* Fiber.interrupt(waiting)
      yield* Deferred.succeed(yield* turn(turns, 0), undefined)
      yield* Fiber.join(first)
      yield* settle
      yield* Deferred.succeed(yield* turn(turns, 1), undefined)
      yield* Fiber.join(other)
      assert.deepStrictEqual(groups, [["first"], ["other"]])
    })
  )

  it.effect("finishes a write whose caller is interrupted, and continues", () =>
    Effect.gen(function* () {
      const { groups, turns, commitAll } = yield* manual
      const commit = yield* GroupCommit.make(commitAll)
      const writing = yield* Effect.forkChild(commit([created("writing")]), { startImmediately: true })
      yield* Fiber.interrupt(writing)
      const next = yield* forkCommit(commit([created("next")]))
      yield* settle
      assert.deepStrictEqual(groups, [["writing"]])
      yield* Deferred.succeed(yield* turn(turns, 0), undefined)
      yield* settle
      yield* Deferred.succeed(yield* turn(turns, 1), undefined)
      yield* Fiber.join(next)
      assert.deepStrictEqual(groups, [["writing"], ["next"]])
    })
  )

  it.effect("closes after the write in progress, and accepts no more commits", () =>
    Effect.gen(function* () {
      const { groups, turns, commitAll } = yield* manual
      const scope = yield* Scope.make()
      const commit = yield* Effect.provideService(GroupCommit.make(commitAll), Scope.Scope, scope)
      const [first, second] = [
        yield* forkCommit(commit([created("first")])),
        yield* forkCommit(commit([created("second")]))
      ]
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* settle
      assert.isUndefined(closing.pollUnsafe())
      const late = yield* Effect.flip(commit([created("late")]))
      assert.deepStrictEqual([late._tag, late.message], ["StoreError", "The store is closed; open it again to commit"])
      yield* Deferred.succeed(yield* turn(turns, 0), undefined)
      yield* settle
      assert.isUndefined(closing.pollUnsafe())
      yield* Deferred.succeed(yield* turn(turns, 1), undefined)
      yield* Fiber.join(closing)
      assert.deepStrictEqual([yield* Fiber.join(first), yield* Fiber.join(second)], [Exit.void, Exit.void])
      assert.deepStrictEqual(groups, [["first"], ["second"]])
    })
  )

  it.effect("closes at once without any commit", () => Effect.scoped(GroupCommit.make(() => Effect.never)))

  it.effect("fails every commit of a failed group, and no other", () =>
    Effect.gen(function* () {
      const { turns, commitAll } = yield* manual
      const commit = yield* GroupCommit.make(commitAll)
      const full = new StoreError({ operation: "commit", reason: "full", detail: "The disk is full" })
      const first = yield* forkCommit(commit([created("first")]))
      const group = yield* Effect.forEach(["b", "c"], (name) => forkCommit(commit([created(name)])))
      yield* Deferred.succeed(yield* turn(turns, 0), undefined)
      yield* settle
      const next = yield* forkCommit(commit([created("next")]))
      yield* Deferred.fail(yield* turn(turns, 1), full)
      yield* settle
      yield* Deferred.succeed(yield* turn(turns, 2), undefined)
      assert.deepStrictEqual(yield* Fiber.join(first), Exit.void)
      assert.deepStrictEqual(yield* Effect.forEach(group, Fiber.join), [Exit.fail(full), Exit.fail(full)])
      assert.deepStrictEqual(yield* Fiber.join(next), Exit.void)
    })
  )

  it.effect("dies for every commit of a group with a defect, and continues", () =>
    Effect.gen(function* () {
      let calls = 0
      const crash = new TypeError("crash")
      const commit = yield* GroupCommit.make((commits) => {
        calls += 1
        if (calls === 1) throw crash
        return calls === 2 ? Effect.die(crash) : Effect.succeed(commits.map(() => kept))
      })
      for (let n = 0; n < 2; n++) {
        const exit = yield* Effect.exit(commit([created("a")]))
        assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) === crash)
      }
      yield* commit([created("a")])
    })
  )

  it.effect("dies if `commitAll` does not return one result per commit", () =>
    Effect.gen(function* () {
      const commit = yield* GroupCommit.make(() => Effect.succeed([]))
      const exit = yield* Effect.exit(commit([created("a")]))
      assert.match(String(Exit.isFailure(exit) && Cause.squash(exit.cause)), /returned 0 results for 1 commits/)
    })
  )

  it.effect("limits a group, keeps the order, and completes 5000 concurrent commits", () =>
    Effect.gen(function* () {
      const groups: Array<number> = []
      const order: Array<string> = []
      const commit = yield* GroupCommit.make((commits) =>
        Effect.map(Effect.yieldNow, () => {
          groups.push(commits.length)
          for (const [{ record }] of commits) order.push(record.recordId)
          return commits.map(() => kept)
        })
      )
      const names = Array.from({ length: 5000 }, (_, n) => `n${n}`)
      yield* Effect.forEach(names, (name) => commit([created(name)]), { concurrency: "unbounded", discard: true })
      assert.deepStrictEqual(order, names)
      assert.deepStrictEqual(groups, [1, 1024, 1024, 1024, 1024, 903])
    })
  )

  it.effect("limits a group to 8 MiB of text, or to one larger commit", () =>
    Effect.gen(function* () {
      const groups: Array<ReadonlyArray<string>> = []
      const commit = yield* GroupCommit.make((commits) =>
        Effect.map(Effect.yieldNow, () => {
          groups.push(commits.map(([{ record }]) => record.recordId))
          return commits.map(([{ record }]) => (record.recordId === "loser" ? Result.fail(conflict) : kept))
        })
      )
      const text = "x".repeat(2 ** 20)
      const half = text.slice(2 ** 19)
      const changes = [
        created("first"),
        createdWith("a", { text }),
        createdWith("b", { texts: [half, { half }] }),
        createdWith("loser", { [text]: true }),
        // The fourth commit of two mebibytes exceeds the limit.
        createdWith("d", { text }),
        created("e"),
        createdWith("more than all", { texts: Array.from({ length: 5 }, () => text) }),
        created("f"),
        createdWith("g", { numbers: Array.from({ length: 2 ** 19 }, (_, n) => n) })
      ]
      const exits = yield* Effect.forEach(changes, (change) => Effect.exit(commit([change])), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(groups, [["first"], ["a", "b", "loser"], ["d", "e"], ["more than all"], ["f"], ["g"]])
      assert.deepStrictEqual(
        exits,
        changes.map(({ record }) => (record.recordId === "loser" ? Exit.fail(conflict) : Exit.void))
      )
    })
  )

  it.effect("completes every commit of 200 writers with 20 commits each, some of them interrupted", () =>
    Effect.gen(function* () {
      let written = 0
      const commit = yield* GroupCommit.make((commits) =>
        Effect.gen(function* () {
          // The end of a write hits the other commits at different moments.
          const turns = yield* Random.nextIntBetween(0, 3)
          for (let n = 0; n < turns; n++) yield* Effect.yieldNow
          written += commits.length
          return commits.map(() => kept)
        })
      )
      let done = 0
      const writer = Effect.gen(function* () {
        for (let n = 0; n < 20; n++) {
          const fiber = yield* Effect.forkChild(commit([created("a")]))
          const turns = yield* Random.nextIntBetween(0, 6)
          for (let n = 0; n < turns; n++) yield* Effect.yieldNow
          if (turns === 6) yield* Fiber.interrupt(fiber)
          else yield* Fiber.join(fiber)
          done += 1
        }
      })
      yield* Effect.forEach(Array.from({ length: 200 }), () => writer, { concurrency: "unbounded", discard: true })
      assert.strictEqual(done, 4000)
      assert.isAtLeast(written, 3000)
    }).pipe(Random.withSeed("group commit"))
  )
})
