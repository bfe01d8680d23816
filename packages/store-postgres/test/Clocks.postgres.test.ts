import { AgentCapabilityRegistry, HandoffManager, HandoffStore, nowIn } from "@aumai/handoff-core"
import { AgentId } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { connect, makeDatabase } from "../../../tooling/databases.ts"
import type * as Connections from "../src/Connections.ts"
import { PostgresStore } from "../src/index.ts"
import * as ServerClock from "../src/ServerClock.ts"
import { start } from "./processes.ts"

const [ahead, behind] = [45_000, -45_000]
const executor = AgentId.make("executor")

/** The clock of a machine that is wrong by this many milliseconds. */
const wrongBy = (milliseconds: number): Clock.Clock => {
  const right = Clock.Clock.defaultValue()
  const wrong = () => Date.now() + milliseconds
  return {
    currentTimeMillisUnsafe: wrong,
    currentTimeMillis: Effect.sync(wrong),
    currentTimeNanosUnsafe: () => BigInt(wrong()) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(wrong()) * 1_000_000n),
    monotonicTimeNanosUnsafe: () => right.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: right.monotonicTimeNanos,
    sleep: (duration) => right.sleep(duration)
  }
}

/** The engine on a machine whose clock is wrong. */
const machine = (url: string, wrong: number) => {
  const layer = Layer.mergeAll(HandoffManager.layer, AgentCapabilityRegistry.layer).pipe(
    Layer.provideMerge(PostgresStore.layer({ url }))
  )
  return Effect.map(
    Layer.build(layer),
    (context) =>
      <A, E>(effect: Effect.Effect<A, E, HandoffManager | AgentCapabilityRegistry | HandoffStore>) =>
        effect.pipe(Effect.provide(context), Effect.provideService(Clock.Clock, wrongBy(wrong)))
  ).pipe(Effect.provideService(Clock.Clock, wrongBy(wrong)))
}

const ask = { fromAgent: "planner", toAgent: "executor", taskDescription: "Generate the Q3 report" }

describe("machines with clocks 90 seconds apart", () => {
  it.live("take no handoff before its lease ends by the clock of the database", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const run = yield* connect(url)
      const [early, late] = [yield* machine(url, ahead), yield* machine(url, behind)]
      const lease = 20_000
      yield* late(HandoffManager.use((handoffs) => handoffs.create(ask)))
      const held = yield* late(HandoffManager.use((handoffs) => handoffs.claim(executor, { lease })))
      assert.isTrue(held._tag === "Some")
      // One machine only sweeps, with a clock that is past the end of every lease.
      assert.deepStrictEqual(yield* early(HandoffManager.use(({ sweep }) => sweep)), [])
      assert.deepStrictEqual(yield* late(HandoffManager.use(({ sweep }) => sweep)), [])
      const rows = yield* run(
        "SELECT due_at - extract(epoch FROM clock_timestamp())::float8 * 1000 FROM handoff_records"
      )
      assert.isAtMost(Number(rows[0]?.[0]), lease)
      assert.isAbove(Number(rows[0]?.[0]), 0)
    })
  )

  it.live("date their entries in the order of the log, none ahead of the database", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const run = yield* connect(url)
      const machines = [yield* machine(url, ahead), yield* machine(url, behind)]
      const { recordId } = yield* machines[0]!(HandoffManager.use((handoffs) => handoffs.create(ask)))
      yield* machines[1]!(HandoffManager.use((handoffs) => handoffs.accept(recordId)))
      yield* machines[0]!(HandoffManager.use((handoffs) => handoffs.start(recordId)))
      yield* machines[1]!(HandoffManager.use((handoffs) => handoffs.complete(recordId, { result: {} })))
      const entries = yield* machines[0]!(HandoffManager.use((handoffs) => handoffs.history(recordId)))
      const moments = entries.map(({ event }) => event.at.epochMilliseconds)
      assert.deepStrictEqual(
        moments,
        moments.toSorted((a, b) => a - b)
      )
      const [row] = yield* run("SELECT extract(epoch FROM clock_timestamp())::float8 * 1000")
      assert.isAtMost(moments.at(-1) ?? Infinity, Number(row?.[0]))
      assert.isAbove(moments[0] ?? 0, Number(row?.[0]) - 30_000)
    })
  )

  it.live("agree on who is present, and on what a request may still demand", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const [early, late] = [yield* machine(url, ahead), yield* machine(url, behind)]
      yield* late(AgentCapabilityRegistry.use((agents) => agents.register("executor", ["report"])))
      yield* late(AgentCapabilityRegistry.use((agents) => agents.seen(executor)))
      const [agent] = yield* early(AgentCapabilityRegistry.use(({ agents }) => agents))
      const now = yield* early(HandoffStore.use(nowIn))
      assert.isBelow(Math.abs(now.epochMilliseconds - (agent?.lastSeen?.epochMilliseconds ?? 0)), 30_000)
      const deadline = DateTime.add(now, { seconds: 30 })
      yield* early(HandoffManager.use((handoffs) => handoffs.create({ ...ask, deadline })))
      const past = DateTime.subtract(now, { seconds: 30 })
      const error = yield* Effect.flip(
        late(HandoffManager.use((handoffs) => handoffs.create({ ...ask, deadline: past })))
      )
      assert.strictEqual(error._tag, "InvalidInput")
    })
  )

  it.live("as processes lose no lease to a sweeper that is ahead", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const worker = start("clocked.ts", url, String(behind), "work")
      const sweeper = start("clocked.ts", url, String(ahead), "sweep")
      const printed = async ({ lines }: typeof worker) => {
        const all: Array<string> = []
        for await (const line of lines) all.push(line)
        return all
      }
      const [worked, swept] = yield* Effect.promise(() => Promise.all([printed(worker), printed(sweeper)]))
      assert.deepStrictEqual([worked, swept], [["completed 1", "completed 1", "completed 1"], ["0"]])
    })
  )
})

