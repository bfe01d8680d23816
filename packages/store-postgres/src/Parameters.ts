/**
 * The parameters of a connection, as libpq and the hosters of databases name them: from the URL, from a service, or from the
 * environment, in this order. One that the store does not have is refused by its name, because a parameter that is ignored in
 * silence may be one that protects the connection.
 */
import { readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

interface Parameter {
  /** The variable that stands for a missing parameter. */
  readonly env?: string
  /** The values that it may have; any if it is missing. */
  readonly values?: ReadonlyArray<string>
}

/** The parameters that the store has. */
const parameters = {
  host: { env: "PGHOST" },
  port: { env: "PGPORT" },
  dbname: { env: "PGDATABASE" },
  user: { env: "PGUSER" },
  password: { env: "PGPASSWORD" },
  passfile: { env: "PGPASSFILE" },
  service: { env: "PGSERVICE" },
  application_name: { env: "PGAPPNAME" },
  options: { env: "PGOPTIONS" },
  connect_timeout: { env: "PGCONNECT_TIMEOUT" },
  sslmode: { env: "PGSSLMODE", values: ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] },
  sslrootcert: { env: "PGSSLROOTCERT" },
  sslcert: { env: "PGSSLCERT" },
  sslkey: { env: "PGSSLKEY" },
  channel_binding: { env: "PGCHANNELBINDING", values: ["disable", "prefer", "require"] },
  target_session_attrs: {
    env: "PGTARGETSESSIONATTRS",
    values: ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"]
  },
  // The next four have only the values that ask for nothing else than this store does.
  gssencmode: { env: "PGGSSENCMODE", values: ["disable", "prefer"] },
  client_encoding: { env: "PGCLIENTENCODING", values: ["UTF8", "utf8", "auto"] },
  sslnegotiation: { env: "PGSSLNEGOTIATION", values: ["postgres"] },
  load_balance_hosts: { env: "PGLOADBALANCEHOSTS", values: ["disable"] },
  // Of other drivers: the server is a pooler that gives each transaction another session.
  pgbouncer: { values: ["true", "false"] }
} as const satisfies Readonly<Record<string, Parameter>>

/** The name of a parameter that the store has. */
export type Name = keyof typeof parameters

const isName = (name: string): name is Name => Object.hasOwn(parameters, name)

/** The parameters of libpq and of other drivers that the store does not have, with the way to do without each. */
const absent: Readonly<Record<string, string>> = {
  connection_limit: "set maxConnections instead",
  schema: "write options=-csearch_path%3DNAME instead",
  hostaddr: "write the address as the host",
  sslpassword: "store the key of the client without a password",
  ssl: "write sslmode=require instead",
  ...Object.fromEntries(
    `
    fallback_application_name gssdelegation gsslib keepalives keepalives_count keepalives_idle keepalives_interval
    krbsrvname max_protocol_version min_protocol_version pool_mode pool_timeout prepared_statements replication require_auth
    requirepeer requiressl scram_client_key scram_server_key servicefile socket_timeout ssl_max_protocol_version
    ssl_min_protocol_version sslaccept sslcertmode sslcompression sslcrl sslcrldir sslsni statement_cache_size
    statement_timeout tcp_user_timeout uselibpqcompat
    `
      .trim()
      .split(/\s+/)
      .map((name) => [name, "remove it"])
  )
}

/** The text of a file; `undefined` if it cannot be read. */
export const fileText = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return undefined
  }
}

/** The parameters of a service in the files of libpq; `undefined` if they have no such service. */
const serviceIn = (service: string, env: Environment): ReadonlyMap<string, string> | undefined => {
  const files = [
    env["PGSERVICEFILE"] ?? join(homedir(), ".pg_service.conf"),
    ...(env["PGSYSCONFDIR"] === undefined ? [] : [join(env["PGSYSCONFDIR"], "pg_service.conf")])
  ]
  for (const file of files) {
    let found: Map<string, string> | undefined
    for (const line of (fileText(file) ?? "").split("\n").map((line) => line.trim())) {
      if (line.startsWith("[") && found !== undefined) break
      if (line === `[${service}]`) found = new Map()
      const [, name, value] = /^([^#[=]+)=(.*)$/.exec(line) ?? []
      if (found !== undefined && name !== undefined && value !== undefined) found.set(name.trim(), value.trim())
    }
    if (found !== undefined) return found
  }
  return undefined
}

/** Returns the value of a parameter; `undefined` if nothing gives one. */
export type Given = (name: Name) => string | undefined

/**
 * Reads the parameters of a URL and of its service. Returns a sentence instead if one of them is not known or has another
 * value than it may have. It repeats only names of the lists above: another could be the rest of a password.
 */
export const read = (inUrl: ReadonlyMap<string, string>, env: Environment): Given | string => {
  const ofEnv = (name: Name): string | undefined => {
    const { env: variable }: Parameter = parameters[name]
    return variable === undefined ? undefined : env[variable] || undefined
  }
  const service = inUrl.get("service") ?? ofEnv("service")
  const inService = service === undefined ? new Map<string, string>() : serviceIn(service, env)
  if (inService === undefined) return "names a service that no file of services has; add it, or correct PGSERVICE"
  const given: Given = (name) => inUrl.get(name) ?? inService.get(name) ?? ofEnv(name)
  for (const name of [...inUrl.keys(), ...inService.keys()]) {
    const instead = Object.hasOwn(absent, name) ? absent[name] : undefined
    if (instead !== undefined) return `has the parameter ${name}, which this store does not have; ${instead}`
    if (!isName(name)) {
      return `has an unknown parameter; the known ones are ${Object.keys(parameters).join(", ")}. Otherwise`
    }
  }
  for (const name of Object.keys(parameters).filter(isName)) {
    const { env: variable, values }: Parameter = parameters[name]
    const value = given(name)
    if (value !== undefined && values !== undefined && !values.includes(value)) {
      const place = variable === undefined ? "" : ` in it or in ${variable}`
      return `has an unknown ${name}${place}; use one of ${values.join(", ")}`
    }
  }
  return given
}
