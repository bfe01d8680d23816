import * as Cause from "effect/Cause"

/** What a promise rejects with for a failed effect: the very error, or the reason of the signal that stopped it. */
export const thrown = (cause: Cause.Cause<unknown>, signal?: AbortSignal): unknown => {
  if (signal?.aborted === true && Cause.hasInterruptsOnly(cause)) return signal.reason
  const error = Cause.squash(cause)
  // Made inside the engine, the error shows the engine's stack; its reader wants to know which of their own lines asked.
  // A new stack has it: engines follow the awaits. It begins with the name of the class that it was taken from.
  if (error instanceof Error && "_tag" in error) {
    const { stack } = new Error(error.message)
    if (stack !== undefined) error.stack = stack.replace(/^Error/, error.name)
  }
  return error
}
