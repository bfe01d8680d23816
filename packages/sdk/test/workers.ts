/** Worker processes that are killed and stopped at random while they work through an inbox. */
import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"

import { expect } from "vitest"

import type { HandoffEvent } from "../src/index.ts"
import { openHandoffs } from "../src/node.ts"
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

export interface Told {
  readonly kills: number
  readonly stops: number
  /** What late writers were refused with, and what was taken over. */
  readonly refused: number
  readonly takenOver: number
}

/** `WORKER_HANDOFFS=2000` for more. */
export const handoffsToDo = Number(process.env["WORKER_HANDOFFS"] ?? 300)

/**
 * Lets four processes work through an inbox, kills one and stops one every now and then, and expects that each handoff was
 * completed exactly once, by the attempt that held it.
 */
export const workThrough = async (location: string, count = handoffsToDo): Promise<Told> => {
  await using handoffs = await openHandoffs(location)
  const ids = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const { recordId } = await handoffs.create({ ...ask, priority: (index % 10) + 1, maxAttempts: 100 })
      return recordId
    })
  )
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

  const done = async (): Promise<number> => (await handoffs.metrics()).byStatus.completed
  let last = Date.now()
  while ((await done()) < count) {
    await wait(50)
    if (Date.now() - last < 400) continue
    last = Date.now()
    if (Math.random() < 0.5) {
      const victim = pick()
      if (victim === undefined) continue
      victim.process.kill("SIGKILL")
      await victim.ended
      running.delete(victim)
      kills += 1
      start()
    } else {
      const victim = pick()
      victim?.process.kill("SIGSTOP")
      // Longer than its lease: others take over what it holds, and it wakes up as a late writer.
      void wait(lease * 2).then(() => victim?.process.kill("SIGCONT"))
      stops += 1
    }
  }
  for (const { process: child } of running) {
    child.kill("SIGCONT")
    child.kill("SIGTERM")
  }
  await Promise.all([...running].map(({ ended }) => ended))

  let takenOver = 0
  for (const id of ids) {
    const [handoff, history] = await Promise.all([handoffs.get(id), handoffs.history(id)])
    const events: ReadonlyArray<HandoffEvent> = history.map(({ event }) => event)
    if (handoff.status !== "completed") throw new Error(`${id} is ${handoff.status}`)
    expect(events.filter(({ _tag }) => _tag === "Completed").length).toBe(1)
    const begun = events.findLastIndex(({ _tag }) => _tag === "Started") + 1
    expect(handoff.result).toMatchObject({ attempt: handoff.attempt, begun })
    takenOver += handoff.attempt - 1
  }
  return {
    kills,
    stops,
    refused: said.split("is no longer held").length + said.split("was not taken").length - 2,
    takenOver
  }
}
