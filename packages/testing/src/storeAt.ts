/** Opens the store at a location, in tests and programs that run on several stores. */
import type { AgentStore, HandoffStore } from "@aumai/handoff-core"
import type { StoreError } from "@aumai/handoff-protocol"
import { FileStore } from "@aumai/handoff-store-file"
import { PostgresStore } from "@aumai/handoff-store-postgres"
import { SqliteStore } from "@aumai/handoff-store-sqlite"
import type * as Layer from "effect/Layer"

/** The layer of the store at `postgres://…`, `sqlite:PATH` or `file:PATH`. */
export const storeAt = (location: string): Layer.Layer<HandoffStore | AgentStore, StoreError> => {
  const path = location.slice(location.indexOf(":") + 1)
  if (location.startsWith("sqlite:")) return SqliteStore.layer({ path })
  if (location.startsWith("file:")) return FileStore.layer({ path })
  return PostgresStore.layer({ url: location })
}
