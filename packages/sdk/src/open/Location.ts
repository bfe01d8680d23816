/**
 * Finds locations that a store would open as a JSON file although another store was meant: addresses, which may hold a
 * password, and the names of databases.
 */

// Blanks, quotes and invisible characters at an end; control characters anywhere.
const unclean =
  /^[\s"'`<\p{Default_Ignorable_Code_Point}]|[\s"'`>\p{Default_Ignorable_Code_Point}]$|[\p{Cc}\p{Bidi_Control}]/u

// The beginnings of a path that cannot be an address.
const certain = /^(?:\.{0,2}[/\\]|[a-z]:[/\\])(?![/\\])/i

// The beginning of an authority, a user with a password, or a parameter with a secret.
const secretive =
  /(?:^|:)\/\/|^(?:postgres(?:ql)?|pg|mysql|sqlite3?|file|memory)[;:]?\/\/|:[^/\\]*@|\b(?:\w*pass\w*|pwd|secret|token|key|user|host\w*|dbname)\s*=/i

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** True if a blank, a quote or an invisible character stands where a location has none. */
export const isUnclean = (location: string): boolean => unclean.test(location)

// The names that other programs give to SQLite databases, and those of the other stores without their colon.
const database = /\.(?:db3?|sqlite3?)$/i
const memory = /^:?memory:?$/i
const postgres = /^postgres(?:ql)?$/i

/**
 * Asks for the other spelling of a path that names a database; `undefined` for any other path. A path that begins with `./` or
 * `../` is a JSON file whatever its name.
 */
export const askedFor = (path: string): string | undefined => {
  const orFile = `or ./${path} for a JSON file of that name`
  if (/^\.{1,2}[/\\]/.test(path)) return undefined
  if (memory.test(path)) return `Expected memory: for a store in memory, ${orFile}`
  if (postgres.test(path)) return `Expected a URL, as in postgres://user@host/database, ${orFile}`
  if (/^sqlite3?$/i.test(path)) return `Expected a path as well, as in sqlite:handoffs.db, ${orFile}`
  if (!database.test(path)) return undefined
  const insisted = certain.test(path) ? "a file:// URL" : `./${path}`
  return `Expected sqlite:${path} for a SQLite database, or ${insisted} for a JSON file of that name`
}

/** True if a path looks like the address of a database; not if it begins with `/`, `./` or a drive. */
export const isAddress = (path: string): boolean => !certain.test(path) && secretive.test(decoded(path))
