import { StoreError } from "@aumai/handoff-protocol"

/** Tests for an error of a store that cannot read what it holds. */
export const isCorrupt = (error: unknown): error is StoreError =>
  error instanceof StoreError && error.reason === "corrupt"
