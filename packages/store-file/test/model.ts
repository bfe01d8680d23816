/** The model of a simulated run: the attempted and acknowledged changes, and the checks of the final contents. */
import { type Change, numberOf } from "@aumai/handoff-core"
import { encodeEvent, type RecordId, replay } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"

import { FileStore } from "../src/index.ts"
import type { SimulatedDisk } from "./SimulatedDisk.ts"
import { type KeyModel, newKeyModel, verifyKeys } from "./simulatedKeys.ts"

export const path = "/store/handoffs.json"
/** The beginning of the ids of handoffs that the Python library creates. */
export const pythonPrefix = "python-"
const trailFile = `${path}-trail`
const logFile = "/store/handoffs.log.json"
const lockFile = "/store/.handoffs.json.lock"

export interface Model {
  readonly acknowledged: Map<RecordId, Map<number, string>>
  readonly attempted: Map<string, Set<string>>
  /** Changes of one commit, by the keys of their events. */
  readonly groups: Array<ReadonlyArray<{ readonly id: RecordId; readonly revision: number; readonly key: string }>>
  readonly ids: Array<RecordId>
  readonly broken: Array<string>
  readonly keys: KeyModel
  count: number
  clock: number
}

const keyOf = ({ event }: Pick<Change, "event">): string => JSON.stringify(encodeEvent(event))

export const newModel = (): Model => ({
  acknowledged: new Map(),
  attempted: new Map(),
  groups: [],
  ids: [],
  broken: [],
  keys: newKeyModel(),
  count: 0,
  clock: Date.UTC(2026, 0, 1)
})

/** A new time for every attempt, so that all events differ. */
export const tick = (model: Model): DateTime.Utc => {
  model.clock += 1
  return DateTime.makeUnsafe(model.clock)
}

export const attempt = (model: Model, changes: ReadonlyArray<Change>) => {
  for (const change of changes) {
    const at = `${change.record.recordId} ${change.record.revision}`
    const keys = model.attempted.get(at) ?? new Set()
    model.attempted.set(at, keys.add(keyOf(change)))
  }
  if (changes.length > 1) {
    model.groups.push(
      changes.map((change) => ({ id: change.record.recordId, revision: change.record.revision, key: keyOf(change) }))
    )
  }
}

export const acknowledge = (model: Model, changes: ReadonlyArray<Change>) => {
  model.count += 1
  for (const change of changes) {
    const { recordId, revision } = change.record
    const known = model.acknowledged.get(recordId) ?? new Map<number, string>()
    const other = known.get(revision)
    if (other !== undefined) model.broken.push(`two winners at ${recordId} revision ${revision}`)
    model.acknowledged.set(recordId, known.set(revision, keyOf(change)))
    if (change.event.log !== undefined) model.keys.names.add(change.event.log)
  }
}

/** The revision that a read starting now must see at least. */
export const floorOf = (model: Model, id: RecordId): number =>
  Math.max(0, ...(model.acknowledged.get(id)?.keys() ?? []))

/** Reads everything with a new process and compares it with the model. */
export const verify = (disk: SimulatedDisk, model: Model) =>
  Effect.gen(function* () {
    const stores = yield* FileStore.make({ path, lockTimeout: "60 seconds" })
    const store = stores.handoffs
    const records = yield* store.list({ _tag: "All" }, { limit: 100_000 })
    const log = yield* store.log({ limit: 100_000 })
    const present = new Map<RecordId, ReadonlyArray<string>>()
    for (const record of records) {
      const id = record.recordId
      const history = yield* store.history(id)
      const keys = history.map(keyOf)
      present.set(id, keys)
      const replayed = replay(
        id,
        history.map(({ event }) => event)
      )
      if (Result.isFailure(replayed) || !Equal.equals(replayed.success, record)) {
        model.broken.push(`the history of ${id} does not replay to its state`)
      }
      for (const [index, key] of keys.entries()) {
        if (history[index]?.revision !== index + 1) model.broken.push(`the revisions of ${id} are not dense`)
        if (id.startsWith(pythonPrefix)) continue
        if (model.attempted.get(`${id} ${index + 1}`)?.has(key) !== true) {
          model.broken.push(`no process wrote revision ${index + 1} of ${id}`)
        }
      }
    }
    for (const [id, revisions] of model.acknowledged) {
      for (const [revision, key] of revisions) {
        const found = present.get(id)?.[revision - 1]
        if (found === undefined) model.broken.push(`lost: ${id} revision ${revision}`)
        else if (found !== key) model.broken.push(`revision ${revision} of ${id} has another event`)
      }
    }
    for (const group of model.groups) {
      const there = group.filter(({ id, revision, key }) => present.get(id)?.[revision - 1] === key).length
      if (there !== 0 && there !== group.length) model.broken.push(`half of a commit: ${JSON.stringify(group)}`)
    }
    const entries = [...present.values()].reduce((sum, keys) => sum + keys.length, 0)
    const positions = log.map(({ position }) => numberOf(position))
    if (log.length !== entries) model.broken.push(`the log has ${log.length} entries, the records have ${entries}`)
    if (positions.some((position, index) => index > 0 && position <= (positions[index - 1] ?? 0))) {
      model.broken.push("positions do not grow")
    }
    const own = log.filter(({ recordId }) => !recordId.startsWith(pythonPrefix))
    yield* verifyKeys(model.keys, model.broken, stores, own)
  }).pipe(Effect.scoped, Effect.provide(disk.process().layer))

export const atRest = (disk: SimulatedDisk, model: Model) => {
  const names = disk.namesNow().filter((name) => !name.includes(".conflict-") && !name.includes(".unreadable-"))
  if (names.some((name) => ![path, trailFile, logFile, lockFile].includes(name)))
    model.broken.push(`left at rest: ${names.join(", ")}`)
  const bytes = disk.readNow(path)
  if (bytes === undefined) {
    if (model.count > 0) model.broken.push("there is no file at rest")
    return
  }
  try {
    JSON.parse(String(bytes))
  } catch {
    model.broken.push("the file at rest is not JSON")
  }
}
