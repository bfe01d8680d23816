/** Puts what a handler threw, whatever it is, into the reason of an event. */
import { limits } from "@aumai/handoff-protocol"

// Errors that one reason names. Each costs a line or two, and a getter may return a new cause every time.
const mostErrors = 16

// Escape sequences of terminals, then the other control characters but tab and newline. Stores refuse NUL.
// oxlint-disable-next-line no-control-regex
const controls = /\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f]/g

/** The characters of a text that fit into a number of UTF-8 bytes. */
const firstOf = (text: string, bytes: number): string => {
  let [end, left] = [0, bytes]
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    left -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    if (left < 0) break
    end += character.length
  }
  return text.slice(0, end)
}

/** Makes a text fit into an event: removes control characters, replaces lone surrogates, and cuts what is too long. */
export const recordable = (text: string, bytes: number = limits.textBytes): string => {
  // Cut first, because the text may be as long as memory.
  const clean = text
    .slice(0, bytes + 1)
    .replace(controls, "")
    .toWellFormed()
  const kept = firstOf(clean, bytes)
  return text.length <= bytes && kept.length === clean.length ? kept : `${firstOf(clean, bytes - 3)}…`
}

/** The stack of an error for the operator; `undefined` for a value without one. */
export const stackOf = (thrown: unknown): string | undefined => {
  try {
    // The cast: the type of the field is checked.
    const { stack } = Object(thrown) as { readonly stack?: unknown }
    return typeof stack === "string" && stack !== "" ? recordable(stack, limits.stackBytes) : undefined
  } catch {
    // A getter threw.
    return undefined
  }
}

/** The fields of errors that a reason tells. Objects of other kinds may have them, too. */
interface Telling {
  readonly name?: unknown
  readonly message?: unknown
  readonly code?: unknown
  readonly errors?: unknown
  readonly cause?: unknown
}

/** Says what a value that is no error holds, as JSON if it has one. */
const shown = (value: unknown): string =>
  (typeof value === "object" ? JSON.stringify(value) : undefined) ?? String(value)

/** Tells an error by its name, message and code, then those it aggregates, then its cause. */
const told = (thrown: unknown, seen: Set<unknown>): string => {
  if (typeof thrown !== "object" || thrown === null) return shown(thrown)
  if (seen.has(thrown) || seen.size >= mostErrors) return "…"
  seen.add(thrown)
  // The cast: the types of the fields are checked below.
  const { cause, code, errors, message, name } = thrown as Telling
  if (!(thrown instanceof Error) && (typeof message !== "string" || message === "")) return shown(thrown)
  const own = [
    // These two names tell nothing.
    ...(typeof name === "string" && name !== "Error" && name !== "GiveUp" ? [name] : []),
    ...(typeof message === "string" && message !== "" ? [message] : [])
  ].join(": ")
  const isNew = (typeof code === "string" || typeof code === "number") && !own.includes(String(code))
  const parts = Array.isArray(errors) ? errors.map((one) => told(one, seen)) : []
  return [
    `${own === "" ? "Error" : own}${isNew ? ` (${code})` : ""}`,
    ...(parts.length === 0 ? [] : [`[${parts.join("; ")}]`]),
    ...(cause === undefined ? [] : [`caused by: ${told(cause, seen)}`])
  ].join(" ")
}

/**
 * Returns the reason for an event from whatever was thrown: the name, message and code of an error, of those that it
 * aggregates, and of its causes. Any other value is told as JSON.
 */
export const reasonOf = (thrown: unknown): string => {
  let reason: string
  try {
    reason = told(thrown, new Set())
  } catch {
    // A getter threw, or an object holds itself.
    reason = Object.prototype.toString.call(thrown)
  }
  return recordable(reason)
}
