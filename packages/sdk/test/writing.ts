/** Writes to a store without a pause, while another client verifies it. */
import { chanceOf } from "../../testing/src/chance.ts"
import type { Handoffs } from "../src/index.ts"

const ask = { fromAgent: "planner", toAgent: "executor", taskDescription: "Generate the Q3 report" }

// Handoffs that a writer moves at the same time. Some live long, so that a verification meets them in every state.
const open = 8

/** Moves handoffs step by step until the signal. Every commit changes the counters, a history and the log. */
export const writeUntil = async (handoffs: Handoffs, seed: number, signal: AbortSignal): Promise<void> => {
  const chance = chanceOf(seed)
  const ids: Array<string> = []
  while (!signal.aborted) {
    if (ids.length < open) ids.push((await handoffs.create(ask)).recordId)
    const recordId = chance.pick(ids)
    const { status } = await handoffs.get(recordId)
    if (status === "pending") await handoffs.accept(recordId)
    else if (status === "accepted") await handoffs.start(recordId)
    else if (chance.below(3) > 0) await handoffs.progress(recordId, { note: "Halfway" })
    else {
      await handoffs.complete(recordId)
      ids.splice(ids.indexOf(recordId), 1)
    }
  }
}

// A writer that a busy machine holds up writes nothing during many short verifications.
const mostRuns = 2000

/** Verifies a store until it has grown between two verifications, `times` times. Returns everything that was accused. */
export const verifyRepeatedly = async (handoffs: Handoffs, times: number) => {
  const accused: Array<unknown> = []
  const notes = new Set<string>()
  let [entries, grown] = [Infinity, 0]
  for (let run = 0; run < mostRuns && grown < times; run++) {
    const result = await handoffs.verify()
    if (result.entries > entries) grown += 1
    entries = result.entries
    accused.push(...result.flaws, ...result.faults)
    for (const note of result.notes) notes.add(note)
  }
  return { accused, notes: [...notes], grown }
}
