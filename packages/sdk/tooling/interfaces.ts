/** Copies interfaces of the engine that no schema describes, in plain types for callers of the SDK. */
import { readFileSync } from "node:fs"
import { join } from "node:path"

import { filesBelow, root } from "../../../tooling/files.ts"

/** The copied interfaces and types, in the order of printing. */
export const copied = [
  "Entry",
  "Whereabouts",
  "Waiting",
  "ImportOutcome",
  "ImportReport",
  "Metrics",
  "ChainLink",
  "Chain",
  "Flaw",
  "Proven",
  "Verified",
  "AgentKey",
  "RegisteredAgent"
]

const sources = ["packages/protocol/src", "packages/core/src"]
  .flatMap((directory) => filesBelow(directory))
  .map((file) => readFileSync(join(root, file), "utf8"))

const plainWords: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(?:AgentId|RecordId|Capability|PublicKey|Position)\b/g, "string"],
  [/\bDateTime\.Utc\b/g, "Date"],
  [/\bAttempt\b/g, "number"]
]

/** Prints the declaration of a name with its doc comment, in plain types. */
export const copyOf = (name: string): string => {
  const declaration = new RegExp(
    String.raw`\/\*\*(?:(?!\*\/)[\s\S])*\*\/\nexport (?:interface ${name} (?:extends \w+ )?\{[\s\S]*?\n\}|type ${name} = .*)\n`
  )
  const text = sources.map((source) => declaration.exec(source)?.[0]).find((found) => found !== undefined)
  if (text === undefined) throw new Error(`No source declares ${name} with a doc comment`)
  return text
    .split("\n")
    .map((line) =>
      /^\s*\/?\*/.test(line) ? line : plainWords.reduce((plain, [word, type]) => plain.replaceAll(word, type), line)
    )
    .join("\n")
}
