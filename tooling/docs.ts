/** The doc comments of exported declarations, for the generators that print them elsewhere. */
import { readFileSync } from "node:fs"
import { join } from "node:path"

import { filesBelow, root } from "./files.ts"

const declared = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n(?:export )?(?:const|class|interface|type) (\w+)/g

/** The first paragraph of the doc comment of every declaration below a directory, by the name of the declaration. */
export const docsBelow = (directory: string): ReadonlyMap<string, string> =>
  new Map(
    filesBelow(directory).flatMap((file) =>
      [...readFileSync(join(root, file), "utf8").matchAll(declared)].map(([, comment = "", name = ""]) => {
        const [paragraph = ""] = comment
          .replaceAll(/^\s*\* ?/gm, "")
          .trim()
          .split("\n\n")
        return [name, paragraph.replaceAll("\n", " ").trim()] as const
      })
    )
  )
