import { StoreError } from "@aumai/handoff-protocol"
import type { SqlError } from "effect/sql/SqlError"

import type { Address } from "./Address.ts"

/** The five characters by which PostgreSQL names a failure, or the word by which the system does. */
export const codeOf = ({ reason }: SqlError): string => {
  const { cause } = reason
  return typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string"
    ? cause.code
    : ""
}

const messageOf = ({ reason }: SqlError): string => {
  const { cause } = reason
  const text = cause instanceof Error && cause.message !== "" ? cause.message : (reason.message ?? reason._tag)
  return text.replace(/\.$/, "")
}

/**
 * Whether the server said that it did nothing. It did not say so when the connection was lost, and not when a session was
 * ended from outside (57P): that can hit between the commit and its acknowledgement.
 */
export const isUndone = (error: SqlError): boolean => {
  const code = codeOf(error)
  return error.reason.operation === "connect" || (/^[0-9A-Z]{5}$/.test(code) && !/^(?:08|57P|XX)/.test(code))
}

/** Two writers got in each other's way, and the server undid one of them: it may be repeated. */
export const isRepeatable = (error: SqlError): boolean => ["40P01", "40001", lostRace].includes(codeOf(error))

/** Division by zero: what the statement of a commit does on purpose to be undone as a whole. */
const lostRace = "22012"

const explain = ({ database, server, user, name }: Address, error: SqlError): string => {
  const code = codeOf(error)
  switch (code) {
    case "ECONNREFUSED":
    case "ENOENT":
      return `Nobody listens at ${server}; start PostgreSQL there, or correct the host and port in the url`
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `The host of ${server} is not known; correct it in the url`
    case "28P01":
    case "28000":
      return `${server} does not let in ${user}: ${messageOf(error)}. Correct the user and the password in the url`
    case "3D000":
      return `There is no database ${database} on ${server}; create it, or correct the url`
    case "42501":
      return `${messageOf(error)} in ${name}; the user ${user} needs that right`
    case "53300":
      return `${server} takes no more connections: ${messageOf(error)}. Lower maxConnections, or raise the server's max_connections`
    case "53100":
      return `The disk of ${server} is full`
    case "25006":
      return `${name} can only be read; connect to the primary`
    case lostRace:
      return `Others changed the same handoffs of ${name} again and again; repeat it`
    default:
      return (error.reason.message ?? "").includes("No password configured")
        ? `${server} wants a password for ${user}; write it into the url`
        : `${name}: ${messageOf(error)}`
  }
}

const reasonOf = (error: SqlError) => (codeOf(error) === "53100" ? "full" : "unavailable")

/** What a failed read, or a failed opening, means. */
export const ofRead =
  (address: Address, operation: string) =>
  (error: SqlError): StoreError =>
    new StoreError({ operation, reason: reasonOf(error), detail: explain(address, error), cause: error })

/** What a failed write means: whether it was undone, or may have happened. */
export const ofWrite =
  (address: Address, operation: string) =>
  (error: SqlError): StoreError =>
    isUndone(error)
      ? new StoreError({
          operation,
          reason: reasonOf(error),
          detail: `${explain(address, error)}. Nothing was changed`,
          cause: error
        })
      : inDoubt(address, operation, error)

/** A write may have happened, whatever became of its answer. */
export const inDoubt = (address: Address, operation: string, cause: SqlError | StoreError): StoreError =>
  new StoreError({
    operation,
    reason: "unavailable",
    detail: `${cause instanceof StoreError ? cause.detail.replace(/\. Nothing was changed$/, "") : explain(address, cause)}. The change may have happened; read before repeating it`,
    cause
  })

export const unavailable = (operation: string, detail: string): StoreError =>
  new StoreError({ operation, reason: "unavailable", detail })
