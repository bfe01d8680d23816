/** Rewrites a store like the Python library, which keeps only the keys that its models know, at every level. */
import { readFileSync, writeFileSync } from "node:fs"

export interface PythonRecord {
  readonly [key: string]: unknown
  readonly record_id: string
  readonly status: string
  readonly request: Readonly<Record<string, unknown>>
}

const requestKeys = ["from_agent", "to_agent", "task_description", "context", "priority", "deadline"]
const responseKeys = ["accepted", "reason", "estimated_completion"]
const recordKeys = ["record_id", "request", "response", "status", "result", "created_at", "updated_at"]

const pick = (keys: ReadonlyArray<string>, value: unknown): unknown =>
  // The cast is safe because the library has read an object here.
  value === null ? null : Object.fromEntries(keys.map((key) => [key, (value as Record<string, unknown>)[key] ?? null]))

/** The records of a file as the Python library reads them. */
export const readAsPython = (path: string): ReadonlyArray<PythonRecord> => asPython(readFileSync(path, "utf8"))

/** The same from the text of a file. */
export const asPython = (text: string): ReadonlyArray<PythonRecord> => {
  const records: ReadonlyArray<PythonRecord> = JSON.parse(text)
  return records.map((record) => ({
    // The cast is safe because the keys of a record are among those that are kept.
    ...(pick(recordKeys, record) as PythonRecord),
    // The cast is safe for the same reason.
    request: pick(requestKeys, record.request) as PythonRecord["request"],
    response: pick(responseKeys, record["response"] ?? null)
  }))
}

/** Reads all records, changes some, and writes them in place. */
export const rewrite = (
  path: string,
  change: (records: ReadonlyArray<PythonRecord>) => ReadonlyArray<PythonRecord>
): void => writeFileSync(path, JSON.stringify(change(readAsPython(path)), undefined, 2))

/** A new record of the Python library. */
export const newRecord = (record_id: string, now = new Date().toISOString()): PythonRecord => {
  const request = {
    from_agent: "py",
    to_agent: "executor",
    task_description: "From Python",
    context: {},
    priority: 5,
    deadline: null
  }
  return { record_id, request, response: null, status: "pending", result: {}, created_at: now, updated_at: now }
}
