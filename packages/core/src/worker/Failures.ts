/** Tells the failures of a handler apart: an outage, a bug, a handler that cannot run, and any other. */
import { CannotWork, GiveUp } from "./Work.ts"

/**
 * The kind of a failure, which decides what the worker does with the handoff:
 *
 * | kind | examples | what follows |
 * | --- | --- | --- |
 * | `unavailable` | 429, 503, `ECONNRESET`, a timeout | released for another attempt, not before `Retry-After` |
 * | `bug` | `TypeError`, `ReferenceError` | released for another attempt after the longest pause |
 * | `final` | `GiveUp` | failed |
 * | `broken` | `CannotWork`, a module that cannot load | released, not counted; the worker stops |
 * | `other` | anything else | released for another attempt |
 */
export type FailureKind = "unavailable" | "bug" | "final" | "broken" | "other"

/** A failure of a handler as a worker judges it. */
export interface Failure {
  readonly kind: FailureKind
  /** The milliseconds that the error asks to wait. */
  readonly retryAfter?: number
}

/** Judges what a handler threw. `usual` is the judgement without this function. */
export type Classify = (error: unknown, usual: Failure) => Failure

// Codes of the network, in Node, Bun, Deno and the client undici.
const unavailableCode =
  /^(?:ECONN(?:REFUSED|RESET|ABORTED)|ETIMEDOUT|ESOCKETTIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|E(?:HOST|NET)(?:UNREACH|DOWN)|UND_ERR_(?:\w*TIMEOUT|SOCKET|CLOSED)|Connection\w+)$/

const brokenCode = /^(?:ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|ERR_UNKNOWN_FILE_EXTENSION|ERR_DLOPEN_FAILED)$/

const isUnavailableStatus = (status: unknown): boolean =>
  typeof status === "number" &&
  ([408, 425, 429].includes(status) || (status >= 500 && status < 600 && status !== 501 && status !== 505))

// Errors that a program throws by mistake.
const bugs = new Set(["TypeError", "ReferenceError", "SyntaxError", "RangeError", "EvalError", "URIError"])

// `fetch` reports an outage as a TypeError, in browsers without a cause.
const fetchFailed = /^(?:fetch failed|failed to fetch|load failed|network ?error)/i

// JSON that cannot be parsed came from elsewhere, such as a model.
const ofJson = /\bJSON\b/

// Errors that are looked at behind one another. A getter may return a new cause every time.
const mostErrors = 16

/** The fields by which errors are told apart. Objects of other kinds may have them, too. */
interface Marks {
  readonly name?: unknown
  readonly message?: unknown
  readonly code?: unknown
  readonly status?: unknown
  readonly statusCode?: unknown
  readonly isRetryable?: unknown
  readonly retryAfter?: unknown
  readonly headers?: unknown
  readonly responseHeaders?: unknown
  readonly response?: unknown
  readonly errors?: unknown
  readonly cause?: unknown
  readonly _tag?: unknown
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

const marksOf = (value: unknown): Marks => (isObject(value) ? value : {})

/** A header of a response: of `Headers`, or of an object with lower-case names. */
const header = (headers: unknown, name: string): unknown => {
  if (!isObject(headers)) return undefined
  // The cast: tested before it is called.
  const { get } = headers as { readonly get?: unknown }
  return typeof get === "function" ? get.call(headers, name) : Reflect.get(headers, name)
}

/** The milliseconds that an error asks to wait: `Retry-After` in seconds or as a date, or `retry-after-ms`. */
const retryAfterOf = (marks: Marks, now: number): number | undefined => {
  for (const headers of [marks.headers, marks.responseHeaders, marksOf(marks.response).headers]) {
    const exact = Number(header(headers, "retry-after-ms") ?? Number.NaN)
    if (exact >= 0) return exact
    const text = header(headers, "retry-after")
    if (typeof text !== "string" && typeof text !== "number") continue
    const seconds = Number(text)
    const wait = Number.isNaN(seconds) ? Date.parse(`${text}`) - now : 1000 * seconds
    if (wait >= 0) return wait
  }
  const seconds = Number(marks.retryAfter ?? Number.NaN)
  return seconds >= 0 ? 1000 * seconds : undefined
}

/** An error, those that it aggregates, and its causes. */
const chainOf = (error: unknown): ReadonlyArray<unknown> => {
  const chain = new Set<unknown>([error])
  for (const one of chain) {
    const { cause, errors } = marksOf(one)
    for (const next of [cause, ...(Array.isArray(errors) ? errors.slice(0, mostErrors) : [])]) {
      if (next !== undefined && chain.size < mostErrors) chain.add(next)
    }
  }
  return [...chain]
}

const isBug = ({ message, name }: Marks): boolean =>
  typeof name === "string" &&
  bugs.has(name) &&
  !(typeof message === "string" && (fetchFailed.test(message) || (name === "SyntaxError" && ofJson.test(message))))

const isUnavailable = (marks: Marks): boolean =>
  marks.isRetryable === true ||
  [marks.status, marks.statusCode, marksOf(marks.response).status].some(isUnavailableStatus) ||
  (typeof marks.code === "string" && unavailableCode.test(marks.code)) ||
  marks.name === "TimeoutError" ||
  (typeof marks.message === "string" && marks.name === "TypeError" && fetchFailed.test(marks.message))

const judge = (error: unknown, now: number): Failure => {
  if (error instanceof GiveUp) return { kind: "final" }
  const chain = chainOf(error).map(marksOf)
  if (error instanceof CannotWork || chain.some(({ code }) => typeof code === "string" && brokenCode.test(code))) {
    return { kind: "broken" }
  }
  const cause = chain.find(isUnavailable)
  if (cause === undefined) return { kind: isBug(marksOf(error)) ? "bug" : "other" }
  const retryAfter = retryAfterOf(cause, now)
  return { kind: "unavailable", ...(retryAfter === undefined ? {} : { retryAfter }) }
}

/** Judges what a handler threw at a moment in epoch milliseconds, as a worker does by default. */
export const usualFailure = (error: unknown, now: number): Failure => {
  try {
    return judge(error, now)
  } catch {
    // A getter threw.
    return { kind: "other" }
  }
}

/** The words by which a policy can name an error as final: its name, tag, code and status. */
export const wordsOf = (error: unknown): ReadonlyArray<string> => {
  try {
    const { _tag, code, name, status, statusCode } = marksOf(error)
    return [name, _tag, code, status, statusCode].flatMap((word) =>
      typeof word === "string" || typeof word === "number" ? [String(word)] : []
    )
  } catch {
    return []
  }
}
