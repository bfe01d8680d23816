/** The seeds of simulations: archived ones, and new ones with every commit. */
import { inject } from "vitest"

declare module "vitest" {
  interface ProvidedContext {
    /** The commit under test, in hexadecimal digits. */
    readonly commit: string
  }
}

// The cast: core's tests are type-checked without the types of Node, but run in it.
const { process } = globalThis as unknown as {
  readonly process: { readonly env: Readonly<Record<string, string | undefined>> }
}

/** The seeds to run, and a test name that includes the command to repeat them. */
export interface Seeds {
  readonly seeds: ReadonlyArray<number>
  readonly name: string
}

const range = (first: number, count: number): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, index) => first + index)

/**
 * The archived seeds, and `drawn` more from the commit. `SIMULATION_SEED=123` runs that seed alone, and
 * `SIMULATION_SEEDS=20000` runs the seeds from 1 to 20000.
 */
export const seedsOf = (archived: ReadonlyArray<number>, drawn: number): Seeds => {
  const { SIMULATION_SEED: one, SIMULATION_SEEDS: many } = process.env
  if (one !== undefined) return { seeds: [Number(one)], name: `SIMULATION_SEED=${one}` }
  if (many !== undefined) return { seeds: range(1, Number(many)), name: `SIMULATION_SEEDS=${many}` }
  // Seven digits are 28 bits: with the next seeds it stays within the 32 bits of the generators.
  const first = Number.parseInt(inject("commit").slice(0, 7), 16)
  const last = first + drawn - 1
  return {
    seeds: [...archived, ...range(first, drawn)],
    name: `archived seeds, and ${first} to ${last} of this commit; SIMULATION_SEED=${first} runs one`
  }
}
