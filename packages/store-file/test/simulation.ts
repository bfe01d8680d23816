/**
 * Runs several processes on one simulated disk, and a model of the changes that each attempted and got acknowledged. At the
 * end, every acknowledged change must be there once, whole and at its revision, and every stored change was attempted.
 */
import type { Change, HandoffStore } from "@aumai/handoff-core"
import { type HandoffRecord, type RecordId, StoreError } from "@aumai/handoff-protocol"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"

import { created, nextOf } from "../../testing/src/handoffs.ts"
import { asPython, newRecord } from "../../testing/src/python.ts"
import { FileStore } from "../src/index.ts"
import { type Fault, randomOf } from "./faults.ts"
import {
  acknowledge,
  atRest,
  attempt,
  floorOf,
  type Model,
  newModel,
  path,
  pythonPrefix,
  tick,
  verify
} from "./model.ts"
import { makeDisk, type SimulatedDisk } from "./SimulatedDisk.ts"
import { type Known, knownOf, recordOne, sealOf, type Stores } from "./simulatedKeys.ts"

export interface Scenario {
  readonly seed: number
  readonly processes: number
  /** The commits of each process, over all its lives. */
  readonly commits: number
  readonly faults: ReadonlyArray<Fault>
  readonly flushes?: boolean
  readonly delay?: number
  /** Limits the space on the disk for a while. */
  readonly crowded?: boolean
  readonly endsWithPowerCut?: boolean
  readonly oneShot?: boolean
  /** A program that keeps no history rewrites the file again and again. */
  readonly rewritten?: boolean
}

export interface Report {
  readonly acknowledged: number
  /** The acknowledged entries of the key log. */
  readonly keys: number
  readonly lives: number
  readonly struck: ReadonlyArray<string>
  readonly performed: ReadonlyArray<string>
  /** The broken promises. */
  readonly broken: ReadonlyArray<string>
}

type Store = HandoffStore["Service"]

const readChecked = (model: Model, store: Store, id: RecordId) =>
  Effect.suspend(() => {
    const floor = floorOf(model, id)
    return Effect.map(store.get(id), (found) => {
      const revision = Option.match(found, { onNone: () => 0, onSome: (record) => record.revision })
      if (revision < floor) model.broken.push(`a read of ${id} saw revision ${revision}, ${floor} was acknowledged`)
      return found
    })
  })

type Dice = ReturnType<typeof randomOf>

/** The next commit: a new handoff, a step of a known one, or both together. */
const plan = (model: Model, store: Store, known: Known, dice: Dice, name: string) =>
  Effect.gen(function* () {
    const seal = sealOf(known)
    const changes: Array<Change> = []
    const kind = dice.below(10)
    if (kind < 7 && model.ids.length > 0) {
      const id = model.ids[dice.below(Math.min(model.ids.length, 12))]
      const found = id === undefined ? Option.none<HandoffRecord>() : yield* readChecked(model, store, id)
      const next = Option.isSome(found) ? nextOf(found.value, tick(model), `${name} ${model.clock}`, seal) : undefined
      if (next !== undefined) changes.push(next)
    }
    if (changes.length === 0 || kind < 2) {
      const at = tick(model)
      const change = created(`${name}-${model.clock}`, at, "x".repeat(1 + dice.below(300)), seal)
      changes.push(change)
    }
    return changes
  })

/** One commit of a life, sometimes after a change of the keys. Other processes may change them in between. */
const one = (model: Model, life: Life, dice: Dice, name: string) =>
  Effect.gen(function* () {
    const { stores } = life
    const store = stores.handoffs
    life.known ??= yield* knownOf(stores)
    if (dice.chance(0.15)) {
      const { known } = life
      // Unknown until it succeeds, because a change that fails may have happened.
      life.known = undefined
      // The clock of another process may be ahead.
      const at = DateTime.add(tick(model), { seconds: dice.below(3) * 10 })
      life.known = yield* recordOne(model.keys, model.broken, stores, known, at)
    }
    const [first, ...rest] = yield* plan(model, store, life.known, dice, name)
    if (first === undefined) return
    const changes = [first, ...rest] as const
    attempt(model, changes)
    const exit = yield* Effect.exit(store.commit(changes))
    if (Exit.isSuccess(exit)) {
      acknowledge(model, changes)
      for (const { record } of changes) if (record.revision === 1) model.ids.unshift(record.recordId)
    } else {
      life.known = undefined
      complain(model, exit.cause)
    }
  })

/** A store that is open, and what its process knows of the log. */
interface Life {
  readonly stores: Stores
  known: Known | undefined
}

/** Records a defect or an unreadable store as broken. Other failures are expected. */
const complain = (model: Model, cause: Cause.Cause<unknown>) => {
  const error = Cause.squash(cause)
  const isExpected = error instanceof StoreError ? error.reason !== "corrupt" : Cause.hasFails(cause)
  if (!isExpected) model.broken.push(`a process failed: ${error instanceof Error ? error.stack : String(error)}`)
}

interface Slot {
  left: number
  process: ReturnType<SimulatedDisk["process"]>
  fiber: Fiber.Fiber<unknown, unknown> | undefined
  done: boolean
}

const options = (scenario: Scenario) => ({
  path,
  checkpointBytes: 4000,
  lockTimeout: "60 seconds" as const,
  ...(scenario.oneShot === undefined ? {} : { oneShot: scenario.oneShot })
})

