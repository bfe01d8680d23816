/** Starts processes that write to a store. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"

import { expect } from "vitest"

const program = join(import.meta.dirname, "programs", "writer.ts")

/** Runs a test while processes write to a store, one for each seed. Fails if a writer fails. */
export const whileWriting = async <A>(
  location: string,
  seeds: ReadonlyArray<number>,
  test: () => Promise<A>
): Promise<A> => {
  const writers = seeds.map((seed) =>
    spawn(process.execPath, [program, location, String(seed)], { stdio: ["pipe", "pipe", "inherit"] })
  )
  const exits = writers.map((writer) => once(writer, "exit"))
  try {
    await Promise.all(writers.map(({ stdout }) => once(stdout, "data")))
    return await test()
  } finally {
    for (const { stdin } of writers) stdin.end()
    expect((await Promise.all(exits)).map(([code]) => code)).toEqual(writers.map(() => 0))
  }
}
