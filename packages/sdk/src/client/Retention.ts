/** Archives and purges handoffs. Its own module, loaded by programs that do. */
import * as Core from "@aumai/handoff-core/Retention"
import { AgentId, HandoffStatus, InvalidInput, RecordId, Text, Timestamp } from "@aumai/handoff-protocol"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

import type { ArchiveFile, ArchiveOptions, PurgeOptions } from "../types/Retention.ts"
import { checked } from "./Checked.ts"
import * as Inputs from "./Inputs.ts"
import { moment } from "./Plain.ts"

const archiveOptions = checked(
  "archive options",
  Schema.Struct({ before: Schema.toType(Timestamp), status: Schema.optionalKey(Schema.Array(HandoffStatus)) })
)
const ids = checked("ids", Schema.Array(RecordId))
const purgeOptions = checked("purge options", Schema.Struct({ by: AgentId, reason: Schema.optionalKey(Text) }))

/** The methods of a file that the caller made, whatever kind of object that is. */
export const fileOf = (input: string, file: ArchiveFile): ArchiveFile => {
  const isFile =
    Predicate.isObject(file) && [file.read, file.write, file.flush].every((method) => typeof method === "function")
  if (!isFile) {
    const expected = "Expected a file with the methods read, write and flush, such as archiveFile(path)"
    throw new InvalidInput({ input, issues: [{ path: "", expected }] })
  }
  return {
    name: file.name,
    read: () => file.read(),
    write: (text) => file.write(text),
    flush: () => file.flush()
  }
}

export const archive = ({ before, to, ...options }: ArchiveOptions) => {
  const which = archiveOptions({ ...Inputs.withoutSignal(options), before: moment("before", before) })
  return Core.archive({ ...which, file: fileOf("to", to) })
}

export const purge = (handoffs: string | ReadonlyArray<string>, options: PurgeOptions) =>
  Core.purge({
    handoffs: ids(typeof handoffs === "string" ? [handoffs] : handoffs),
    ...purgeOptions(Inputs.withoutSignal(options))
  })
