/** The sizes of pages that verbs and stores read. */
import { limits } from "@aumai/handoff-protocol"

// One page is one read of the store; 256 records are a few hundred kilobytes in practice.
export const pageSize = 256

/** The number of records that a page may hold; none for a limit that is not a number. */
export const pageOf = (limit: number): number => Math.max(0, Math.min(Math.trunc(limit) || 0, limits.page))
