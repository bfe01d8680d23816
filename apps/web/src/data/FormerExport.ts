/** The JSON that the SDK exported before it adopted the format of the command. The board reads it for one release. */
import type { Json } from "@aumai/handoff"

// The caller's own JSON, whose keys stay unchanged.
const contents: ReadonlySet<string> = new Set(["context", "result", "content", "schema"])

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const renamed = (value: Json | undefined): Json => {
  if (typeof value !== "object" || value === null) return value ?? null
  // The cast: Array.isArray does not see that a readonly array is one.
  if (Array.isArray(value)) return (value as ReadonlyArray<Json>).map(renamed)
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [snake(key), contents.has(key) ? item : renamed(item)])
  )
}

/** Converts a handoff of such a file, which has its record beside its history; returns anything else unchanged. */
export const fromFormerExport = (json: Json): Json => {
  if (typeof json !== "object" || json === null || !("record" in json)) return json
  const record = renamed(json["edited"] ?? json["record"])
  return typeof record === "object" ? { ...record, history: renamed(json["history"]) } : json
}
