/** Runs worker processes on inboxes, and kills or stops them at random. */
import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"

import { AgentCapabilityRegistry, HandoffManager } from "@aumai/handoff-core"
import { verifyAll, verifyCounts } from "@aumai/handoff-core/Verification"
import { type HandoffEvent, receiverOf } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Stream from "effect/Stream"
import { expect } from "vitest"

import { schemaBox, storeLayer } from "../src/node.ts"
import { agents } from "./agents.ts"
import { ask } from "./stores.ts"

// In milliseconds. The store's own waits are much shorter, and a stop is much longer.
const lease = 1000
const workers = 4

const program = join(import.meta.dirname, "programs/worker.ts")

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** A worker process. */
interface Worker {
  readonly process: ChildProcess
  readonly ended: Promise<unknown>
}

interface Struck {
  readonly kills: number
  readonly stops: number
  /** The number of refused late writers. */
  readonly refused: number
}

export interface Outcome extends Struck {
  /** The number of attempts whose lease expired with their worker. */
  readonly takenOver: number
  /** The numbers of forwards by the holder and by the router. */
  readonly forwarded: number
  readonly rerouted: number
  /** The number of parts. */
  readonly parts: number
}

/** `WORKER_HANDOFFS=2000` runs more. */
export const handoffsToDo = Number(process.env["WORKER_HANDOFFS"] ?? 300)

// Of ten handoffs, one each is forwarded by its holder, delegated in parts, and rejected.
const modes = ["forward", "delegate", "reroute"]

const created = (count: number) =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    const { register } = yield* AgentCapabilityRegistry
    for (const agent of agents) yield* register(agent, ["report"])
    const create = (index: number) => {
      const mode = modes[index % 10] ?? "plain"
      const toAgent = agents[Math.floor(index / 10) % agents.length] ?? ask.toAgent
      const reroute = mode === "reroute" ? { reroute: true, requires: ["report"] } : {}
      return manager.create({
        ...ask,
        toAgent,
        priority: (index % 10) + 1,
        maxAttempts: 100,
        context: { mode },
        ...reroute
      })
    }
    const made = yield* Effect.forEach(
      Array.from({ length: count }, (_, index) => index),
      create,
      { concurrency: 64 }
    )
    const declined = made.filter(({ request }) => request.reroute === true)
    yield* Effect.forEach(declined, ({ recordId }) => manager.reject(recordId, { reason: "No time." }), {
      concurrency: 64
    })
  })

/** Tests whether all handoffs are final. */
const isDone = Effect.gen(function* () {
  const { byStatus } = yield* (yield* HandoffManager).metrics
  return byStatus.pending + byStatus.accepted + byStatus.in_progress + byStatus.input_required === 0
})

/** Kills or stops one of four processes from time to time, until all handoffs are final. */
const strike = async (location: string, done: () => Promise<boolean>): Promise<Struck> => {
  let [kills, stops, stderr] = [0, 0, ""]
  const running = new Set<Worker>()
  const start = (): void => {
    const child = spawn(process.execPath, [program, location, String(lease)], { stdio: ["ignore", "ignore", "pipe"] })
    child.stderr.on("data", (text) => (stderr += String(text)))
    const worker: Worker = { process: child, ended: new Promise((resolve) => child.once("close", resolve)) }
    running.add(worker)
  }
  const pick = (): Worker | undefined => [...running][Math.floor(Math.random() * running.size)]
  for (let index = 0; index < workers; index++) start()
  try {
    let last = Date.now()
    while (!(await done())) {
      await wait(50)
      if (Date.now() - last < 400) continue
      last = Date.now()
      const victim = pick()
      if (victim === undefined) continue
      if (Math.random() < 0.5) {
        victim.process.kill("SIGKILL")
        await victim.ended
        running.delete(victim)
        kills += 1
        start()
      } else {
        victim.process.kill("SIGSTOP")
        // Longer than its lease, so that others take over its handoffs and it resumes as a late writer.
        void wait(lease * 2).then(() => victim.process.kill("SIGCONT"))
        stops += 1
      }
    }
  } finally {
    for (const { process: child } of running) {
      child.kill("SIGCONT")
      child.kill("SIGTERM")
    }
    await Promise.all([...running].map(({ ended }) => ended))
  }
  return {
    kills,
    stops,
    refused: stderr.split("is no longer held").length + stderr.split("was not recorded").length - 2
  }
}

const holders = (history: ReadonlyArray<HandoffEvent>): ReadonlyArray<number> => {
  const accepted: Array<number> = []
  let attempt = 1
  for (const { _tag } of history) {
    if (_tag === "Accepted") accepted.push(attempt)
    if (_tag === "Released" || _tag === "Forwarded") attempt += 1
  }
  return accepted
}

/** Asserts that every handoff was completed once, by its holder, and that everything verifies. */
const judged = Effect.gen(function* () {
  const manager = yield* HandoffManager
  const outcome = { takenOver: 0, forwarded: 0, rerouted: 0, parts: 0, whole: 0 }
  for (const record of yield* Stream.runCollect(manager.listAll({ _tag: "All" }))) {
    const history = (yield* manager.history(record.recordId)).map(({ event }) => event)
    if (record.status !== "completed") throw new Error(`${record.recordId} is ${record.status}`)
    const completions = history.filter(({ _tag }) => _tag === "Completed")
    expect(completions.map(({ by }) => by)).toEqual([receiverOf(record)])
    const begun = history.findLastIndex(({ _tag }) => _tag === "Started") + 1
    expect(record.result).toMatchObject({ attempt: record.attempt, begun })
    const accepted = holders(history)
    expect(new Set(accepted).size).toBe(accepted.length)
    const hops = history.filter((event) => event._tag === "Forwarded")
    outcome.rerouted += hops.filter(({ because }) => because !== undefined).length
    outcome.forwarded += hops.filter(({ because }) => because === undefined).length
    outcome.takenOver += history.filter(({ _tag, by }) => _tag === "Released" && by === "clock").length
    outcome.parts += record.parts ?? 0
    if (record.request.parent === undefined) outcome.whole += 1
  }
  const verified = yield* Stream.runCollect(verifyAll)
  expect(verified.filter(({ flaw }) => flaw !== undefined)).toEqual([])
  expect(verified.length).toBe(outcome.whole + outcome.parts)
  expect((yield* verifyCounts).faults).toEqual([])
  return outcome
})

/**
 * Runs four processes on the inboxes of a store. Expects that each handoff was completed exactly once by the attempt that
 * held it, although processes were killed and stopped, and that every chain and every sum verifies.
 */
export const workThrough = async (location: string, count = handoffsToDo): Promise<Outcome> => {
  const services = Layer.merge(HandoffManager.layer, AgentCapabilityRegistry.layer)
  const runtime = ManagedRuntime.make(services.pipe(Layer.provideMerge(Layer.merge(storeLayer(location), schemaBox))))
  try {
    await runtime.runPromise(created(count))
    const struck = await strike(location, () => runtime.runPromise(isDone))
    const { whole, ...outcome } = await runtime.runPromise(judged)
    expect(whole).toBe(count)
    return { ...struck, ...outcome }
  } finally {
    await runtime.dispose()
  }
}

/** The outcome as one line. */
export const show = (outcome: Outcome): string =>
  [`${handoffsToDo} handoffs`, ...Object.entries(outcome).map(([what, many]) => `${many} ${what}`)].join(", ")
