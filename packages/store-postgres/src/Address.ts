/**
 * Parses the URL of a database. It is strict, because a part of a password that is read as a host or a parameter would be
 * sent or printed.
 */
import { StoreError } from "@aumai/handoff-protocol"
import { isReadonlyArrayNonEmpty, type NonEmptyReadonlyArray } from "effect/Array"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

import * as Encryption from "./Encryption.ts"
import * as Parameters from "./Parameters.ts"
import * as Passwords from "./Passwords.ts"

/** A server of a database. */
export interface Host {
  /** The host without brackets, or the directory of a socket. */
  readonly host: string
  readonly port: number
  /** `host:port`, or the directory of a socket. */
  readonly server: string
  readonly password: Redacted.Redacted | undefined
}

/** A parsed URL, with the parts that errors may show. */
export interface Address {
  /** The name in error sentences, without user and password. */
  readonly name: string
  readonly database: string
  readonly user: string
  /** All servers, as errors name them. */
  readonly server: string
  /** The servers, in the order in which they are tried. */
  readonly hosts: NonEmptyReadonlyArray<Host>
  readonly encryption: Encryption.Encryption
  readonly applicationName: string
  readonly options: string | undefined
  /** The seconds that connecting may take; 0 for no limit. */
  readonly connectTimeout: number | undefined
  /** The servers that are taken: `target_session_attrs`. */
  readonly target: string
  /** A pooler gives each transaction another session, so that nothing may depend on one. */
  readonly isPooled: boolean
}

const form = "postgres://user:password@host:5432/database"
const escaping = `write it as ${form}, with @ : / ? # % in a name or password percent-encoded`

const isDecodable = (part: string): boolean => {
  try {
    decodeURIComponent(part)
    return true
  } catch {
    return false
  }
}

/** Splits off the hosts of a URL, because a URL parser takes one host. */
const split = (raw: string) => {
  const [, scheme = "", authority = "", rest = ""] = /^([a-z]+:\/\/)([^/?#]*)(.*)$/is.exec(raw) ?? []
  const start = authority.lastIndexOf("@") + 1
  const hosts = authority.slice(start)
  return {
    account: `${scheme}${authority.slice(0, start)}localhost${rest}`,
    hosts: hosts === "" ? [] : hosts.split(",")
  }
}

/** The host and port of `host:port`; `undefined` if it is something else. */
const hostOf = (text: string): { readonly host: string; readonly port: string } | undefined => {
  const url = `postgres://${text}`
  if (!URL.canParse(url)) return undefined
  const { hostname, password, port, username } = new URL(url)
  return username !== "" || password !== "" || hostname === "" || !isDecodable(hostname)
    ? undefined
    : { host: decodeURIComponent(hostname), port }
}

/** Pairs hosts with ports: one port for all of them, or one for each. `undefined` if their numbers differ. */
const paired = (hosts: ReadonlyArray<string>, ports: ReadonlyArray<string>) => {
  if (ports.length > 1 && ports.length !== hosts.length) return undefined
  return hosts.map((host, index) => ({
    host: host || "localhost",
    port: (ports.length === 1 ? ports[0] : ports[index]) || "5432"
  }))
}

const serverOf = (host: string, port: string): string => (host.startsWith("/") ? host : `${host}:${port}`)

const parse = (raw: string, env: Parameters.Environment): Result.Result<Address, string> => {
  const invalid = Result.fail(`is not valid; ${escaping}`)
  const { account, hosts: inUrl } = split(raw)
  const scheme = /^([a-z][a-z0-9+.-]*:)/i.exec(raw)?.[1]?.toLowerCase()
  if (scheme === undefined) return invalid
  if (scheme !== "postgres:" && scheme !== "postgresql:") {
    return Result.fail(`begins with ${scheme}; write it as ${form}`)
  }
  if (!URL.canParse(account)) return invalid
  const url = new URL(account)
  const named = inUrl.map(hostOf)
  const parts = [url.username, url.password, url.pathname.slice(1)]
  if (url.hash !== "" || !parts.every(isDecodable) || /[/@]/.test(url.pathname.slice(1))) return invalid
  if (!named.every((host) => host !== undefined)) return invalid
  // A plus is a plus in these URLs.
  const given = Parameters.read(new Map(new URLSearchParams(url.search.replaceAll("+", "%2B"))), env)
  if (typeof given === "string") return Result.fail(given.endsWith("Otherwise") ? `${given} ${escaping}` : given)

  const own = (part: string, name: Parameters.Name): string => decodeURIComponent(part) || (given(name) ?? "")
  const user = own(url.username, "user")
  if (user === "") return Result.fail(`has no user, and PGUSER is not set; write it as ${form}`)
  const database = own(url.pathname.slice(1), "dbname") || user
  const password = own(url.password, "password")
  // A parameter of the URL replaces what stands before the path; a service and the environment complete it.
  const list = (name: "host" | "port", before: ReadonlyArray<string>): ReadonlyArray<string> =>
    url.searchParams.has(name) || before.every((part) => part === "") ? (given(name) ?? "").split(",") : before
  const pairs = paired(
    list(
      "host",
      named.map(({ host }) => host)
    ),
    list(
      "port",
      named.map(({ port }) => port)
    )
  )
  if (pairs === undefined)
    return Result.fail("has another number of ports than of hosts; give one port, or one for each")
  if (pairs.some(({ port }) => !/^\d{1,5}$/.test(port))) {
    return Result.fail("has a port that is not a number; correct it, or leave it out for 5432")
  }
  // Other drivers separate parameters like this, among them the password, and errors show these three.
  if (/[;=]/.test(pairs.map(({ host }) => host).join("") + user + database)) {
    return Result.fail(`has a ; or = in a name; ${escaping}`)
  }
  const timeout = given("connect_timeout")
  if (timeout !== undefined && !/^\d{1,9}$/.test(timeout)) {
    return Result.fail("has a connect_timeout that is not a number of seconds; correct it")
  }
  const encryption = Encryption.read(given)
  if (Result.isFailure(encryption)) return Result.fail(encryption.failure)
  const hosts = pairs.map(({ host, port }): Host => {
    const account = { host: host.startsWith("/") ? "localhost" : host, port: Number(port), database, user }
    const found = password || Passwords.find(given("passfile"), env, account)
    return {
      host: host.replace(/^\[(.*)\]$/, "$1"),
      port: Number(port),
      server: serverOf(host, port),
      password: found === undefined ? undefined : Redacted.make(found)
    }
  })
  if (!isReadonlyArrayNonEmpty(hosts)) return invalid
  const server = hosts.map(({ server }) => server).join(",")
  return Result.succeed({
    name: `database ${database} on ${server}`,
    database,
    user,
    server,
    hosts,
    encryption: encryption.success,
    applicationName: given("application_name") ?? "aumai-handoff",
    options: given("options"),
    connectTimeout: timeout === undefined ? undefined : Number(timeout),
    target: given("target_session_attrs") ?? "any",
    isPooled: given("pgbouncer") === "true"
  })
}

/**
 * Parses a URL, and completes it from the environment. Errors repeat no part of the URL, because an unescaped `@`, `/`, `?` or
 * `#` in a password moves the rest of the password into the host, the database or the parameters.
 */
export const read = (
  text: string | Redacted.Redacted,
  env: Parameters.Environment = process.env
): Effect.Effect<Address, StoreError> =>
  Effect.suspend(() =>
    Effect.fromResult(
      Result.mapError(
        parse(typeof text === "string" ? text : Redacted.value(text), env),
        (detail) => new StoreError({ operation: "open", reason: "unavailable", detail: `The database URL ${detail}` })
      )
    )
  )