describe("the clock of the server", () => {
  /** A server whose clock and distance the test controls, and a machine whose clocks it controls, too. */
  const rig = () => {
    const state = { server: 1_000_000, monotonic: 0, wall: 5_000_000, roundTrip: 0, reads: 0, isDown: false }
    const pass = (milliseconds: number) => {
      state.server += milliseconds
      state.monotonic += milliseconds
      state.wall += milliseconds
    }
    const clock: Clock.Clock = {
      ...wrongBy(0),
      currentTimeMillisUnsafe: () => state.wall,
      monotonicTimeNanosUnsafe: () => BigInt(Math.round(state.monotonic * 1e6))
    }
    const run: Connections.Connections["run"] = () =>
      Effect.suspend(() => {
        state.reads += 1
        if (state.isDown) return Effect.die("unreachable")
        pass(state.roundTrip / 2)
        const read = state.server
        pass(state.roundTrip / 2)
        return Effect.succeed([[read]])
      })
    return {
      state,
      pass,
      open: ServerClock.make({ run }).pipe(Effect.provideService(Clock.Clock, clock)),
      millis: (now: Effect.Effect<DateTime.Utc>) => Effect.map(now, ({ epochMilliseconds }) => epochMilliseconds)
    }
  }

  it.effect("is never ahead of it, and behind it by a round trip at most", () =>
    Effect.gen(function* () {
      const { millis, open, pass, state } = rig()
      state.roundTrip = 80
      const now = yield* open
      for (const roundTrip of [80, 4, 300, 0, 20]) {
        state.roundTrip = roundTrip
        for (let n = 0; n < 3; n++) {
          const moment = yield* millis(now)
          assert.isAtMost(moment, state.server)
          assert.isAtLeast(moment, state.server - 80)
          pass(700)
        }
      }
    })
  )

  it.effect("is read once in a second, and does not go back while the server's does not", () =>
    Effect.gen(function* () {
      const { millis, open, pass, state } = rig()
      const now = yield* open
      let last = 0
      for (let n = 0; n < 100; n++) {
        state.roundTrip = n % 7
        const moment = yield* millis(now)
        assert.isAtLeast(moment, last)
        last = moment
        pass(100)
      }
      assert.isAtMost(state.reads, 12)
    })
  )

  it.effect("is read again when this machine was asleep or its clock was set", () =>
    Effect.gen(function* () {
      const { millis, open, state } = rig()
      const now = yield* open
      // Asleep for an hour: the monotonic clock stood still.
      state.server += 3_600_000
      state.wall += 3_600_000
      assert.strictEqual(yield* millis(now), state.server)
      // Set back by a day: the server's moment stays.
      state.wall -= 86_400_000
      assert.strictEqual(yield* millis(now), state.server)
    })
  )

  it.effect("follows a step of the server's clock within a second", () =>
    Effect.gen(function* () {
      const { millis, open, pass, state } = rig()
      const now = yield* open
      for (const step of [60_000, -60_000]) {
        state.server += step
        pass(1000)
        assert.strictEqual(yield* millis(now), state.server)
      }
    })
  )
})
