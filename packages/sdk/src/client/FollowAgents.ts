/** Feeds the registry of agents from a stream. Loaded on first use. */
import type { Agents } from "../types/Agents.ts"
import type { CallOptions } from "../types/Options.ts"

/** Makes `follow` from the methods that change the registry. */
export const followAgents =
  ({ register, unregister }: Pick<Agents, "register" | "unregister">): Agents["follow"] =>
  async (changes, options: CallOptions = {}) => {
    const { signal } = options
    signal?.throwIfAborted()
    const iterator = changes[Symbol.asyncIterator]()
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true })
    })
    // The loop awaits it only while it waits for a change.
    aborted.catch(() => {})
    try {
      while (true) {
        const next = await Promise.race([iterator.next(), aborted])
        if (next.done === true) return
        const change = next.value
        if ("gone" in change) await unregister(change.gone, { signal })
        else await register(change.agentId, change.capabilities, { signal })
      }
    } catch (error) {
      // Not awaited, because a stream that waits for its next change may never answer.
      void iterator.return?.()?.then(undefined, () => {})
      throw error
    }
  }
