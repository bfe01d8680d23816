/** The same as rewrite.py, for machines without Python. */
import { writeSync } from "node:fs"

import { newRecord, type PythonRecord, rewrite } from "../../../testing/src/python.ts"

const [path = "", name = "", count = "0"] = process.argv.slice(2)

for (let index = 0; index < Number(count); index += 1) {
  let done = ""
  const change = (records: ReadonlyArray<PythonRecord>): ReadonlyArray<PythonRecord> => {
    const pending = records.find(({ record_id, status }) => status === "pending" && record_id.startsWith(name))
    if (index % 3 !== 2 || pending === undefined) {
      done = `create ${name}-${index}`
      return [...records, newRecord(`${name}-${index}`)]
    }
    done = `accept ${pending.record_id}`
    const response = { accepted: true, reason: "Accepted by receiving agent.", estimated_completion: null }
    const accepted = { ...pending, response, status: "accepted", updated_at: new Date().toISOString() }
    return records.map((record) => (record === pending ? accepted : record))
  }
  try {
    rewrite(path, change)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    continue
  }
  writeSync(1, `${done}\n`)
}
