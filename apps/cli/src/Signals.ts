/** The signals that end the command. The first one interrupts it; the next one ends the process at once. */

// The exit code of a shell for a process that a signal ended: 128 and the number of the signal.
const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const
const names = ["SIGHUP", "SIGINT", "SIGTERM"] as const

/**
 * Listens for the signals, before `NodeRuntime.runMain` listens for SIGINT and SIGTERM and interrupts. Returns the exit
 * code of the signal that has come, if any.
 */
export const listen = (): (() => number | undefined) => {
  let code: number | undefined
  let isRelayed = false
  for (const name of names) {
    process.on(name, () => {
      if (isRelayed) return
      // Listeners of "exit" end the programs that still run.
      if (code !== undefined) process.exit(codes[name])
      code = codes[name]
      if (name !== "SIGHUP") return
      // A closed terminal ends a worker, too, because the program it runs is in another process group and would stay.
      isRelayed = true
      process.emit("SIGTERM")
      isRelayed = false
    })
  }
  return () => code
}
