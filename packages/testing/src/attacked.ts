/** Runs every attack in another process, with bounds of time and memory. */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"

import type { Runtime } from "./runtimes.ts"

const program = join(import.meta.dirname, "../test/programs/attack.ts")

// An attack takes a second or two; this many seconds pass only if it hangs, also on a busy machine.
const seconds = 60

// The peak of an ordinary run is below 400 MiB in every runtime. The attacks that this bounds took gigabytes.
const mebibytes = 1024

interface Line {
  readonly begins?: string
  readonly ends?: string
  readonly broke?: string
  readonly mebibytes?: number
}

/** Runs the attacks on a store in a runtime; returns what they broke. */
export const attacked = async ({ executable, options }: Runtime, location: string): Promise<ReadonlyArray<string>> => {
  const child = spawn(executable, [...options, program, location], { stdio: ["ignore", "pipe", "pipe"] })
  const problems: Array<string> = []
  let running = "the start"
  let ended = 0
  let stderr = ""
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString().slice(0, 4096)))
  let timer: NodeJS.Timeout | undefined
  const watch = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      problems.push(`${running}: it took more than ${seconds} seconds`)
      child.kill("SIGKILL")
    }, seconds * 1000)
  }
  watch()
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve))
  for await (const text of createInterface(child.stdout)) {
    watch()
    // The cast: the program prints lines of this shape only.
    const line = JSON.parse(text) as Line
    if (line.begins !== undefined) running = line.begins
    if (line.ends !== undefined) ended += 1
    if (line.broke !== undefined) problems.push(`${running}: ${line.broke}`)
    if ((line.mebibytes ?? 0) > mebibytes) problems.push(`${running}: the process grew to ${line.mebibytes} MiB`)
  }
  const code = await closed
  clearTimeout(timer)
  if (code !== 0) problems.push(`${running}: the process ended with ${code} after ${ended} attacks\n${stderr}`)
  return problems
}