/** Runs one life of a process. */
const live = (scenario: Scenario, model: Model, slot: Slot, dice: Dice, name: string) =>
  Effect.gen(function* () {
    const { process } = slot
    while (slot.left > 0) {
      const scope = yield* Scope.make()
      const opened = yield* Effect.exit(
        FileStore.make(options(scenario)).pipe(Effect.provide(slot.process.layer), Scope.provide(scope))
      )
      if (Exit.isFailure(opened)) {
        complain(model, opened.cause)
        slot.left -= 1
      } else {
        const stay = 1 + dice.below(12)
        const life: Life = { stores: opened.value, known: undefined }
        for (let commits = 0; commits < stay && slot.left > 0; commits += 1) {
          // A dead process can still answer from memory without the disk, so its answer is ignored.
          if (!process.isAlive()) return yield* Effect.never
          slot.left -= 1
          yield* Effect.catchCause(one(model, life, dice, name), (cause) => Effect.sync(() => complain(model, cause)))
          yield* Effect.sleep(dice.below(6))
        }
      }
      yield* Scope.close(scope, Exit.void)
    }
    slot.done = true
  })

export const simulate = (scenario: Scenario): Effect.Effect<Report> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const { seed, faults, flushes, delay } = scenario
    const disk = makeDisk({
      seed,
      faults,
      now: () => clock.currentTimeMillisUnsafe(),
      ...(flushes === undefined ? {} : { flushes }),
      ...(delay === undefined ? {} : { delay })
    })
    const model = newModel()
    const dice = randomOf(seed ^ 0x5bd1e995)
    let lives = 0
    const startLife = (slot: Slot, index: number) =>
      Effect.gen(function* () {
        lives += 1
        slot.process = disk.process()
        slot.fiber = yield* Effect.forkDetach(live(scenario, model, slot, dice, `p${index}.${lives}`))
      })
    const slots: Array<Slot> = Array.from({ length: scenario.processes }, () => ({
      left: scenario.commits,
      process: disk.process(),
      fiber: undefined,
      done: false
    }))
    for (const [index, slot] of slots.entries()) yield* startLife(slot, index)
    const isOver = () => slots.every((slot) => slot.done)
    const rewriter = yield* Effect.forkDetach(
      scenario.rewritten === true ? rewriteAll(disk, seed, isOver) : Effect.void
    )
    const crowdedFrom = scenario.crowded === true ? 50 + dice.below(200) : Number.POSITIVE_INFINITY
    for (let step = 0; !isOver() || rewriter.pollUnsafe() === undefined; step += 1) {
      if (step > 200_000) {
        model.broken.push("the processes do not end")
        break
      }
      if (step === crowdedFrom) disk.setCapacity(disk.used() + dice.below(3000))
      if (step === crowdedFrom + 60) disk.setCapacity(Number.POSITIVE_INFINITY)
      yield* TestClock.adjust(2)
      for (const [index, slot] of slots.entries()) {
        if (!slot.process.isAlive() && !slot.done) {
          if (slot.fiber !== undefined) abandoned.push(slot.fiber)
          yield* startLife(slot, index)
        }
      }
    }
    disk.setCapacity(Number.POSITIVE_INFINITY)
    disk.calm()
    if (scenario.endsWithPowerCut === true) disk.powerCut()
    const check = yield* Effect.forkDetach(Effect.exit(verify(disk, model)))
    for (let step = 0; check.pollUnsafe() === undefined && step < 100_000; step += 1) yield* TestClock.adjust(5)
    const verified = check.pollUnsafe()
    if (verified === undefined) model.broken.push("the check does not end")
    else {
      const exit = Exit.isSuccess(verified) ? verified.value : verified
      if (Exit.isFailure(exit)) model.broken.push(`cannot be opened: ${Cause.pretty(exit.cause)}`)
      else atRest(disk, model)
    }
    abandoned.length = 0
    return {
      acknowledged: model.count,
      keys: model.keys.acknowledged.size,
      lives,
      struck: disk.struck,
      performed: disk.performed,
      broken: model.broken
    }
  }).pipe(Random.withSeed(scenario.seed))

/** Creates a handoff like the Python library, until the processes have ended. */
const rewriteAll = (disk: SimulatedDisk, seed: number, isOver: () => boolean) =>
  Effect.gen(function* () {
    const dice = randomOf(seed ^ 0x2545f491)
    for (let count = 0; !isOver(); count += 1) {
      yield* Effect.sleep(5 + dice.below(60))
      const one = newRecord(`${pythonPrefix}${count}`, new Date(Date.UTC(2026, 0, 1) + count).toISOString())
      const change = (before: Buffer) => {
        // Another rewrite may not have filled the file yet.
        if (before.length === 0) return before
        return Buffer.from(JSON.stringify([...asPython(String(before)), one], undefined, 2))
      }
      yield* disk.rewrite(path, change, 1 + dice.below(10))
    }
  })

// Dead processes stay referenced until the end of the run, because collecting them would run their finalizers.
const abandoned: Array<unknown> = []

/** The scenario of a seed, with up to six faults of any kind. */
export const scenarioOf = (seed: number): Scenario => {
  const dice = randomOf(seed)
  const kinds = ["kill", "kill", "kill", "powerCut", "eio", "enospc", "short", "emfile", "lostFlush"] as const
  const count = dice.below(7)
  const faults = Array.from({ length: count }, (): Fault => {
    const kind = kinds[dice.below(kinds.length)]
    return { at: 5 + dice.below(500), kind: kind ?? "kill" }
  })
  return {
    seed,
    processes: 1 + dice.below(4),
    commits: 12,
    faults,
    crowded: dice.chance(0.2),
    endsWithPowerCut: dice.chance(0.5),
    oneShot: dice.chance(0.2)
  }
}
