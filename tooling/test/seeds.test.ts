import { afterEach, describe, expect, inject, it, vi } from "vitest"

import { seedsOf } from "../../packages/testing/src/seeds.ts"

describe("the seeds of a simulation", () => {
  afterEach(() => vi.unstubAllEnvs())

  it("are the archived ones and the requested number from the commit", () => {
    vi.stubEnv("SIMULATION_SEED", undefined)
    vi.stubEnv("SIMULATION_SEEDS", undefined)
    const first = Number.parseInt(inject("commit").slice(0, 7), 16)
    const { name, seeds } = seedsOf([3, 14], 2)
    expect(seeds).toEqual([3, 14, first, first + 1])
    expect(name).toContain(`SIMULATION_SEED=${first}`)
  })

  it("follow SIMULATION_SEED and SIMULATION_SEEDS", () => {
    vi.stubEnv("SIMULATION_SEEDS", "20000")
    expect(seedsOf([3], 2).seeds).toHaveLength(20_000)
    vi.stubEnv("SIMULATION_SEED", "159262349")
    expect(seedsOf([3], 2)).toEqual({ seeds: [159_262_349], name: "SIMULATION_SEED=159262349" })
  })
})
