/** The commands and their flags, read from the reference that is printed from the help. */
import { readFileSync } from "node:fs"

/** A flag that takes a value. */
export interface ValueFlag {
  readonly flag: string
  /** The form of the value, such as `TEXT` or `AGENT=FILE`. */
  readonly metavar: string
  readonly isRequired: boolean
}

/** A command with its own flags. */
export interface Described {
  readonly words: ReadonlyArray<string>
  readonly flags: ReadonlyArray<ValueFlag>
}

const reference = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8")

export const described: ReadonlyArray<Described> = reference
  .split(/^## `aumai-handoff /m)
  .slice(1)
  .map((section) => ({
    words: section.slice(0, section.indexOf("`")).split(" "),
    flags: [...section.matchAll(/^ {2}(--[\w-]+) ([A-Z][^ ]*) {2,}(.*)$/gm)].map(
      ([, flag = "", metavar = "", description = ""]) => ({
        flag,
        metavar,
        isRequired: description.includes("[required]")
      })
    )
  }))
