/** Carries key logs from store to store: in full archives, and in copies. */
import {
  InvalidInput,
  type KeyEvent,
  type LogName,
  readKeys,
  type RevisionConflict,
  type StoreError
} from "@aumai/handoff-protocol"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"

import { AgentStore } from "../store/AgentStore.ts"
import { HandoffStore } from "../store/HandoffStore.ts"

// Loaded with the first key log, because it imports Ed25519.
const signing = Effect.promise(() => import("../routing/SignatureCheck.ts"))

/** Every event of every key log that the store has: that of its log and those that it has learned, each in order. */
export const keyEvents: Effect.Effect<ReadonlyArray<KeyEvent>, StoreError, AgentStore> = AgentStore.use(({ keys }) =>
  Effect.map(keys, (logs) => [...logs.values()].flatMap((entries) => entries.map(({ event }) => event)))
)

const refused = (log: LogName, expected: string) =>
  Effect.fail(new InvalidInput({ input: "keys", issues: [{ path: log, expected }] }))

/** Groups events by their log; each log stays in order. */
const byLog = (events: ReadonlyArray<KeyEvent>): ReadonlyMap<LogName, ReadonlyArray<KeyEvent>> => {
  const logs = new Map<LogName, Array<KeyEvent>>()
  for (const event of events) {
    const there = logs.get(event.log)
    if (there === undefined) logs.set(event.log, [event])
    else there.push(event)
  }
  return logs
}

/**
 * Learns key logs of other stores, so that the entries which come from there can be judged. Checks every signature first.
 * A log that the store knows may only be longer; the key log of this store itself is never changed.
 */
export const learnKeys = (
  events: ReadonlyArray<KeyEvent>
): Effect.Effect<void, InvalidInput | StoreError, AgentStore | HandoffStore> =>
  Effect.gen(function* () {
    if (events.length === 0) return
    const agents = yield* AgentStore
    const { log: own } = yield* (yield* HandoffStore).origin
    const { isSignedBy } = yield* signing
    const known = yield* agents.keys
    for (const [log, given] of byLog(events)) {
      const { flaw } = readKeys(given, isSignedBy)
      if (flaw !== undefined) {
        return yield* refused(
          log,
          `Expected a key log that holds, but entry ${flaw.revision} does not: ${flaw.problem}`
        )
      }
      const there = (known.get(log) ?? []).map(({ event }) => event)
      const shared = Math.min(there.length, given.length)
      if (!given.slice(0, shared).every((event, index) => Equal.equals(event, there[index]))) {
        return yield* refused(log, "Expected the key log as this store knows it; one of the two was forged or restored")
      }
      const further = given.slice(shared).map((event, index) => ({ revision: shared + index + 1, event }))
      if (log === own || !Arr.isReadonlyArrayNonEmpty(further)) continue
      yield* Effect.catchTag(agents.record(further), "RevisionConflict", (conflict: RevisionConflict) =>
        refused(log, `${conflict.message}, because another process learns the same key log`)
      )
    }
  })
