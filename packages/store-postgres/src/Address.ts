/** Where the database is: reads a url as strictly as needed to never send or print a part of it as something else. */
import { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

export interface Address {
  readonly url: Redacted.Redacted
  /** How errors call it: without user and password. */
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
  Effect.fail(new StoreError({ operation: "open", reason: "unavailable", detail: `The url of the store ${detail}` }))

/**
 * Reads a url. What is wrong with it is said without repeating it: an unescaped `@`, `/`, `?` or `#` in a password puts
 * the rest of it into the host, the database or the parameters.
 */
export const read = (text: string | Redacted.Redacted): Effect.Effect<Address, StoreError> =>
  Effect.suspend(() => {
    const raw = typeof text === "string" ? text : Redacted.value(text)
    const escaping = `write it as ${form}, with @ : / ? # % in a name or password percent-encoded`
    if (!URL.canParse(raw)) return refused(`cannot be read; ${escaping}`)
    const url = new URL(raw)
    if (url.protocol !== "postgres:" && url.protocol !== "postgresql:") {
      return refused(`begins with ${url.protocol}; write it as ${form}`)
    }
    const parameters = [...url.searchParams.keys()]
    const parts = [url.hostname, url.username, url.password, url.pathname.slice(1)]
    if (url.hash !== "" || parts.some((part) => !isDecodable(part)) || /[/@]/.test(url.pathname.slice(1))) {
      return refused(`cannot be read; ${escaping}`)
    }
    if (url.hostname.includes(",")) return refused(`names several hosts; name one`)
    if (parameters.some((name) => !known.includes(name))) {
      return refused(`has a parameter that is not known; known are ${known.join(", ")}. Otherwise ${escaping}`)
    }
    const sslMode = url.searchParams.get("sslmode") ?? "disable"
    if (!sslModes.includes(sslMode)) return refused(`has an unknown sslmode; known are ${sslModes.join(", ")}`)
    const host = url.searchParams.get("host") ?? (decodeURIComponent(url.hostname) || "localhost")
    const port = url.searchParams.get("port") ?? (url.port || "5432")
    if (!/^\d{1,5}$/.test(port)) return refused(`has a port that is not a number`)
    const user = decodeURIComponent(url.username)
    if (user === "") return refused(`names no user; write it as ${form}`)
    const database = decodeURIComponent(url.pathname.slice(1)) || user
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
