/** Turns PostgreSQL's errors into a `StoreError` that says whether something was written and what to do next. */
import { StoreError } from "@aumai/handoff-protocol"
import { isSqlError, type SqlError } from "effect/sql/SqlError"

import type { Address } from "./Address.ts"

/** PostgreSQL's five-character SQLSTATE, or the operating system's code such as `ECONNREFUSED`. */
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
 * Tests for an error after which nothing was written. A lost connection is not one, and neither is a session terminated by
 * an administrator (57P), because that can happen between the commit and its acknowledgement.
 */
export const isUndone = (error: SqlError): boolean => {
  const code = codeOf(error)
  return error.reason.operation === "connect" || (/^[0-9A-Z]{5}$/.test(code) && !/^(?:08|57P|XX)/.test(code))
}

/** Tests for a refused connection: the server, the role or the database has as many as it may have. */
export const isCrowded = (error: unknown): error is SqlError =>
  isSqlError(error) && error.reason.operation === "connect" && codeOf(error) === "53300"

/** Tests for a write to a standby, or to a database or role that is read-only by default. */
export const isReadOnly = (error: unknown): error is SqlError => isSqlError(error) && codeOf(error) === "25006"

/**
 * Tests for a server that may answer in a moment: it is starting, or it does not listen yet. The port of a container accepts a
 * connection and ends it until the server in the container listens.
 */
export const isStarting = (error: SqlError): boolean =>
  ["57P03", "ECONNREFUSED", "ENOENT", "ECONNRESET"].includes(codeOf(error)) ||
  (error.reason.operation === "connect" && messageOf(error) === "Connection closed unexpectedly")

/** Tests for a conflict between two writers in which the server rolled this one back, so that it can retry. */
export const isRepeatable = (error: SqlError): boolean => ["40P01", "40001", lostRace].includes(codeOf(error))

/** A missing value: a commit's statement gets no epoch from tables of a newer version. */
const upgraded = "23502"

/** Division by zero: a commit's statement causes it on purpose, to roll itself back. */
const lostRace = "22012"

// OpenSSL's names for a certificate that nobody trusts who is known here.
const untrusted = /CERT|UNABLE_TO_|SELF_SIGNED/

const explain = ({ database, server, user, name }: Address, error: SqlError): string => {
  const code = codeOf(error)
  if (untrusted.test(code)) {
    return `The certificate of ${server} is not trusted: ${messageOf(error)}. Name its authority in the URL with sslrootcert=FILE`
  }
  switch (code) {
    case "ECONNREFUSED":
    case "ENOENT":
      return `No server answers at ${server}; start PostgreSQL there, or correct the host and port in the URL`
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `The host of ${server} is unknown; correct it in the URL`
    case "28P01":
    case "28000":
      return `${server} rejected the user ${user}: ${messageOf(error)}. ${
        messageOf(error).endsWith("no encryption")
          ? "Add sslmode=require to the URL"
          : "Correct the user and the password in the URL"
      }`
    case "57P03":
      return `${server} does not accept connections yet: ${messageOf(error)}; try again`
    case "3D000":
      return `The database ${database} does not exist on ${server}; create it, or correct the URL`
    case "42501":
      return `${messageOf(error)} in ${name}; grant the user ${user} that permission`
    case "55P03":
      return `Another session holds a lock on the log in ${name}, such as a vacuum or a new index; try again once it has ended`
    case "53300":
      return `${server} accepts no more connections: ${messageOf(error)}. Lower maxConnections, or raise the server's max_connections`
    case "53100":
      return `The disk of ${server} is full; free some space and repeat`
    case upgraded:
      return `A newer version of the store has upgraded the tables in ${name}; upgrade @aumai/handoff-store-postgres`
    case "25006":
      return `${name} is read-only, like every standby: ${messageOf(error)}; connect to the primary`
    case "08P01":
      return /startup parameter/.test(messageOf(error))
        ? `${server} is a pooler: ${messageOf(error)}. Add pgbouncer=true to the URL, or let the pooler ignore the parameter`
        : `${name}: ${messageOf(error)}`
    case lostRace:
      return `Other writers kept changing the same handoffs in ${name}; try again`
    default:
      return (error.reason.message ?? "").includes("No password configured")
        ? `${server} needs a password for the user ${user}; add it to the URL`
        : `${name}: ${messageOf(error)}`
  }
}

const isDenied = (error: SqlError): boolean => codeOf(error) === "42501"

const reasonOf = (error: SqlError) => (codeOf(error) === "53100" ? "full" : "unavailable")

/** Translates the failure of a read, or of opening the store. */
export const ofRead =
  (address: Address, operation: string) =>
  (error: SqlError): StoreError =>
    new StoreError({ operation, reason: reasonOf(error), detail: explain(address, error), cause: error })

/** A server that did not start while the store waited for it. */
export const afterTrying = (address: Address, error: SqlError, tried: number, milliseconds: number): StoreError =>
  new StoreError({
    operation: "open",
    reason: "unavailable",
    detail: `${explain(address, error)}. It was tried ${tried} times in ${Math.round(milliseconds / 1000)} seconds`,
    cause: error
  })

/** Translates the failure of a write: either nothing was changed, or it is in doubt. */
export const ofWrite =
  (address: Address, operation: string) =>
  (error: SqlError): StoreError =>
    isUndone(error)
      ? new StoreError({
          operation,
          reason: reasonOf(error),
          detail: `${isDenied(error) ? `${address.name} is read-only for the user ${address.user}: ` : ""}${explain(address, error)}. Nothing was changed`,
          cause: error
        })
      : inDoubt(address, operation, error)

/** An error after which the write may or may not have happened. */
export const inDoubt = (address: Address, operation: string, cause: SqlError | StoreError): StoreError =>
  new StoreError({
    operation,
    reason: "unavailable",
    detail: `${cause instanceof StoreError ? cause.detail.replace(/\. Nothing was changed$/, "") : explain(address, cause)}. The change may have happened; read before repeating it`,
    cause
  })

/** There is no store in the database, and it was not to be created. */
export const missing = (name: string): StoreError =>
  new StoreError({
    operation: "open",
    reason: "missing",
    detail: `There is no store in ${name}. Nothing was created; correct the URL, or open it with create`
  })

/** A `StoreError` with the reason `unavailable`. */
export const unavailable = (operation: string, detail: string): StoreError =>
  new StoreError({ operation, reason: "unavailable", detail })
