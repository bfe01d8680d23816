/** Finds a password in the file in which libpq looks for it. */
import { statSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

import { type Environment, fileText } from "./Parameters.ts"

/** The place of the file if nothing names one. */
const usual = (env: Environment): string =>
  process.platform === "win32"
    ? join(env["APPDATA"] ?? homedir(), "postgresql", "pgpass.conf")
    : join(homedir(), ".pgpass")

// Four fields that end with a colon, and the password. After a backslash, a colon is a part of its field.
const form = new RegExp(`^${String.raw`((?:\\.|[^\\:])*):`.repeat(4)}(.*)$`)

const fieldsOf = (line: string): ReadonlyArray<string> =>
  (form.exec(line) ?? []).slice(1).map((field) => field.replaceAll(/\\(.)/g, "$1"))

/** Like libpq: a file that others may read is not used. */
const isPrivate = (path: string): boolean => {
  try {
    return process.platform === "win32" || (statSync(path).mode & 0o077) === 0
  } catch {
    return false
  }
}

/** The account that a line of the file names. */
export interface Account {
  /** The name of the host; of a socket, `localhost`. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
}

/** Finds the password of an account; `undefined` if the file does not have it. */
export const find = (
  named: string | undefined,
  env: Environment,
  { host, port, database, user }: Account
): string | undefined => {
  const path = named ?? usual(env)
  if (!isPrivate(path)) return undefined
  const wanted = [host, String(port), database, user]
  for (const line of (fileText(path) ?? "").split(/\r?\n/)) {
    if (line.startsWith("#")) continue
    const fields = fieldsOf(line)
    if (fields.length > 0 && wanted.every((value, index) => fields[index] === "*" || fields[index] === value)) {
      return fields[4]
    }
  }
  return undefined
}
