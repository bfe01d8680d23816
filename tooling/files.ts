import { readdirSync } from "node:fs"
import { join, sep } from "node:path"

/** The workspace's root directory. */
export const root = join(import.meta.dirname, "..")

const ignored = new Set(["node_modules", "dist", ".git", ".turbo"])

/** Every file below a directory of `base`, as sorted paths relative to `base` with `/`; none when it does not exist. */
export const filesBelow = (directory: string, base: string = root): ReadonlyArray<string> => {
  const found: Array<string> = []
  const visit = (relative: string): void => {
    for (const entry of readdirSync(join(base, relative), { withFileTypes: true })) {
      const path = join(relative, entry.name)
      if (entry.isDirectory() && !ignored.has(entry.name)) visit(path)
      else if (entry.isFile()) found.push(path.split(sep).join("/"))
    }
  }
  try {
    visit(directory)
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error
  }
  return found.toSorted()
}

/** The line, from 1, of an offset into a text. */
export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split("\n").length
