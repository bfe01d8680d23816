import { MemoryStore } from "@aumai/handoff-core"

export const layer = MemoryStore.layer
