import { differences } from "@aumai/handoff-core/Verification"

/** The paths of unknown keys in JSON, which decoding would drop silently. A key that is null counts as absent. */
export const unknownKeys = (read: unknown, written: unknown): ReadonlyArray<string> =>
  differences(read, written)
    .filter(({ read, what }) => what === "unknown" && read !== null)
    .map(({ path }) => path)
