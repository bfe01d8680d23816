/** Worker processes that are killed and stopped at random while they work through inboxes. */
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

import { storeLayer } from "../src/node.ts"
import { agents } from "./agents.ts"
import { ask } from "./stores.ts"

// Milliseconds. The store's own waits are far shorter, a stop is far longer.
const lease = 1000
const workers = 4

const program = join(import.meta.dirname, "programs/worker.ts")

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** One worker process, and what it says of what it has lost. */
interface Worker {
  readonly process: ChildProcess
  readonly ended: Promise<unknown>
}

interface Struck {
  readonly kills: number
  readonly stops: number
  /** What late writers were refused with. */
  readonly refused: number
}

export interface Told extends Struck {
  /** Attempts after one that ended with its worker. */
  readonly takenOver: number
  /** Handed on by whoever had it, and by the router. */
  readonly forwarded: number
  readonly rerouted: number
  /** Handoffs that are parts of others. */
  readonly parts: number
}

/** `WORKER_HANDOFFS=2000` for more. */
export const handoffsToDo = Number(process.env["WORKER_HANDOFFS"] ?? 300)

// Of ten handoffs one each is handed on by whoever has it first, given away in parts, and declined.
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

/** Nothing is open any more. */
const isDone = Effect.gen(function* () {
  const { byStatus } = yield* (yield* HandoffManager).metrics
  return byStatus.pending + byStatus.accepted + byStatus.in_progress + byStatus.input_required === 0
})

/** Kills one of four processes, or stops it, every now and then until all is done. */
const strike = async (location: string, done: () => Promise<boolean>): Promise<Struck> => {
  let [kills, stops, said] = [0, 0, ""]
  const running = new Set<Worker>()
  const start = (): void => {
    const child = spawn(process.execPath, [program, location, String(lease)], { stdio: ["ignore", "ignore", "pipe"] })
    child.stderr.on("data", (text) => (said += String(text)))
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
        // Longer than its lease: others take over what it holds, and it wakes up as a late writer.
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
  return { kills, stops, refused: said.split("is no longer held").length + said.split("was not taken").length - 2 }
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

/** Every handoff was completed once, by who held it; and everything on record is as it was put there. */
const judged = Effect.gen(function* () {
  const manager = yield* HandoffManager
  const told = { takenOver: 0, forwarded: 0, rerouted: 0, parts: 0, whole: 0 }
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
    told.rerouted += hops.filter(({ because }) => because !== undefined).length
    told.forwarded += hops.filter(({ because }) => because === undefined).length
    told.takenOver += history.filter(({ _tag, by }) => _tag === "Released" && by === "clock").length
    told.parts += record.parts ?? 0
    if (record.request.parent === undefined) told.whole += 1
  }
  const verified = yield* Stream.runCollect(verifyAll)
  expect(verified.filter(({ flaw }) => flaw !== undefined)).toEqual([])
  expect(verified.length).toBe(told.whole + told.parts)
  expect(yield* verifyCounts).toEqual([])
  return told
})

/**
 * Lets four processes work through inboxes, and expects that each handoff was completed exactly once, by the attempt that
 * held it, whoever was killed or stopped, and that every chain and every sum holds.
 */
export const workThrough = async (location: string, count = handoffsToDo): Promise<Told> => {
  const services = Layer.merge(HandoffManager.layer, AgentCapabilityRegistry.layer)
  const runtime = ManagedRuntime.make(services.pipe(Layer.provideMerge(storeLayer(location))))
  try {
    await runtime.runPromise(created(count))
    const struck = await strike(location, () => runtime.runPromise(isDone))
    const { whole, ...told } = await runtime.runPromise(judged)
    expect(whole).toBe(count)
    return { ...struck, ...told }
  } finally {
    await runtime.dispose()
  }
}

/** What came of it, in one line. */
export const show = (told: Told): string =>
  [`${handoffsToDo} handoffs`, ...Object.entries(told).map(([what, many]) => `${many} ${what}`)].join(", ")
