import * as Cause from "effect/Cause"

/** Returns the rejection for a failed effect: the error itself, or the reason of the signal that interrupted it. */
export const thrown = (cause: Cause.Cause<unknown>, signal?: AbortSignal): unknown => {
  if (signal?.aborted === true && Cause.hasInterruptsOnly(cause)) return signal.reason
  const error = Cause.squash(cause)
  // The error was made inside the engine and has the engine's stack, but its reader needs the line of the call. A new
  // stack has that line, because JavaScript engines follow awaits. Its first word is replaced by the name of the class.
  if (error instanceof Error && "_tag" in error) {
    const { stack } = new Error(error.message)
    if (stack !== undefined) error.stack = stack.replace(/^Error/, error.name)
  }
  return error
}
