/** What somebody has written into JSON that is not understood, and would be dropped in silence. */
import { differences } from "@aumai/handoff-core/Verification"

/** The keys that were not understood, by path. What is null is as good as absent. */
export const unknownKeys = (read: unknown, written: unknown): ReadonlyArray<string> =>
  differences(read, written)
    .filter(({ read, what }) => what === "unknown" && read !== null)
    .map(({ path }) => path)
