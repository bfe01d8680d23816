import type { Handoffs } from "../src/index.ts"

/** Works with a long lease on a handoff that another client cancels, until the handler is told. */
export const lose = async (worker: Handoffs, other: Handoffs): Promise<void> => {
  const { recordId } = await other.create({ fromAgent: "planner", toAgent: "executor", taskDescription: "Never mind" })
  const stop = new AbortController()
  const told = Promise.withResolvers<undefined>()
  const working = worker.work(
    "executor",
    async (_, { signal }) => {
      signal.addEventListener("abort", () => told.resolve(undefined))
      await other.cancel(recordId)
      await told.promise
    },
    // Without a hint of the store, the worker would notice after twenty minutes.
    { lease: 3_600_000, signal: stop.signal }
  )
  await Promise.race([told.promise, working])
  stop.abort()
  await working
}
