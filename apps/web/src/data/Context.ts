import { presence, type RegisteredAgent } from "@aumai/handoff"
import { createContext, use, useEffect, useMemo, useState, useSyncExternalStore } from "react"

import type { Board, Snapshot } from "./Board.ts"

export const BoardContext = createContext<Board | undefined>(undefined)

export const useBoard = (): Board => {
  const board = use(BoardContext)
  if (board === undefined) throw new Error("This component has no BoardContext above it; render it inside one.")
  return board
}

export const useSnapshot = (): Snapshot => {
  const { subscribe, snapshot } = useBoard()
  return useSyncExternalStore(subscribe, snapshot)
}

// Registrations are not in the log, so tabs notify each other. A browser without channels cannot open the store either.
const registrations = "BroadcastChannel" in globalThis ? new BroadcastChannel("board.agents") : undefined
const localChanges = new EventTarget()

export const notifyAgentsChanged = (): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is a channel, not a window
  registrations?.postMessage("changed")
  localChanges.dispatchEvent(new Event("changed"))
}

/** The registered agents; `undefined` while they are being read. */
export const useAgents = (): ReadonlyArray<RegisteredAgent> | undefined => {
  const { handoffs } = useBoard()
  const [agents, setAgents] = useState<ReadonlyArray<RegisteredAgent>>()
  useEffect(() => {
    const left = new AbortController()
    // A failed read keeps the last list; the next action reports the error.
    const read = () => void handoffs.agents.list({ signal: left.signal }).then(setAgents, () => {})
    read()
    registrations?.addEventListener("message", read, { signal: left.signal })
    localChanges.addEventListener("changed", read, { signal: left.signal })
    // Heartbeats are not announced, so the list is also read at their pace.
    const beat = setInterval(read, presence.heartbeat)
    return () => {
      clearInterval(beat)
      left.abort()
    }
  }, [handoffs])
  return agents
}

/** The sorted names of all agents that are registered or take part in a handoff. */
export const useNames = (): ReadonlyArray<string> => {
  const snapshot = useSnapshot()
  const agents = useAgents()
  return useMemo(() => {
    const names = new Set<string>(agents?.map(({ agentId }) => agentId))
    for (const { from, state } of snapshot.cards.values()) {
      names.add(from).add(state.request.toAgent)
      for (const { receiver } of state.hops ?? []) names.add(receiver)
    }
    return [...names].toSorted()
    // Depends on the snapshot because its map of cards is mutable.
  }, [agents, snapshot])
}
