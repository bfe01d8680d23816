export { MemoryStore } from "@aumai/handoff-core"
