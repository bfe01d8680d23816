import * as Context from "effect/Context"

/**
 * Lets a release in the last attempt fail the handoff with the code `attempts_exhausted`, as the end of a lease does. The
 * worker sets it, and the index does not export it, so no caller can state the code.
 */
export const EndsLastAttempt = Context.Reference<boolean>("@aumai/handoff-core/EndsLastAttempt", {
  defaultValue: () => false
})
