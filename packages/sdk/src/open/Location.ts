/** Finds locations that a store would open as a file although they were meant as an address, and may hold a password. */

// Blanks, quotes and invisible characters at an end; control characters anywhere.
const unclean =
  /^[\s"'`<\p{Default_Ignorable_Code_Point}]|[\s"'`>\p{Default_Ignorable_Code_Point}]$|[\p{Cc}\p{Bidi_Control}]/u

// The beginnings of a path that cannot be an address.
const certain = /^(?:\.{0,2}[/\\]|[a-z]:[/\\])(?![/\\])/i

// The beginning of an authority, a user with a password, or a parameter with a secret.
const secretive = /(?:^|:)\/\/|:[^/\\]*@|\b(?:\w*pass\w*|pwd|secret|token|key|user|host\w*|dbname)\s*=/i

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** True if a blank, a quote or an invisible character stands where a location has none. */
export const isUnclean = (location: string): boolean => unclean.test(location)

/** True if a path looks like the address of a database; not if it begins with `/`, `./` or a drive. */
export const isAddress = (path: string): boolean => !certain.test(path) && secretive.test(decoded(path))
