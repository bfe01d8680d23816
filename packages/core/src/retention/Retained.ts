/** Verifies what left a store: the notes of its log, the leaves of removed entries, and the archives that hold them. */
import type { Digest, InvalidInput, RecordId, StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import { entryLeaf } from "../engine/LeafHash.ts"
import { AgentStore } from "../store/AgentStore.ts"
import { HandoffStore, type Position } from "../store/HandoffStore.ts"
import { compactRange } from "../verification/Checkpoint.ts"
import { eachLeaf, type Leaf } from "../verification/Leaves.ts"
import type { ArchiveFile } from "./ArchiveFile.ts"
import { eachArchived } from "./Archiving.ts"

/** The result of verifying what left a store. */
export interface Retained {
  /** The number of handoffs in the archives that the log notes. */
  readonly archived: number
  /** The number of handoffs that the log notes as purged. */
  readonly purged: number
  /** A sentence for each thing that does not hold. */
  readonly faults: ReadonlyArray<string>
  /** A sentence for each thing that could not be compared. */
  readonly notes: ReadonlyArray<string>
}

/** The leaves of an archive by position, without those that were found. */
interface Contents {
  readonly name: string
  readonly digest: Digest
  readonly leaves: Map<Position, Digest>
  readonly origin: string
}

const contentsOf = (file: ArchiveFile): Effect.Effect<Contents, InvalidInput> =>
  Effect.gen(function* () {
    const leaves = new Map<Position, Digest>()
    const { digest, origin } = yield* eachArchived(file, ({ history, positions, record }) => {
      for (const [index, event] of history.entries()) {
        // The cast: the position is compared only.
        leaves.set(positions[index] as Position, entryLeaf({ recordId: record.recordId, revision: index + 1, event }))
      }
    })
    return { name: file.name, digest, leaves, origin }
  })

const counted = (count: number, one: string, many: string): string => (count === 1 ? `1 ${one}` : `${count} ${many}`)
const entriesIn = (count: number) => counted(count, "entry", "entries")

/** The sentences about handoffs that were purged: each must have no body any longer. */
const purgedFaults = (store: HandoffStore["Service"], ids: ReadonlySet<RecordId>) =>
  Effect.gen(function* () {
    const faults: Array<string> = []
    for (const id of ids) {
      const history = yield* store.history(id)
      if (history.some(({ event }) => event.salt !== undefined)) {
        faults.push(`The log notes that handoff ${id} was purged, but it has a body; \`purge\` it again`)
      }
    }
    return faults
  })

/**
 * Verifies what left the store: each archive that the log notes by its checkpoint, and the number of removed entries. With
 * archives, also proves that every removed entry is in one of them, with the same leaf.
 */
export const verifyRetained = (
  files: ReadonlyArray<ArchiveFile> = []
): Effect.Effect<Retained, InvalidInput | StoreError, HandoffStore | AgentStore> =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const { log } = yield* store.origin
    const events = ((yield* (yield* AgentStore).keys).get(log) ?? []).map(({ event }) => event)
    const archives = events.flatMap((event) => (event._tag === "Archived" ? [event] : []))
    const purged = new Set(events.flatMap((event) => (event._tag === "Purged" ? event.handoffs : [])))
    const faults: Array<string> = yield* purgedFaults(store, purged)
    const notes: Array<string> = []
    const result = {
      archived: archives.reduce((sum, { handoffs }) => sum + handoffs, 0),
      purged: purged.size,
      faults,
      notes
    }
    const [first] = store.retention === undefined ? [] : yield* (yield* store.retention).removed({ limit: 1 })
    if (archives.length === 0 && first === undefined && files.length === 0) return result

    const contents = yield* Effect.forEach(files, contentsOf)
    for (const { digest, name, origin } of contents) {
      if (origin !== log) faults.push(`${name} is an archive of the log ${origin}, but this store has the log ${log}`)
      else if (!archives.some((archive) => archive.digest === digest)) {
        faults.push(`${name} is not as it was archived: the log notes no archive with its SHA-256`)
      }
    }

    const range = compactRange()
    const sizes = new Map(archives.map(({ root, size }) => [size, root]))
    let [removed, missing] = [0, 0]
    const look = ({ hash, isEntry, isRemoved, level, position }: Leaf): boolean => {
      range.push(hash, level)
      const root = sizes.get(range.size())
      if (root !== undefined) {
        sizes.delete(range.size())
        if (root !== range.root()) {
          faults.push(`The first ${range.size()} entries of the log are not those that were there when it was archived`)
        }
      }
      if (isRemoved) removed += 2 ** level
      if (!isEntry) return true
      const named = contents.find(({ leaves }) => leaves.has(position))
      const leaf = named?.leaves.get(position)
      named?.leaves.delete(position)
      if (leaf === undefined) missing += isRemoved ? 1 : 0
      else if (leaf !== hash)
        faults.push(`The entry at position ${position} of ${named?.name} is not the one of the log`)
      return true
    }
    yield* eachLeaf(look)
    for (const size of sizes.keys()) {
      faults.push(`The log has ${entriesIn(range.size())}, but had ${size} when it was archived`)
    }
    const noted = archives.reduce((sum, { entries }) => sum + entries, 0)
    if (removed > noted) faults.push(`${entriesIn(removed - noted)} were removed, but the log notes no archive of them`)
    if (removed < noted) {
      notes.push(
        `${entriesIn(noted - removed)} of archives did not leave the store, or came back; repeat an \`archive\` that was interrupted with the same file`
      )
    }
    for (const { leaves, name } of contents) {
      if (leaves.size > 0) faults.push(`${entriesIn(leaves.size)} of ${name} are not in the log`)
    }
    const isWhole = archives.every(({ digest }) => contents.some((one) => one.digest === digest))
    if (files.length > 0 && missing > 0) {
      if (isWhole) faults.push(`${entriesIn(missing)} were removed, but are in none of the archives`)
      else notes.push(`${entriesIn(missing)} were removed that are in archives which were not named`)
    }
    return result
  })
