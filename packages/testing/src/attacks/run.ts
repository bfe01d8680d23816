/** Runs attacks one after another on an open store. */
import type { Handoffs } from "@aumai/handoff"

import type { Attack } from "./Attack.ts"

const ordinary = { fromAgent: "planner", toAgent: "executor", taskDescription: "Generate the Q3 report" }

/** Serves an ordinary user after an attack. */
const serve = async (handoffs: Handoffs): Promise<void> => {
  const { recordId } = await handoffs.create(ordinary)
  await handoffs.accept(recordId)
  await handoffs.complete(recordId)
}

/** The sentence of an error that an attack did not expect. */
const thrown = (error: unknown): string => `It threw ${error instanceof Error ? (error.stack ?? "") : String(error)}`

/** Runs one attack, then an ordinary handoff. Resolves with what the attack broke; `undefined` if it broke nothing. */
export const runAttack = async (handoffs: Handoffs, attack: Attack): Promise<string | undefined> => {
  try {
    const broke = await attack.run(handoffs)
    await serve(handoffs)
    return broke
  } catch (error) {
    return thrown(error)
  }
}

/** Verifies the store after all attacks: what others sent must not accuse its owner. */
export const afterAttacks = async (handoffs: Handoffs): Promise<string | undefined> => {
  const { faults, flaws } = await handoffs.verify()
  return flaws.length + faults.length === 0 ? undefined : `verify found ${JSON.stringify([...flaws, ...faults])}`
}
