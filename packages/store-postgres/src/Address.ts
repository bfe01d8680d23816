/**
 * Parses the URL of a database. It is strict, because a part of a password that is read as a host or a parameter would be
 * sent or printed.
 */
import { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

/** A parsed URL, with the parts that errors may show. */
export interface Address {
  readonly url: Redacted.Redacted
  /** The name in error sentences, without user and password. */
  readonly name: string
  readonly database: string
  readonly user: string
  /** `host:port`, or the directory of a socket. */
  readonly server: string
}

const form = "postgres://user:password@host:5432/database"

const known = ["sslmode", "host", "port", "application_name", "options", "connect_timeout"]
const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]

const refused = (detail: string) =>
  Effect.fail(new StoreError({ operation: "open", reason: "unavailable", detail: `The database URL ${detail}` }))

/**
 * Parses a URL. Errors repeat no part of it, because an unescaped `@`, `/`, `?` or `#` in a password moves the rest of the
 * password into the host, the database or the parameters.
 */
export const read = (text: string | Redacted.Redacted): Effect.Effect<Address, StoreError> =>
  Effect.suspend(() => {
    const raw = typeof text === "string" ? text : Redacted.value(text)
    const escaping = `write it as ${form}, with @ : / ? # % in a name or password percent-encoded`
    if (!URL.canParse(raw)) return refused(`is not valid; ${escaping}`)
    const url = new URL(raw)
    if (url.protocol !== "postgres:" && url.protocol !== "postgresql:") {
      return refused(`begins with ${url.protocol}; write it as ${form}`)
    }
    const parameters = [...url.searchParams.keys()]
    const parts = [url.hostname, url.username, url.password, url.pathname.slice(1)]
    if (url.hash !== "" || parts.some((part) => !isDecodable(part)) || /[/@]/.test(url.pathname.slice(1))) {
      return refused(`is not valid; ${escaping}`)
    }
    if (url.hostname.includes(",")) return refused(`has several hosts; keep one`)
    if (parameters.some((name) => !known.includes(name))) {
      return refused(`has an unknown parameter; the known ones are ${known.join(", ")}. Otherwise ${escaping}`)
    }
    const sslMode = url.searchParams.get("sslmode") ?? "disable"
    if (!sslModes.includes(sslMode)) return refused(`has an unknown sslmode; use one of ${sslModes.join(", ")}`)
    const host = url.searchParams.get("host") ?? (decodeURIComponent(url.hostname) || "localhost")
    const port = url.searchParams.get("port") ?? (url.port || "5432")
    if (!/^\d{1,5}$/.test(port)) return refused(`has a port that is not a number; correct it, or leave it out for 5432`)
    const user = decodeURIComponent(url.username)
    if (user === "") return refused(`has no user; write it as ${form}`)
    const database = decodeURIComponent(url.pathname.slice(1)) || user
    // Other drivers separate parameters like this, among them the password, and errors show these three.
    if (/[;=]/.test(host + user + database)) return refused(`has a ; or = in a name; ${escaping}`)
    const server = host.startsWith("/") ? host : `${host}:${port}`
    return Effect.succeed({
      url: Redacted.make(raw),
      name: `database ${database} on ${server}`,
      database,
      user,
      server
    })
  })

const isDecodable = (part: string): boolean => {
  try {
    decodeURIComponent(part)
    return true
  } catch {
    return false
  }
}
